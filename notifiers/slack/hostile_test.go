package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

func TestFiveHundredHostileTextsAreReadBackFromEverySurfaceAsTextAlone(t *testing.T) {
	t.Parallel()
	fake := notifierstest.NewSlack(t)
	ch := slack.New(slack.Options{
		BotToken: notifierstest.SlackToken, SigningSecret: notifierstest.SlackSecret, Channel: "C0INCIDENTS", APIURL: fake.URL, Pace: time.Nanosecond,
	})
	hostile := notifierstest.Hostile()
	if len(hostile) < 500 {
		t.Fatalf("%d texts", len(hostile))
	}
	seen := 0
	for i, s := range hostile {
		for name, write := range inTurn(i, surfaces(t, ch, fake)) {
			messages, answers := len(fake.Messages()), len(fake.Answers())
			if err := write(t.Context(), s); err != nil {
				t.Fatalf("%s with %.60q: %v", name, s, err)
			}
			read := 0
			for _, m := range fake.Messages()[messages:] {
				texts, err := m.Read()
				if err = errors.Join(err, onlyOurs(texts)); err != nil {
					t.Errorf("%s with %.60q: %q: %v", name, s, m.Text, err)
				}
				read++
			}
			for _, a := range fake.Answers()[answers:] {
				texts, err := a.Read()
				if err = errors.Join(err, onlyOurs(texts)); err != nil {
					t.Errorf("%s with %.60q: %v", name, s, err)
				}
				read++
			}
			if read == 0 && strings.TrimSpace(notifiers.Plain(s)) != "" {
				t.Errorf("%s with %.60q: nothing was read", name, s)
			}
			seen += read
		}
	}
	t.Logf("%d hostile texts: %d messages and answers read back", len(hostile), seen)
}

// inTurn is what the ith text goes through: every surface, or one of them, which another text's is next.
func inTurn[T any](i int, all []surface[T]) iter.Seq2[string, T] {
	if !everySurface {
		all = all[i%len(all):][:1]
	}
	return func(yield func(string, T) bool) {
		for _, s := range all {
			if !yield(s.name, s.write) {
				return
			}
		}
	}
}

// surface is a place that a text can come to.
type surface[T any] struct {
	name  string
	write T
}

// languageOf is one of the two languages, so that each has half of the texts.
func languageOf(s string) string { return [...]string{"en", "de"}[len(s)%2] }

// surfaces are messages of every kind, the board with its thread, and what is said to who pressed a button.
func surfaces(t *testing.T, ch *slack.Slack, fake *notifierstest.Slack) []surface[func(context.Context, string) error] {
	var out []surface[func(context.Context, string) error]
	for _, kind := range []string{"page", "bundle", "digest", "remind", "clear", "message"} {
		out = append(out, surface[func(context.Context, string) error]{kind, func(ctx context.Context, s string) error {
			_, err := ch.Send(ctx, taintedNotice(kind, s))
			return err
		}})
	}
	return append(out,
		surface[func(context.Context, string) error]{"board", func(ctx context.Context, s string) error { return board(ctx, ch, s) }},
		surface[func(context.Context, string) error]{"answer", func(ctx context.Context, s string) error {
			if strings.TrimSpace(notifiers.Plain(s)) == "" {
				return nil // of nothing there is no answer
			}
			b := &inbox{}
			deliver(ch, b, now(fake.Pressed("U0SYS", "acknowledge", "412")))
			return ch.Respond(ctx, b.taken[0].Respond, s)
		}},
	)
}

// taintedNotice is a notice of a kind with s in it.
func taintedNotice(kind, s string) notifiers.Notice {
	n := notifierstest.Tainted(s)
	switch kind {
	case "bundle", "digest":
		n = notifierstest.TaintedBundle(s)
		n.Bundle = &notifiers.Bundle{Total: 40, BySeverity: [4]int{0, 0, 40}, Digest: kind == "digest", Items: n.Bundle.Items}
	case "remind", "clear":
		n.Page.Kind = escalation.StepKind(kind)
	case "message":
		n = notifierstest.TaintedMessage(s)
	}
	if kind == "clear" {
		n.Brief = resolvedBrief(n.Brief, s)
	}
	n.Brief.Locale.Language = languageOf(s)
	return n
}

func resolvedBrief(b notifiers.Brief, by string) notifiers.Brief {
	b.Incident.State, b.Incident.ResolvedBy = alerting.StateResolved, by
	return b
}

// board posts an incident with s in it, replies in its thread, and edits it.
func board(ctx context.Context, ch *slack.Slack, s string) error {
	brief := taintedNotice("page", s).Brief
	at, err := ch.Post(ctx, brief)
	if err != nil {
		return err
	}
	opened := brief.Incident.OpenedAt
	entries := []alerting.Entry{{At: opened, Text: s, Actor: alerting.Actor{Name: s}}, {At: opened, Kind: alerting.Kind(s)}}
	return errors.Join(ch.Reply(ctx, at, brief, entries), ch.Edit(ctx, at, resolvedBrief(brief, s)))
}

