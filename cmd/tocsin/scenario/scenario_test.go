package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"tocsin/alerting"
	"tocsin/alerting/receive"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

func berlin(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// good is a scenario that passes; tests change a line of it.
const good = `scenarios:
  - name: one
    at: 2026-12-25T03:00
    alert: {alertname: SystemDown, service: backend}
    answer: acknowledged@7m
    expect:
      - {at: +0m, page: system-admin, over: [sms, email, slack]}
      - {at: 2026-12-25T03:05, page: system-admin, role: on-call, says: initial response overdue}
      - {at: +15m, skip: manager, because: acknowledged}
      - {at: +30m, skip: senior-engineer}
      - {at: +1h, page: vp-engineering}
    expect-nothing-else: true
`

func outcome(t *testing.T, src string) string {
	t.Helper()
	return outcomeBy(t, policytest.Manual(t), src)
}

func outcomeBy(t *testing.T, p *escalation.Policy, src string) string {
	t.Helper()
	scenarios, err := Parse([]byte(src), p, berlin(t))
	if err != nil {
		t.Fatal(err)
	}
	r := Runner{Policy: p, Source: "prometheus", Zone: berlin(t), Dir: t.TempDir(), Decode: func(body []byte, at time.Time) ([]alerting.Event, error) {
		b, err := receive.Alertmanager("prometheus", body, at)
		return b.Events, err
	}}
	payload := `{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"SystemDown","service":"backend"},"startsAt":"2026-12-25T01:00:00Z"}]}`
	if err := os.WriteFile(filepath.Join(r.Dir, "alert.json"), []byte(payload), 0o600); err != nil {
		t.Fatal(err)
	}
	difference, err := r.Run(scenarios[0])
	if err != nil {
		return err.Error()
	}
	return strings.Join(difference, "\n")
}

func TestAScenarioThatComesTrueHasNoDifference(t *testing.T) {
	for what, src := range map[string]string{
		"as it stands":                good,
		"its alert in a payload file": strings.Replace(good, "{alertname: SystemDown, service: backend}", "alert.json", 1),
		"its alert as labels":         strings.Replace(good, "{alertname: SystemDown, service: backend}", "{labels: {alertname: SystemDown, service: backend}, annotations: {summary: x}, at: +0m, until: +8d}", 1),
		"at after what counts from it": strings.Replace(strings.Replace(good, "    at: 2026-12-25T03:00\n", "", 1), "    expect-nothing-else: true\n",
			"    expect-nothing-else: true\n    at: 2026-12-25T03:00 Europe/Berlin\n", 1),
	} {
		if got := outcome(t, src); got != "" {
			t.Errorf("%s:\n%s", what, got)
		}
	}
}

func TestADifferenceSaysWhatIsMissingAndWhatIsTooMuch(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"acknowledged@7m", "acknowledged@20m", `- Fri 2026-12-25 03:15:00 CET (+15m0s)  skip manager because "acknowledged" [line 9]`},
		{"acknowledged@7m", "acknowledged@20m", `+ Fri 2026-12-25 03:15:00 CET (+15m0s)  page engineering-manager as manager over sms, email, slack says ""`},
		{"over: [sms, email, slack]", "over: [sms, email]", `- Fri 2026-12-25 03:00:00 CET (+0s)  page system-admin over sms, email [line 7]`},
		{"{at: +1h, page: vp-engineering}", "{at: +1h, page: devops-lead}", "- Fri 2026-12-25 04:00:00 CET (+1h0m0s)  page devops-lead [line 11]"},
		{"role: on-call", "role: manager", "page system-admin as manager"},
		{"{at: +1h,", "{at: +61m,", "- Fri 2026-12-25 04:01:00 CET"},
		{"says: initial", "says: no initial", `says "no initial response overdue"`},
		{"at: +30m, skip", "at: +31m, skip", "- Fri 2026-12-25 03:31:00 CET (+31m0s)  skip senior-engineer"},
		{"alert: {alertname: SystemDown", "alert: {severity: warning, alertname: Slow", "- Fri 2026-12-25 04:00:00 CET"},
		{"    expect-nothing-else: true\n", "", ""},
		{"alert: {alertname: SystemDown, service: backend}", "alert: nofile.json", "the alert's file"},
	} {
		if got := outcome(t, strings.Replace(good, c.from, c.to, 1)); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s for %s:\n%s\nwant %q", c.to, c.from, got, c.want)
		}
	}
}

