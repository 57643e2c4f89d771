package replay_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/escalation/simulator/replay"

	"pgregory.net/rapid"
)

func TestWhatWasRecordedUnderAPolicyIsWhatThatPolicyReplays(t *testing.T) {
	verbs := []escalation.Verb{
		escalation.Acknowledge, escalation.Resolve, escalation.Reopen, escalation.Escalate, escalation.Snooze,
		escalation.Assign, escalation.SetSeverity, escalation.Jump, escalation.Mute, escalation.Unmute, escalation.Merge, escalation.Split, escalation.Open,
	}
	rapid.Check(t, func(rt *rapid.T) {
		r := newRecorder(t)
		for range rapid.IntRange(1, 12).Draw(rt, "acts") {
			r.after(time.Duration(rapid.IntRange(1, 90).Draw(rt, "minutes")) * time.Minute)
			if n := int64(len(r.Cases())); n > 0 && rapid.Bool().Draw(rt, "answer") {
				r.try(rapid.Int64Range(1, n).Draw(rt, "incident"), escalation.Answer{
					Verb: rapid.SampledFrom(verbs).Draw(rt, "verb"), Until: r.Now().Add(time.Hour), Person: "devops-lead",
					Severity: rapid.SampledFrom([]alerting.Severity{alerting.P0, alerting.P1, alerting.P2}).Draw(rt, "severity"),
					Step:     rapid.IntRange(1, 5).Draw(rt, "step"), Into: rapid.Int64Range(1, n).Draw(rt, "into"),
				})
				continue
			}
			e := policytest.Event(r.Now(), "alertname", rapid.SampledFrom([]string{"SystemDown", "HighErrorRate", "Slow"}).Draw(rt, "name"),
				"service", "a", "instance", fmt.Sprint(rapid.IntRange(1, 2).Draw(rt, "instance")))
			if rapid.Bool().Draw(rt, "ends") {
				e = policytest.Ended(e, r.Now())
			}
			r.receive(e)
		}
		r.after(30 * time.Hour)
		out := r.under(func(*escalation.Policy) {})
		if len(out.Incidents) > 0 || len(out.Lost) > 0 || len(out.Unknown) > 0 || out.Was != out.Now || out.Fewer+out.More+out.Moved != 0 {
			rt.Fatalf("%+v\n%s", out, told(out))
		}
	})
}

// try gives an answer, and records it unless it is refused.
func (r *recorder) try(id int64, a escalation.Answer) {
	a.By = alerting.Actor{Name: "ada", Via: "test"}
	rec := escalation.RecordedAnswer{At: r.Now(), Incident: id}
	var err error
	switch a.Verb {
	case escalation.Open:
		rec.Manual = &escalation.Manual{Title: "Fire", Severity: a.Severity, By: a.By}
		rec.Incident, err = r.World.Open(*rec.Manual)
	case escalation.Split:
		rec.Split = int64(len(r.Cases())) + 1
		for _, al := range r.World.Alerts(id) {
			a.Alerts = []string{al.Fingerprint}
		}
		fallthrough
	default:
		_, err = r.World.Answer(id, a)
	}
	if rec.Answer = a; err == nil {
		r.Answers = append(r.Answers, rec)
	}
	r.after(0)
}

func TestAnIncidentThatWouldReopenAnotherTellsTheSamePeople(t *testing.T) {
	r := newRecorder(t)
	e := down(friday, "a")
	r.receive(e)
	r.after(time.Minute)
	r.receive(policytest.Ended(e, r.Now()))
	r.after(time.Hour)
	r.receive(down(r.Now(), "a"))
	r.after(time.Minute)
	r.answer(2, escalation.Answer{Verb: escalation.Resolve})
	r.after(time.Hour)
	longer := func(p *escalation.Policy) { p.ReopenWithin = 2 * time.Hour }
	out := r.from(friday.Add(30*time.Minute), longer)
	if len(out.Incidents) != 0 || out.Now.Pages != 3 || out.Compared != 1 || len(out.Lost) != 0 {
		t.Errorf("%+v\n%s", out, told(out))
	}
	if out := r.under(longer); len(out.Incidents) != 0 || out.Now.Pages != 6 || out.Compared != 2 {
		t.Errorf("with the first one too: %+v\n%s", out, told(out))
	}
}

