package notifiers_test

import (
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
)

func TestTheLastLineSaysWhyThisReaderOfAllPeople(t *testing.T) {
	fresh := notifierstest.Notice
	german := func(n notifiers.Notice) notifiers.Notice { n.Brief.Locale.Language = "de"; return n }
	with := func(change func(*notifiers.Notice)) notifiers.Notice { n := fresh(); change(&n); return n }
	lastResort := with(func(n *notifiers.Notice) {
		n.Page.Says = "manager reaches nobody, so you are told: initial response overdue"
		n.Page.Reason.Said = alerting.Say("why.nobody", "role", "manager", "text", "initial response overdue")
	})
	for want, n := range map[string]notifiers.Notice{
		"the escalation rules name you for incident #412":                                 fresh(),
		"nobody else could be reached for incident #412, and you are the last resort":     lastResort,
		"für Vorfall #412 sonst niemand zu erreichen war und Sie die letzte Instanz sind": german(with(func(n *notifiers.Notice) { n.Page.Role = "catch_all" })),
		"incident #412 was assigned to you":                                               with(func(n *notifiers.Notice) { n.Page.Kind = escalation.AssignStep }),
		"you have incident #412 in hand":                                                  with(func(n *notifiers.Notice) { n.Page.Kind = "remind" }),
		"you were told of incident #412 while it was open":                                with(func(n *notifiers.Notice) { n.Page.Kind = "clear" }),
		"incident #412 was escalated to you by DevOps Lead": with(func(n *notifiers.Notice) {
			n.Page.Says, n.Page.Reason.Said = "x", alerting.Say("why.escalated", "by", "devops-lead")
		}),
		"you learn along with incident #412: you shadow primary": with(func(n *notifiers.Notice) {
			n.Page.Says, n.Page.Reason.Said = "x", alerting.Say("why.shadow", "rotation", "primary")
		}),
		"Sie bei Vorfall #412 mitlernen (Rotation primary)": german(with(func(n *notifiers.Notice) {
			n.Page.Says, n.Page.Reason.Said = "x", alerting.Say("why.shadow", "rotation", "primary")
		})),
	} {
		if got := n.Because(); got != want || n.Text().Because != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got, want := lastResort.Why(), "manager reaches nobody, so you are told: initial response overdue"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := german(lastResort).Why(), "Manager erreicht niemanden, deshalb Sie: initial response overdue"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAPageThatWentAnotherWaySaysInsteadOfWhat has the reasons that escalation really writes.
func TestAPageThatWentAnotherWaySaysInsteadOfWhat(t *testing.T) {
	p := policytest.Manual(t)
	n := notifierstest.Notice()
	now := n.Brief.Incident.OpenedAt
	c := escalation.Case{Incident: n.Brief.Incident, Plan: p.NewPlan(alerting.P0, 1, now)}
	late := []escalation.Fate{{Step: 0, Person: "system-admin", Channel: escalation.SMS, AcceptBy: now, Why: "500; try again"}}
	moved := func() notifiers.Notice {
		d := p.Failover(c, late, now.Add(time.Second))
		if len(d.Pages) == 0 {
			t.Fatalf("nothing goes another way: %+v", d.Entries)
		}
		n := notifierstest.Notice()
		n.Page.Person, n.Page.Channel, n.Page.Role, n.Page.Reason = d.Pages[0].Person, d.Pages[0].Channel, d.Pages[0].Role, d.Pages[0].Reason
		return n
	}
	n = moved()
	if n.Why() != "instead of an SMS (not accepted)" || n.Because() != "the escalation rules name you for incident #412" {
		t.Errorf("over %s: %q, %q, of %q", n.Page.Channel, n.Why(), n.Because(), n.Page.Reason.Text)
	}
	late[0].Channel = escalation.Email
	for _, ch := range []escalation.Channel{escalation.SMS, escalation.Slack, escalation.Voice} {
		late = append(late, escalation.Fate{Step: 0, Person: "system-admin", Channel: ch, Failed: true})
	}
	n = moved()
	n.Page.Says = "initial response overdue"
	if n.Why() != "initial response overdue, instead of System Admin (not reached)" || n.Because() != "incident #412 is open and System Admin could not be reached" {
		t.Errorf("to %s: %q, %q, of %q", n.Page.Person, n.Why(), n.Because(), n.Page.Reason.Text)
	}
	n.Brief.Locale.Language = "de"
	if n.Why() != "initial response overdue, statt System Admin (nicht erreicht)" {
		t.Errorf("in German: %q", n.Why())
	}
}

func TestAPageOfALaterRoundSaysThatItComesAgain(t *testing.T) {
	n := notifierstest.Notice()
	n.Page.Round, n.Brief.Plan.Round = 2, 2
	n.Brief.Plan.Start = n.Brief.Incident.OpenedAt
	if got := n.Why(); got != "again, now P0" {
		t.Errorf("after a change of severity: %q", got)
	}
	n.Brief.Plan.From = n.Brief.Incident.OpenedAt.Add(time.Hour)
	n.Brief.Plan.Start = n.Brief.Plan.From
	if got := n.Why(); got != "reopened" {
		t.Errorf("after its end: %q", got)
	}
	n.Page.Says = "initial response overdue"
	if got := n.Why(); got != "initial response overdue" {
		t.Errorf("a later step of that round: %q", got)
	}
}

func TestEveryChannelHasAWordInBothLanguages(t *testing.T) {
	for _, language := range []string{"en", "de"} {
		w := notifiers.Locale{Language: language}.Words()
		for _, ch := range escalation.Channels {
			if got := w.Channel(string(ch)); got == "" || got == string(ch) {
				t.Errorf("%s has no word in %s: %q", ch, language, got)
			}
		}
	}
}
