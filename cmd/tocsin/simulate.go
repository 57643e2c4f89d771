package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/receive"
	"tocsin/cmd/tocsin/config"
	"tocsin/escalation/simulator"
	"tocsin/notifiers"
)

// simulateCmd tells who would be told what, when and why. It connects to nothing and sends nothing.
type simulateCmd struct {
	Alert  string   `required:"" placeholder:"FILE" help:"What the source would send: the body of Alertmanager's webhook. - is standard input."`
	At     string   `default:"now" placeholder:"TIME" help:"When: \"2026-12-25T03:00 Europe/Berlin\", RFC 3339, a local time of the configuration, or now."`
	Source string   `placeholder:"NAME" help:"Which source sends it (default: the first)."`
	Answer []string `sep:"none" placeholder:"ANSWER" help:"What somebody does: acknowledged@7m, resolved@1h, snooze:2h@10m, mute:until morning@2m, assign:PERSON@5m, escalate@3m, severity:P1@4m, jump:3@5m, merge:1@5m; \" on INCIDENT\" and \" by PERSON\" after it. Again for more."`
	Fail   []string `sep:"none" placeholder:"CHANNEL" help:"Pages that are not accepted: sms, or PERSON:sms. Again for more."`
	For    string   `default:"7d" placeholder:"SPAN" help:"How far to look."`
	JSON   bool     `help:"Print {\"incident\":{...},\"events\":[...]}."`
}

func (cmd *simulateCmd) run(_ context.Context, c *cli, e env) error {
	cfg, err := c.load(e, func(config.Problem) {})
	if err != nil {
		return err
	}
	request, err := cmd.request(cfg, e)
	if err != nil {
		return err
	}
	out, err := simulator.Run(cfg.Policy(), request)
	if err != nil {
		return err
	}
	if cmd.JSON {
		err = printSimulation(e.stdout, out)
	} else {
		err = tellSimulation(e.stdout, out, request.At, cfg.Timezone)
	}
	if err != nil {
		return err
	}
	return tellRefused(e.stderr, out, cfg.Timezone)
}

// tellRefused says which of the assumed answers nobody could have given, with times on zone's clock: what was told
// holds without them.
func tellRefused(w io.Writer, out simulator.Result, zone *time.Location) error {
	t, err := teller{zone: zone}, error(nil)
	for _, ev := range out.Story {
		if ev.Kind == simulator.Refused {
			fmt.Fprintf(w, "tocsin: the answer %s was refused: %s\n", notifiers.Plain(ev.Says), t.words(ev.Reason))
			err = errReported
		}
	}
	return err
}

// request is what the flags ask.
func (cmd *simulateCmd) request(cfg *config.Config, e env) (r simulator.Request, err error) {
	if r.At, err = simulator.ParseMoment(cmd.At, cfg.Timezone, time.Now()); err != nil {
		return r, fmt.Errorf("--at: %w", err)
	}
	if r.For, err = simulator.ParseSpan(cmd.For); err != nil {
		return r, fmt.Errorf("--for: %w", err)
	}
	for _, s := range cmd.Answer {
		a, err := simulator.ParseAnswer(s)
		if err != nil {
			return r, fmt.Errorf("--answer: %w", err)
		}
		r.Answers = append(r.Answers, a)
	}
	for _, s := range cmd.Fail {
		l, err := simulator.ParseLoss(s)
		if err != nil {
			return r, fmt.Errorf("--fail: %w", err)
		}
		r.Lost = append(r.Lost, l)
	}
	body, err := cmd.body(e)
	if err != nil {
		return r, err
	}
	events, err := decodeAlerts(cfg, cmd.Source, body, r.At)
	if err != nil {
		return r, fmt.Errorf("%s: %w", cmd.Alert, err)
	}
	r.Alerts = []simulator.Delivery{{Events: events}}
	return r, nil
}

func (cmd *simulateCmd) body(e env) ([]byte, error) {
	if cmd.Alert == "-" {
		return io.ReadAll(e.stdin)
	}
	return os.ReadFile(cmd.Alert)
}

// decodeAlerts reads what a source would send at a moment; name "" is the first source.
func decodeAlerts(cfg *config.Config, name string, body []byte, at time.Time) ([]alerting.Event, error) {
	source, err := sourceNamed(cfg, name)
	if err != nil {
		return nil, err
	}
	if source.Kind != config.Alertmanager {
		return nil, fmt.Errorf("the source %s sends the format %s, which cannot be read from a file: name one of kind alertmanager with --source", source.Name, source.Kind)
	}
	batch, err := receive.Alertmanager(source.Name, body, at)
	if err != nil {
		return nil, err
	}
	if len(batch.Rejected) > 0 {
		first := batch.Rejected[0]
		return nil, fmt.Errorf("alert %d cannot be taken: %s", first.Index, first.Why)
	}
	if len(batch.Events) == 0 {
		return nil, errors.New("the list of alerts is empty")
	}
	return batch.Events, nil
}

func sourceNamed(cfg *config.Config, name string) (config.Source, error) {
	for _, s := range cfg.Intake.Sources {
		if name == "" || s.Name == name {
			return s, nil
		}
	}
	if name == "" {
		return config.Source{}, errors.New("intake.sources names no source: nothing could send this")
	}
	return config.Source{}, fmt.Errorf("intake.sources has no source %q", name)
}

// printSimulation writes the form that programs read; docs/cli.md promises it.
func printSimulation(w io.Writer, out simulator.Result) error {
	type incident struct {
		Severity alerting.Severity `json:"severity"`
		Reason   string            `json:"reason"`
		Title    string            `json:"title"`
	}
	type event struct {
		At      time.Time `json:"at"`
		Kind    string    `json:"kind"`
		Role    string    `json:"role"`
		Person  string    `json:"person"`
		Channel string    `json:"channel"`
		Reason  string    `json:"reason"`
	}
	events := []event{}
	for _, e := range out.Story {
		kind := e.Kind
		switch kind {
		case simulator.Page, simulator.Assign, simulator.Skip:
		case simulator.Remind, simulator.Clear:
			kind = simulator.Page
		case simulator.Nobody, simulator.Collapse:
			kind = simulator.Skip
		default:
			continue
		}
		events = append(events, event{e.At.UTC(), string(kind), e.Role, e.Person, string(e.Channel), e.Reason})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Incident incident `json:"incident"`
		Events   []event  `json:"events"`
	}{incident{out.Opened.Severity, out.Opened.Reason.Text, out.Opened.Title}, events})
}