func TestAlertsThatWereSplitOffMayBeApartFromTheBeginning(t *testing.T) {
	r := newRecorder(t)
	one, two := down(friday, "a"), down(friday, "b")
	one.Group, two.Group = nil, nil
	r.policy.GroupBy = []string{"alertname"}
	r.receive(one, two)
	r.after(time.Minute)
	r.try(1, escalation.Answer{Verb: escalation.Split})
	r.answer(2, escalation.Answer{Verb: escalation.Resolve})
	r.after(time.Minute)
	r.answer(1, escalation.Answer{Verb: escalation.Resolve})
	out := r.under(func(p *escalation.Policy) { p.GroupBy = []string{"alertname", "service"} })
	if len(out.Lost) != 0 || out.Was.Pages != 6 || out.Now.Pages != 6 || len(out.Incidents) != 2 {
		t.Errorf("%+v\n%s", out, told(out))
	}
}

func TestAnIncidentThatWasNotThereIsListedWithItsPages(t *testing.T) {
	r := newRecorder(t)
	r.receive(down(friday, "a"))
	r.Arrivals[0].Incident = 0 // as under a policy that took it for something else
	out := replay.Run(r.policy, r.Record, friday, friday.Add(time.Second))
	expect(t, told(out), `#0 +system-admin@0s [email slack sms]: System Admin holds on-call: rotation primary is with system-admin until 2026-02-09 08:00:00 UTC`)
	if inc := out.Incidents[0]; inc.Now != alerting.P0 || inc.Title != "SystemDown a" || out.Compared != 0 {
		t.Errorf("%+v", inc)
	}
}

func TestPagesAtNightAreThoseOfThePersonsOwnNight(t *testing.T) {
	r := newRecorder(t)
	r.receive(down(friday, "backend"))
	tokyo := time.FixedZone("Tokyo", 9*3600)
	out := r.under(func(p *escalation.Policy) {
		admin := p.Directory.People["system-admin"]
		admin.Calendar = &calendar.Calendar{Zone: tokyo, Workdays: []time.Weekday{time.Saturday}, Hours: []calendar.Span{{From: 0, To: 6 * 60}}}
		p.Directory.People["system-admin"] = admin
	})
	// Recorded pages are counted in the same zone: where the person is does not change what was recorded.
	if out.Was != out.Now || out.Now.Pages != 3 || out.Now.Night != 3 || out.Now.Off != 0 {
		t.Errorf("%+v", out)
	}
	if out := r.under(func(*escalation.Policy) {}); out.Now.Night != 0 || out.Now.Off != 3 {
		t.Errorf("in Berlin it is 17:30: %+v", out.Now)
	}
}

func TestAlertsThatWouldBeGroupedTogetherJoinTheFirstIncident(t *testing.T) {
	r := newRecorder(t)
	one, two := down(friday, "a"), down(friday.Add(time.Minute), "b")
	one.Group, two.Group = nil, nil
	r.receive(one)
	r.after(time.Minute)
	r.receive(two)
	r.after(time.Minute)
	r.answer(2, escalation.Answer{Verb: escalation.Acknowledge})
	r.after(10 * time.Minute)
	out := r.under(func(p *escalation.Policy) { p.GroupBy = []string{"alertname"} })
	expect(t, told(out), `
		#1 -system-admin@5m0s [email slack sms]: not needed: acknowledged by ada at 2026-02-06 16:32:00 UTC
		#2 -system-admin@1m0s [email slack sms]: its alerts would have joined #1`)
	if inc := out.Incidents[1]; !inc.Gone || inc.Joins != 1 || len(out.Lost) != 0 {
		t.Errorf("%+v, lost %+v", inc, out.Lost)
	}
}

func TestAnAnswerGoesToEveryIncidentThatHoldsTheAlerts(t *testing.T) {
	r := newRecorder(t)
	one, two := down(friday, "a"), down(friday, "b")
	one.Group, two.Group = nil, nil
	r.policy.GroupBy = []string{"alertname"}
	r.receive(one, two)
	r.after(time.Minute)
	r.answer(1, escalation.Answer{Verb: escalation.Resolve})
	r.after(2 * time.Hour)
	out := r.under(func(p *escalation.Policy) { p.GroupBy = []string{"alertname", "service"} })
	expect(t, told(out), `#1 +system-admin@0s [email slack sms]: System Admin holds on-call: rotation primary is with system-admin until 2026-02-09 08:00:00 UTC`)
	if len(out.Lost) != 0 {
		t.Errorf("lost %+v", out.Lost)
	}
}

