package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/cmd/tocsin/config"
	"tocsin/escalation"
	"tocsin/escalation/cover"
	"tocsin/escalation/simulator"
)

// mostDays is the longest that check looks ahead: two years.
const mostDays = 731

type checkCmd struct {
	JSON bool   `help:"Print {\"errors\":[...],\"warnings\":[...]}."`
	Days int    `default:"0" placeholder:"N" help:"Also go through so many days: who would be told of each step at each moment, and what is missing. At most 731."`
	From string `default:"now" placeholder:"TIME" help:"When these days begin: \"2026-12-25T03:00 Europe/Berlin\", RFC 3339, a local time of the configuration, or now."`
}

func (cmd *checkCmd) run(_ context.Context, c *cli, e env) error {
	if cmd.Days < 0 || cmd.Days > mostDays {
		return fmt.Errorf("--days %d: look ahead 0 to %d days", cmd.Days, mostDays)
	}
	cfg, report := config.Load(c.Config, e.getenv)
	if cmd.Days > 0 && report.OK() {
		from, err := simulator.ParseMoment(cmd.From, cfg.Timezone, time.Now())
		if err != nil {
			return fmt.Errorf("--from: %w", err)
		}
		report.Warnings = append(slices.DeleteFunc(report.Warnings, coverSays), cmd.cover(cfg, from)...)
	}
	if err := cmd.print(report, c.Config, e); err != nil {
		return err
	}
	if !report.OK() {
		return fmt.Errorf("%w: %s has %s", errReported, c.Config, count(len(report.Errors), "error"))
	}
	if !cmd.JSON {
		fmt.Fprintf(e.stdout, "%s: no errors, %s\n", c.Config, count(len(report.Warnings), "warning"))
	}
	return nil
}

// cover is what the days to come are short of: for a program each stretch of time by itself, for people
// those together that differ in nothing else.
func (cmd *checkCmd) cover(cfg *config.Config, from time.Time) []config.Problem {
	found := cover.Find(cfg.Policy(), from, cmd.Days, live(cfg))
	if !cmd.JSON {
		found = cover.Grouped(found)
	}
	var out []config.Problem
	for _, f := range found {
		out = append(out, config.Problem{Kind: f.Kind, Message: f.Message(), From: f.From, Until: f.Until})
	}
	return out
}

// live are the channels that are not sandboxes. A service needs no credentials but somebody's address.
func live(cfg *config.Config) map[escalation.Channel]bool {
	n := cfg.Notifiers
	addressed := false
	for _, p := range cfg.People {
		addressed = addressed || p.URL != ""
	}
	return map[escalation.Channel]bool{
		escalation.Slack: !n.Slack.Sandbox, escalation.SMS: !n.Twilio.Sandbox, escalation.Voice: !n.Twilio.Sandbox,
		escalation.Email: !n.Email.Sandbox, escalation.Webhook: !n.Webhook.Sandbox, escalation.URL: !n.URL.Sandbox && addressed,
	}
}

// coverSays reports whether the look at the days to come says the same as a warning about the file, and when: a
// role that reaches nobody. That catch_all does is said by the file alone.
func coverSays(w config.Problem) bool {
	return w.Kind == config.KindUnreachable && !strings.HasPrefix(w.Message, "catch_all ")
}

func (cmd *checkCmd) print(report config.Report, path string, e env) error {
	if !cmd.JSON {
		return report.Print(e.stdout, path)
	}
	enc := json.NewEncoder(e.stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(report)
}
