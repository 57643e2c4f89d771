package slack

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// listLimit is how many incidents an answer lists.
const listLimit = 20

// said is an answer that only whoever typed the command sees. Slack shows the blocks; the text is for what
// cannot. Both tell it to make no links or mentions of its own accord.
type said struct {
	ResponseType string        `json:"response_type"`
	Text         string        `json:"text"`
	Parse        string        `json:"parse"`
	Blocks       []slack.Block `json:"blocks"`
}

// ephemeral is an answer of mrkdwn that is escaped already.
func ephemeral(text string) said {
	return said{ResponseType: slack.ResponseTypeEphemeral, Text: text, Parse: "none", Blocks: verbatim(text)}
}

// verbatim are sections with the lines of text, as many in each as fit. A line that fits in none is left out.
func verbatim(text string) []slack.Block {
	var m message
	part := ""
	for line := range strings.Lines(text) {
		if len([]rune(line)) > sectionLimit {
			continue
		}
		if len([]rune(part+line)) > sectionLimit {
			m.addText(part)
			part = ""
		}
		part += line
	}
	m.addText(part)
	return m.blocks
}

// help says what can be typed, after what was wrong with what was.
func help(w words, name string, c command) string {
	if name == "" {
		name = "/tocsin"
	}
	name = strings.ReplaceAll(notifiers.Cut(notifiers.Plain(name), 40), " ", "")
	var lines []string
	if c.Problem != noProblem {
		lines = append(lines, fmt.Sprintf(w.NotRead, prose(w.problem(c), 300)))
	}
	for _, line := range w.Help {
		lines = append(lines, code(name+" "+line[0], 120)+" "+line[1])
	}
	return strings.Join(lines, "\n")
}

// problem is why a command was not understood.
func (w words) problem(c command) string {
	text := w.Problems[c.Problem]
	if strings.Contains(text, "%") {
		return fmt.Sprintf(text, notifiers.Cut(notifiers.Plain(c.Typed), 40))
	}
	return text
}

func listed(l notifiers.Locale, incidents []alerting.Incident) string {
	if len(incidents) == 0 {
		return wordsOf(l).NoneOpen
	}
	var lines []string
	for _, inc := range incidents[:min(len(incidents), listLimit)] {
		b := notifiers.Brief{Incident: inc, Locale: l}
		lines = append(lines, fmt.Sprintf("%s %s · %s · %s · %s", emoji(b), prose(b.Headline(), 200), b.StateWord(), date(l, inc.OpenedAt), prose(b.Holder(), 100)))
	}
	if more := len(incidents) - listLimit; more > 0 {
		lines = append(lines, fmt.Sprintf(l.Words().More, more))
	}
	return strings.Join(lines, "\n")
}

func shown(b notifiers.Brief) string {
	w := wordsOf(b.Locale)
	lines := []string{emoji(b) + " " + prose(fmt.Sprintf("[%s] #%d %s", b.Incident.Severity, b.Incident.ID, b.Title()), 300)}
	if summary := b.Summary(); summary != "" {
		lines = append(lines, prose(summary, 500))
	}
	lines = append(lines,
		w.State+": "+state(b), w.Since+": "+date(b.Locale, b.Incident.OpenedAt), w.Alarms+": "+b.Alerting(), w.InHand+": "+prose(b.Holder(), 200))
	if next := b.Next(); next != nil {
		lines = append(lines, w.Next+": "+prose(b.Locale.Step(next), 200)+" "+date(b.Locale, next.DueAt))
	}
	return strings.Join(append(lines, nonEmpty(labels(b), links(b))...), "\n")
}

func held(l notifiers.Locale, holders []Holder) string {
	w := wordsOf(l)
	if len(holders) == 0 {
		return w.NoRole
	}
	var lines []string
	for _, h := range holders[:min(len(holders), listLimit)] {
		names := make([]string, len(h.Who))
		for i, id := range h.Who {
			names[i] = prose(l.Name(id), 100)
		}
		line := code(h.Role, 100) + " " + strings.Join(names, ", ")
		if len(names) == 0 {
			line = code(h.Role, 100) + " " + w.HeldBy
		}
		if !h.Until.IsZero() {
			line += " " + fmt.Sprintf(w.HeldUntil, date(l, h.Until))
		}
		lines = append(lines, line)
	}
	if more := len(holders) - listLimit; more > 0 {
		lines = append(lines, fmt.Sprintf(l.Words().More, more))
	}
	return strings.Join(lines, "\n")
}

func over(l notifiers.Locale, channels []escalation.Channel) string {
	if len(channels) == 0 {
		return wordsOf(l).NoChannel
	}
	names := make([]string, len(channels))
	for i, c := range channels {
		names[i] = prose(l.Words().Way(string(c)), 40)
	}
	return strings.Join(names, ", ")
}

// choiceOf is what an incident is called in a choice.
func choiceOf(inc alerting.Incident) string {
	return inc.Severity.String() + " #" + strconv.FormatInt(inc.ID, 10) + " " + notifiers.Plain(inc.Title)
}
