package main

import (
	"context"
	"time"

	"tocsin/escalation"
	"tocsin/escalation/due"
	"tocsin/web"
)

// rosterPast is how far back overrides and absences that have ended are kept at hand: calendars show the
// month before.
const rosterPast = 40 * 24 * time.Hour

// newRosterLoop makes the loop that puts the newest roster in force: at once when a commit tells of it,
// and by a look each second where no word came.
func newRosterLoop(a *app) *due.Loop {
	return due.New("roster", a.log, func(ctx context.Context) (time.Duration, error) {
		version, err := a.store.RosterVersion(ctx)
		if err != nil || version == a.rosterVersion() {
			return due.Net, err
		}
		return due.Net, a.readRoster(ctx)
	})
}

// readRoster puts the roster as it is stored in force.
func (a *app) readRoster(ctx context.Context) error {
	r, err := a.store.RosterSince(ctx, time.Now().Add(-rosterPast))
	if err != nil {
		return err
	}
	a.changing.Lock()
	a.roster = r
	a.changing.Unlock()
	if a.current() != nil {
		a.amend(func(*generation) {})
		a.warnOfStrays()
	}
	return nil
}

// warnOfStrays says in the log what of the roster is passed over. Health says it for as long as it is so.
func (a *app) warnOfStrays() {
	for _, text := range a.policy().Strays(time.Now()) {
		a.log.Warn("the roster names what the configuration does not have: remove it, or put that back", "what", text)
	}
}

// rosterHealth is degraded while something of the roster is passed over.
func (a *app) rosterHealth() web.Component {
	strays := a.policy().Strays(time.Now())
	if len(strays) == 0 {
		return web.Component{Status: web.Healthy}
	}
	return web.Component{
		Status: web.Degraded, Error: strays[0] + ": remove it on the on-call page, or put that back",
		Details: map[string]any{"problems": strays},
	}
}

func (a *app) rosterVersion() int64 {
	a.changing.Lock()
	defer a.changing.Unlock()
	return a.roster.Version
}

// peopled is a generation's rules with the roster and the imported rotations as they are now. Call it
// with changing held.
func (a *app) peopled(g *generation) *escalation.Policy {
	r := a.roster
	r.Imported = a.imports.shifts(g.cfg, time.Now())
	return withSlackUsers(g.rules, g.slackers).With(r)
}
