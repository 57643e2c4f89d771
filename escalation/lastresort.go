package escalation

import (
	"fmt"
	"time"

	"tocsin/alerting"
)

// lastResort is who is told where a role reaches nobody: catch_all, whatever their own reach and only, or while
// they are away their deputy, whatever theirs. Without a deputy who is there and has an address it is catch_all
// themselves though they are away, for the last resort is never silent. It has no sends if nobody can be told.
func (p *Policy) lastResort(sev alerting.Severity, via route, now time.Time) recipient {
	if absence, away := p.Directory.away(p.Directory.CatchAll, now); away {
		deputy, known := p.Directory.People[absence.Deputy]
		if sends := p.sendsAnyhow(deputy, sev, via, now); known && len(sends) > 0 && !p.isAwayAt(absence.Deputy, now) {
			catchAll := p.Directory.People[p.Directory.CatchAll]
			why := fmt.Sprintf("%s stands in for catch_all %s, who %s", deputy.Name, catchAll.Name, p.isAway(absence))
			return recipient{person: deputy, sends: sends, why: why, stand: asCatchAll}
		}
	}
	return p.catchAllAnyhow(sev, via, now)
}

// catchAllAnyhow is catch_all, though they may be away.
func (p *Policy) catchAllAnyhow(sev alerting.Severity, via route, now time.Time) recipient {
	catchAll := p.Directory.People[p.Directory.CatchAll]
	return recipient{person: catchAll, sends: p.sendsAnyhow(catchAll, sev, via, now), why: catchAll.Name + " is catch_all", stand: asCatchAll}
}