func TestAReopeningThatWouldBeANewIncidentTellsTheSamePeople(t *testing.T) {
	r := newRecorder(t)
	e := down(friday, "a")
	r.receive(e)
	r.after(time.Minute)
	r.receive(policytest.Ended(e, r.Now()))
	r.after(20 * time.Minute)
	again := down(r.Now(), "a")
	r.receive(again)
	r.after(time.Minute)
	r.answer(1, escalation.Answer{Verb: escalation.Resolve})
	out := r.under(func(p *escalation.Policy) { p.ReopenWithin = time.Minute })
	if len(out.Incidents) != 0 || out.Now.Pages != 6 || len(out.Lost) != 0 {
		t.Errorf("%+v\n%s", out, told(out))
	}
}

func TestAnAnswerThatWouldBeRefusedIsListed(t *testing.T) {
	r := newRecorder(t)
	r.receive(down(friday, "a"))
	r.after(time.Minute)
	r.answer(1, escalation.Answer{Verb: escalation.Jump, Step: 5})
	out := r.under(func(p *escalation.Policy) {
		row := p.Matrix[alerting.P0]
		row.Steps = row.Steps[:3]
		p.Matrix[alerting.P0] = row
	})
	if len(out.Lost) != 1 || out.Lost[0].Verb != escalation.Jump || out.Lost[0].By != "ada" || out.Lost[0].Why == "" {
		t.Errorf("%+v", out.Lost)
	}
}

func TestAnIncidentWhoseBeginningIsNotRecordedIsNotCompared(t *testing.T) {
	r := newRecorder(t)
	r.receive(down(friday, "a"))
	r.after(10 * time.Minute)
	r.answer(1, escalation.Answer{Verb: escalation.Acknowledge})
	r.Arrivals = nil
	out := r.under(func(*escalation.Policy) {})
	if !slices.Equal(out.Unknown, []int64{1}) || out.Compared != 0 || out.Was.Pages != 0 || len(out.Incidents) != 0 {
		t.Errorf("%+v", out)
	}
}

func TestWhatCameBeforeSinceIsReplayedAndNotCounted(t *testing.T) {
	r := newRecorder(t)
	r.receive(down(friday, "a"))
	r.after(20 * time.Minute)
	out := r.from(friday.Add(10*time.Minute), func(p *escalation.Policy) {
		p.Matrix[alerting.P0].Steps[2].Role = "senior-engineer"
		p.Matrix[alerting.P0].Steps[0].Role = "manager"
	})
	expect(t, told(out), `#1 -engineering-manager@15m0s +devops-lead@15m0s [email slack sms]: DevOps Lead holds senior-engineer: senior-engineer is devops-lead, database-admin`)
	if out.Was.Pages != 3 || out.Was.Missed != 1 {
		t.Errorf("%+v", out.Was)
	}
}

func TestAStepPutInBetweenChangesNothingOfThoseAfterIt(t *testing.T) {
	r := newRecorder(t)
	r.receive(down(friday, "a"))
	r.after(20 * time.Minute)
	out := r.under(func(p *escalation.Policy) {
		row := p.Matrix[alerting.P0]
		step := row.Steps[2]
		step.After = calendar.Delay{Amount: 10 * time.Minute}
		step.Role = "senior-engineer"
		row.Steps = slices.Insert(slices.Clone(row.Steps), 2, step)
		p.Matrix[alerting.P0] = row
	})
	expect(t, told(out), `#1 +devops-lead@10m0s [email slack sms]: DevOps Lead holds senior-engineer: senior-engineer is devops-lead, database-admin`)
	if out.Fewer != 0 || out.More != 3 || out.Now.Missed != 3 || out.Was.Missed != 2 {
		t.Errorf("%+v", out)
	}
}

func TestARecordIsReadFromTheFirstOpeningToTheLastEnd(t *testing.T) {
	since, until, now := friday, friday.Add(time.Hour), friday.Add(48*time.Hour)
	ended := alerting.Incident{State: alerting.StateResolved, OpenedAt: friday.Add(-2 * time.Hour), ResolvedAt: friday.Add(2 * time.Hour)}
	from, end := replay.Extent([]alerting.Incident{ended}, since, until, now)
	if !from.Equal(ended.OpenedAt) || !end.After(ended.ResolvedAt) || end.After(now) {
		t.Errorf("%v to %v", from, end)
	}
	open := alerting.Incident{State: alerting.StateOpen, OpenedAt: friday}
	if _, end := replay.Extent([]alerting.Incident{ended, open}, since, until, now); !end.Equal(now) {
		t.Errorf("one is unresolved, and it is read to %v", end)
	}
}

