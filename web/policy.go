package web

import (
	"context"
	"errors"

	"tocsin/alerting"
	"tocsin/escalation"
)

// policyNow is the configuration in force with the roster as it is stored, so that who changed something
// sees it at once. While the store is away it is what this process knew last.
func (s *server) policyNow(ctx context.Context) (*escalation.Policy, error) {
	p := s.Policy()
	roster, err := s.Roster.Roster(ctx)
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
