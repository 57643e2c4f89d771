package web

import (
	"context"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"tocsin/alerting"
	"tocsin/notifiers"
)

// detail is all that belongs to an incident.
type detail struct {
	alerts   []alerting.Alert
	pages    []notifiers.Page
	timeline []alerting.Entry
}

// detailOf asks for the three side by side.
func (s *server) detailOf(ctx context.Context, id int64) (d detail, err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { d.alerts, err = s.Detail.Alerts(ctx, id); return err })
	g.Go(func() (err error) { d.pages, err = s.Detail.Pages(ctx, id); return err })
	g.Go(func() (err error) { d.timeline, err = s.Detail.Timeline(ctx, id); return err })
	err = g.Wait()
	d.withoutNumbers()
	return d, err
}

// people are the configuration's names of those who may hold an incident, by the name that is shown.
func (s *server) people() []string {
	return slices.SortedFunc(maps.Keys(s.Names), func(a, b string) int {
		return strings.Compare(s.Names[a], s.Names[b])
	})
}
