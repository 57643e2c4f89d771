package slack_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

var (
	_ notifiers.Sender     = (*slack.Slack)(nil)
	_ notifiers.Board      = (*slack.Slack)(nil)
	_ notifiers.Renderer   = (*slack.Slack)(nil)
	_ notifiers.Summarizer = (*slack.Slack)(nil)
)

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the golden files")
	m.Run()
}

func update() bool { return flag.Lookup("update").Value.String() == "true" }

func renderer() *slack.Slack { return slack.New(slack.Options{Channel: "C0INCIDENTS"}) }

func TestEveryKindOfMessageReadsAsItDid(t *testing.T) {
	s := renderer()
	for name, n := range notifierstest.Samples() {
		notifierstest.Golden(t, update(), "page-"+name, pretty(t, s.Render(n)))
		notifierstest.Golden(t, update(), "board-"+name, pretty(t, s.RenderBrief(n.Brief)))
	}
	for _, language := range []string{"en", "de"} {
		for kind, n := range notifierstest.Kinds(language) {
			notifierstest.Golden(t, update(), "kind-"+kind+"-"+language, pretty(t, s.Render(n)))
		}
	}
	for name, n := range notifierstest.Messages() {
		notifierstest.Golden(t, update(), "message-"+name, pretty(t, s.Render(n)))
	}
	notifierstest.Golden(t, update(), "reply", pretty(t, s.RenderReply(notifierstest.Notice().Brief, notifierstest.Entries())))
}