func TestWhatIsWrongInAFileIsSaidWithItsLine(t *testing.T) {
	for _, c := range []struct {
		from, to, says string
		line           int
	}{
		{"    at: 2026-12-25T03:00\n", "", "has no at", 2},
		{"2026-12-25T03:00\n", "now\n", "another each day", 3},
		{"2026-12-25T03:00\n", "2026-03-29T02:30\n", "skip that time", 3},
		{"name: one", "name:", "name is empty", 2},
		{"acknowledged@7m", "laughed@7m", "nothing that can be answered", 5},
		{"acknowledged@7m", "assign:nemo@7m", `nobody called "nemo"`, 5},
		{"page: vp-engineering", "page: nemo", `nobody called "nemo"`, 11},
		{"skip: manager", "skip: captain", `no role "captain"`, 9},
		{"over: [sms, email, slack]", "over: [pigeon]", `no channel`, 7},
		{"{at: +15m, skip", "{skip", "does not say when", 9},
		{"{at: +1h, page: vp-engineering}", "{at: +1h}", "does not say what is expected", 11},
		{"skip: manager", "skip: manager, page: devops-lead", "expects one thing", 9},
		{"skip: manager", "skip: manager, over: sms", "over goes with", 9},
		{"at: +15m", "at: 2026-12-24T03:00", "before the scenario begins", 9},
		{"answer:", "anser:", `unknown key "anser"`, 5},
		{"    expect-nothing-else: true", "    expect-nothing-else: maybe", "neither true nor false", 12},
		{"{alertname: SystemDown, service: backend}", "{labels: {a: b}, at: +5m, until: +1m}", "ends before it fires", 4},
		{"{alertname: SystemDown, service: backend}", "{labels: {a: b}, when: +5m}", `unknown key "when"`, 4},
		{"    answer:", "    at: 2026-12-25T03:00\n    answer:", "stands twice", 5},
		{"scenarios:", "stories:", "unknown key", 1},
		{"    answer:", "    fail: [sms, pigeon]\n    answer:", `"pigeon" is no channel`, 5},
		{"    answer:", "    fail: nemo:sms\n    answer:", `nobody called "nemo"`, 5},
		{"    answer:", "    fail: ':sms'\n    answer:", "does not say whose", 5},
		{"skip: manager", "failover: no", "write true", 9},
		{"skip: manager", "state: sleeping", "no state", 9},
		{"skip: manager", "wake: false", "write true", 9},
		{"skip: manager, because: acknowledged", "state: open, because: acknowledged", "a state does not", 9},
		{"skip: manager", "pause: devops-lead, by: devops-lead", "by goes with", 9},
		{"skip: manager", "resolve: devops-lead, incident: first", "numbered from 1", 9},
		{"skip: manager", "refused: laughed", "nothing that can be answered", 9},
		{"skip: manager", "severity: P7", "P7", 9},
		{"    answer:", "    open: {title: Invoices}\n    answer:", "how severe", 5},
		{"    answer:", "    open: {title: ' ', severity: P1}\n    answer:", "the title is empty", 5},
		{"    answer:", "    open: {title: Invoices, severity: P1, by: nemo}\n    answer:", `nobody called "nemo"`, 5},
		{good, "", "is empty", 1},
		{good, "scenarios: []", "no scenarios", 1},
		{"{at: +1h, page: vp-engineering}", "{at: +1h, page: [", "YAML", 0},
	} {
		src := strings.Replace(good, c.from, c.to, 1)
		_, err := Parse([]byte(src), policytest.Manual(t), berlin(t))
		faults, ok := errors.AsType[Faults](err)
		if !ok || !strings.Contains(faults.Error(), c.says) || c.line > 0 && !hasFault(faults, c.line, c.says) {
			t.Errorf("%q for %q: %v, want line %d with %q", c.to, c.from, err, c.line, c.says)
		}
	}
}