func TestFiveHundredHostileTextsAreTextAloneInAnswersToCommandsAndInForms(t *testing.T) {
	t.Parallel()
	ch, fake := desk(t)
	for i, s := range notifierstest.Hostile() {
		c := &tainted{counter{title: s}, s, languageOf(s)}
		in := slack.Intake{Inbox: &inbox{}, Wake: func() {}, Desk: c, Threads: threads{}}
		all := []surface[func() error]{
			{"a refusal", func() error {
				c.err = &alerting.Refused{Text: s}
				defer func() { c.err = nil }()
				return onlyOurs(asked(t, ch, in, fake.Typed("U0SYS", "/tocsin", "override x devops-lead 8h")))
			}},
			{"a form", func() error { return form(ch, fake, in, s) }},
		}
		for _, words := range []string{"list", "show 412", "who", "override x devops-lead 8h", "page devops-lead x", "show 7", s, "ack " + s, "who " + s, "page " + s + " x", "override " + s + " ada " + s} {
			all = append(all, surface[func() error]{words, func() error { return onlyOurs(asked(t, ch, in, fake.Typed("U0SYS", "/tocsin"+s, words))) }})
		}
		for name, write := range inTurn(i, all) {
			if err := write(); err != nil {
				t.Errorf("%.60q with %.60q: %v", name, s, err)
			}
		}
	}
}

// form opens the form that puts a message on a timeline, and reads it.
func form(ch *slack.Slack, fake *notifierstest.Slack, in slack.Intake, s string) error {
	before := len(fake.Views())
	act(ch, in, now(used(fake, "U0SYS", "C0OTHER", "1700000005.1", "", "x "+s)))
	views := fake.Views()[before:]
	if len(views) == 0 {
		return errors.New("no form was opened")
	}
	var err error
	for _, view := range views {
		texts, unread := notifierstest.ReadSlack(view)
		err = errors.Join(err, unread, onlyOurs(texts))
	}
	return err
}

// tainted is a desk whose every word is hostile.
type tainted struct {
	counter
	s, language string
}

func (c *tainted) Locale() notifiers.Locale {
	return notifiers.Locale{Names: map[string]string{"devops-lead": c.s, c.s: c.s}, Language: c.language}
}

func (c *tainted) List(context.Context) ([]alerting.Incident, error) {
	inc := notifierstest.Tainted(c.s).Brief.Incident
	out := make([]alerting.Incident, 25)
	for i := range out {
		out[i] = inc
	}
	return out, nil
}

func (c *tainted) Show(_ context.Context, id int64) (notifiers.Brief, error) {
	if id != 412 {
		return notifiers.Brief{}, alerting.ErrNotFound
	}
	return notifierstest.Tainted(c.s).Brief, nil
}

func (c *tainted) Who(context.Context, string) ([]slack.Holder, error) {
	return []slack.Holder{{Role: c.s, Who: []string{c.s}, Until: time.Unix(1_800_000_000, 0)}, {Role: c.s}}, nil
}

func (c *tainted) Page(context.Context, slack.Caller, string, string) ([]escalation.Channel, error) {
	return []escalation.Channel{escalation.Channel(c.s)}, nil
}

// asked hands a command to the handler and reads the answer as Slack shows it.
func asked(t *testing.T, ch *slack.Slack, in slack.Intake, r notifierstest.SlackRequest) []notifierstest.SlackText {
	t.Helper()
	r = now(r)
	req := httptest.NewRequest(http.MethodPost, "/slack/commands", strings.NewReader(string(r.Body)))
	req.Header = r.Header
	w := httptest.NewRecorder()
	ch.CommandsHandler(in).ServeHTTP(w, req)
	if w.Body.Len() == 0 {
		return nil
	}
	var answer struct{ Blocks json.RawMessage }
	texts, err := notifierstest.ReadSlack(w.Body.Bytes())
	if err = errors.Join(err, json.Unmarshal(w.Body.Bytes(), &answer)); err != nil || notifierstest.CheckBlocks(answer.Blocks) != nil {
		t.Fatalf("Slack would not take %s: %v, %v", w.Body, err, notifierstest.CheckBlocks(answer.Blocks))
	}
	return texts
}

// onlyOurs reports what is live in a payload though Tocsin did not write it: anything but moments, bold names
// of fields and first lines, code, and links of ours by their words to addresses of the web.
func onlyOurs(texts []notifierstest.SlackText) error {
	for _, tx := range texts {
		for _, n := range tx.Live() {
			if err := ourNode(tx, n); err != nil {
				return fmt.Errorf("%s: %w", tx.Place, err)
			}
		}
	}
	return nil
}

func ourNode(tx notifierstest.SlackText, n notifierstest.SlackNode) error {
	switch n.Kind {
	case "code":
		return nil
	case "date":
		if strings.HasSuffix(n.Target, "^{date_short_pretty} {time}") {
			return nil
		}
	case "bold":
		if tx.Nodes[0].Kind == "bold" && strings.HasPrefix(tx.Place, "blocks.") {
			return nil
		}
	case "link":
		if n.Target == notifiers.WebURL(n.Target) && ourLink(n.Text) {
			return nil
		}
	}
	return fmt.Errorf("a live %s to %.60q that reads %.60q", n.Kind, n.Target, n.Text)
}

func ourLink(text string) bool {
	switch text {
	case "Incident", "Runbook", "Graph", "Vorfall", "Diagramm", "button":
		return true
	}
	var severity int
	var number int64
	n, err := fmt.Sscanf(text, "P%d #%d", &severity, &number)
	return n == 2 && err == nil
}
