package escalation

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tocsin/alerting"
)

const (
	mostOpen = 5  // incidents that a hand-off names
	longName = 60 // characters of the name of each
)

// openOf are the incidents whose plan names a role that a rotation holds, the worst first, then the oldest.
func (p *Policy) openOf(rotation string, all []Case) (out []Case) {
	for _, c := range all {
		if slices.ContainsFunc(c.Plan.Steps, func(s PlannedStep) bool { return p.Directory.Roles[s.Role].Rotation == rotation }) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Case) int {
		return cmp.Or(cmp.Compare(a.Incident.Severity, b.Incident.Severity), cmp.Compare(a.Incident.ID, b.Incident.ID))
	})
	return out
}

// openText is "2 incidents are open: #1 P0 SystemDown backend, #8 P1 DiskFull db (acknowledged by Ada)."; empty if
// none is.
func (p *Policy) openText(open []Case) []line {
	var names, said []string
	for _, c := range open[:min(mostOpen, len(open))] {
		inc := c.Incident
		name, by := fmt.Sprintf("#%d %s %s", inc.ID, inc.Severity, nameOfIncident(inc)), ""
		if inc.State == alerting.StateAcknowledged {
			by = inc.AcknowledgedBy
		}
		said = append(said, name+"\t"+by)
		if by != "" {
			name += fmt.Sprintf(" (acknowledged by %s)", p.nameOf(by))
		}
		names = append(names, name)
	}
	more := len(open) - len(names)
	data := alerting.Say("handoff.open", "count", strconv.Itoa(len(open)), "more", strconv.Itoa(more), "incidents", strings.Join(said, "\n"))
	switch {
	case len(open) == 0:
		return nil
	case len(open) == 1:
		return []line{{"1 incident is open: " + names[0] + ".", data}}
	case more > 0:
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return []line{{fmt.Sprintf("%d incidents are open: %s.", len(open), strings.Join(names, ", ")), data}}
}

// nameOfIncident is what an incident is called in few words: alertname and service, or its title.
func nameOfIncident(inc alerting.Incident) string {
	name := inc.Title
	if alert := inc.Labels["alertname"]; alert != "" {
		name = alert + " " + inc.Labels["service"]
	}
	return alerting.OneLine(name, longName)
}
