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
	Zone  string     `json:"timezone"` // the organisation's
	Roles []api.Duty `json:"roles"`
}

func (cmd *oncallCmd) run(ctx context.Context, c *cli, e env) error {
	var answer onCallNow
	var err error
	if cmd.Server != "" {
		answer, err = cmd.ask(ctx)
	} else {
		fmt.Fprintln(e.stderr, "by the file alone: it does not know the overrides, swaps and absences that people have made; --server URL or TOCSIN_SERVER asks the Tocsin that does")
		answer, err = cmd.read(c, e)
	}
	if err != nil {
		return err
	}
	if cmd.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(answer)
	}
	return answer.print(e.stdout)
}

// read answers by the file.
func (cmd *oncallCmd) read(c *cli, e env) (onCallNow, error) {
	cfg, err := c.load(e, func(config.Problem) {})
	if err != nil {
		return onCallNow{}, err
	}
	at, err := simulator.ParseMoment(cmd.At, cfg.Timezone, time.Now())
	if err != nil {
		return onCallNow{}, fmt.Errorf("--at: %w", err)
	}
	p := cfg.Policy()
	if _, ok := p.Directory.Roles[cmd.Role]; cmd.Role != "" && !ok {
		return onCallNow{}, fmt.Errorf("there is no role %q under roles", cmd.Role)
	}
	duties := api.Duties(p, at, cmd.Role)
	api.Contacts{People: p.Directory.People, Whole: true}.Add(duties) // whoever asks has the file
	return onCallNow{at.UTC(), cfg.Timezone.String(), duties}, nil
}

// ask answers by a running Tocsin, which says when now is and on which clock a local time is meant.
func (cmd *oncallCmd) ask(ctx context.Context) (out onCallNow, err error) {
	server, query := client{Server: cmd.Server, Token: cmd.Token}, url.Values{}
	if cmd.At != "now" {
		clocks, err := server.zones(ctx)
		if err != nil {
			return out, err
		}
		at, err := simulator.ParseMoment(cmd.At, clocks.organisation, time.Now())
		if err != nil {
			return out, fmt.Errorf("--at: %w", err)
		}
		query.Set("at", at.UTC().Format(time.RFC3339))
	}
	if cmd.Role != "" {
		query.Set("role", cmd.Role)
	}
	err = server.call(ctx, http.MethodGet, "/oncall", query, nil, &out)
	return out, err
}

// print writes a line for each who holds a role, and for each who comes next; a rotation's times are on its
// own clock, the others on the organisation's.
func (o onCallNow) print(out io.Writer) error {
	organisation := o.zone()
	fmt.Fprintf(out, "at %s\n\n", o.At.In(organisation).Format("Mon 2006-01-02 15:04 MST"))
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ROLE\tWHO\tUNTIL\tWHY\tNEXT")
	for _, d := range o.Roles {
		zone := zoneOf(d.Zone, organisation)
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
	if h.NoSMSSince != nil {
		why = append(why, "gets no SMS: sent STOP "+localTime(h.NoSMSSince, zone))
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

// zone is the organisation's; this machine's where an older server does not say.
func (o onCallNow) zone() *time.Location { return zoneOf(o.Zone, time.Local) }

// zoneOf is the zone of a name; otherwise, where there is no name or one that is unknown here.
func zoneOf(name string, otherwise *time.Location) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil && name != "" {
		return zone
	}
	return otherwise
}
