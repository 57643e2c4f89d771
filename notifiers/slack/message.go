package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"tocsin/alerting"
	"tocsin/notifiers"
)

// message is what is sent: blocks, the text of the notification, and what a page says to its reader
// alone.
type message struct {
	text   string
	blocks []slack.Block
	note   string
}

// Render is a page as Send would write it.
func (s *Slack) Render(n notifiers.Notice) notifiers.Rendered {
	return s.pageMessage(n).rendered(n.Person.Slack)
}

// RenderBrief is the incident's message as Post and Edit write it.
func (s *Slack) RenderBrief(b notifiers.Brief) notifiers.Rendered {
	return incidentMessage(b, "").rendered(s.opts.Channel)
}

// RenderReply is the first message that Reply would write for entries.
func (s *Slack) RenderReply(b notifiers.Brief, entries []alerting.Entry) notifiers.Rendered {
	out := notifiers.Rendered{To: s.opts.Channel}
	for part := range slices.Chunk(entries, replyEntries) {
		m := replyMessage(b, part)
		if out.Payload == nil {
			out = m.rendered(s.opts.Channel)
			continue
		}
		out.Text += "\n" + m.text
	}
	return out
}

func (m message) rendered(to string) notifiers.Rendered {
	payload, _ := json.Marshal(struct {
		Text   string        `json:"text"`
		Blocks []slack.Block `json:"blocks"`
	}{m.text, m.blocks}) // blocks made here always marshal
	return notifiers.Rendered{To: to, Text: m.text, Payload: payload}
}

// pageMessage is the incident's message with a line for its reader; or several incidents in one; or what the
// page says that belongs to none.
func (s *Slack) pageMessage(n notifiers.Notice) message {
	lead := s.lead(n)
	if n.Bundle != nil {
		return bundleMessage(n, lead)
	}
	if m, ok := n.Message(); ok {
		return plainMessage(n.Brief.Locale, m, lead)
	}
	return incidentMessage(n.Brief, lead)
}

// incidentMessage says what the incident is, how it stands, and what can be done. note is the line for
// one reader, empty in the channel.
func incidentMessage(b notifiers.Brief, note string) message {
	inc := b.Incident
	m := message{note: note, text: prose(strings.Join(nonEmpty(fmt.Sprintf("%s %s: %s", emoji(b), b.Headline(), b.StateWord()), note), " · "), sectionLimit)}
	m.add(slack.NewHeaderBlock(plainText(fmt.Sprintf("%s %s (%s) #%d %s", emoji(b), inc.Severity, b.Locale.Severity(inc.Severity), inc.ID, b.Title()), headerLimit)))
	m.addLead()
	if summary := b.Summary(); summary != "" {
		if inc.State == alerting.StateResolved {
			summary = fmt.Sprintf(wordsOf(b.Locale).WasAbout, summary)
		}
		m.add(slack.NewSectionBlock(mrkdwn(prose(summary, 1000)), nil, nil))
	}
	m.add(slack.NewSectionBlock(nil, fields(b), nil))
	m.addText(alerts(b))
	m.addText(labels(b))
	m.addText(links(b))
	m.addActions(b)
	return m
}

func (m *message) add(b slack.Block) { m.blocks = append(m.blocks, b) }

func (m *message) addText(s string) {
	if s != "" {
		m.add(slack.NewSectionBlock(mrkdwn(s), nil, nil))
	}
}

