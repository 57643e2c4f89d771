package main

import (
	"context"
	"sync/atomic"
	"time"

	"tocsin/alerting"
	"tocsin/escalation/due"
)

const (
	// settled is how long files must be unchanged before they are read: an editor may be writing them.
	settled = 250 * time.Millisecond
	// pollEvery is how often the files are looked at though nothing was heard of a change.
	pollEvery = 10 * time.Second
)

// reloads reads the configuration again when its files change, or when it is asked to.
type reloads struct {
	*due.Loop
	a     *app
	from  origin
	asked atomic.Bool // by a signal
	heard atomic.Bool // of a change in one of the folders

	// The loop's own.
	looked time.Time
	known  fingerprint // of what was last read, whether it was put in force or refused
	before fingerprint // at the last look
	told   bool        // the alert says what refused says
	word   string      // what the alert said last
}

func newReloads(a *app, from origin) *reloads {
	r := &reloads{a: a, from: from}
	r.Loop = due.New("configuration", a.log, r.look)
	r.known = r.files().fingerprint()
	if !r.known.begins(a.current().cfg.Hash) {
		r.known = fingerprint{} // it has changed since it was read
	}
	return r
}

// look reads the configuration if it was asked to, if its files have changed and are still, or again if
// it is refused. Then it raises or ends the alert.
func (r *reloads) look(ctx context.Context) (time.Duration, error) {
	if r.asked.Swap(false) {
		r.read(ctx, true)
		return due.Net, r.tell(ctx)
	}
	since := time.Since(r.looked)
	polled := since >= pollEvery
	if !polled && !r.heard.Load() && r.before == r.known {
		return due.Net, r.tell(ctx)
	}
	if since < settled {
		return settled - since, nil
	}
	r.looked = time.Now()
	r.heard.Store(false)
	at := r.files().fingerprint()
	still := at == r.before
	r.before = at
	switch {
	case at != r.known && !still:
		return settled, nil
	case at != r.known, polled && r.a.refused.Load() != nil:
		r.read(ctx, false)
	}
	return due.Net, r.tell(ctx)
}

func (r *reloads) files() files { return filesOf(r.from.path, r.a.current().cfg) }

// read reads the configuration. What is refused again for the same reasons is said again only to who
// asked.
func (r *reloads) read(ctx context.Context, asked bool) {
	r.known = r.files().fingerprint()
	r.before = r.known
	refused := r.a.reload(ctx, r.from)
	if asked || refused.summary() != r.a.refused.Load().summary() {
		r.a.refuse(refused)
	}
}

// tell raises the alert of a refused configuration, and ends it once one is in force.
func (r *reloads) tell(ctx context.Context) error {
	refused := r.a.refused.Load()
	word := refused.summary()
	if r.told && word == r.word {
		return nil
	}
	arrivals := []alerting.Arrival{refused.arrival(r.from.path, r.a.current().cfg.Hash, instant())}
	if err := r.a.store.Admit(ctx, arrivals, r.a.policy().Admit); err != nil {
		return err
	}
	r.told, r.word = true, word
	return nil
}

// instant is now, as exactly as the database keeps it.
func instant() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
