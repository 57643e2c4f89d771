package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"text/tabwriter"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
)

// incidentsCmd is a client of the API: everything that the page can do to an incident.
type incidentsCmd struct {
	client

	List        listCmd     `cmd:"" default:"withargs" help:"List incidents, newest first."`
	Show        showCmd     `cmd:"" help:"Show one: its plan, pages and timeline."`
	Create      createCmd   `cmd:"" help:"Open one by hand."`
	Acknowledge ackCmd      `cmd:"" aliases:"ack" help:"Say that somebody has it."`
	Resolve     resolveCmd  `cmd:"" help:"Close it."`
	Reopen      reopenCmd   `cmd:"" help:"Open it again: a new round of its plan."`
	Escalate    escalateCmd `cmd:"" help:"Tell the next step of its plan now."`
	Snooze      snoozeCmd   `cmd:"" help:"Acknowledge it for a while; then it is open again."`
	Assign      assignCmd   `cmd:"" help:"Give it to somebody, who is told."`
	Note        noteCmd     `cmd:"" help:"Write on its timeline."`
	Severity    severityCmd `cmd:"" help:"Set its severity."`
	Merge       mergeCmd    `cmd:"" help:"Merge it into another, which goes on."`
	Split       splitCmd    `cmd:"" help:"Split alerts off into an incident of their own."`
	Jump        jumpCmd     `cmd:"" help:"Fire a step of its plan now, and skip those before it."`
	Mute        muteCmd     `cmd:"" help:"Tell nobody about it for a while."`
	Unmute      unmuteCmd   `cmd:"" help:"Go on with its plan."`
	Why         whyCmd      `cmd:"" help:"Why somebody was paged, and why not."`
}

// remote is an incident as the API tells it.
type remote struct {
	ID             int64      `json:"id"`
	Title          string     `json:"title"`
	Severity       string     `json:"severity"`
	State          string     `json:"state"`
	Assignee       *string    `json:"assignee"`
	AlertCount     int        `json:"alert_count"`
	OpenedAt       time.Time  `json:"opened_at"`
	AcknowledgedAt *time.Time `json:"acknowledged_at"`
	AcknowledgedBy *string    `json:"acknowledged_by"`
	SnoozedUntil   *time.Time `json:"snoozed_until"`
	PausedUntil    *time.Time `json:"paused_until"`
	Reason         string     `json:"reason"`
	Note           string     `json:"note"`
	Next           *struct {
		At   time.Time `json:"at"`
		Role string    `json:"role"`
		Kind string    `json:"kind"`
	} `json:"next"`
	Plan []struct {
		DueAt   time.Time  `json:"due_at"`
		FiresAt *time.Time `json:"fires_at"`
		Kind    string     `json:"kind"`
		Role    string     `json:"role"`
		State   string     `json:"state"`
		Reason  string     `json:"reason"`
	} `json:"plan"`
	PlanMade struct {
		Config string `json:"config"`
	} `json:"plan_made"`
	Alerts []struct {
		Status      string          `json:"status"`
		Severity    string          `json:"severity"`
		Labels      alerting.Labels `json:"labels"`
		Annotations alerting.Labels `json:"annotations"`
	} `json:"alerts"`
	Pages []struct {
		Person  string `json:"person"`
		Channel string `json:"channel"`
		State   string `json:"state"`
	} `json:"pages"`
	Timeline []struct {
		At    time.Time `json:"at"`
		Actor string    `json:"actor"`
		Text  string    `json:"text"`
	} `json:"timeline"`
}

type listCmd struct {
	State    string `help:"open, acknowledged or resolved; several with commas."`
	Severity string `help:"P0 to P3; several with commas."`
	Q        string `name:"query" short:"q" help:"Text in title, dedup key or label values."`
	Assignee string `help:"Who has it."`
	Limit    int    `default:"50" help:"At most so many (500 is the most)."`
	Cursor   string `help:"Go on after a former answer."`
}

