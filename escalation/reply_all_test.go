package escalation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

// inbox answers replies about three incidents: an open one, one that is acknowledged, and one that is resolved.
func inbox(t *testing.T) (*escalation.Policy, escalation.Incidents, *[]int64) {
	t.Helper()
	p := policytest.Manual(t)
	open := func(id int64) escalation.Case {
		return p.Open(escalation.Manual{Title: "it is down", Severity: alerting.P0}, id, "key", monday).Case
	}
	by := func(c escalation.Case, verb escalation.Verb) escalation.Case {
		d, err := p.Apply(c, escalation.Answer{Verb: verb, By: alerting.Actor{Name: "devops-lead"}}, monday)
		if err != nil {
			t.Fatal(err)
		}
		return d.Case
	}
	cases := map[int64]escalation.Case{3: open(3), 4: by(open(4), escalation.Acknowledge), 5: by(open(5), escalation.Resolve), 7: open(7)}
	var locked []int64
	return p, escalation.Incidents{
		Recent: func(person string) ([]int64, error) {
			if person != "system-admin" {
				return nil, nil
			}
			return []int64{7, 5, 4, 3, 9}, nil
		},
		Find: func(id int64) (escalation.Case, error) {
			locked = append(locked, id)
			c, ok := cases[id]
			if !ok {
				return c, alerting.ErrNotFound
			}
			return c, nil
		},
	}, &locked
}

func TestAReplyToAllAcknowledgesEachIncidentThatItsSenderWasToldOf(t *testing.T) {
	p, in, locked := inbox(t)
	a, err := p.Reply(escalation.Reply{Channel: escalation.SMS, Address: "+15005550003", All: true, Verb: escalation.Acknowledge}, in, monday, monday.Add(time.Minute))
	if err != nil || len(a.All) != 2 || a.Decision.Changed || a.Person != "system-admin" {
		t.Fatalf("%+v, %v", a, err)
	}
	for k, id := range []int64{3, 7} {
		if d := a.All[k]; d.Case.Incident.ID != id || d.Case.Incident.AcknowledgedBy != "system-admin" || d.Answer != escalation.Acknowledge || d.By.Via != "sms" {
			t.Errorf("decision %d is %+v", k, d)
		}
	}
	const want = "Acknowledged 2 incidents: #3, #7. #4: already acknowledged by devops-lead at 2026-02-02 09:00:00 UTC. #5: incident #5 is resolved (by devops-lead at 2026-02-02 09:00:00 UTC): reopen it first. #9: there is no such incident."
	if a.Text != want || a.Outcome != "acknowledged 2 of 5" {
		t.Errorf("%q (%s)", a.Text, a.Outcome)
	}
	if !slices.IsSorted(*locked) {
		t.Errorf("they were locked in the order %v", *locked)
	}
}

func TestAReplyToAllOfNothingAndOneThatIsNoAcknowledgementChangeNothing(t *testing.T) {
	p, in, _ := inbox(t)
	for says, r := range map[string]escalation.Reply{
		"told of no open incident": {Channel: escalation.Voice, Address: "+15005550001", Verb: escalation.Acknowledge},
		"Only ACK can be said":     {Channel: escalation.SMS, Address: "+15005550003", Verb: escalation.Resolve},
		"has this telephone number": {
			Channel: escalation.Voice, Address: "+4915100000000", Verb: escalation.Acknowledge,
		},
	} {
		r.All = true
		a, err := p.Reply(r, in, monday, monday)
		if err != nil || len(a.All) != 0 || a.Decision.Changed || !strings.Contains(a.Text, says) || a.Outcome == "" {
			t.Errorf("%+v: %+v, %v", r, a, err)
		}
	}
}

func TestAReplyAssignsByPersonOrByTheirAddress(t *testing.T) {
	p, in, _ := inbox(t)
	reply := func(person, to string) escalation.Answered {
		t.Helper()
		r := escalation.Reply{Channel: escalation.Slack, Address: "U0SYS", Incident: 3, Verb: escalation.Assign, Person: person, To: to}
		a, err := p.Reply(r, in, monday, monday)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, a := range []escalation.Answered{reply("devops-lead", ""), reply("", "U0DEVOPS")} {
		if a.Decision.Case.Incident.Assignee != "devops-lead" || a.Text != "#3 it is down: Assigned to devops-lead by system-admin." || len(a.Decision.Pages) != 3 {
			t.Errorf("%+v", a)
		}
	}
	if a := reply("", "U0NOBODY"); a.Decision.Changed || !strings.Contains(a.Text, "Nobody of Tocsin's directory has that Slack user") {
		t.Errorf("%+v", a)
	}
	if a := reply("nemo", ""); a.Decision.Changed || !strings.Contains(a.Text, "nobody called") {
		t.Errorf("%+v", a)
	}
}

func TestAReplyWritesANoteAsItsSender(t *testing.T) {
	p, in, _ := inbox(t)
	note := func(text string) escalation.Answered {
		t.Helper()
		a, err := p.Reply(escalation.Reply{Channel: escalation.Slack, Address: "U0SYS", Incident: 5, Verb: escalation.Note, Text: text}, in, monday, monday)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := note("the disk was full")
	if n := len(a.Decision.Entries); n != 1 || a.Decision.Entries[0].Kind != alerting.KindNote || a.Decision.Entries[0].Text != "the disk was full" || a.Decision.Entries[0].Actor.Name != "system-admin" {
		t.Errorf("%+v", a)
	}
	if a := note(" "); a.Decision.Changed || a.Text != "The note is empty." {
		t.Errorf("%+v", a)
	}
}
