package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"
)

type severityCmd struct {
	incidentArg
	Severity string `arg:"" enum:"P0,P1,P2,P3" help:"P0, P1, P2 or P3."`
	Text     string `help:"Why."`
}

func (cmd *severityCmd) run(ctx context.Context, c *cli, e env) error {
	return c.Incidents.change(ctx, e, cmd.path("severity"), said(map[string]any{"severity": cmd.Severity}, cmd.Text))
}

type mergeCmd struct {
	incidentArg
	Into int64  `arg:"" help:"The incident that goes on."`
	Text string `help:"Why."`
}

func (cmd *mergeCmd) run(ctx context.Context, c *cli, e env) error {
	return c.Incidents.change(ctx, e, cmd.path("merge"), said(map[string]any{"into": cmd.Into}, cmd.Text))
}

type splitCmd struct {
	incidentArg
	Alerts []string `arg:"" help:"Fingerprints of the alerts, as show --json has them."`
	Text   string   `help:"Why."`
}

func (cmd *splitCmd) run(ctx context.Context, c *cli, e env) error {
	var answer json.RawMessage
	body := said(map[string]any{"alerts": cmd.Alerts}, cmd.Text)
	if err := c.Incidents.call(ctx, http.MethodPost, cmd.path("split"), nil, body, &answer); err != nil {
		return err
	}
	if c.Incidents.JSON {
		return printJSON(e.stdout, answer)
	}
	var two struct{ Rest, Split remote }
	if err := json.Unmarshal(answer, &two); err != nil {
		return err
	}
	_, err := fmt.Fprintf(e.stdout, "%s\n%s\n", two.Rest.line(), two.Split.line())
	return err
}

type jumpCmd struct {
	incidentArg
	Step int    `arg:"" help:"Which step of the plan, counted from 1."`
	Text string `help:"Why."`
}

func (cmd *jumpCmd) run(ctx context.Context, c *cli, e env) error {
	return c.Incidents.change(ctx, e, cmd.path("jump"), said(map[string]any{"step": cmd.Step}, cmd.Text))
}

type muteCmd struct {
	incidentArg
	lengthFlags
	Text string `help:"Why."`
}

func (cmd *muteCmd) run(ctx context.Context, c *cli, e env) error {
	body, err := cmd.body(time.Now(), time.Local)
	if err != nil {
		return err
	}
	return c.Incidents.change(ctx, e, cmd.path("mute"), said(body, cmd.Text))
}

type unmuteCmd struct{ incidentArg }

func (cmd *unmuteCmd) run(ctx context.Context, c *cli, e env) error {
	return c.Incidents.change(ctx, e, cmd.path("unmute"), nil)
}

// said adds why to what is sent, where somebody says.
func said(body map[string]any, text string) map[string]any {
	if text != "" {
		body["text"] = text
	}
	return body
}

type whyCmd struct {
	incidentArg
	Person string `arg:"" help:"Whose question it is, by the name in the configuration."`
}

// because is one of the API's answers to why.
type because struct {
	At     time.Time `json:"at"`
	Step   int       `json:"step"`
	Paged  bool      `json:"paged"`
	ToCome bool      `json:"to_come"`
	Text   string    `json:"text"`
	Rule   string    `json:"rule"`
	Tried  []struct {
		Rule string `json:"rule"`
		Why  string `json:"why"`
	} `json:"tried"`
}

func (cmd *whyCmd) run(ctx context.Context, c *cli, e env) error {
	var answer json.RawMessage
	if err := c.Incidents.call(ctx, http.MethodGet, cmd.path("why"), url.Values{"person": {cmd.Person}}, nil, &answer); err != nil {
		return err
	}
	if c.Incidents.JSON {
		return printJSON(e.stdout, answer)
	}
	var list struct{ Because []because }
	if err := json.Unmarshal(answer, &list); err != nil {
		return err
	}
	return printBecause(e.stdout, cmd.Person, list.Because)
}

func printBecause(out io.Writer, person string, list []because) error {
	if len(list) == 0 {
		_, err := fmt.Fprintf(out, "nothing has been decided about %s in this incident\n", printable(person))
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, b := range list {
		what, step := "not paged", "beside"
		switch {
		case b.ToCome:
			what = "to come"
		case b.Paged:
			what = "paged"
		}
		if b.Step > 0 {
			step = fmt.Sprintf("step %d", b.Step)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", utc(b.At), step, what, printable(b.Text))
		for _, t := range b.Tried {
			fmt.Fprintf(w, "\t\t\t  %s: %s\n", printable(t.Rule), printable(t.Why))
		}
	}
	return w.Flush()
}
