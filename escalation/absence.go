package escalation

import (
	"fmt"
	"time"
)

// Clash refuses an absence of somebody who is away already in part of its stretch, and names the other; nil if
// none of others is in the way. Times are told in zone.
func (a Absence) Clash(others []Absence, zone *time.Location) error {
	for _, old := range others {
		if old.Person != a.Person || !old.From.Before(a.Until) || !a.From.Before(old.Until) {
			continue
		}
		which, do := fmt.Sprintf("absence %d", old.ID), "remove that one first"
		if old.ID == 0 {
			which, do = "of the configuration", "change it there"
		}
		return refuse("%s is away already from %s until %s (%s; %s): %s, or choose another stretch", a.Person,
			dayTime(old.From.In(zone), a.From), dayTime(old.Until.In(zone), a.From), zone, which, do)
	}
	return nil
}

// zone is the organisation's.
func (p *Policy) zone() *time.Location {
	if p.Calendar != nil && p.Calendar.Zone != nil {
		return p.Calendar.Zone
	}
	return time.UTC
}
