package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"tocsin/escalation"
	"tocsin/notifiers"
)

const (
	foundFor   = 24 * time.Hour // how long Slack's user of an address is remembered
	missingFor = time.Hour      // and that there is none
)

// Known remembers which of Slack's users have which email address. Handed to the next configuration's Slack
// it saves asking again. It is safe for concurrent use.
type Known struct {
	mu    sync.Mutex
	users map[string]known
}

type known struct {
	user  string // empty: nobody
	until time.Time
}

// NewKnown knows nobody.
func NewKnown() *Known { return &Known{users: map[string]known{}} }

// find is the user of an address at now; ok is false if Slack has to be asked, and user is then what it said
// last.
func (k *Known) find(email string, now time.Time) (user string, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	u, ok := k.users[email]
	return u.user, ok && now.Before(u.until)
}

func (k *Known) keep(email, user string, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	span := foundFor
	if user == "" {
		span = missingFor
	}
	k.users[email] = known{user, now.Add(span)}
}

// Match is the Slack users of those people who have an email address and no Slack user of their own, by the
// people's IDs. A user belongs to one person: whoever has them in the configuration, else the first in order
// of people. What Slack has said is not asked again for a day, or for an hour where it knew nobody. After an
// error, a *notifiers.Failure, the map has those that are known so far, as Slack said it last; calling again
// goes on from there. It needs the scope users:read.email.
func (s *Slack) Match(ctx context.Context, people []escalation.Person) (map[string]string, error) {
	taken, out := map[string]bool{}, map[string]string{}
	for _, p := range people {
		taken[p.Slack] = p.Slack != ""
	}
	var failed error
	for _, p := range people {
		email := strings.ToLower(strings.TrimSpace(p.Email))
		if p.Slack != "" || email == "" {
			continue
		}
		user, ok := s.opts.Known.find(email, time.Now())
		if !ok && failed == nil {
			if found, err := s.lookup(ctx, email); err == nil {
				user = found
			} else {
				failed = err
			}
		}
		if user != "" && !taken[user] {
			taken[user], out[p.ID] = true, user
		}
	}
	return out, failed
}

// lookup asks Slack who has an address; empty if nobody has who could be told anything.
func (s *Slack) lookup(ctx context.Context, email string) (string, error) {
	trip := notifiers.NewTrip(ctx, s.opts.HTTP)
	u, err := s.client(trip).GetUserByEmailContext(ctx, email)
	refused, ok := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case ok && refused.Err == "users_not_found":
		s.opts.Known.keep(email, "", time.Now())
		return "", nil
	case err != nil:
		return "", asked(trip, "asking Slack for a user by email address", err)
	}
	id := u.ID
	if u.Deleted || u.IsBot {
		id = ""
	}
	s.opts.Known.keep(email, id, time.Now())
	return id, nil
}

// asked is the failure of a call that sends no message.
func asked(trip *notifiers.Trip, doing string, err error) error {
	f := failure(trip, err)
	f.Err = fmt.Errorf("%s: %w", doing, f.Err)
	return f
}
