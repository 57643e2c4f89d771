package slack

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"tocsin/alerting"
	"tocsin/notifiers"
)

const (
	findPage  = 200         // messages that Slack is asked for at a time
	findPages = 5           // after which it is not looked for any further
	skew      = time.Minute // by which Slack's clock may be behind ours
)

// Types of what is written, in a message's metadata.
const (
	incidentEvent = "tocsin_incident"
	entriesEvent  = "tocsin_entries"
)

// incidentMetadata is by what an incident's message is found. Another installation that writes to the channel has
// incidents of the same number, but not of the same moment.
func incidentMetadata(b notifiers.Brief) slack.SlackMetadata {
	return slack.SlackMetadata{EventType: incidentEvent, EventPayload: map[string]any{
		"incident_id": strconv.FormatInt(b.Incident.ID, 10),
		"opened_at":   b.Incident.OpenedAt.UTC().Format(time.RFC3339Nano),
	}}
}

func entriesMetadata(entries []alerting.Entry) slack.SlackMetadata {
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = strconv.FormatInt(e.ID, 10)
	}
	return slack.SlackMetadata{EventType: entriesEvent, EventPayload: map[string]any{"entries": ids}}
}

// Find implements notifiers.Finder. It needs the scope channels:history, in a private channel groups:history.
// Source: docs.slack.dev/reference/methods/conversations.history.
func (s *Slack) Find(ctx context.Context, b notifiers.Brief, since time.Time) (json.RawMessage, error) {
	want := incidentMetadata(b)
	var found json.RawMessage
	err := s.look(since, func(cursor, oldest string) (string, error) {
		trip := notifiers.NewTrip(ctx, s.opts.HTTP)
		page, err := s.client(trip).GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: s.opts.Channel, Cursor: cursor, Oldest: oldest, Limit: findPage, IncludeAllMetadata: true,
		})
		if err != nil {
			return "", asked(trip, "looking for an incident's message in Slack", err)
		}
		for _, m := range page.Messages {
			if same(m.Metadata, want) {
				found = encode(ref{Channel: s.opts.Channel, TS: m.Timestamp}) // the last is the first that was posted
			}
		}
		return page.ResponseMetaData.NextCursor, nil
	})
	return found, err
}

// Below implements notifiers.Finder. It needs the same scopes as Find.
// Source: docs.slack.dev/reference/methods/conversations.replies.
func (s *Slack) Below(ctx context.Context, at json.RawMessage, _ notifiers.Brief, since time.Time) ([]int64, error) {
	r, err := decode(at)
	if err != nil {
		return nil, err
	}
	var written []int64
	err = s.look(since, func(cursor, oldest string) (string, error) {
		trip := notifiers.NewTrip(ctx, s.opts.HTTP)
		page, _, next, err := s.client(trip).GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: r.Channel, Timestamp: r.TS, Cursor: cursor, Oldest: oldest, Limit: findPage, IncludeAllMetadata: true,
		})
		if err != nil {
			return "", asked(trip, "looking for timeline entries in a Slack thread", err)
		}
		for _, m := range page {
			written = append(written, entriesOf(m.Metadata)...)
		}
		return next, nil
	})
	return written, err
}

// look reads pages of what was written since a time, until there are no more. With too many of them it gives up:
// the failure is Permanent.
func (s *Slack) look(since time.Time, page func(cursor, oldest string) (next string, err error)) error {
	oldest := strconv.FormatInt(since.Add(-skew).Unix(), 10) + ".000000"
	cursor := ""
	for range findPages {
		next, err := page(cursor, oldest)
		if err != nil || next == "" {
			return err
		}
		cursor = next
	}
	return &notifiers.Failure{Class: notifiers.Permanent, Code: "too_many_messages", Err: errors.New("too much has been written since to Slack to look through it")}
}

// same reports whether two metadata are of the same incident.
func same(a, b slack.SlackMetadata) bool {
	return a.EventType == b.EventType && a.EventPayload["incident_id"] == b.EventPayload["incident_id"] &&
		a.EventPayload["opened_at"] == b.EventPayload["opened_at"]
}

// entriesOf are the IDs of the timeline entries that a message in a thread has; none if it has none that can be
// read.
func entriesOf(m slack.SlackMetadata) []int64 {
	list, _ := m.EventPayload["entries"].([]any)
	if m.EventType != entriesEvent {
		return nil
	}
	var out []int64
	for _, e := range list {
		text, _ := e.(string)
		if id, err := strconv.ParseInt(text, 10, 64); err == nil {
			out = append(out, id)
		}
	}
	return out
}
