package simulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/escalation/simulator"
)

func TestWhatFailsForGoodGoesAnotherWayAtThatMomentAndGetsNoAllClear(t *testing.T) {
	w := simulator.New(policytest.Manual(t), christmas)
	w.Assume(func(person string, ch escalation.Channel) simulator.Outcome {
		if ch == escalation.SMS {
			return simulator.Fails
		}
		return simulator.Accepts
	})
	w.Receive([]alerting.Event{systemDown(christmas)})
	w.AdvanceTo(christmas)
	expect(t, told(w.Story(), christmas), "0s page system-admin sms,email,slack,voice")
	if _, err := w.Answer(1, answer(escalation.Resolve, "devops-lead")); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range w.Story() {
		if e.Kind == simulator.Clear {
			got = append(got, e.Person+" "+string(e.Channel))
		}
	}
	expect(t, got, "system-admin email", "system-admin slack")
}

func TestWhoWasToldBeforeTheSeverityChangedGetsTheAllClear(t *testing.T) {
	w := simulator.New(policytest.Manual(t), christmas)
	w.Receive([]alerting.Event{systemDown(christmas)})
	w.AdvanceTo(christmas)
	lower := answer(escalation.SetSeverity, "devops-lead")
	lower.Severity = alerting.P2
	for _, a := range []escalation.Answer{lower, answer(escalation.Resolve, "devops-lead")} {
		if _, err := w.Answer(1, a); err != nil {
			t.Fatal(err)
		}
	}
	w.AdvanceTo(christmas.Add(96 * time.Hour))
	var got []string
	for _, e := range w.Story() {
		if e.Kind == simulator.Clear {
			got = append(got, e.Person+" "+string(e.Channel))
		}
	}
	slices.Sort(got)
	expect(t, got, "system-admin email", "system-admin slack", "system-admin sms")
}

func TestWhoWasNotReachedDoesNotAnswerFirst(t *testing.T) {
	r := request(t, "acknowledged@1m")
	for _, s := range []string{"system-admin:sms", "system-admin:email", "system-admin:slack", "system-admin:voice"} {
		l, err := simulator.ParseLoss(s)
		if err != nil || l.String() != s {
			t.Fatal(l, err)
		}
		r.Lost = append(r.Lost, l)
	}
	if inc := run(t, r).Cases[0].Incident; inc.AcknowledgedBy != "engineering-manager" {
		t.Errorf("%q acknowledged", inc.AcknowledgedBy)
	}
	r.Lost = []simulator.Loss{{Person: "nemo", Channel: escalation.SMS}}
	if _, err := simulator.Run(policytest.Manual(t), r); err == nil || !strings.Contains(err.Error(), "nobody called") {
		t.Errorf("pages of nobody fail: %v", err)
	}
}

func TestPlacesAreToldAsAnIncidentOpensChangesAndEnds(t *testing.T) {
	p := policytest.Manual(t)
	row := p.Matrix[alerting.P0]
	row.Places = []escalation.Place{{ID: "url-3fa29c01", Channel: escalation.URL, Address: "telegram://secret"}}
	p.Matrix[alerting.P0] = row
	out, err := simulator.Run(p, request(t, "acknowledged@1m", "note:looking@2m", "resolved@3m"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range out.Story {
		if e.Kind == simulator.Place {
			got = append(got, e.At.Sub(christmas).Round(time.Second).String()+" "+e.Person+" "+e.Reason)
		}
		if strings.Contains(e.Reason+e.Says, "secret") {
			t.Errorf("the story shows an address: %+v", e)
		}
	}
	expect(t, got, "0s url-3fa29c01 P0, open", "1m0s url-3fa29c01 P0, acknowledged", "3m0s url-3fa29c01 P0, resolved")
}

func FuzzParseLoss(f *testing.F) {
	for _, s := range []string{"sms", "devops-lead:slack", " : sms", "a:b:voice", "", "Voice"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := simulator.ParseLoss(s)
		if err != nil {
			return
		}
		if !slices.Contains(escalation.Channels, l.Channel) {
			t.Errorf("%q is taken for the channel %q", s, l.Channel)
		}
		if again, err := simulator.ParseLoss(l.String()); err != nil || again != l {
			t.Errorf("%q is read as %+v, and its own text as %+v (%v)", s, l, again, err)
		}
	})
}