func TestButtonsThatMakeNoSenseAreLeftOut(t *testing.T) {
	samples := notifierstest.Samples()
	for name, want := range map[string]string{
		"first-page":   "acknowledge=412 resolve=412 escalate=412 snooze=412 30m assign=412 devops-lead",
		"acknowledged": "resolve=412 escalate=412 snooze=412 30m assign=412 devops-lead",
		"assigned":     "acknowledge=412 resolve=412 snooze=412 30m assign=412 devops-lead", // its plan has no step left
		"resolved":     "",
	} {
		var got []string
		for _, b := range blocks(t, renderer().Render(samples[name])) {
			for _, e := range b.Elements {
				value := e.Value
				if len(e.Options) > 0 {
					value = e.Options[0].Value
				}
				got = append(got, e.ActionID+"="+value)
			}
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestHostileTextMentionsNobodyAndBreaksNothing(t *testing.T) {
	t.Parallel()
	r := renderer()
	for i, text := range notifierstest.Hostile() {
		brief := taintedNotice("page", text).Brief
		entries := []alerting.Entry{{At: brief.Incident.OpenedAt, Text: text, Actor: alerting.Actor{Name: text}}}
		all := []surface[func() notifiers.Rendered]{
			{"board", func() notifiers.Rendered { return r.RenderBrief(brief) }},
			{"reply", func() notifiers.Rendered { return r.RenderReply(brief, entries) }},
		}
		for _, kind := range []string{"page", "bundle", "digest", "remind", "clear", "message"} {
			all = append(all, surface[func() notifiers.Rendered]{kind, func() notifiers.Rendered { return r.Render(taintedNotice(kind, text)) }})
		}
		for kind, render := range inTurn(i, all) {
			if err := harmless(t, render()); err != nil {
				t.Errorf("%s with %.40q: %v", kind, text, err)
			}
		}
	}
}

func TestAnAddressThatSlackDoesNotTakeCostsTheButtonAndNotTheMessage(t *testing.T) {
	n := notifierstest.Messages()["hand-off"]
	for length, buttons := range map[int]int{3000: 1, 3001: 0} {
		n.Page.Message.URL = "https://t.example/" + strings.Repeat("x", length-len("https://t.example/"))
		r := renderer().Render(n)
		if err := harmless(t, r); err != nil {
			t.Error(err)
		}
		got := 0
		for _, b := range blocks(t, r) {
			got += len(b.Elements)
		}
		if got != buttons {
			t.Errorf("%d buttons with an address of %d characters", got, length)
		}
	}
}

func TestATimelineOfHundredsGoesOutInMessagesThatSlackTakes(t *testing.T) {
	entries := make([]alerting.Entry, 120)
	for i := range entries {
		entries[i] = alerting.Entry{At: notifierstest.Notice().Brief.Incident.OpenedAt, Text: fmt.Sprintf("entry %d %s", i, strings.Repeat("<&>", 3000))}
	}
	ch, fake := channel(t)
	at, err := ch.Post(t.Context(), notifierstest.Notice().Brief)
	if err != nil {
		t.Fatal(err)
	}
	if err := ch.Reply(t.Context(), at, notifierstest.Notice().Brief, entries); err != nil {
		t.Fatal(err)
	}
	if got := len(fake.Messages()); got != 1+3 {
		t.Errorf("%d messages, want the incident's and three replies", got)
	}
}

func FuzzMessage(f *testing.F) {
	for i, s := range notifierstest.Hostile() {
		if i%20 == 0 { // the test of each is above
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, n := range []notifiers.Notice{notifierstest.Tainted(s), notifierstest.TaintedMessage(s)} {
			if err := harmless(t, renderer().Render(n)); err != nil {
				t.Errorf("%q: %v", s, err)
			}
		}
	})
}

// harmless reads a message as Slack would, and reports what should not be live in it.
func harmless(t *testing.T, r notifiers.Rendered) error {
	if err := errors.Join(scan(r.Text, 0), formats(r.Text)); err != nil {
		return fmt.Errorf("the notification: %w", err)
	}
	var payload struct{ Blocks json.RawMessage }
	if err := json.Unmarshal(r.Payload, &payload); err != nil {
		return err
	}
	if err := notifierstest.CheckBlocks(payload.Blocks); err != nil {
		return err
	}
	for _, b := range blocks(t, r) {
		texts := append([]text{}, b.Fields...)
		if b.Text != nil {
			texts = append(texts, *b.Text)
		}
		for _, e := range b.Elements {
			if e.URL != notifiers.WebURL(e.URL) {
				return fmt.Errorf("a button leads to %.80q", e.URL)
			}
			if e.Type == "mrkdwn" { // a context block's
				texts = append(texts, text{Type: e.Type, Text: string(e.Text[1 : len(e.Text)-1]), Verbatim: e.Verbatim})
			}
		}
		for _, tx := range texts {
			if tx.Type == "mrkdwn" && !tx.Verbatim {
				return fmt.Errorf("a text is not verbatim: %.80q", tx.Text)
			}
			if err := scan(tx.Text, lines(b, tx)); err != nil {
				return err
			}
			if err := formats(tx.Text); err != nil && tx.Type == "mrkdwn" {
				return err
			}
		}
	}
	return nil
}

// lines is how many line breaks a text may have: a field has one below its name, a list of alerts one
// for each.
func lines(b block, tx text) int {
	switch {
	case len(b.Fields) > 0:
		return 1
	case strings.HasPrefix(tx.Text, "• "):
		return 5
	}
	return 0
}

var (
	control = regexp.MustCompile(`<[^<>]*>`)
	ours    = regexp.MustCompile(`^<(!date\^-?\d+\^\{date_short_pretty\} \{time\}\|[A-Z][a-z]{1,2},? \d+\.? [A-Z]\pL{2,3}\.? \d{1,4}, \d\d:\d\d [A-Z]+|https?://[^|<>\s]+\|(Incident|Vorfall|Runbook|Graph|Diagramm|P\d #\d+))>$`)
	entity  = regexp.MustCompile(`&(amp|lt|gt);`)
	code    = regexp.MustCompile("`[^`\n]+`")
	spans   = []*regexp.Regexp{
		regexp.MustCompile(`(?:^|[^\p{L}\p{N}])\*[^\s][^\n]*?\*`),
		regexp.MustCompile(`(?:^|[^\p{L}\p{N}])_[^\s][^\n]*?_`),
		regexp.MustCompile(`(?:^|[^\p{L}\p{N}])~[^\s][^\n]*?~`),
	}
)

// scan walks through text as Slack does: every <...> must be a date or a web link of ours, every & an
// entity. plain_text is held to the same.
func scan(s string, breaks int) error {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }) {
		return fmt.Errorf("control characters in %.80q", s)
	}
	if n := strings.Count(s, "\n"); n > breaks {
		return fmt.Errorf("%d line breaks, %d are meant, in %.80q", n, breaks, s)
	}
	for _, c := range control.FindAllString(s, -1) {
		if !ours.MatchString(c) {
			return fmt.Errorf("live markup %q", c)
		}
	}
	rest := control.ReplaceAllString(s, "")
	if strings.ContainsAny(rest, "<>") {
		return fmt.Errorf("an open bracket in %.80q", rest)
	}
	if strings.Contains(entity.ReplaceAllString(rest, ""), "&") {
		return fmt.Errorf("a bare & in %.80q", rest)
	}
	return nil
}

// formats reports anything in mrkdwn that is formatted, but for what starts the text, which is ours.
func formats(s string) error {
	s = code.ReplaceAllString(control.ReplaceAllString(s, ""), "")
	if strings.Contains(s, "`") {
		return fmt.Errorf("a code span that does not end in %.80q", s)
	}
	for _, span := range spans {
		for _, at := range span.FindAllStringIndex(s, -1) {
			if at[0] != 0 || s[0] != '*' {
				return fmt.Errorf("formatted: %.80q", s[at[0]:at[1]])
			}
		}
	}
	return nil
}

type text struct {
	Type, Text string
	Verbatim   bool
}

type block struct {
	Type     string
	Text     *text
	Fields   []text
	Elements []struct {
		Type     string
		ActionID string `json:"action_id"`
		Value    string
		URL      string
		Text     json.RawMessage
		Verbatim bool
		Options  []struct{ Value string }
	}
}

func blocks(t *testing.T, r notifiers.Rendered) []block {
	t.Helper()
	var payload struct{ Blocks []block }
	if err := json.Unmarshal(r.Payload, &payload); err != nil {
		t.Fatal(err)
	}
	return payload.Blocks
}

func pretty(t *testing.T, r notifiers.Rendered) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	var payload any
	if err := json.Unmarshal(r.Payload, &payload); err != nil {
		t.Fatal(err)
	}
	if err := e.Encode(payload); err != nil {
		t.Fatal(err)
	}
	return "to " + r.To + "\n" + b.String()
}
