package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"tocsin/alerting"
	"tocsin/notifiers"
)

// PostSummary writes a storm's summary to the configured channel. It stands for many, so it waits behind
// nothing but what is as urgent.
func (s *Slack) PostSummary(ctx context.Context, sum notifiers.Summary) (json.RawMessage, error) {
	r, err := s.post(ctx, s.opts.Channel, true, summaryMessage(sum), "", slack.SlackMetadata{EventType: "tocsin_summary", EventPayload: map[string]any{}})
	if err != nil {
		return nil, err
	}
	return encode(r), nil
}

// EditSummary rewrites the summary at ref.
func (s *Slack) EditSummary(ctx context.Context, at json.RawMessage, sum notifiers.Summary) error {
	return s.edit(ctx, at, true, func(ref) message { return summaryMessage(sum) })
}

// RenderSummary is the summary as PostSummary writes it.
func (s *Slack) RenderSummary(sum notifiers.Summary) notifiers.Rendered {
	return summaryMessage(sum).rendered(s.opts.Channel)
}

// summaryMessage says how many incidents have no message of their own, how bad they are, and where they are
// to be seen; or that there are none any more.
func summaryMessage(sum notifiers.Summary) message {
	w := wordsOf(sum.Locale)
	n := sum.Total()
	if n == 0 {
		m := message{text: prose(w.SummaryOver, sectionLimit)}
		m.addText(m.text)
		return m
	}
	title := fmt.Sprintf(w.SummaryOne, counted(sum))
	if n > 1 {
		title = fmt.Sprintf(w.Summary, n, counted(sum))
	}
	m := message{text: prose(title, sectionLimit)}
	m.add(slack.NewHeaderBlock(plainText(title, headerLimit)))
	m.addText(prose(w.SummaryWhy, sectionLimit))
	m.addOpen(notifiers.WebURL(sum.URL), w.All)
	return m
}

// counted is "3 P1, 34 P2".
func counted(sum notifiers.Summary) string {
	var parts []string
	for severity, n := range sum.BySeverity {
		if n > 0 {
			parts = append(parts, fmt.Sprintf(sum.Locale.Words().Counted, n, alerting.Severity(severity)))
		}
	}
	return strings.Join(parts, ", ")
}
