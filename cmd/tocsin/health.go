package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tocsin/escalation/due"
	"tocsin/web"
)

// silentAfter is how long a loop may go without a look before it counts as stuck: it looks every second.
const silentAfter = 5 * time.Second

// Health implements web.HealthChecker in the manual's shape and by its thresholds.
func (a *app) Health(ctx context.Context) web.Health {
	h := web.Health{Status: web.Healthy, Components: map[string]web.Component{}, CircuitBreakers: map[string]web.BreakerState{}}
	h.Components["postgresql"] = a.databaseHealth(ctx)
	h.Components["replicas"] = a.replicasHealth(ctx)
	h.Components["configuration_file"] = a.fileHealth()
	h.Components["rota"] = a.rosterHealth()
	if c, ok := a.imports.health(a.current().cfg); ok {
		h.Components["imported_calendars"] = c
	}
	now := time.Now()
	for _, loop := range a.watched() {
		h.Components[loop.Name()] = loopHealth(loop, now)
	}
	for channel, b := range a.breakers {
		state := web.BreakerState(b.State().String())
		h.CircuitBreakers[string(channel)] = state
		if state != web.BreakerClosed {
			h.Status = web.Degraded
		}
	}
	for _, c := range h.Components {
		switch {
		case c.Status == web.Unhealthy:
			h.Status = web.Unhealthy
		case c.Status == web.Degraded && h.Status == web.Healthy:
			h.Status = web.Degraded
		}
	}
	return h
}

// Ready implements web.HealthChecker.
func (a *app) Ready(ctx context.Context) error {
	select {
	case <-a.stop:
		return errors.New("stopping")
	default:
	}
	if c := a.databaseHealth(ctx); c.Status == web.Unhealthy {
		return errors.New("the database does not answer")
	}
	if a.engine.Beat().IsZero() {
		return errors.New("starting")
	}
	if loopHealth(a.engine, time.Now()).Status != web.Healthy {
		return errors.New("the engine does not advance: see /api/v1/health")
	}
	return nil
}

func (a *app) watched() []*due.Loop {
	loops := []*due.Loop{a.engine, a.announcer.Loop, a.presence, a.auditor, a.replies.Loop, a.rosters, a.handoffs, a.sealer, a.failover}
	loops = append(loops, a.places.all()...)
	if a.reloads != nil {
		loops = append(loops, a.reloads.Loop)
	}
	for _, d := range a.dispatchers {
		loops = append(loops, d.Loop)
	}
	return loops
}

func loopHealth(l *due.Loop, now time.Time) web.Component {
	since := now.Sub(l.Beat())
	if l.Beat().IsZero() || since > silentAfter {
		return web.Component{Status: web.Unhealthy, Error: fmt.Sprintf("has not done its round for more than %s", silentAfter)}
	}
	return web.Component{Status: web.Healthy, Details: map[string]any{"last_round_seconds": since.Seconds()}}
}

// replicasHealth counts the processes that share the database. Where they run different configurations,
// what is decided depends on who decides it.
func (a *app) replicasHealth(ctx context.Context) web.Component {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	start := time.Now()
	hash := a.current().cfg.Hash
	replicas, err := a.store.Replicas(ctx)
	c := web.Component{
		Status: web.Healthy, ResponseTime: time.Since(start).Seconds(),
		Details: map[string]any{"alive": len(replicas), "config": hash},
	}
	var others []string
	for _, r := range replicas {
		if r.Config != hash {
			others = append(others, fmt.Sprintf("%s runs %s", r.ID, r.Config))
		}
	}
	switch {
	case err != nil:
		c.Status, c.Error = web.Degraded, "cannot be counted"
	case len(others) > 0:
		c.Status, c.Error = web.Degraded, fmt.Sprintf("replicas run different configurations: this one %s, %s", hash, strings.Join(others, ", "))
	}
	return c
}

// fileHealth says which configuration is in force, and whether the file on disk is another.
func (a *app) fileHealth() web.Component {
	c := web.Component{Status: web.Healthy, Details: map[string]any{"config": a.current().cfg.Hash}}
	if r := a.refused.Load(); r != nil {
		c.Status, c.Error = web.Degraded, r.summary()
		c.Details["refused_at"], c.Details["problems"] = r.at, r.problems
	}
	return c
}

// databaseHealth asks the database. Slow (over 1 s) or with more than 90% of its connections in use it
// is degraded, by the manual's figures.
func (a *app) databaseHealth(ctx context.Context) web.Component {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	start := time.Now()
	err := a.store.Ping(ctx)
	took := time.Since(start)
	stat := a.store.Stat()
	utilization := float64(stat.AcquiredConns()) / float64(stat.MaxConns())
	c := web.Component{
		Status: web.Healthy, ResponseTime: took.Seconds(),
		Details: map[string]any{"active_connections": stat.AcquiredConns(), "pool_utilization": utilization},
	}
	switch {
	case err != nil:
		c.Status, c.Error = web.Unhealthy, "does not answer"
	case took > time.Second:
		c.Status, c.Error = web.Degraded, "answers slowly"
	case utilization > 0.9:
		c.Status, c.Error = web.Degraded, "nearly all connections are in use"
	}
	return c
}