// states is a scenario of what becomes of incidents rather than of who is told.
const states = `scenarios:
  - name: two incidents become one
    at: 2026-12-25T03:00
    alert: {alertname: SystemDown, service: backend}
    open: {at: +1m, title: Invoices are printed twice, severity: P1, labels: {service: billing}, by: devops-lead}
    answer:
      - merge:1@2m by devops-lead
      - acknowledged@3m on 2
      - snooze:20m@4m on 1
      - mute:30m@30m on 1
      - severity:P1@70m on 1 by devops-lead
      - resolved@2h on 1 by devops-lead
    expect:
      - {at: +0m, state: open}
      - {at: +1m, open: P1, incident: 2}
      - {at: +119s, state: open, incident: 2}
      - {at: +2m, merge: devops-lead, incident: 2}
      - {at: +2m, state: resolved, incident: 2}
      - {at: +3m, refused: acknowledged, incident: 2, because: merged}
      - {at: +4m, state: acknowledged}
      - {at: +24m, wake: true, because: snooze}
      - {at: +30m, pause: system-admin, because: muted}
      - {at: +70m, severity: P1, by: devops-lead}
      - {at: +2h, resolve: devops-lead, incident: 1}
      - {at: +2h, state: resolved, incident: 1}
`

func TestAScenarioExpectsWhatBecomesOfIncidents(t *testing.T) {
	if got := outcome(t, states); got != "" {
		t.Errorf("it differs:\n%s", got)
	}
	for _, c := range []struct{ from, to, want string }{
		{"refused: acknowledged", "refused: resolved", `+ Fri 2026-12-25 03:03:00 CET (+3m0s)  refused acknowledge by system-admin of #2 because "incident #2 was merged into #1`},
		{"+4m, state: acknowledged", "+4m, state: open", "- Fri 2026-12-25 03:04:00 CET (+4m0s)  state open, but it is acknowledged [line 20]"},
		{"state: open, incident: 2", "state: open, incident: 3", "state open of #3, but it is not there yet [line 16]"},
		{"+24m, wake: true", "+25m, wake: true", "~ Fri 2026-12-25 03:24:00 CET (+24m0s)  wake by tocsin"},
		{"pause: system-admin", "pause: devops-lead", "~ Fri 2026-12-25 03:30:00 CET (+30m0s)  pause by system-admin"},
		{"severity: P1, by", "severity: P2, by", "~ Fri 2026-12-25 04:10:00 CET (+1h10m0s)  severity P1 by devops-lead"},
		{"resolve: devops-lead, incident: 1", "resolve: devops-lead, incident: 2", "- Fri 2026-12-25 05:00:00 CET (+2h0m0s)  resolve by devops-lead of #2"},
	} {
		if got := outcome(t, strings.Replace(states, c.from, c.to, 1)); !strings.Contains(got, c.want) {
			t.Errorf("%s for %s:\n%s\nwant %q", c.to, c.from, got, c.want)
		}
	}
}

func TestARefusedAnswerIsADifferenceUnlessItIsExpected(t *testing.T) {
	twice := strings.Replace(good, "answer: acknowledged@7m", "answer: [acknowledged@7m, reopened@8m]", 1)
	if got := outcome(t, twice); got != "" {
		t.Fatalf("what was so already is a difference:\n%s", got)
	}
	refused := strings.Replace(good, "answer: acknowledged@7m", "answer: [acknowledged@7m, resolved@65m, jump:5@66m]", 1)
	const want = `+ Fri 2026-12-25 04:06:00 CET (+1h6m0s)  refused jump by system-admin of #1 because "incident #1 is resolved`
	if got := outcome(t, refused); !strings.Contains(got, want) {
		t.Errorf("it passes, or says otherwise:\n%s", got)
	}
	if got := outcome(t, strings.Replace(refused, "    expect:\n", "    expect:\n      - {at: +66m, refused: jump, because: is resolved}\n      - {at: +65m, clear: vp-engineering}\n", 1)); got != "" {
		t.Errorf("expected, it is a difference:\n%s", got)
	}
}

