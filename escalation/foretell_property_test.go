package escalation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

// place is a step of a round.
type place struct{ round, index int }

// lived is what became of a step.
type lived struct {
	at    time.Time
	fired bool
	told  string // who was ordered to be told over what, in order
}

func TestWhatIsForetoldIsWhatHappensIfNobodyActs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, monday.Add(time.Duration(rapid.IntRange(0, 14*24).Draw(rt, "hour"))*hour))
		if rapid.Bool().Draw(rt, "rows that come back") {
			w.comesBack()
		}
		labels := rapid.SampledFrom([][]string{
			{"alertname", "DatabaseFailure", "service", "postgres"},
			{"alertname", "HighErrorRate", "service", "api"},
			{"alertname", "Slow", "severity", "warning"},
			{"alertname", "Slow", "severity", "info"},
		}).Draw(rt, "alert")
		w.Fire(w.Alert(labels...))
		for range rapid.IntRange(0, 8).Draw(rt, "answers") {
			w.drawn(rt)
		}
		w.holds(rt)
	})
}

// comesBack lets acknowledgements go quiet and rows begin again.
func (w *world) comesBack() {
	for sev := alerting.P0; sev <= alerting.P3; sev++ {
		w.rowOf(sev, func(r *escalation.Row) {
			r.AckTimeout, r.Repeat = 40*time.Minute, escalation.Repeat{After: calendar.Delay{Amount: hour}, Times: 2}
		})
	}
}

// drawn lets somebody do something, or time pass. What is refused is none of this test's.
func (w *world) drawn(rt *rapid.T) {
	span := rapid.SampledFrom([]time.Duration{time.Minute, 7 * time.Minute, 40 * time.Minute, 3 * hour, 14 * hour, 75 * hour, 10 * 24 * hour})
	after := span.Draw(rt, "after")
	person := rapid.SampledFrom([]string{"system-admin", "devops-lead", "database-admin", "vp-engineering"}).Draw(rt, "person")
	a := escalation.Answer{
		By: alerting.Actor{Name: person, Via: "test"}, Until: w.now.Add(after), Person: person, Text: "a word",
		Step: rapid.IntRange(1, 5).Draw(rt, "step"), Severity: alerting.Severity(rapid.IntRange(0, 3).Draw(rt, "severity")),
	}
	a.Verb = rapid.SampledFrom([]escalation.Verb{
		"", "", escalation.Mute, escalation.Mute, escalation.Snooze, escalation.Snooze, escalation.Unmute, escalation.Acknowledge,
		escalation.Assign, escalation.Note, escalation.SetSeverity, escalation.Escalate, escalation.Jump, escalation.Reopen,
	}).Draw(rt, "verb")
	if a.Verb == "" {
		w.Until(w.now.Sub(w.start) + after)
	} else if d, err := w.policy.Apply(w.c, a, w.now); err == nil {
		w.apply(d)
	}
}

// holds compares what is foretold, and at each turn what the plan says is owed, with what the machine does.
func (w *world) holds(rt *rapid.T) {
	asked, foretold, whys := w.c, w.policy.Foretell(w.c, w.now), w.why("system-admin")
	happened, end := map[place]lived{}, w.now.Add(60*24*hour)
	for {
		at := w.c.Plan.NextAt(w.c.Incident)
		if at.IsZero() || at.After(end) {
			break
		}
		if at.After(w.now) {
			w.now = at
		}
		before := w.c
		w.owed(rt, before, w.turn(happened))
	}
	compare(rt, foretold, happened)
	explains(rt, whys, happened, foretold)
	if !asked.Plan.Forecast.Made.IsZero() {
		comes(rt, asked, happened)
	}
}

// turn lets the machine do all that is owed by now, and returns what it did.
func (w *world) turn(happened map[place]lived) string {
	var did []alerting.Entry
	for at := w.now; !at.IsZero() && !at.After(w.now); at = w.c.Plan.NextAt(w.c.Incident) {
		before := w.c.Plan
		d := w.policy.Next(w.c, w.now)
		w.apply(d)
		record(happened, before, d)
		did = append(did, d.Entries...)
	}
	return fmt.Sprint(did)
}

// owed fails unless steps fired when a plan that waits said that the first of them would, and only then.
func (w *world) owed(rt *rapid.T, before escalation.Case, did string) {
	if before.Plan.Forecast.Made.IsZero() {
		return
	}
	owed := before.Plan.Owed(before.Incident)
	fires := strings.Contains(did, string(alerting.KindStepFired))
	if is := owed != nil && !w.now.Before(owed.DueAt); is != fires {
		rt.Fatalf("at %s owed is %+v, and the machine did %s", w.now, owed, did)
	}
	if fires && !strings.Contains(did, " "+owed.Role+"): ") {
		rt.Fatalf("%s was owed at %s, but: %s", owed.Role, owed.DueAt, did)
	}
}

// comes holds what a plan that waits says of each of its steps to what became of it.
func comes(rt *rapid.T, asked escalation.Case, happened map[place]lived) {
	for i, s := range asked.Plan.Steps {
		at, ok := asked.Plan.Comes(asked.Incident, i)
		if l := happened[place{asked.Plan.Round, i}]; ok != l.fired || ok && !at.Equal(l.at) {
			rt.Fatalf("step %d (%s) comes at %s (%v), and it became %+v", i+1, s.State, at, ok, l)
		}
	}
}

// record keeps what a decision did to steps.
func record(happened map[place]lived, before escalation.Plan, d escalation.Decision) {
	for i, s := range d.Case.Plan.Steps {
		at := place{d.Case.Plan.Round, i}
		if s.State == escalation.StepPending || before.Round == at.round && before.Steps[i].State == s.State && before.Steps[i].At.Equal(s.At) {
			continue
		}
		l := lived{at: s.At, fired: s.State == escalation.StepFired}
		for _, o := range d.Pages {
			if o.Step == i {
				l.told += fmt.Sprintf("%s over %s; ", o.Person, o.Channel)
			}
		}
		happened[at] = l
	}
}

func compare(rt *rapid.T, foretold []escalation.Foretold, happened map[place]lived) {
	if len(foretold) != len(happened) {
		rt.Fatalf("%d foretold, %d happened:\n%+v\n%+v", len(foretold), len(happened), foretold, happened)
	}
	for _, f := range foretold {
		l := lived{at: f.At, fired: f.Fires()}
		for _, o := range f.Pages {
			l.told += fmt.Sprintf("%s over %s; ", o.Person, o.Channel)
		}
		if got := happened[place{f.Round, f.Index}]; got != l {
			rt.Fatalf("step %d of round %d: foretold %+v, happened %+v", f.Index+1, f.Round, l, got)
		}
	}
}

// explains holds why to what happened: each sentence about a step to come that tells somebody is true, and none
// is left out.
func explains(rt *rapid.T, whys []escalation.Because, happened map[place]lived, foretold []escalation.Foretold) {
	want, got := map[string]bool{}, map[string]bool{}
	for _, f := range foretold {
		if l := happened[place{f.Round, f.Index}]; strings.Contains(l.told, "system-admin over ") {
			want[fmt.Sprintf("%d %s", f.Index+1, l.at.UTC())] = true
		}
	}
	for _, b := range whys {
		if b.ToCome && strings.Contains(b.Text, " will tell ") {
			got[fmt.Sprintf("%d %s", b.Step, b.At.UTC())] = true
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		rt.Fatalf("why says %v, and told was %v", got, want)
	}
}
