package web

import (
	"context"
	"errors"
	"net/http"

	"tocsin/alerting"
	"tocsin/web/view"
)

// noSuch is err, or, where it says that something is not there, a sentence that names it: "role %s" completes
// "There is no".
func noSuch(err error, format string, args ...any) error {
	if !errors.Is(err, alerting.ErrNotFound) {
		return err
	}
	return refuse(http.StatusNotFound, "There is no "+format+".", args...)
}

// noIncident is noSuch of an incident.
func noIncident(err error, id int64) error { return noSuch(err, "incident %s", view.Number(id)) }

// missing says which of several incidents is not there.
func (s *server) missing(ctx context.Context, err error, ids ...int64) error {
	for _, id := range ids {
		if _, gone := s.Reader.Incident(ctx, id); errors.Is(gone, alerting.ErrNotFound) {
			return refuse(http.StatusNotFound, "There is no incident %s. Nothing was changed.", view.Number(id))
		}
	}
	return err
}