func BenchmarkThousandIncidents(b *testing.B) {
	r := newRecorder(b)
	for i := range 1000 {
		e := down(r.Now(), fmt.Sprint(i))
		r.receive(e)
		r.after(time.Minute)
		r.answer(int64(i+1), escalation.Answer{Verb: escalation.Acknowledge})
		r.after(10 * time.Minute)
		r.answer(int64(i+1), escalation.Answer{Verb: escalation.Resolve})
	}
	rec := r.record()
	for b.Loop() {
		replay.Run(r.policy, rec, friday, r.Now())
	}
}

// reasons are the whys of what would not have been sent, each once, in order of the pages.
func reasons(out replay.Result) (why []string) {
	for _, inc := range out.Incidents {
		for _, c := range inc.Changes {
			if c.Now == nil && !slices.Contains(why, c.Because()) {
				why = append(why, c.Because())
			}
		}
	}
	return why
}

// changed replays with P0's row changed.
func (r *recorder) changed(change func(row *escalation.Row)) replay.Result {
	return r.under(func(p *escalation.Policy) {
		row := p.Matrix[alerting.P0]
		row.Steps = slices.Clone(row.Steps)
		change(&row)
		p.Matrix[alerting.P0] = row
	})
}

func minutes(n int) calendar.Delay { return calendar.Delay{Amount: time.Duration(n) * time.Minute} }

func TestWhatIsNotSentSaysWhenItsCounterpartWouldHaveComeAndWhyItDidNot(t *testing.T) {
	r := newRecorder(t)
	r.receive(down(friday, "a"))
	r.after(6 * time.Minute)
	r.answer(1, escalation.Answer{Verb: escalation.Resolve})
	for want, change := range map[string]func(row *escalation.Row){
		"would have come at 2026-02-06 16:40:00 UTC: resolved by ada at 2026-02-06 16:36:00 UTC": func(row *escalation.Row) { row.Steps[1].After = minutes(10) },
		// Another step bears the number now; the one that tells the same role is the third.
		"step 3 of P0 would have come at 2026-02-06 16:38:00 UTC: resolved by ada at 2026-02-06 16:36:00 UTC": func(row *escalation.Row) {
			manager := row.Steps[2]
			manager.After = minutes(7)
			row.Steps[1].After = minutes(8)
			row.Steps = slices.Insert(row.Steps, 1, manager)
			row.Steps[1].Until = escalation.UntilResolved
			row.Steps[0].Role = "executive" // so that only the third tells on-call
		},
		"no step of P0 tells on-call": func(row *escalation.Row) {
			for k := range row.Steps {
				row.Steps[k].Role = "executive"
				row.Steps[k].After = minutes(20)
			}
		},
		"step 3 of P0 comes at 2026-02-06 16:34:00 UTC and tells them instead": func(row *escalation.Row) {
			row.Steps[0].Role, row.Steps[0].After = "manager", minutes(10)
			row.Steps[1].Role, row.Steps[1].After = "manager", minutes(11)
			row.Steps[2].Role, row.Steps[2].After = "on-call", minutes(4)
		},
	} {
		if got := reasons(r.changed(change)); !slices.Contains(got, want) {
			t.Errorf("%q, want %q among them", got, want)
		}
	}
}

func TestAStepThatAssignsIsNoCounterpartOfOneThatPages(t *testing.T) {
	r := newRecorder(t)
	r.receive(down(friday, "a"))
	r.after(20 * time.Minute)
	out := r.changed(func(row *escalation.Row) {
		row.Steps = row.Steps[2:3]
		row.Steps[0].Kind, row.Steps[0].After = escalation.AssignStep, minutes(40)
	})
	if got := reasons(out); !slices.Equal(got, []string{"no step of P0 tells on-call", "no step of P0 tells manager"}) {
		t.Errorf("%q", got)
	}
}

func TestWhatComesLaterThanIsComparedSaysSo(t *testing.T) {
	r := newRecorder(t)
	r.receive(down(friday, "a"))
	r.after(20 * time.Minute)
	out := r.changed(func(row *escalation.Row) { row.Steps[2].After = minutes(50) })
	if got := reasons(out); !slices.Equal(got, []string{"would come at 2026-02-06 17:20:00 UTC, later than what is compared"}) {
		t.Errorf("%q", got)
	}
}

func TestChannelsAreToldInOrderOfTheirNames(t *testing.T) {
	changes := []replay.Change{{Now: &replay.Page{Channel: escalation.SMS}}, {Was: &replay.Page{Channel: escalation.Email}}, {Now: &replay.Page{Channel: escalation.Slack}}}
	if got := replay.Over(changes); !slices.Equal(got, []escalation.Channel{escalation.Email, escalation.Slack, escalation.SMS}) {
		t.Errorf("%v", got)
	}
}
