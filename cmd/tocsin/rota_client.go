package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"tocsin/escalation/simulator"
)

// stretchFlags are from when until when, as people write times.
type stretchFlags struct {
	From  string `required:"" placeholder:"TIME" help:"\"2026-12-08T09:00 Europe/Berlin\", RFC 3339, a local time, or now."`
	Until string `required:"" placeholder:"TIME" help:"The same; not included."`
}

// in reads the flags; local times are zone's.
func (f stretchFlags) in(zone *time.Location) (from, until time.Time, err error) {
	return moments("--from", f.From, "--until", f.Until, zone)
}

// moments reads two flags of the names given.
func moments(first, from, second, until string, zone *time.Location) (a, b time.Time, err error) {
	now := time.Now()
	if a, err = simulator.ParseMoment(from, zone, now); err != nil {
		return a, b, fmt.Errorf("%s: %w", first, err)
	}
	if b, err = simulator.ParseMoment(until, zone, now); err != nil {
		return a, b, fmt.Errorf("%s: %w", second, err)
	}
	return a, b, nil
}

// zones are the organisation's zone, and those of rotations by name. A rotation that no role is held by is not
// among them.
type zones struct {
	organisation *time.Location
	rotations    map[string]*time.Location
}

// zones asks the server on which clocks the organisation and its rotations are.
func (c client) zones(ctx context.Context) (zones, error) {
	var now onCallNow
	if err := c.call(ctx, http.MethodGet, "/oncall", nil, nil, &now); err != nil {
		return zones{}, err
	}
	out := zones{now.zone(), map[string]*time.Location{}}
	for _, d := range now.Roles {
		if d.Rotation != "" {
			out.rotations[d.Rotation] = zoneOf(d.Zone, out.organisation)
		}
	}
	return out, nil
}

// of is a rotation's zone; the organisation's where it is unknown.
func (z zones) of(rotation string) *time.Location {
	if zone, ok := z.rotations[rotation]; ok {
		return zone
	}
	return z.organisation
}

// fetch asks for a list and decodes it; with --json it prints the answer as it is, and done is true.
func (c client) fetch(ctx context.Context, e env, path string, into any) (done bool, err error) {
	var answer json.RawMessage
	if err := c.call(ctx, http.MethodGet, path, nil, nil, &answer); err != nil {
		return false, err
	}
	if c.JSON {
		return true, printJSON(e.stdout, answer)
	}
	return false, json.Unmarshal(answer, into)
}

// post sends body and prints what line says of the answer, or with --json the answer as it is. What the answer
// warns of goes to standard error.
func (c client) post(ctx context.Context, e env, path string, body, into any, line func() string) error {
	var answer json.RawMessage
	if err := c.call(ctx, http.MethodPost, path, nil, body, &answer); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.stdout, answer)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return err
	}
	var also struct{ Warning string }
	if err := json.Unmarshal(answer, &also); err != nil {
		return err
	}
	if also.Warning != "" {
		fmt.Fprintln(e.stderr, "warning:", printable(also.Warning))
	}
	_, err := fmt.Fprintln(e.stdout, printable(line()))
	return err
}

// remove deletes what stands at path and says so.
func (c client) remove(ctx context.Context, e env, path, what string) error {
	if err := c.call(ctx, http.MethodDelete, path, nil, nil, nil); err != nil {
		return err
	}
	if c.JSON {
		return nil
	}
	_, err := fmt.Fprintln(e.stdout, what)
	return err
}

// table writes rows of cells, each a plain line, below a head.
func table(e env, head string, rows [][]string) error {
	w := tabwriter.NewWriter(e.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, head)
	for _, row := range rows {
		for i := range row {
			if row[i] = printable(row[i]); row[i] == "" {
				row[i] = "-"
			}
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// stretch is from when until when on a zone's clock.
func stretch(from, until time.Time, zone *time.Location) string {
	return localTime(&from, zone) + " until " + localTime(&until, zone)
}
