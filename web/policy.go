package web

import (
	"context"
	"errors"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// policyNow is the configuration in force with the roster as it is stored, so that who changed something
// sees it at once. While the store is away it is what this process knew last.
func (s *server) policyNow(ctx context.Context) (*escalation.Policy, error) {
	return s.policyWith(s.Roster.Roster(ctx))
}

// policySince is policyNow with what people had changed since a moment and has ended, for calendars that look
// back.
func (s *server) policySince(ctx context.Context, since time.Time) (*escalation.Policy, error) {
	return s.policyWith(s.Roster.RosterSince(ctx, since))
}

func (s *server) policyWith(roster escalation.Roster, err error) (*escalation.Policy, error) {
	p := s.Policy()
	if errors.Is(err, alerting.ErrUnavailable) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	if roster.Imported == nil {
		roster.Imported = p.Roster.Imported
	}
	return p.With(roster), nil
}
