package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tocsin/notifiers"

	"github.com/jackc/pgx/v5"
)

// noticeChannel is what replicas LISTEN to.
const noticeChannel = "tocsin"

// notice is what a replica tells the others. It is small: PostgreSQL refuses 8,000 bytes and more.
type notice struct {
	Replica       string           `json:"r"`
	Incidents     []int64          `json:"i,omitempty"`
	Step          bool             `json:"s,omitempty"`
	StepIn        time.Duration    `json:"d,omitempty"`
	Pages         []notifiers.Lane `json:"p,omitempty"`
	Announcements bool             `json:"a,omitempty"`
	Roster        bool             `json:"o,omitempty"`
	Failover      bool             `json:"f,omitempty"`
}

const (
	noticeEvery     = 5 * time.Millisecond // notices serialise commits: one for all that came meanwhile
	noticeIncidents = 300
)

// committed tells this process at once, and the other replicas soon, what a commit left to do.
func (s *Store) committed(c Commit) {
	s.feed.publish(c)
	if s.alone.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending.add(c)
	select {
	case s.tell <- struct{}{}:
	default:
	}
}

func (n *notice) add(c Commit) {
	if len(n.Incidents) < noticeIncidents {
		n.Incidents = append(n.Incidents, c.Incidents...)
		n.Incidents = n.Incidents[:min(len(n.Incidents), noticeIncidents)]
	}
	if c.Step && (!n.Step || c.StepIn < n.StepIn) {
		n.Step, n.StepIn = true, c.StepIn
	}
	for _, l := range c.Pages {
		if !slices.Contains(n.Pages, l) {
			n.Pages = append(n.Pages, l)
		}
	}
	n.Announcements = n.Announcements || c.Announcements
	n.Roster = n.Roster || c.Roster
	n.Failover = n.Failover || c.Failover
}

// Tell sends the other replicas one notice for all commits since the last, until ctx ends. What is lost
// costs them a second: their loops look by themselves.
func (s *Store) Tell(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.tell:
		}
		s.mu.Lock()
		n := s.pending
		s.pending = notice{}
		s.mu.Unlock()
		n.Replica = s.replica.String()
		if _, err := s.pool.Exec(ctx, `SELECT pg_notify($1, $2)`, noticeChannel, jsonText(n)); err != nil && ctx.Err() == nil {
			s.log.Warn("other replicas were not told of a change", "error", err)
		}
		pause(ctx, noticeEvery)
	}
}

// Listen hands the notices of other replicas to whoever called OnCommit, until ctx ends.
func (s *Store) Listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := s.listen(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("not listening to other replicas, trying again", "error", err)
			pause(ctx, time.Second)
		}
	}
}

func (s *Store) listen(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+noticeChannel); err != nil {
		return err
	}
	for {
		msg, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		var n notice
		if err := json.Unmarshal([]byte(msg.Payload), &n); err != nil {
			return fmt.Errorf("notice %q: %w", msg.Payload, err)
		}
		if n.Replica != s.replica.String() {
			s.feed.publish(Commit{n.Incidents, n.Step, n.StepIn, n.Pages, n.Announcements, n.Roster, n.Failover})
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
