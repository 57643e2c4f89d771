package escalation

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tocsin/alerting"
)

// Split decides that some of an incident's alerts, by their fingerprints, go on in one of their own: it is
// open, as bad as the worst of them, and its plan counts from now. alerts are the incident's, the newest
// episode of each fingerprint; id and key are the new incident's number and dedup key, which no other has.
// *alerting.Refused says why they cannot be split off; the decisions then change nothing.
func (p *Policy) Split(c Case, alerts []alerting.Alert, a Answer, id int64, key string, now time.Time) (rest, split Decision, err error) {
	rest = undecided(c)
	rest.Answer, rest.By, rest.Detail = Split, a.By, Detail{Alerts: a.Alerts, Text: a.Text}
	chosen, err := splittable(c.Incident, alerts, a.Alerts)
	if err != nil {
		return rest, Decision{}, err
	}
	split = p.splitOff(c.Incident, chosen, a, id, key, now)
	rest.Detail.Split = id
	rest.giveUp(split.Case.Incident, a, now)
	p.foresee(&rest, now)
	return rest, split, nil
}

// splittable are the alerts of an incident that have the fingerprints, the worst that fire first.
func splittable(inc alerting.Incident, alerts []alerting.Alert, fingerprints []string) ([]alerting.Alert, error) {
	var chosen []alerting.Alert
	for _, al := range alerts {
		if slices.Contains(fingerprints, al.Fingerprint) {
			chosen = append(chosen, al)
		}
	}
	switch {
	case inc.MergedInto != 0:
		return nil, mergedAway(inc)
	case inc.State == alerting.StateResolved:
		return nil, refuse("incident #%d is resolved: there is nothing to split off", inc.ID)
	case len(fingerprints) == 0:
		return nil, refuse("no alert was named: choose those that are to be split off")
	case len(chosen) == len(alerts):
		return nil, refuse("all alerts of incident #%d would be split off: leave at least one", inc.ID)
	}
	for _, f := range fingerprints {
		if !slices.ContainsFunc(chosen, func(al alerting.Alert) bool { return al.Fingerprint == f }) {
			return nil, refuse("no alert %s belongs to incident #%d", alerting.OneLine(f, 100), inc.ID)
		}
	}
	slices.SortStableFunc(chosen, func(x, y alerting.Alert) int {
		return cmp.Or(cmp.Compare(rank(x.Status), rank(y.Status)), cmp.Compare(x.Severity, y.Severity))
	})
	return chosen, nil
}

// splitOff opens the incident of alerts that were split off.
func (p *Policy) splitOff(from alerting.Incident, chosen []alerting.Alert, a Answer, id int64, key string, now time.Time) Decision {
	worst := chosen[0]
	event := alerting.Event{Source: worst.Source, Labels: worst.Labels, Annotations: worst.Annotations}
	title := event.Arrive(&p.Classifier, p.GroupBy).Title
	d := p.open(id, key, title, worst.Severity, worst.Labels, worst.Reason, now)
	inc := &d.Case.Incident
	inc.AlertCount, inc.FiringCount = len(chosen), firing(chosen)
	d.Adopts = Adoption{From: from.ID}
	for _, al := range chosen {
		d.Adopts.Alerts = append(d.Adopts.Alerts, al.ID)
		p.share(&d.Case, al.Labels, nil)
	}
	d.note(now, alerting.KindSplit, a.By, worst.Reason.As(alerting.Say("entry.split_here", "id", strconv.FormatInt(from.ID, 10), "by", a.By.Name, "count", strconv.Itoa(len(chosen)), "text", alerting.OneLine(a.Text, 200))), "Split off #%d by %s, with %s%s", from.ID, a.By.Name, count(len(chosen), "alert"), andWhy(a.Text))
	return d
}

// giveUp takes alerts that were split off from an incident. Where none of those left fires, it is resolved,
// as it would be with the end of its last alert.
func (d *Decision) giveUp(split alerting.Incident, a Answer, now time.Time) {
	inc := &d.Case.Incident
	fired := inc.FiringCount > 0
	inc.AlertCount = max(inc.AlertCount-split.AlertCount, 0)
	inc.FiringCount = max(inc.FiringCount-split.FiringCount, 0)
	d.note(now, alerting.KindSplit, a.By, answered(a.By).As(alerting.Say("entry.split", "id", strconv.FormatInt(split.ID, 10), "title", split.Title, "by", a.By.Name, "count", strconv.Itoa(split.AlertCount), "text", alerting.OneLine(a.Text, 200))), "%s split off as #%d %s by %s%s", count(split.AlertCount, "alert"), split.ID, split.Title, a.By.Name, andWhy(a.Text))
	if fired && inc.FiringCount == 0 {
		d.resolve(a.By, now, alerting.Because("all of its alerts that fired were split off"))
		return
	}
	d.heard(now)
}

func firing(alerts []alerting.Alert) (n int) {
	for _, al := range alerts {
		if al.Status == alerting.Firing {
			n++
		}
	}
	return n
}

// count is "1 alert", "2 alerts".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
