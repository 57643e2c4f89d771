package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"tocsin/cmd/tocsin/config"
	"tocsin/escalation/simulator"
	"tocsin/web/api"
)

// oncallCmd tells who holds each role: by the configuration's file alone, or, where a server is named, by a
// running Tocsin, which knows overrides, swaps and absences too.
type oncallCmd struct {
	At     string `default:"now" placeholder:"TIME" help:"When: \"2026-12-25T03:00 Europe/Berlin\", RFC 3339, a local time of the configuration, or now."`
	Role   string `placeholder:"ROLE" help:"Only this role."`
	Server string `env:"TOCSIN_SERVER" placeholder:"URL" help:"Ask the Tocsin at this address, with what people have changed, rather than the file."`
	Token  string `env:"TOCSIN_TOKEN" placeholder:"TOKEN" help:"API token, for --server."`
	JSON   bool   `help:"Print {\"at\":...,\"roles\":[...]}, as the API does."`
}

// onCallNow is the API's answer.
type onCallNow struct {
	At    time.Time  `json:"at"`
	Roles []api.Duty `json:"roles"`
}

func (cmd *oncallCmd) run(ctx context.Context, c *cli, e env) error {
	zone := time.Local
	var answer onCallNow
	var err error
	if cmd.Server != "" {
		answer, err = cmd.ask(ctx, zone)
	} else {
		fmt.Fprintln(e.stderr, "by the file alone: it does not know the overrides, swaps and absences that people have made; --server URL or TOCSIN_SERVER asks the Tocsin that does")
		answer, zone, err = cmd.read(c, e)
	}
	if err != nil {
		return err
	}
	if cmd.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(answer)
	}
	return answer.print(e.stdout, zone)
}

// read answers by the file.
func (cmd *oncallCmd) read(c *cli, e env) (onCallNow, *time.Location, error) {
	cfg, err := c.load(e, func(config.Problem) {})
	if err != nil {
		return onCallNow{}, nil, err
	}
	at, err := simulator.ParseMoment(cmd.At, cfg.Timezone, time.Now())
	if err != nil {
		return onCallNow{}, nil, fmt.Errorf("--at: %w", err)
	}
	p := cfg.Policy()
	if _, ok := p.Directory.Roles[cmd.Role]; cmd.Role != "" && !ok {
		return onCallNow{}, nil, fmt.Errorf("there is no role %q under roles", cmd.Role)
	}
	return onCallNow{at.UTC(), api.Duties(p, at, cmd.Role)}, cfg.Timezone, nil
}

// ask answers by a running Tocsin.
func (cmd *oncallCmd) ask(ctx context.Context, zone *time.Location) (out onCallNow, err error) {
	at, err := simulator.ParseMoment(cmd.At, zone, time.Now())
	if err != nil {
		return out, fmt.Errorf("--at: %w", err)
	}
	query := url.Values{}
	if cmd.At != "now" { // which is the server's to say
		query.Set("at", at.UTC().Format(time.RFC3339))
	}
	if cmd.Role != "" {
		query.Set("role", cmd.Role)
	}
	err = client{Server: cmd.Server, Token: cmd.Token}.call(ctx, http.MethodGet, "/oncall", query, nil, &out)
	return out, err
}

// print writes a line for each who holds a role, and for each who comes next; a rotation's times are on its
// own clock, the others on zone's.
func (o onCallNow) print(out io.Writer, zone *time.Location) error {
	fmt.Fprintf(out, "at %s\n\n", o.At.In(zone).Format("Mon 2006-01-02 15:04 MST"))
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ROLE\tWHO\tUNTIL\tWHY\tNEXT")
	for _, d := range o.Roles {
		zone := zoneOf(d, zone)
		next := "-"
		for _, h := range d.Next {
			next = holder(h) + " " + localTime(h.From, zone)
		}
		if len(d.People) == 0 {
			fmt.Fprintf(w, "%s\tnobody\t-\t-\t%s\n", d.Role, next)
		}
		for i, h := range d.People {
			if i > 0 {
				next = "-"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", d.Role, holder(h), localTime(h.Until, zone), printable(holds(d, h, zone)), next)
		}
	}
	return w.Flush()
}

func holder(h api.Holder) string {
	if h.Person == "" {
		return "nobody"
	}
	return printable(h.Person)
}

// holds is why somebody holds a role, and whether they are away.
func holds(d api.Duty, h api.Holder, zone *time.Location) string {
	why := []string{h.Why}
	if d.Rotation != "" {
		why[0] += " (" + d.Rotation + ")"
	}
	if h.AwayUntil != nil {
		away := "away until " + localTime(h.AwayUntil, zone)
		if h.Deputy != "" {
			away += ", " + h.Deputy + " is told instead"
		}
		why = append(why, away)
	}
	if h.Unreachable != "" {
		why = append(why, "not told of a P0 then: "+h.Unreachable)
	}
	if len(d.Shadows) > 0 {
		why = append(why, "shadowed by "+strings.Join(d.Shadows, ", "))
	}
	return strings.Join(why, "; ")
}

// localTime is a moment on a zone's clock; "-" for none.
func localTime(t *time.Time, zone *time.Location) string {
	if t == nil {
		return "-"
	}
	return t.In(zone).Format("Mon 2006-01-02 15:04 MST")
}

// zoneOf is the zone of a duty's rotation; otherwise, where it has none or one that is unknown here.
func zoneOf(d api.Duty, otherwise *time.Location) *time.Location {
	if zone, err := time.LoadLocation(d.Zone); err == nil && d.Zone != "" {
		return zone
	}
	return otherwise
}
