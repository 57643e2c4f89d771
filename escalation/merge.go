package escalation

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"tocsin/alerting"
)

// mergedDepth is how many merges Admit follows from an incident to the one that goes on.
const mergedDepth = 8

// Merge decides that one incident goes on in another: from is resolved, and its alerts and counts go over;
// into takes the worse severity, as a raise by a person. Both timelines tell. *alerting.Refused says why
// they cannot be merged; the decisions then change nothing. Neither do they where from went into it before:
// both notes then say who did that.
func (p *Policy) Merge(into, from Case, a Answer, now time.Time) (kept, gone Decision, err error) {
	kept, gone = undecided(into), undecided(from)
	gone.Answer, gone.By, gone.Detail = Merge, a.By, Detail{Into: into.Incident.ID, Text: a.Text}
	if from.Incident.MergedInto == into.Incident.ID && into.Incident.ID != from.Incident.ID {
		gone.Note = alreadyMerged(from)
		kept.Note = gone.Note
		return kept, gone, nil
	}
	if err := mergeable(into.Incident, from.Incident); err != nil {
		return kept, gone, err
	}
	p.absorb(&kept, from, a, now)
	gone.mergeInto(into.Incident, a, now)
	return kept, gone, nil
}

func alreadyMerged(from Case) string {
	note := fmt.Sprintf("already merged into #%d", from.Incident.MergedInto)
	if m := from.Plan.Merged; m.By != "" {
		note += fmt.Sprintf(" by %s at %s", m.By, clock(m.At))
	}
	return note
}

func mergeable(into, from alerting.Incident) error {
	switch {
	case into.ID == from.ID:
		return mergedWithItself(into.ID)
	case from.MergedInto != 0:
		return &alerting.Refused{Text: fmt.Sprintf("incident #%d was merged into #%d already", from.ID, from.MergedInto)}
	case into.MergedInto != 0:
		return &alerting.Refused{Text: fmt.Sprintf("incident #%d was itself merged into #%d: merge into that one", into.ID, into.MergedInto)}
	case into.State == alerting.StateResolved:
		return &alerting.Refused{Text: fmt.Sprintf("incident #%d is resolved: reopen it first, or merge it into #%d instead", into.ID, from.ID)}
	}
	return nil
}

func mergedWithItself(id int64) error {
	return &alerting.Refused{Text: fmt.Sprintf("incident #%d cannot be merged into itself: name another one", id)}
}

// absorb takes over another incident's alerts and counts, and its severity where that is worse.
func (p *Policy) absorb(d *Decision, other Case, a Answer, now time.Time) {
	inc, from := &d.Case.Incident, other.Incident
	p.share(&d.Case, from.Labels, other.Plan.Varied)
	inc.AlertCount += from.AlertCount
	inc.FiringCount += from.FiringCount
	d.Adopts = Adoption{From: from.ID}
	d.note(now, alerting.KindMerged, a.By, answered(a.By).As(alerting.Say("entry.merged_here", "id", strconv.FormatInt(from.ID, 10), "title", from.Title, "by", a.By.Name, "text", alerting.OneLine(a.Text, 200))), "#%d %s was merged into this by %s%s", from.ID, from.Title, a.By.Name, andWhy(a.Text))
	if from.State != alerting.StateResolved {
		d.Case.Plan.Heard = slices.Concat(d.Case.Plan.Heard, other.Heard())
	}
	if from.Severity.WorseThan(inc.Severity) {
		why := alerting.Reason{Text: fmt.Sprintf("%s as that of #%d, which was merged into this: %s", from.Severity, from.ID, from.Reason.Text), Config: p.Config}
		p.raiseBy(d, a.By, from.Severity, why, now)
	}
	p.leaveWindow(d, now)
	d.heard(now)
	p.foresee(d, now)
}

// mergeInto resolves the incident that goes on in another.
func (d *Decision) mergeInto(into alerting.Incident, a Answer, now time.Time) {
	inc := &d.Case.Incident
	d.note(now, alerting.KindMerged, a.By, answered(a.By).As(alerting.Say("entry.merged", "id", strconv.FormatInt(into.ID, 10), "title", into.Title, "by", a.By.Name, "text", alerting.OneLine(a.Text, 200))), "Merged into #%d %s by %s%s", into.ID, into.Title, a.By.Name, andWhy(a.Text))
	inc.MergedInto, inc.FiringCount = into.ID, 0
	d.Case.Plan.Merged = Merging{At: now, By: a.By.Name}
	if inc.State == alerting.StateResolved {
		return
	}
	inc.State, inc.ResolvedAt, inc.ResolvedBy, inc.SnoozedUntil = alerting.StateResolved, now, a.By.Name, time.Time{}
	d.Case.Plan.Pause, d.Case.Plan.Forecast = Pause{}, Forecast{}
	d.dropPending(now)
}