func nonEmpty(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

// emoji is the severity's colour, or a tick once resolved.
func emoji(b notifiers.Brief) string {
	if b.Incident.State == alerting.StateResolved {
		return "✅"
	}
	switch b.Incident.Severity {
	case alerting.P0:
		return "🔴"
	case alerting.P1:
		return "🟠"
	case alerting.P2:
		return "🟡"
	default:
		return "🔵"
	}
}

func fields(b notifiers.Brief) []*slack.TextBlockObject {
	inc, w := b.Incident, wordsOf(b.Locale)
	out := []*slack.TextBlockObject{
		field(w.State, state(b)),
		field(w.Since, date(b.Locale, inc.OpenedAt)),
		field(w.Alarms, b.Alerting()),
		field(w.InHand, prose(b.Holder(), 200)),
	}
	switch next := b.Next(); {
	case next != nil:
		out = append(out, field(w.Next, prose(b.Locale.Step(next), 200)+" "+date(b.Locale, next.DueAt)))
	case inc.State != alerting.StateResolved:
		out = append(out, field(w.Next, w.NoStep))
	}
	return out
}

func field(name, text string) *slack.TextBlockObject { return mrkdwn("*" + name + "*\n" + text) }

// state is in words, with who brought it about and when.
func state(b notifiers.Brief) string {
	inc := b.Incident
	switch inc.State {
	case alerting.StateAcknowledged:
		return stateBy(b, inc.AcknowledgedBy, inc.AcknowledgedAt)
	case alerting.StateResolved:
		return stateBy(b, inc.ResolvedBy, inc.ResolvedAt)
	}
	return b.StateWord()
}

func stateBy(b notifiers.Brief, who string, at time.Time) string {
	w := b.Locale.Words()
	if who = b.Locale.Name(who); who == "" {
		return fmt.Sprintf(w.StateAt, b.StateWord(), date(b.Locale, at))
	}
	return fmt.Sprintf(w.StateBy, b.StateWord(), prose(who, 200), date(b.Locale, at))
}

func alerts(b notifiers.Brief) string {
	lines := b.AlertLines()
	for i, l := range lines {
		lines[i] = "• " + prose(l, 400)
	}
	if more := b.Incident.AlertCount - len(b.Alerts); more > 0 && len(lines) > 0 {
		lines = append(lines, fmt.Sprintf(b.Locale.Words().More, more))
	}
	return strings.Join(lines, "\n")
}

func labels(b notifiers.Brief) string {
	var parts []string
	for _, l := range b.Labels(10) {
		parts = append(parts, code(l.Name+"="+l.Value, 200))
	}
	return strings.Join(parts, " ")
}

func links(b notifiers.Brief) string {
	var parts []string
	for _, l := range b.Links() {
		if t := link(l.Name, l.URL); len([]rune(t)) < 900 {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, " · ")
}

// addActions adds the buttons and choices that make sense in the incident's state.
func (m *message) addActions(b notifiers.Brief) {
	inc, own := b.Incident, wordsOf(b.Locale)
	if inc.State == alerting.StateResolved {
		return
	}
	id := strconv.FormatInt(inc.ID, 10)
	var out []slack.BlockElement
	if inc.State == alerting.StateOpen {
		out = append(out, button("acknowledge", id, own.Acknowledge).WithStyle(slack.StylePrimary))
	}
	out = append(out, button("resolve", id, own.Resolve))
	if b.Next() != nil {
		out = append(out, button("escalate", id, own.Escalate))
	}
	out = append(out, snooze(id, own))
	people, users := assignable(b.Locale, id, plainText(own.Assign, 75))
	if people != nil && !users {
		out = append(out, people)
	}
	m.add(slack.NewActionBlock("incident:"+id, out...))
	if users {
		m.add(slack.NewActionBlock(assignBlock+id, people))
	}
}

func button(action, id, text string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(action, id, plainText(text, 75))
}

// snooze opens a choice; an option's value is the incident's id and a Go duration: "412 1h".
func snooze(id string, w words) *slack.SelectBlockElement {
	var options []*slack.OptionBlockObject
	for i, span := range [...]string{"30m", "1h", "2h", "4h", "8h", "24h"} {
		options = append(options, slack.NewOptionBlockObject(id+" "+span, plainText(w.Spans[i], 75), nil))
	}
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText(w.Snooze, 75), "snooze", options...)
}
