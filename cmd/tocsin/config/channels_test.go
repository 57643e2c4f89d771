package config

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

func TestErrorsOfChannels(t *testing.T) {
	for _, tc := range []struct{ name, add, want string }{
		{"app token", "slack: {app_token: xoxb-1}", "5: app_token: this is no app-level token: it begins with xapp-, and is made under Basic Information of the app"},
		{"group of no role", "slack: {usergroups: {oncall: S0ONCALL}}", `5: unknown role "oncall": did you mean "on-call"?`},
		{"no group", "slack: {usergroups: {on-call: C0ONCALL}}", `5: on-call: "C0ONCALL" is no user group's ID: it begins with S, as in S0ONCALL, and stands in the group's address`},
		{"country", "twilio: {countries: [49]}", `5: countries: "49" is no country code: write it with a plus, as in "+49"`},
		{"share", "twilio: {daily: 5, reserved_for_p0: 120%}", `5: reserved_for_p0: "120%" is no percentage: write it from 0% to 100%, as in 20%`},
		{"keyword of Twilio's", "twilio: {keywords: {acknowledge: [STOP]}}", `5: "STOP" is a word that Twilio answers by itself: use another`},
		{"keyword twice", "twilio: {keywords: {acknowledge: [JA], resolve: [ja]}}", `5: "ja" is a word for acknowledge already: use it for one answer only`},
		{"same sender", `twilio: {from: "+4930123456", from_fallback: "+4930123456"}`, "5: from_fallback is the same number as from: name another, or leave it out"},
		{"unsubscribe", "email: {unsubscribe: 'http://x'}", `5: unsubscribe: "http://x" is no email address and no https page: write it as in oncall@example.com or https://wiki.example.com/digests`},
		{"rate", "budget: {sms: many}", `5: sms: "many" is no number of messages in a time: write it as in 6 per minute, 10 per 5m or none`},
		{"no rate", "budget: {sms: 0 per minute}", `5: sms: "0 per minute": at least 1 message, in a time from 1s to a day; none sets no limit`},
		{"language", "language: fr", `5: unknown language "fr": use en or de`},
		{"allowed", "url: {allow: [0.0.0.0/0]}", `5: allow: "0.0.0.0/0" allows every address: name the networks that are meant`},
		{"no secret", "webhook: {sandbox: false}", "5: webhook cannot send (sandbox: false) without secret"},
		{"text of no name", "texts: {sms.pge: x}", "5: "},
		{"text that is no template", `texts: {sms.page: "{{.Nonsense}}"}`, "5: "},
		{"text that says nothing", `texts: {sms.page: " "}`, "5: "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, r := Parse([]byte(smallest+"notifiers: {"+tc.add+"}\n"), t.TempDir(), environment)
			got := lines(r.Errors)
			if len(got) != 1 || !strings.HasPrefix(got[0], tc.want) || len(got[0]) < 10 {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

const withPlaces = `timezone: UTC
people:
  ada: {email: a@example.com, webhook: "${env:HOOK}", url: "${env:SERVICE}"}
roles: {on-call: {people: [ada]}}
matrix:
  P0: &row {channels: [email], webhook: "${env:HOOK}", url: ["${env:SERVICE}", "${env:NOTHING}"], steps: [{after: 0m, page: on-call}]}
  P1: *row
  P2: {channels: [email], digest: "9:05", remind: 4h, all_clear: false, failover: 30s, steps: [{after: 0m, page: on-call}]}
  P3: {channels: [email], steps: [{after: 0m, page: on-call}]}
`

func places(hook, service string) func(string) string {
	return func(name string) string { return map[string]string{"HOOK": hook, "SERVICE": service}[name] }
}

func TestPlacesAreNamedByTheirAddressAndShowNothingOfIt(t *testing.T) {
	c, r := Parse([]byte(withPlaces), t.TempDir(), places("https://hooks.example.com/s3cret", "ntfy://ntfy.sh/s3cret"))
	if !r.OK() {
		t.Fatal(lines(r.Errors))
	}
	p := c.Policy()
	got := p.Matrix[alerting.P0].Places
	if len(got) != 2 || len(got[0].ID) != len("webhook-3fa29c01") || len(got[1].ID) != len("url-3fa29c01") {
		t.Errorf("%+v", got)
	}
	if len(c.Places()) != 2 {
		t.Errorf("two rows name the same places, each is one: %+v", c.Places())
	}
	ada := p.Directory.People["ada"]
	if ada.Webhook != "https://hooks.example.com/s3cret" || ada.URL != "ntfy://ntfy.sh/s3cret" {
		t.Errorf("%+v", ada)
	}
	for _, w := range append(lines(r.Warnings), got[0].ID, got[1].ID) {
		if strings.Contains(w, "s3cret") {
			t.Errorf("%q shows the secret", w)
		}
	}
	if row := p.Matrix[alerting.P2]; row.Digest != "09:05" || row.Remind != 4*time.Hour || row.AllClear || row.Failover != 30*time.Second {
		t.Errorf("%+v", row)
	}
	if p0, p3 := p.Matrix[alerting.P0], p.Matrix[alerting.P3]; p0.Failover != 10*time.Second || p3.Failover != 0 || !p3.AllClear {
		t.Errorf("%+v, %+v", p0, p3)
	}
}

func TestAddressesThatNothingCouldBeSentToAreErrorsWithoutTheAddress(t *testing.T) {
	for _, tc := range []struct{ hook, service, want string }{
		{"http://10.0.0.7/s3cret", "ntfy://ntfy.sh/s3cret", "private"},
		{"https://hooks.example.com/s3cret", "logger://s3cret", "reaches nobody"},
		{"https://hooks.example.com/s3cret", "nosuch://s3cret", "there is no service"},
	} {
		_, r := Parse([]byte(withPlaces), t.TempDir(), places(tc.hook, tc.service))
		all := strings.Join(lines(r.Errors), "\n")
		if r.OK() || !strings.Contains(all, tc.want) || strings.Contains(all, "s3cret") {
			t.Errorf("%s, %s: %s", tc.hook, tc.service, all)
		}
	}
	allowed := withPlaces + "notifiers: {webhook: {allow: [10.0.0.0/8], secret: x}}\n"
	if _, r := Parse([]byte(allowed), t.TempDir(), places("http://10.0.0.7/x", "ntfy://ntfy.sh/x")); !r.OK() {
		t.Error(lines(r.Errors))
	}
}

func TestWebhooksWithoutASecretAreASandboxAndSaySoWhereSomebodyIsToldOverThem(t *testing.T) {
	c, r := Parse([]byte(withPlaces), t.TempDir(), places("https://hooks.example.com/1", "ntfy://ntfy.sh/1"))
	if all := strings.Join(lines(r.Warnings), "\n"); !c.Notifiers.Webhook.Sandbox || !strings.Contains(all, "3: webhook is a sandbox for want of secret") {
		t.Error(all)
	}
	c, r = Parse([]byte(smallest), t.TempDir(), environment)
	if all := strings.Join(lines(r.Warnings), "\n"); !c.Notifiers.Webhook.Sandbox || strings.Contains(all, "webhook") {
		t.Error(all)
	}
}

func TestTheBudgetIsTheUsualOneBesidesWhatIsWritten(t *testing.T) {
	c, r := Parse([]byte(smallest+"notifiers: {budget: {sms: 100 per hour, slack: none, email: 10 per 5m}}\n"), t.TempDir(), environment)
	if !r.OK() {
		t.Fatal(lines(r.Errors))
	}
	got, want := c.Notifiers.Budget.Budget(), notifiers.DefaultBudget()
	delete(want, escalation.Slack)
	want[escalation.SMS], want[escalation.Email] = Rate{N: 100, Per: time.Hour}, Rate{N: 10, Per: 5 * time.Minute}
	if len(got) != len(want) {
		t.Errorf("%v, want %v", got, want)
	}
	for ch, rate := range want {
		if got[ch] != rate {
			t.Errorf("%s: %v, want %v", ch, got[ch], rate)
		}
	}
}

func TestANumberInACountryThatIsNotAllowedIsAWarning(t *testing.T) {
	src := "timezone: UTC\npeople:\n  ada:\n    phone: \"+12025550123\"\nroles: {on-call: {people: [ada]}}\nnotifiers: {twilio: {countries: [\"+49\"]}}\n"
	expectWarning(t, src, "4: ada is neither written to nor called: +1202•••0123 is in a country that is not allowed: add its code to notifiers.twilio.countries (+49)")
}