// lost is a scenario of pages that are not accepted, of reminders and of the all clear.
const lost = `scenarios:
  - name: what is not accepted goes another way
    at: 2026-12-25T03:00
    alert: {alertname: SystemDown, service: backend}
    fail: [sms, email, system-admin:slack, system-admin:voice]
    answer: [acknowledged@2m by engineering-manager, resolved@4h by devops-lead]
    expect:
      - {at: +0m, page: system-admin, over: [sms, email, slack]}
      - {at: +10s, failover: true, because: not accepted within 10 s (unknown); voice instead}
      - {at: +10s, page: system-admin, over: voice}
      - {at: +20s, failover: true, because: engineering-manager instead}
      - {at: +20s, page: engineering-manager, role: manager, over: [sms, email, slack]}
      - {at: +30s, page: engineering-manager, over: voice}
      - {at: +1h, page: vp-engineering, over: [sms, email, slack]}
      - {at: +3610s, page: vp-engineering, over: voice}
      - {at: +92m, remind: engineering-manager, role: assignee, over: [sms, email, slack]}
      - {at: +182m, remind: engineering-manager, role: assignee, over: [sms, email, slack]}
      - {at: +4h, clear: system-admin, over: [sms, email, slack]}
      - {at: +4h, clear: engineering-manager, over: [sms, email, slack], because: told of it}
      - {at: +4h, clear: vp-engineering}
    expect-nothing-else: true
`

func TestAScenarioExpectsFailoversRemindersAndAllClears(t *testing.T) {
	p := policytest.Manual(t)
	row := p.Matrix[alerting.P0]
	row.Remind = 90 * time.Minute
	p.Matrix[alerting.P0] = row
	if got := outcomeBy(t, p, lost); got != "" {
		t.Errorf("it differs:\n%s", got)
	}
	for _, c := range []struct{ from, to, want string }{
		{"fail: [sms, email, system-admin:slack, system-admin:voice]", "fail: sms", "- Fri 2026-12-25 03:00:20 CET (+20s)  failover"},
		{"+92m, remind", "+91m, remind", "+ Fri 2026-12-25 04:32:00 CET (+1h32m0s)  remind engineering-manager as assignee"},
		{"      - {at: +4h, clear: vp-engineering}\n", "", "+ Fri 2026-12-25 07:00:00 CET (+4h0m0s)  clear vp-engineering"},
		{"{at: +10s, failover: true, because: not accepted", "{at: +10s, failover: true, because: accepted twice", "~ Fri 2026-12-25 03:00:10 CET (+10s)  failover"},
	} {
		if got := outcomeBy(t, p, strings.Replace(lost, c.from, c.to, 1)); !strings.Contains(got, c.want) {
			t.Errorf("%s for %s:\n%s\nwant %q", c.to, c.from, got, c.want)
		}
	}
}

func hasFault(fs Faults, line int, says string) bool {
	for _, f := range fs {
		if f.Line == line && strings.Contains(f.Message, says) {
			return true
		}
	}
	return false
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(lost))
	f.Add([]byte("scenarios: [{name: x, at: 2026-01-01, alert: [a.json, {labels: {a: b}}], expect: {at: +1m, open: P1}}]"))
	f.Add([]byte("scenarios: [{name: x, at: 2026-01-01, open: {title: a, severity: P1, by: devops-lead}, answer: merge:1@1m on 2, expect: [{at: +1m, refused: merge, incident: 2}, {at: +1m, state: open}, {at: +2m, wake: true}]}]"))
	p := policytest.Manual(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		scenarios, err := Parse(src, p, time.UTC)
		if err == nil && len(scenarios) == 0 {
			t.Error("a file without scenarios is taken")
		}
		for _, s := range scenarios {
			if s.Name == "" || s.At.IsZero() || len(s.Alerts)+len(s.Opens) == 0 {
				t.Errorf("a scenario was taken that says too little: %+v", s)
			}
		}
	})
}
