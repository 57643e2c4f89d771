package escalation_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// stateOf brings a new incident into a state of the README's drawing, a minute after it opened.
func stateOf(t *testing.T, state string) *world {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	switch state {
	case "acknowledged":
		w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	case "snoozed":
		w.must(w.answer(escalation.Answer{Verb: escalation.Snooze, Until: w.now.Add(hour)}))
	case "muted":
		w.must(w.answer(escalation.Answer{Verb: escalation.Mute, Until: w.now.Add(hour)}))
	case "resolved":
		w.must(w.Answer(escalation.Resolve, "system-admin"))
	case "merged":
		w.must(w.Answer(escalation.Resolve, "system-admin"))
		w.c.Incident.MergedInto = 7
	}
	return w
}

func TestEachVerbInEachStateChangesSaysOrRefuses(t *testing.T) {
	states := []string{"open", "acknowledged", "snoozed", "muted", "resolved", "merged"}
	const goesOn = "refused: incident #1 was merged into #7: answer there"
	for _, row := range []struct {
		a    escalation.Answer
		want [6]string // what the outcome begins with
	}{
		{escalation.Answer{Verb: escalation.Acknowledge}, [6]string{"changed", "nothing: already acknowledged by system-admin", "changed", "changed", "refused: incident #1 is resolved (by system-admin", goesOn}},
		{escalation.Answer{Verb: escalation.Resolve}, [6]string{"changed", "changed", "changed", "changed", "nothing: already resolved by system-admin", goesOn}},
		{escalation.Answer{Verb: escalation.Reopen}, [6]string{"nothing: it is not resolved", "nothing: it is not resolved", "nothing: it is not resolved", "nothing: it is not resolved", "changed", goesOn}},
		{escalation.Answer{Verb: escalation.Escalate}, [6]string{"changed", "changed", "changed", "changed", "refused: incident #1 is resolved: there is nothing to escalate", goesOn}},
		{escalation.Answer{Verb: escalation.Jump, Step: 3}, [6]string{"changed", "changed", "changed", "changed", "refused: incident #1 is resolved: there is no step to jump to", goesOn}},
		{escalation.Answer{Verb: escalation.Jump, Step: 1}, [6]string{"refused: step 1 has fired already", "refused: step 1 has fired already", "refused: step 1 has fired already", "refused: step 1 has fired already", "refused: incident #1 is resolved", goesOn}},
		{escalation.Answer{Verb: escalation.Jump, Step: 6}, [6]string{"refused: the plan has no step 6: it has 5 steps", "refused: the plan has no step 6", "refused: the plan has no step 6", "refused: the plan has no step 6", "refused: incident #1 is resolved", goesOn}},
		{escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(3 * hour)}, [6]string{"changed", "changed", "changed", "changed", "refused: incident #1 is resolved: there is nothing to snooze", goesOn}},
		{escalation.Answer{Verb: escalation.Snooze, Until: monday}, [6]string{"refused: cannot snooze until", "refused: cannot snooze until", "refused: cannot snooze until", "refused: cannot snooze until", "refused: incident #1 is resolved", goesOn}},
		{escalation.Answer{Verb: escalation.Mute, Until: monday.Add(3 * hour)}, [6]string{"changed", "changed", "changed", "changed", "refused: incident #1 is resolved: there is nothing to mute", goesOn}},
		{escalation.Answer{Verb: escalation.Mute, Until: monday.Add(32 * 24 * hour)}, [6]string{"refused: cannot mute until", "refused: cannot mute until", "refused: cannot mute until", "refused: cannot mute until", "refused: incident #1 is resolved", goesOn}},
		{escalation.Answer{Verb: escalation.Unmute}, [6]string{"nothing: it is not muted", "nothing: it is not muted", "nothing: it is not muted", "changed", "refused: incident #1 is resolved: there is nothing to unmute", goesOn}},
		{escalation.Answer{Verb: escalation.Assign, Person: "devops-lead"}, [6]string{"changed", "changed", "changed", "changed", "refused: incident #1 is resolved: reopen it first", goesOn}},
		{escalation.Answer{Verb: escalation.SetSeverity, Severity: alerting.P1}, [6]string{"changed", "changed", "changed", "changed", "refused: incident #1 is resolved: reopen it first", goesOn}},
		{escalation.Answer{Verb: escalation.SetSeverity, Severity: alerting.P0}, [6]string{"nothing: already P0", "nothing: already P0", "nothing: already P0", "nothing: already P0", "refused: incident #1 is resolved", goesOn}},
		{escalation.Answer{Verb: escalation.SetSeverity, Severity: 9}, [6]string{"refused: the matrix has no row for", "refused: the matrix has no row for", "refused: the matrix has no row for", "refused: the matrix has no row for", "refused: incident #1 is resolved", goesOn}},
		{escalation.Answer{Verb: escalation.Note, Text: "x"}, [6]string{"changed", "changed", "changed", "changed", "changed", "changed"}},
		{escalation.Answer{Verb: "dance"}, [6]string{"refused: nothing can be done", "refused: nothing can be done", "refused: nothing can be done", "refused: nothing can be done", "refused: nothing can be done", goesOn}},
	} {
		for i, state := range states {
			t.Run(fmt.Sprintf("%s %v %s", row.a.Verb, row.a.Step, state), func(t *testing.T) {
				w := stateOf(t, state)
				row.a.By = alerting.Actor{Name: "manager", Via: "web"}
				d, err := w.policy.Apply(w.c, row.a, w.now)
				if got := d.Outcome(err); !strings.HasPrefix(got, row.want[i]) {
					t.Errorf("%q, want %q", got, row.want[i])
				}
				if err != nil && (d.Changed || !errors.As(err, new(*alerting.Refused))) {
					t.Errorf("a refusal is *Refused and changes nothing: %v, %v", d.Changed, err)
				}
			})
		}
	}
}
