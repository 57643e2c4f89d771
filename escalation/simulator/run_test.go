package simulator_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/escalation/simulator"
)

func request(t *testing.T, answers ...string) simulator.Request {
	t.Helper()
	r := simulator.Request{At: christmas, Alerts: []simulator.Delivery{{Events: []alerting.Event{systemDown(christmas)}}}}
	for _, s := range answers {
		a, err := simulator.ParseAnswer(s)
		if err != nil {
			t.Fatal(err)
		}
		r.Answers = append(r.Answers, a)
	}
	return r
}

func TestAnAcknowledgementKeepsAllButTheExecutiveAsleep(t *testing.T) {
	out, err := simulator.Run(policytest.Manual(t), request(t, "acknowledged@7m"))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, told(out.Story, christmas),
		"0s page system-admin sms,email,slack",
		"5m0s page system-admin sms,email,slack",
		"1h0m0s page vp-engineering sms,email,slack",
	)
	if inc := out.Cases[0].Incident; inc.AcknowledgedBy != "system-admin" {
		t.Errorf("whoever was told first acknowledges, not %q", inc.AcknowledgedBy)
	}
	if o := out.Opened; o.Severity != alerting.P0 || !strings.HasPrefix(o.Title, "SystemDown") || o.Reason.Text == "" {
		t.Errorf("it opens as %+v", o)
	}
}

func TestWhatIsDueAtAnAnswersMomentComesFirst(t *testing.T) {
	out, err := simulator.Run(policytest.Manual(t), request(t, "resolved@5m by devops-lead"))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, told(out.Story, christmas),
		"0s page system-admin sms,email,slack",
		"5m0s page system-admin sms,email,slack")
}

func TestARefusedAnswerIsTold(t *testing.T) {
	out, err := simulator.Run(policytest.Manual(t), request(t, "resolved@1m", "acknowledged@2m"))
	if err != nil {
		t.Fatal(err)
	}
	last := out.Story[len(out.Story)-1]
	if last.Kind != simulator.Refused || !strings.Contains(last.Reason, "reopen it first") {
		t.Errorf("the last event is %+v", last)
	}
}

func TestWhatIsOwedAfterTheEndIsSaid(t *testing.T) {
	r := request(t)
	r.For = 40 * time.Minute
	out, err := simulator.Run(policytest.Manual(t), r)
	if err != nil {
		t.Fatal(err)
	}
	if want := christmas.Add(time.Hour); !out.Next.Equal(want) || out.Cut {
		t.Errorf("next is %v (cut: %v), want %v", out.Next, out.Cut, want)
	}
}

func TestAnIncidentOpenedByHandIsSimulatedToo(t *testing.T) {
	r := simulator.Request{At: christmas, Manual: &escalation.Manual{Title: "Invoices are printed twice", Severity: alerting.P1, By: alerting.Actor{Name: "ada"}}}
	out, err := simulator.Run(policytest.Manual(t), r)
	if err != nil || out.Opened.Severity != alerting.P1 || len(told(out.Story, christmas)) == 0 {
		t.Errorf("%+v, %v", out.Opened, err)
	}
}

func TestQuestionsThatCannotBeAnsweredAreRefused(t *testing.T) {
	ended := request(t)
	ended.Alerts[0].Events[0] = policytest.Ended(ended.Alerts[0].Events[0], christmas)
	long := request(t)
	long.For = 400 * 24 * time.Hour
	for says, r := range map[string]simulator.Request{
		"no incident opens":    ended,
		"there is no alert":    {At: christmas},
		"at most a year":       long,
		`nobody called "nemo"`: request(t, "assign:nemo@1m"),
	} {
		if _, err := simulator.Run(policytest.Manual(t), r); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one with %q", err, says)
		}
	}
}
