package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers/notifierstest"
)

func TestASlackButtonAcknowledgesOnceAndOnlyIfSlackSignedIt(t *testing.T) {
	s := newSite(t)
	s.start()
	s.send(firstAlerts(time.Now())[0])
	ctx := patience(t)
	_, err := s.slack.WaitFor(ctx, func(ms []notifierstest.SlackMessage) bool {
		return len(board(ms)) == 1 && len(directTo(ms, "U0SYS")) == 1
	})
	must(t, err)
	id := fmt.Sprint(s.only().ID)
	target := s.base + "/slack/actions"

	press := s.slack.Pressed("U0SYS", "acknowledge", id)
	for name, forged := range map[string]notifierstest.SlackRequest{
		"another secret": press.Sign("not the secret", time.Now()),
		"ten minutes":    press.Sign(notifierstest.SlackSecret, time.Now().Add(-10*time.Minute)),
		"the future":     press.Sign(notifierstest.SlackSecret, time.Now().Add(10*time.Minute)),
	} {
		if code, err := forged.Send(ctx, target); err != nil || code != http.StatusForbidden {
			t.Errorf("%s: %d, %v", name, code, err)
		}
	}
	if got := s.only(); got.State != "open" {
		t.Fatalf("a forged press did something: %+v", got)
	}

	// Somebody whom the directory does not know is told so privately.
	if code, err := s.slack.Press(ctx, target, "U0STRANGER", "acknowledge", id); err != nil || code != http.StatusOK {
		t.Fatalf("stranger: %d, %v", code, err)
	}
	answers, err := s.slack.WaitForAnswers(ctx, 1)
	must(t, err)
	if !strings.Contains(answers[0].Text, "does not know you") || s.only().State != "open" {
		t.Errorf("to a stranger: %+v", answers[0])
	}

	// The right press acknowledges; the channel's message and the direct message follow.
	signed := press.Sign(notifierstest.SlackSecret, time.Now())
	if code, err := signed.Send(ctx, target); err != nil || code != http.StatusOK {
		t.Fatalf("press: %d, %v", code, err)
	}
	_, err = s.slack.WaitFor(ctx, func(ms []notifierstest.SlackMessage) bool {
		return edited(board(ms), "cknowledged") && edited(directTo(ms, "U0SYS"), "cknowledged")
	})
	must(t, err)
	if got := s.only(); got.State != "acknowledged" || got.By != "system-admin" {
		t.Errorf("%+v", got)
	}

	// The same request again changes nothing, also after somebody reopened it.
	var reopened incident
	s.api(http.MethodPost, "/incidents/"+id+"/resolve", nil)
	s.api(http.MethodPost, "/incidents/"+id+"/reopen", &reopened)
	if code, err := signed.Send(ctx, target); err != nil || code != http.StatusOK {
		t.Fatalf("replay: %d, %v", code, err)
	}
	// Replies are applied in the order in which they came: once a stranger's later press is answered, the
	// replay has done what it will do.
	if code, err := s.slack.Press(ctx, target, "U0LATER", "acknowledge", id); err != nil || code != http.StatusOK {
		t.Fatalf("sentinel: %d, %v", code, err)
	}
	answers, err = s.slack.WaitForAnswers(ctx, 3) // the stranger's, the first press's, and this one's
	must(t, err)
	if len(answers) != 3 || answers[2].User != "U0LATER" {
		t.Errorf("answers %+v, want none to the replay", answers)
	}
	if got := s.only(); got.State != "open" {
		t.Errorf("a replayed press acknowledged: %+v", got)
	}
}

func edited(ms []notifierstest.SlackMessage, word string) bool {
	return len(ms) > 0 && ms[0].Edits > 0 && strings.Contains(ms[0].Text+string(ms[0].Blocks), word)
}

func TestAnSMSReplyResolves(t *testing.T) {
	s := newSite(t)
	s.start()
	s.send(firstAlerts(time.Now())[0])
	ctx := patience(t)
	sms, err := s.twilio.Wait(ctx, 1)
	must(t, err)
	for _, status := range []string{"delivered", "queued", "sent", "delivered", "sending"} {
		if code, err := s.twilio.Report(ctx, sms[0], status, ""); err != nil || code != http.StatusNoContent {
			t.Fatalf("%s: %d, %v", status, code, err)
		}
	}
	if got := s.smsState(s.only().ID); got != "delivered" {
		t.Errorf("the page is %s", got)
	}

	target := s.base + "/twilio/sms"
	if code, body, err := s.twilio.Incoming(ctx, target, "+15009999999", "RES"); err != nil || code != http.StatusOK || strings.Contains(body, "Message") {
		t.Errorf("a stranger's SMS: %d %q %v", code, body, err)
	}
	if s.only().State != "open" {
		t.Fatal("a stranger's SMS did something")
	}
	if code, body, err := s.twilio.Incoming(ctx, target, "+15005550003", " res "); err != nil || code != http.StatusOK || !strings.Contains(body, "Resolved by System Admin") {
		t.Errorf("the reply: %d %q %v", code, body, err)
	}
	if got := s.only(); got.State != "resolved" {
		t.Errorf("%+v", got)
	}
	// Twilio's signature covers the public address: the same form without a signature is refused.
	resp, err := http.PostForm(target, url.Values{"From": {"+15005550003"}, "Body": {"ACK"}}) //nolint:noctx // a test's own server
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("unsigned: %s", resp.Status)
	}
}

