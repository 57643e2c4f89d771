package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/alerting"
	"tocsin/cmd/tocsin/config"
	"tocsin/escalation/due"
	"tocsin/escalation/oncall"
	"tocsin/web"
)

const (
	importEvery = 10 * time.Minute
	// importFirst is how long a configuration waits for calendars that nobody has seen before it is in force.
	importFirst = 3 * time.Second
)

// importStore keeps the last good body of an iCal address over a restart.
type importStore interface {
	KeepImport(ctx context.Context, source string, body []byte) error
	// Import returns alerting.ErrNotFound where nothing is kept.
	Import(ctx context.Context, source string) (body []byte, at time.Time, err error)
}

// imports are the calendars of rotations whose ical is an address. Of each the last good one counts.
type imports struct {
	store  importStore
	client calendarClient
	log    *slog.Logger
	asked  time.Time // when all were last asked for; the loop's own

	mu        sync.Mutex
	calendars map[string]calendarRead // by address
}

// calendarRead is what came of asking for a calendar.
type calendarRead struct {
	body   []byte // the last good one; nil: there never was
	at     time.Time
	failed string // why the newest could not be had; empty if it could
}

func newImports(store importStore, log *slog.Logger) *imports {
	return &imports{store: store, log: log, calendars: map[string]calendarRead{}}
}

// loop asks for every calendar of the configuration in force each ten minutes, and puts what they say in
// force.
func (i *imports) loop(a *app) *due.Loop {
	return due.New("imports", i.log, func(ctx context.Context) (time.Duration, error) {
		if wait := importEvery - time.Since(i.asked); wait > 0 {
			return wait, nil
		}
		i.asked = time.Now()
		cfg := a.current().cfg
		i.ask(ctx, cfg, slices.Sorted(maps.Keys(addresses(cfg))))
		a.amend(func(*generation) {})
		return due.Net, nil
	})
}

// meet makes a configuration's calendars known before it is in force: those that are not at hand are read
// as they were kept, or asked for.
func (i *imports) meet(ctx context.Context, cfg *config.Config) {
	ctx, cancel := context.WithTimeout(ctx, importFirst)
	defer cancel()
	var unknown []string
	for rotation, address := range addresses(cfg) {
		if i.known(address) {
			continue
		}
		body, at, err := i.store.Import(ctx, sourceOf(address))
		if err == nil {
			i.note(address, calendarRead{body: body, at: at})
			continue
		}
		if !errors.Is(err, alerting.ErrNotFound) {
			i.log.Warn("the kept calendar of a rotation cannot be read", "rotation", rotation, "error", err)
		}
		unknown = append(unknown, rotation)
	}
	i.ask(ctx, cfg, unknown)
}

// ask asks for the calendars of rotations, all at a time.
func (i *imports) ask(ctx context.Context, cfg *config.Config, rotations []string) {
	var wg sync.WaitGroup
	for _, rotation := range rotations {
		wg.Go(func() { i.askFor(ctx, cfg, rotation) })
	}
	wg.Wait()
}

// askFor asks for one calendar. What cannot be had or understood leaves the last good one in force.
func (i *imports) askFor(ctx context.Context, cfg *config.Config, rotation string) {
	address := addresses(cfg)[rotation]
	body, err := i.client.get(ctx, address)
	var warnings []string
	if err == nil {
		_, warnings, err = cfg.ImportedFrom(rotation, body, time.Now())
	}
	if err != nil {
		i.failed(address, err)
		i.log.Warn("the calendar of a rotation cannot be had, its last good one stays in force", "rotation", rotation, "error", err)
		return
	}
	for _, w := range warnings {
		i.log.Warn("the calendar of a rotation holds what is not understood", "rotation", rotation, "event", w)
	}
	i.note(address, calendarRead{body: body, at: time.Now()})
	if err := i.store.KeepImport(ctx, sourceOf(address), body); err != nil {
		i.log.Warn("the calendar of a rotation is not kept for the next start", "rotation", rotation, "error", err)
	}
}

func (i *imports) known(address string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.calendars[address].body != nil
}

func (i *imports) note(address string, c calendarRead) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calendars[address] = c
}

func (i *imports) failed(address string, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	c := i.calendars[address]
	c.failed = err.Error()
	i.calendars[address] = c
}

// shifts are those of every rotation that is imported, from a file or an address.
func (i *imports) shifts(cfg *config.Config, now time.Time) map[string][]oncall.Shift {
	out := cfg.Imported(now)
	i.mu.Lock()
	defer i.mu.Unlock()
	for rotation, address := range addresses(cfg) {
		body := i.calendars[address].body
		if body == nil {
			continue
		}
		if shifts, _, err := cfg.ImportedFrom(rotation, body, now); err == nil {
			out[rotation] = shifts
		}
	}
	return out
}

// health is degraded while a calendar cannot be had; ok is false where there is none.
func (i *imports) health(cfg *config.Config) (c web.Component, ok bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	c = web.Component{Status: web.Healthy, Details: map[string]any{}}
	var wrong []string
	for _, rotation := range slices.Sorted(maps.Keys(addresses(cfg))) {
		ok = true
		read := i.calendars[addresses(cfg)[rotation]]
		c.Details[rotation] = read.at
		switch {
		case read.failed != "" && read.body != nil:
			wrong = append(wrong, fmt.Sprintf("the calendar of %s is that of %s: %s", rotation, read.at.UTC().Format(time.RFC3339), read.failed))
		case read.body == nil:
			wrong = append(wrong, fmt.Sprintf("there is no calendar of %s, so nobody holds it: %s", rotation, read.failed))
		}
	}
	if len(wrong) > 0 {
		c.Status, c.Error = web.Degraded, strings.Join(wrong, "; ")
	}
	return c, ok
}

// addresses are those that rotations are imported from, by rotation.
func addresses(cfg *config.Config) map[string]string {
	out := map[string]string{}
	for name, r := range cfg.Rotations {
		if r.Ical.URL != "" {
			out[name] = string(r.Ical.URL)
		}
	}
	return out
}

// sourceOf names an address without the secret that it may hold.
func sourceOf(address string) string {
	host := ""
	if u, err := url.Parse(address); err == nil {
		host = u.Host
	}
	sum := sha256.Sum256([]byte(address))
	return host + " " + hex.EncodeToString(sum[:8])
}
