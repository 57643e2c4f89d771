package simulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/escalation/simulator"
)

var christmas = time.Date(2026, 12, 25, 2, 0, 0, 0, time.UTC) // a holiday, 03:00 in Berlin

func systemDown(at time.Time) alerting.Event {
	return policytest.Event(at, "alertname", "SystemDown", "service", "backend", "severity", "critical")
}

// told lists who is told when, over which channels together: "15m0s page engineering-manager sms,email,slack".
func told(story []simulator.Event, start time.Time) (out []string) {
	for _, e := range story {
		if e.Channel == "" || e.Kind != simulator.Page && e.Kind != simulator.Assign {
			continue
		}
		line := fmt.Sprintf("%s %s %s ", e.At.Sub(start), e.Kind, e.Person)
		if n := len(out); n > 0 && strings.HasPrefix(out[n-1], line) {
			out[n-1] += "," + string(e.Channel)
			continue
		}
		out = append(out, line+string(e.Channel))
	}
	return out
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func answer(verb escalation.Verb, by string) escalation.Answer {
	return escalation.Answer{Verb: verb, By: alerting.Actor{Name: by, Via: "test"}}
}

func TestNobodyAnswersAtChristmasAndEveryStepTellsSomebody(t *testing.T) {
	w := simulator.New(policytest.Manual(t), christmas)
	w.Receive([]alerting.Event{systemDown(christmas)})
	if got := told(w.Story(), christmas); len(got) != 0 {
		t.Errorf("before time passes nobody is told, but %v", got)
	}
	w.AdvanceTo(christmas.Add(24 * time.Hour))
	expect(t, told(w.Story(), christmas),
		"0s page system-admin sms,email,slack",
		"5m0s page system-admin sms,email,slack",
		"15m0s page engineering-manager sms,email,slack",
		"30m0s page devops-lead sms,email,slack",
		"1h0m0s page vp-engineering sms,email,slack",
	)
	if at, ok := w.NextAt(); ok {
		t.Errorf("something is owed at %v after the last step", at)
	}
}

func TestPassedOverPeopleAndSkippedStepsAreTold(t *testing.T) {
	w := simulator.New(policytest.Manual(t), christmas)
	w.Receive([]alerting.Event{systemDown(christmas)})
	w.AdvanceTo(christmas.Add(40 * time.Minute))
	if _, err := w.Answer(1, answer(escalation.Resolve, "devops-lead")); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range w.Story() {
		if e.Kind == simulator.Pass || e.Kind == simulator.Skip {
			got = append(got, fmt.Sprintf("%s %d %s %s: %s", e.Kind, e.Step, e.Role, e.Person, e.Reason))
		}
	}
	expect(t, got,
		"pass 4 senior-engineer database-admin: is reached in business hours only, and it is not business time",
		"skip 5 executive : not needed: resolved by devops-lead at 2026-12-25 02:40:00 UTC",
	)
}

func TestOneAlertEndsAndFiresAgainUnderTheSameNumber(t *testing.T) {
	w := simulator.New(policytest.Manual(t), christmas)
	e := systemDown(christmas)
	w.Receive([]alerting.Event{e})
	w.AdvanceTo(christmas.Add(time.Minute))
	w.Receive([]alerting.Event{policytest.Ended(e, w.Now())})
	if c, _ := w.Case(1); c.Incident.State != alerting.StateResolved {
		t.Fatalf("its only alert has ended, and it is %s", c.Incident.State)
	}
	again := systemDown(christmas.Add(10 * time.Minute))
	w.AdvanceTo(again.StartsAt)
	w.Receive([]alerting.Event{again})
	if c, _ := w.Case(1); len(w.Cases()) != 1 || c.Incident.Round != 2 {
		t.Errorf("within half an hour it reopens: %d incidents, round %d", len(w.Cases()), c.Incident.Round)
	}
	w.AdvanceTo(christmas.Add(20 * time.Minute))
	w.Receive([]alerting.Event{policytest.Ended(again, w.Now())})
	late := systemDown(christmas.Add(2 * time.Hour))
	w.AdvanceTo(late.StartsAt)
	w.Receive([]alerting.Event{late})
	if len(w.Cases()) != 2 {
		t.Errorf("after half an hour a new incident opens: there are %d", len(w.Cases()))
	}
	if n := len(w.Alerts(1)) + len(w.Alerts(2)); n != 1 {
		t.Errorf("of one fingerprint one episode is the newest, not %d", n)
	}
}

func TestResolvingClosesAlertsAndReopeningBringsThemBack(t *testing.T) {
	w := simulator.New(policytest.Manual(t), christmas)
	w.Receive([]alerting.Event{systemDown(christmas)})
	_, _ = w.Answer(1, answer(escalation.Resolve, "ada"))
	if a := w.Alerts(1); a[0].Status != alerting.Resolved {
		t.Errorf("a person resolved it, and its alert is %s", a[0].Status)
	}
	_, _ = w.Answer(1, answer(escalation.Reopen, "ada"))
	c, _ := w.Case(1)
	if a := w.Alerts(1); a[0].Status != alerting.Firing || c.Incident.FiringCount != 1 {
		t.Errorf("reopened, its alert is %s, and %d fire", a[0].Status, c.Incident.FiringCount)
	}
}

func TestAnOutageCollapsesWhatFellDue(t *testing.T) {
	w := simulator.New(policytest.Manual(t), christmas)
	w.Receive([]alerting.Event{systemDown(christmas)})
	w.Sleep(christmas.Add(20 * time.Minute))
	w.AdvanceTo(w.Now())
	expect(t, told(w.Story(), christmas),
		"20m0s page system-admin sms,email,slack",
		"20m0s page engineering-manager sms,email,slack")
}

func TestNothingCanBeAnsweredAboutWhatIsNotThere(t *testing.T) {
	w := simulator.New(policytest.Manual(t), christmas)
	if _, err := w.Answer(7, answer(escalation.Acknowledge, "ada")); err == nil {
		t.Error("incident 7 was acknowledged, and there is none")
	}
}

func BenchmarkSequenceOf50(b *testing.B) {
	p := policytest.Manual(b)
	for b.Loop() {
		w := simulator.New(p, christmas)
		for i := range 10 {
			at := christmas.Add(time.Duration(i) * 3 * time.Minute)
			w.AdvanceTo(at)
			w.Receive([]alerting.Event{policytest.Event(at, "alertname", "SystemDown", "service", fmt.Sprint(i%3))})
			w.AdvanceTo(at.Add(time.Minute))
			_, _ = w.Answer(int64(i%3+1), answer(escalation.Acknowledge, "ada"))
			_, _ = w.Answer(int64(i%3+1), answer(escalation.Resolve, "ada"))
		}
		w.AdvanceTo(christmas.Add(24 * time.Hour))
	}
}

func TestAMachineThatFindsNoEndAtOneMomentIsSetAside(t *testing.T) {
	p := policytest.Manual(t)
	p.Matrix[alerting.P0] = escalation.Row{
		Channels: []escalation.Channel{escalation.SMS},
		Steps:    []escalation.Step{{Kind: escalation.PageStep, Role: "on-call", Until: escalation.UntilAcknowledged}},
		Repeat:   escalation.Repeat{Times: 1000},
	}
	w := simulator.New(p, christmas)
	w.Receive([]alerting.Event{systemDown(christmas)})
	w.AdvanceTo(christmas)
	if last := w.Story()[len(w.Story())-1]; last.Kind != simulator.Stuck {
		t.Errorf("after %d events the last is %+v", len(w.Story()), last)
	}
}