var linkInMail = regexp.MustCompile(`http://\S+/a/[A-Za-z0-9_.-]+`)

func TestALinkActsOnPostOnly(t *testing.T) {
	s := newSite(t)
	s.start()
	s.send(firstAlerts(time.Now())[0])
	ctx := patience(t)
	mails, err := s.smtp.Wait(ctx, 1)
	must(t, err)
	link := linkInMail.FindString(mails[0].Text)
	if link == "" {
		t.Fatalf("no link in %q", mails[0].Text)
	}
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
		if code, _ := fetch(ctx, t, method, link, nil); code != http.StatusOK {
			t.Fatalf("%s: %d", method, code)
		}
	}
	if s.only().State != "open" {
		t.Fatal("looking at the link did something")
	}
	code, page := fetch(ctx, t, http.MethodGet, link, nil)
	nonce := regexp.MustCompile(`name="nonce" value="([^"]+)"`).FindStringSubmatch(page)
	if code != http.StatusOK || len(nonce) != 2 || !strings.Contains(page, "SystemDown") || len(page) > 50<<10 {
		t.Fatalf("the screen: %d, %d bytes", code, len(page))
	}
	form := url.Values{"verb": {"acknowledge"}, "nonce": {nonce[1]}}
	eventually(t, "the link acts for a person's press", func() bool { // a press in the page's first second is no person's
		_, _ = fetch(ctx, t, http.MethodPost, link, form)
		return s.only().State == "acknowledged"
	})
	if got := s.only(); got.By != "system-admin" {
		t.Errorf("acknowledged by %q", got.By)
	}
	if code, _ := fetch(ctx, t, http.MethodGet, link[:len(link)-2]+"xx", nil); code != http.StatusNotFound {
		t.Errorf("a forged link: %d", code)
	}
	s.api(http.MethodPost, fmt.Sprintf("/incidents/%d/resolve", s.only().ID), nil)
	if code, _ := fetch(ctx, t, http.MethodPost, link, form); code < 400 {
		t.Errorf("the link still acts after the incident is closed: %d", code)
	}
}

// fetch asks as a browser does after a person's press, without following redirects' methods.
func fetch(ctx context.Context, t *testing.T, method, target string, form url.Values) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(form.Encode()))
	must(t, err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	req.Header.Set("Sec-Fetch-User", "?1")
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(body)
}

func TestTheCommandLineAnswersIncidents(t *testing.T) {
	s := newSite(t)
	s.start()
	s.send(firstAlerts(time.Now())[0])
	id := fmt.Sprint(s.only().ID)
	tocsin := func(want int, args ...string) string {
		t.Helper()
		var out strings.Builder
		args = append(append([]string{"incidents"}, args...), "--server", s.base, "--token", apiToken)
		if code := run(t.Context(), args, func(string) string { return "" }, strings.NewReader(""), &out, &out); code != want {
			t.Fatalf("tocsin %v: exit %d: %s", args, code, &out)
		}
		return out.String()
	}
	for _, step := range []struct{ want, say string }{
		{"SystemDown", "list"},
		{"P0  open", "show " + id},
		{"acknowledged, with ci", "ack " + id},
		{"already acknowledged by ci", "ack " + id},
		{"acknowledged, with devops-lead", "assign " + id + " devops-lead"},
		{"acknowledged", "snooze " + id + " --for 1h"},
		{"snoozed until", "show " + id},
		{"acknowledged", "note " + id + " looking"},
		{"looking", "show " + id},
		{"next: ", "escalate " + id},
		{"resolved", "resolve " + id},
		{"open, with nobody", "reopen " + id},
		{"P3 open", "create --title Test --severity P3"},
		{`"state": "open"`, "show " + id + " --json"},
	} {
		if out := tocsin(0, strings.Fields(step.say)...); !strings.Contains(out, step.want) {
			t.Errorf("tocsin incidents %s: %q, want %q in it", step.say, out, step.want)
		}
	}
	if out := tocsin(1, "ack", "99999"); !strings.HasPrefix(out, "tocsin: ") || strings.Count(out, "\n") != 1 {
		t.Errorf("an unknown incident: %q, want one sentence", out)
	}
	tocsin(2, "ack", "x")
}
