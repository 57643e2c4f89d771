package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/escalation"
	"tocsin/escalation/due"
	"tocsin/notifiers/slack"
	"tocsin/web/api"
)

const (
	slackAsks  = time.Hour        // how often Slack is asked again for what it has said
	slackAgain = time.Minute      // after an error
	slackCall  = 30 * time.Second // for all that one look asks
)

// slackRoom keeps the directory and Slack in step: people's users are found by their email addresses, and user
// groups are given the holders of roles. Only its loop may use what it remembers.
type slackRoom struct {
	*due.Loop
	a       *app
	matched time.Time // when people were last looked up, for known
	known   string    // the configuration that they were looked up for
	groups  map[string]groupAsked
	rest    time.Time // after an error nothing is asked before
}

// groupAsked is what a user group was set to, and when.
type groupAsked struct {
	users string
	at    time.Time
}

func newSlackRoom(a *app) *slackRoom {
	r := &slackRoom{a: a, groups: map[string]groupAsked{}}
	r.Loop = due.New("slack directory", a.log, func(ctx context.Context) (time.Duration, error) {
		g := a.current()
		if g == nil || g.cfg.Notifiers.Slack.Sandbox || time.Now().Before(r.rest) {
			return due.Net, nil
		}
		ctx, cancel := context.WithTimeout(ctx, slackCall)
		defer cancel()
		if err := r.keep(ctx, g, time.Now()); err != nil {
			r.rest = time.Now().Add(slackAgain)
			a.log.Warn("Slack's users and groups are not in step with the directory", "error", err, "again_in", slackAgain)
		}
		return due.Net, nil
	})
	return r
}

// keep looks for people's Slack users and then gives the user groups theirs. Where people could not be looked for,
// groups stay as they are: it is not known who is missing.
func (r *slackRoom) keep(ctx context.Context, g *generation, now time.Time) error {
	if err := r.match(ctx, g, now); err != nil {
		return err
	}
	return r.follow(ctx, now)
}

// match looks for people's Slack users when the configuration is another, and each hour.
func (r *slackRoom) match(ctx context.Context, g *generation, now time.Time) error {
	if r.known == g.cfg.Hash && now.Sub(r.matched) < slackAsks {
		return nil
	}
	people := slices.Collect(maps.Values(g.rules.Directory.People))
	slices.SortFunc(people, func(a, b escalation.Person) int { return strings.Compare(a.ID, b.ID) })
	found, err := g.channels.slack.Match(ctx, people)
	if err == nil || len(found) > 0 {
		r.a.amend(func(current *generation) {
			if current.channels == g.channels {
				current.slackers = found
			}
		})
	}
	if err == nil {
		r.known, r.matched = g.cfg.Hash, now
	}
	return err
}

// follow gives user groups to whoever holds their roles now. A group whose role has nobody with a Slack user
// stays as it is.
func (r *slackRoom) follow(ctx context.Context, now time.Time) error {
	g, p := r.a.current(), r.a.policy()
	var failed error
	for role, group := range g.cfg.Notifiers.Slack.UserGroups {
		users := slackUsersOf(p, role, now)
		wanted := strings.Join(users, " ")
		if was := r.groups[group]; len(users) == 0 || was.users == wanted && now.Sub(was.at) < slackAsks {
			continue
		}
		changed, err := g.channels.slack.SetGroup(ctx, group, users)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		r.groups[group] = groupAsked{wanted, now}
		if changed {
			r.a.log.Info("a Slack user group follows its role", "group", group, "role", role, "users", wanted)
		}
	}
	return failed
}

// slackUsersOf are the users of who answers for a role, sorted.
func slackUsersOf(p *escalation.Policy, role string, now time.Time) []string {
	var out []string
	for _, duty := range api.Duties(p, now, role) {
		for _, id := range answering(duty) {
			if user := p.Directory.People[id].Slack; user != "" {
				out = append(out, user)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// withSlackUsers is a policy whose people have the Slack users that were found for them, where the configuration
// gives them none.
func withSlackUsers(p *escalation.Policy, found map[string]string) *escalation.Policy {
	if len(found) == 0 {
		return p
	}
	out := *p
	out.Directory.People = maps.Clone(p.Directory.People)
	for id, user := range found {
		if person, ok := out.Directory.People[id]; ok && person.Slack == "" && !taken(p, user) {
			person.Slack = user
			out.Directory.People[id] = person
		}
	}
	return &out
}

func taken(p *escalation.Policy, user string) bool {
	for _, person := range p.Directory.People {
		if person.Slack == user {
			return true
		}
	}
	return false
}

// runSockets keeps Slack's Socket Mode going for the configuration in force, until ctx ends. After a reload the
// new one begins before the former ends, so that there is always one that Slack can send to.
func (a *app) runSockets(ctx context.Context) {
	end := func() {}
	for {
		g := a.current()
		former := end
		end = startSocket(ctx, g.channels.socket)
		former()
		select {
		case <-ctx.Done():
		case <-g.over:
		}
		if next := a.current(); ctx.Err() != nil || next.over == g.over {
			end() // the program stops
			return
		}
	}
}

// startSocket runs a socket, if there is one; end stops it and waits for what it has in hand.
func startSocket(ctx context.Context, s *slack.Socket) (end func()) {
	if s == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { s.Run(ctx); close(done) }()
	return func() { cancel(); <-done }
}