func (cmd *listCmd) run(ctx context.Context, c *cli, e env) error {
	query := url.Values{"limit": {strconv.Itoa(cmd.Limit)}}
	for name, v := range map[string]string{"state": cmd.State, "severity": cmd.Severity, "q": cmd.Q, "assignee": cmd.Assignee, "cursor": cmd.Cursor} {
		if v != "" {
			query.Set(name, v)
		}
	}
	var answer json.RawMessage
	if err := c.Incidents.call(ctx, http.MethodGet, "/incidents", query, nil, &answer); err != nil {
		return err
	}
	if c.Incidents.JSON {
		return printJSON(e.stdout, answer)
	}
	var list struct {
		Incidents  []remote `json:"incidents"`
		NextCursor string   `json:"next_cursor"`
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tSEVERITY\tSTATE\tWHO\tALERTS\tOPENED\tNEXT\tTITLE")
	for _, i := range list.Incidents {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", i.ID, i.Severity, i.state(), or(i.Assignee, "-"), i.AlertCount, utc(i.OpenedAt), i.next(), printable(i.Title))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if list.NextCursor != "" {
		fmt.Fprintf(e.stdout, "more: --cursor %s\n", list.NextCursor)
	}
	return nil
}

type incidentArg struct {
	ID int64 `arg:"" help:"The incident's number."`
}

func (a incidentArg) path(verb string) string {
	if verb == "" {
		return fmt.Sprintf("/incidents/%d", a.ID)
	}
	return fmt.Sprintf("/incidents/%d/%s", a.ID, verb)
}

type showCmd struct{ incidentArg }

func (cmd *showCmd) run(ctx context.Context, c *cli, e env) error {
	var answer json.RawMessage
	if err := c.Incidents.call(ctx, http.MethodGet, cmd.path(""), nil, nil, &answer); err != nil {
		return err
	}
	if c.Incidents.JSON {
		return printJSON(e.stdout, answer)
	}
	var i remote
	if err := json.Unmarshal(answer, &i); err != nil {
		return err
	}
	i.print(e.stdout)
	return nil
}

// print writes an incident for a terminal.
func (i remote) print(out io.Writer) {
	fmt.Fprintf(out, "#%d  %s  %s  %s\n", i.ID, i.Severity, i.State, printable(i.Title))
	fmt.Fprintf(out, "opened %s, %s, with %s\n%s\n", utc(i.OpenedAt), count(i.AlertCount, "alert"), or(i.Assignee, "nobody"), printable(i.Reason))
	if i.SnoozedUntil != nil {
		fmt.Fprintf(out, "snoozed until %s\n", utc(*i.SnoozedUntil))
	}
	if i.PausedUntil != nil {
		fmt.Fprintf(out, "paused until %s\n", utc(*i.PausedUntil))
	}
	if i.PlanMade.Config != "" {
		fmt.Fprintf(out, "plan made by configuration %s\n", printable(i.PlanMade.Config))
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	if len(i.Alerts) > 0 {
		fmt.Fprintln(w, "\nALERTS")
	}
	for _, al := range i.Alerts {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", al.Status, al.Severity, printable(cmp.Or(al.Annotations["summary"], al.Labels.String())))
	}
	fmt.Fprintln(w, "\nPLAN")
	for _, s := range i.Plan {
		at, state := s.DueAt, s.State
		switch {
		case s.FiresAt != nil && (s.State != "pending" || !s.FiresAt.Equal(s.DueAt)):
			at, state = *s.FiresAt, "waits, was due "+utc(s.DueAt)
		case s.FiresAt == nil && s.State == "pending":
			state = "will be skipped"
		}
		fmt.Fprintf(w, "  %s\t%s %s\t%s\t%s\n", utc(at), s.Kind, s.Role, state, printable(s.Reason))
	}
	fmt.Fprintln(w, "\nPAGES")
	for _, p := range i.Pages {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", p.Person, p.Channel, p.State)
	}
	fmt.Fprintln(w, "\nTIMELINE")
	for _, t := range i.Timeline {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", utc(t.At), t.Actor, printable(t.Text))
	}
	_ = w.Flush()
}

type createCmd struct {
	Title       string            `required:"" help:"What is wrong, in a few words."`
	Severity    string            `required:"" enum:"P0,P1,P2,P3" help:"P0, P1, P2 or P3."`
	Description string            `help:"More of it."`
	Label       map[string]string `help:"Labels, as in --label service=backend."`
}

func (cmd *createCmd) run(ctx context.Context, c *cli, e env) error {
	return c.Incidents.change(ctx, e, "/incidents", map[string]any{
		"title": cmd.Title, "severity": cmd.Severity, "description": cmd.Description, "labels": cmd.Label,
	})
}

type (
	ackCmd      struct{ incidentArg }
	resolveCmd  struct{ incidentArg }
	reopenCmd   struct{ incidentArg }
	escalateCmd struct{ incidentArg }
)

func (cmd *ackCmd) run(ctx context.Context, c *cli, e env) error {
	return c.Incidents.change(ctx, e, cmd.path("acknowledge"), nil)
}

func (cmd *resolveCmd) run(ctx context.Context, c *cli, e env) error {
	return c.Incidents.change(ctx, e, cmd.path("resolve"), nil)
}

func (cmd *reopenCmd) run(ctx context.Context, c *cli, e env) error {
	return c.Incidents.change(ctx, e, cmd.path("reopen"), nil)
}

func (cmd *escalateCmd) run(ctx context.Context, c *cli, e env) error {
	return c.Incidents.change(ctx, e, cmd.path("escalate"), nil)
}

type snoozeCmd struct {
	incidentArg
	lengthFlags
}

func (cmd *snoozeCmd) run(ctx context.Context, c *cli, e env) error {
	body, err := cmd.body(time.Now(), time.Local)
	if err != nil {
		return err
	}
	return c.Incidents.change(ctx, e, cmd.path("snooze"), body)
}

type assignCmd struct {
	incidentArg
	Person string `arg:"" help:"Whom, by the name in the configuration."`
}

func (cmd *assignCmd) run(ctx context.Context, c *cli, e env) error {
	return c.Incidents.change(ctx, e, cmd.path("assign"), map[string]any{"person": cmd.Person})
}

type noteCmd struct {
	incidentArg
	Text string `arg:"" help:"What to write."`
}

func (cmd *noteCmd) run(ctx context.Context, c *cli, e env) error {
	return c.Incidents.change(ctx, e, cmd.path("note"), map[string]any{"text": cmd.Text})
}

// change posts and says in a line how the incident stands after it.
func (cmd *incidentsCmd) change(ctx context.Context, e env, path string, body any) error {
	var answer json.RawMessage
	if err := cmd.call(ctx, http.MethodPost, path, nil, body, &answer); err != nil {
		return err
	}
	if cmd.JSON {
		return printJSON(e.stdout, answer)
	}
	var i remote
	if err := json.Unmarshal(answer, &i); err != nil {
		return err
	}
	_, err := fmt.Fprintln(e.stdout, i.line())
	return err
}

// line is how an incident stands, in a line.
func (i remote) line() string {
	line := fmt.Sprintf("#%d %s %s, with %s, next: %s", i.ID, i.Severity, i.State, or(i.Assignee, "nobody"), i.next())
	if i.SnoozedUntil != nil {
		line += ", snoozed until " + utc(*i.SnoozedUntil)
	}
	if i.PausedUntil != nil {
		line += ", paused until " + utc(*i.PausedUntil)
	}
	if i.Note != "" {
		line += " (" + i.Note + ")"
	}
	return printable(line)
}

// state is the state in a word, and whether the plan waits.
func (i remote) state() string {
	switch {
	case i.SnoozedUntil != nil && i.PausedUntil != nil:
		return "snoozed, paused"
	case i.SnoozedUntil != nil:
		return "snoozed"
	case i.PausedUntil != nil:
		return i.State + ", paused"
	}
	return i.State
}

// next is who is told when, unless somebody acts.
func (i remote) next() string {
	if i.Next == nil {
		return "-"
	}
	return i.Next.Role + " " + utc(i.Next.At)
}

func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

func or(s *string, none string) string {
	if s == nil || *s == "" {
		return none
	}
	return printable(*s)
}

// printable is one line of untrusted text that cannot steer the terminal.
func printable(s string) string { return notifiers.Plain(s) }

func printJSON(out io.Writer, raw json.RawMessage) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(raw)
}
