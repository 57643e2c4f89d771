package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
)

// sending is the shipped example beside stand-ins of its providers, with their credentials.
type sending struct {
	slack  *notifierstest.Slack
	twilio *notifierstest.Twilio
	smtp   *notifierstest.SMTP
	send   func(to, channel string) (code int, stdout, stderr string)
}

func newSending(t *testing.T, edits ...string) *sending {
	t.Helper()
	s := &sending{slack: notifierstest.NewSlack(t), twilio: notifierstest.NewTwilio(t), smtp: notifierstest.NewSMTP(t)}
	path := filepath.Join(manualFolder(t), "tocsin.yaml")
	text, err := os.ReadFile(path)
	must(t, err)
	edited := strings.NewReplacer(append(edits,
		`smtp: "smtp.example.com:587"`, fmt.Sprintf("smtp: %q", s.smtp.Addr), "tls: starttls", "tls: none",
		`channel: "C0INCIDENTS", api_url: ""`, fmt.Sprintf("api_url: %q", s.slack.URL),
		`from: "+15005550006", api_url: ""`, fmt.Sprintf(`from: "+15005550006", api_url: %q`, s.twilio.URL),
	)...).Replace(string(text))
	must(t, os.WriteFile(path, []byte(edited), 0o600))
	env := map[string]string{
		"SLACK_BOT_TOKEN": notifierstest.SlackToken, "SLACK_SIGNING_SECRET": notifierstest.SlackSecret,
		"TWILIO_ACCOUNT_SID": notifierstest.TwilioSID, "TWILIO_AUTH_TOKEN": notifierstest.TwilioToken,
	}
	s.send = func(to, channel string) (int, string, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"-c", path, "send", "--to", to, "--channel", channel}, func(name string) string { return env[name] }, strings.NewReader(""), &out, &errs)
		return code, out.String(), errs.String()
	}
	return s
}

func TestSendReachesAPersonOverEachChannelAndSaysWhatTheProviderSaid(t *testing.T) {
	s := newSending(t)
	for channel, address := range map[string]string{"sms": "+15005550003", "email": "sysadmin@example.com", "slack": "U0SYS"} {
		code, out, errs := s.send("system-admin", channel)
		if want := fmt.Sprintf("the test message to system-admin over %s (%s) is accepted: ", channel, address); code != 0 || errs != "" || !strings.HasPrefix(out, want) {
			t.Errorf("code %d, %q, %s", code, out, errs)
		}
	}
	if m := s.twilio.Messages(); len(m) != 1 || m[0].To != "+15005550003" || !strings.HasPrefix(m[0].Body, "This is a test: Tocsin reaches you over sms. It was sent on ") {
		t.Errorf("%+v", m)
	}
	if m := s.smtp.Messages(); len(m) != 1 || m[0].To != "sysadmin@example.com" || m[0].Subject != "This is a test: Tocsin reaches you over email" {
		t.Errorf("%+v", m)
	}
	if m := s.slack.Messages(); len(m) != 1 || m[0].User != "U0SYS" || !strings.Contains(string(m[0].Blocks), "over slack") {
		t.Errorf("%+v", m)
	}
}

func TestSendFailsWithTheProvidersOwnWords(t *testing.T) {
	s := newSending(t)
	s.twilio.Refuse("+15005550003", 21610)
	code, out, errs := s.send("system-admin", "sms")
	if code != 1 || out != "" || !strings.HasPrefix(errs, "tocsin: the test message to system-admin over sms: ") || !strings.Contains(errs, "(21610)") || !strings.HasSuffix(errs, "; check the person's address\n") {
		t.Errorf("code %d, %q, %q", code, out, errs)
	}
}

func TestSendOverASandboxShowsWhatWouldHaveGoneOut(t *testing.T) {
	dir := manualFolder(t)
	for channel, want := range map[string]string{
		"sms":   "sms is a sandbox: nothing was sent. This would have gone to +15005550003:\n\nThis is a test",
		"email": "email is a sandbox: nothing was sent. This would have gone to sysadmin@example.com:\n\nSubject: This is a test: Tocsin reaches you over email\n\nTest message\n",
		"slack": "slack is a sandbox: nothing was sent. This would have gone to U0SYS:\n\nThis is a test: Tocsin reaches you over slack\n{\n  \"text\"",
	} {
		if code, out, errs := tocsin(t, dir, "", "send", "--to", "system-admin", "--channel", channel); code != 0 || errs != "" || !strings.HasPrefix(out, want) || strings.Contains(out, "accepted") {
			t.Errorf("code %d, %q, %s", code, out, errs)
		}
	}
}

func TestSendToNobodyOrOverNothingSaysWhatIsWrong(t *testing.T) {
	dir := manualFolder(t)
	path := filepath.Join(dir, "tocsin.yaml")
	text, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, bytes.Replace(text, []byte(", slack: U0DBA"), nil, 1), 0o600))
	for _, c := range []struct {
		to, channel string
		code        int
		want        string
	}{
		{"nobody", "sms", 1, `there is nobody called "nobody" under people: use database-admin, devops-lead, `},
		{"system-admn", "sms", 1, `there is nobody called "system-admn" under people: did you mean "system-admin"?`},
		{"database-admin", "slack", 1, "database-admin has no address for slack"},
		{"system-admin", "fax", 2, `--channel must be one of "sms","voice","email","slack","webhook","url"`},
	} {
		if code, out, errs := tocsin(t, dir, "", "send", "--to", c.to, "--channel", c.channel); code != c.code || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("code %d, %q, %q", code, out, errs)
		}
	}
}

func TestSendCallsAndReachesAddressesWithoutShowingTheirSecrets(t *testing.T) {
	hook, services := notifierstest.NewWebhook(t), notifierstest.NewServices(t)
	s := newSending(t,
		"slack: U0SYS,", fmt.Sprintf("slack: U0SYS, webhook: %q, url: %q,", hook.URL+"/s3cret", "ntfy://"+services.Addr+"/alerts?scheme=http"),
		"watchdog: {url", fmt.Sprintf("  webhook: {secret: %q, allow: [127.0.0.1]}\n  url: {allow: [127.0.0.1]}\nwatchdog: {url", notifierstest.WebhookSecret),
	)
	for _, channel := range []string{"voice", "webhook", "url"} {
		if code, out, errs := s.send("system-admin", channel); code != 0 || errs != "" || !strings.Contains(out, "is accepted") || strings.Contains(out, "s3cret") {
			t.Errorf("%s: code %d, %q, %s", channel, code, out, errs)
		}
	}
	if len(s.twilio.Calls()) != 1 || len(hook.Posts()) != 1 || len(services.Messages()) != 1 {
		t.Errorf("%d calls, %d posts, %d messages", len(s.twilio.Calls()), len(hook.Posts()), len(services.Messages()))
	}
}

func TestSendsErrorsEndInWhatToDo(t *testing.T) {
	for class, want := range map[notifiers.FailureClass]string{
		notifiers.Temporary: "busy (429); try again in a minute", notifiers.Permanent: "busy (429); check the person's address",
		notifiers.Lost:          "busy (429); it may have gone out all the same: ask them before you send another",
		notifiers.Misconfigured: "busy (429); check the channel's credentials and settings",
	} {
		if got := failed(&notifiers.Failure{Class: class, Code: "429", Err: errors.New("busy")}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := failed(notifiers.AsFailure(errors.New("dial: refused"))); got != "dial: refused; try again in a minute" {
		t.Error(got)
	}
}
