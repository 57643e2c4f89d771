package escalation_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// without is a configuration that lacks a role and a person of w's.
func (w *world) without(config, role, person string) *escalation.Policy {
	next := *w.policy
	next.Config = config
	next.Directory.Roles, next.Directory.People = maps.Clone(next.Directory.Roles), maps.Clone(next.Directory.People)
	delete(next.Directory.Roles, role)
	delete(next.Directory.People, person)
	return &next
}

// review lets a configuration look at the incident, and returns the lines of the timeline that come of it.
func (w *world) review(p, former *escalation.Policy) string {
	w.t.Helper()
	var texts []string
	d := p.Review(w.c, former, w.now)
	for _, e := range d.Entries {
		if e.Kind != alerting.KindNote || e.Actor.Name != "tocsin" || e.Reason.Config != p.Config || e.Reason.Rule != "reload" {
			w.t.Errorf("%+v", e)
		}
		texts = append(texts, e.Text)
	}
	if len(d.Pages) > 0 || d.Case.Incident.State != w.c.Incident.State {
		w.t.Errorf("it does more than tell: %+v", d)
	}
	w.c = d.Case
	return strings.Join(texts, "; ")
}

func TestAnOpenIncidentSaysOnceWhatTheNewConfigurationNoLongerHas(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	next := w.without("c2", "manager", "system-admin")
	want := "Step 3 names manager, which configuration c2 no longer has: catch_all is told instead; " +
		"It is assigned to system-admin, whom configuration c2 no longer has: assign it to somebody else"
	for i, want := range []string{want, "", ""} {
		former := w.policy
		if i == 2 {
			former = nil // another replica, or this one after a restart
		}
		if got := w.review(next, former); got != want {
			t.Errorf("look %d: %q, want %q", i, got, want)
		}
	}
	if got := w.review(w.policy, next); got != "" {
		t.Errorf("back again: %q", got)
	}
	if got := w.review(next, w.policy); got != want {
		t.Errorf("gone a second time: %q, want %q", got, want)
	}
}

func TestWhatIsDoneOrWasNeverOfTheDirectoryIsNotMissed(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "an account"))
	if got := w.review(w.without("c2", "on-call", "system-admin"), w.policy); strings.Contains(got, "Step 1 ") || strings.Contains(got, "assigned") {
		t.Errorf("%q", got)
	}
	w.must(w.Answer(escalation.Resolve, "an account"))
	if got := w.review(w.without("c3", "manager", "system-admin"), w.policy); got != "" {
		t.Errorf("resolved: %q", got)
	}
}
