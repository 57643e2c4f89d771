package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestValuesAreFilledInFromOutside(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte("s3cret: [x]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	src := strings.Replace(smallest, "${env:TOKEN}", "${file:token}", 1) +
		"external: {x: {name: 'a ${env:ONE} b ${env:TWO} $${env:ONE} ${env:HOLE}', how: $$ and $x}}\nretention: {incidents: '${env:DAYS}d'}\nintake2: ~\n"
	src = strings.Replace(src, "intake2: ~\n", "", 1)
	env := map[string]string{"ONE": "{1: ${env:TWO}}", "TWO": "2", "HOLE": "", "DAYS": "7"}
	c, r := Parse([]byte(src), dir, func(n string) string { return env[n] })
	if !r.OK() {
		t.Fatal(lines(r.Errors))
	}
	if got := string(c.Intake.Sources[0].Token); got != "s3cret: [x]" {
		t.Errorf("token %q", got)
	}
	if got, want := c.External["x"], (External{Name: "a {1: ${env:TWO}} b 2 ${env:ONE} ", How: "$$ and $x"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if c.Retention.Incidents.Hours() != 7*24 {
		t.Errorf("incidents are kept %s", c.Retention.Incidents)
	}
	if !slices.Contains(lines(r.Warnings), "5: HOLE is not set: the value is empty") {
		t.Errorf("warnings %v", lines(r.Warnings))
	}
}

func TestAVariableThatIsNotSetLeavesTheDefault(t *testing.T) {
	c, r := Parse([]byte(smallest+"server: {listen: '${env:LISTEN}'}\n"), "", nothingSet)
	if !r.OK() || c.Server.Listen != "127.0.0.1:8080" {
		t.Errorf("%v %+v", lines(r.Errors), c)
	}
}

// every puts what is filled in everywhere a value may stand, so that all of it is wrong.
const every = `
server: {listen: "${env:X}", public_url: "${env:X}", trusted_proxies: ["${env:X}"]}
database: {url: "${env:X}"}
timezone: "${env:X}"
auth:
  users: [{name: "${env:X}", role: "${env:X}", password: "${env:X}"}, {name: "${env:X}", role: "${env:X}"}]
  oidc: {issuer: "${env:X}", client_id: x}
intake: {sources: [{name: "${env:X}", kind: "${env:X}", token: "${env:X}"}], reopen_within: "${env:X}", flap_after: "${env:X}"}
classify: {rules: [{match: ["${env:X}"], severity: "${env:X}"}]}
suppress: {maintenance: [{name: "${env:X}", match: ["${env:X}"], every: "${env:X}", lasts: "${env:X}", timezone: "${env:X}"}]}
calendar: {workdays: ["${env:X}"], hours: "${env:X}", holidays: "${env:X}", closed: ["${env:X}"]}
people:
  ada: {phone: "${env:X}", email: "${env:X}", reach: "${env:X}", only: ["${env:X}"], timezone: "${env:X}"}
  managers: {reach: {hours: "${env:X}", days: ["${env:X}"], timezone: "${env:X}"}, calendar: {workdays: ["${env:X}"], hours: "${env:X}", holidays: "${env:X}", closed: ["${env:X}"]}}
  eve:
    notify: {P0: [{over: ["${env:X}"], after: "${env:X}"}]}
    quiet: {hours: "${env:X}", for: ["${env:X}"]}
    away: [{from: "${env:X}", until: "${env:X}", deputy: "${env:X}", note: "${env:X}"}]
rotations:
  r: {people: ["${env:X}"], turn: "${env:X}", since: "${env:X}", timezone: "${env:X}", layers: [{name: "${env:X}", people: ["${env:X}"]}], shadows: [{people: ["${env:X}"], since: "${env:X}"}]}
  s: {ical: "${env:X}"}
  t: {ical: "http://${env:X}"}
roles: {on-call: {rotation: "${env:X}"}, x: {people: ["${env:X}"]}}
catch_all: "${env:X}"
matrix: {P0: {channels: ["${env:X}"], ack_timeout: "${env:X}", repeat: {after: "${env:X}", times: "${env:X}"}, steps: [{after: "${env:X}", page: "${env:X}", until: "${env:X}"}]}}
probes: {p: {http: {url: "${env:X}", timeout: "${env:X}"}, alerts: [{alert: A, when: "${env:X}"}]}}
runbooks: [{match: [a=b], file: "${env:X}"}]
routines: {r: {cron: "${env:X}", role: "${env:X}"}}
notifiers: {slack: {api_url: "${env:X}", sandbox: "${env:X}"}, twilio: {from: "${env:X}", api_url: "${env:X}"}, email: {smtp: "${env:X}", from: "${env:X}", tls: "${env:X}"}}
watchdog: {url: "${env:X}"}
`

func TestWhatIsFilledInIsNeverShown(t *testing.T) {
	for _, secret := range []string{"managerz", "P77 ((", "starttl \x01 s", "a\nb", "unit=managerz==", "hunter22 hunter23"} {
		_, r := Parse([]byte(every), "", func(string) string { return secret })
		if len(r.Errors) < 40 {
			t.Errorf("%q: only %d errors", secret, len(r.Errors))
		}
		var out strings.Builder
		_ = r.Print(&out, "tocsin.yaml")
		js, _ := json.Marshal(r)
		out.Write(js)
		leaks := append(strings.Fields(secret), secret, fmt.Sprintf("%q", secret), "did you mean")
		for _, leak := range leaks {
			if len(leak) > 3 && strings.Contains(out.String(), leak) {
				t.Errorf("%q is shown in\n%s", leak, out.String())
			}
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	c, _ := read(t, smallest+"database: {url: '${env:DB_URL}'}\n")
	js, err := json.Marshal(c.Intake)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprintf("%v %+v %#v", *c, *c, *c), string(js)} {
		if strings.Contains(shown, "hunter2") {
			t.Error("a secret is shown")
		}
	}
}

func TestALargeFileIsNoSecret(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "big"), make([]byte, mostOfFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	_, r := Parse([]byte(smallest+"data_dir: '${file:big}'\n"), dir, environment)
	if got := lines(r.Errors); !slices.Equal(got, []string{"5: big cannot be read: it is larger than 64 KiB"}) {
		t.Errorf("errors %v", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(string(Example), "x")
	f.Add(smallest, "hunter2")
	f.Add(every, "MON#1")
	f.Add(inOtherPlaces, "")
	f.Add(withLayers, "")
	f.Add(byCalendar, "")
	f.Add(every, "${env:X}")
	f.Add("a: &x [*x]\n? [b]\n: *x\n", "")
	f.Fuzz(func(t *testing.T, src, env string) {
		from := outside{func(string) string { return env }, func(string) (string, error) { return env, nil }, monday}
		c, r := parseWith([]byte(src), t.TempDir(), from)
		if (c == nil) == r.OK() {
			t.Fatalf("config %v with errors %v", c, r.Errors)
		}
		for _, p := range r.Errors {
			if p.Message == "" || strings.Contains(p.Message, "go-yaml") || strings.Contains(p.Message, "\n") {
				t.Fatalf("the error %q is for nobody", p.Message)
			}
		}
		if c != nil {
			c.Policy()
		}
	})
}
