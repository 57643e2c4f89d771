package main

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// arrived counts what came of one page.
type arrived struct {
	plain, marked int
	edited        int // rewritten since, so that the mark is gone
}

// checkReceipts compares what the providers got with what was accepted: each page at least once, more
// often only marked, and only after an attempt whose fate was unknown. Somebody's answer spares the
// pages that had not left yet, and no other.
func (s *site) checkReceipts(t *testing.T, alerts int) {
	t.Helper()
	got, spared := s.arrivals(), s.spared(t)
	lost, unmarked, repeats := 0, 0, 0
	for i := range alerts {
		for _, channel := range []string{"sms", "email", "slack", "board"} {
			key := channel + " " + killedName(i)
			c := got[key]
			switch {
			case c == nil && spared[key] && answeredOver(i) != "":
			case c == nil:
				lost++
				t.Errorf("alert %d: nothing over %s", i, channel)
			case channel == "board": // posted again if it was killed before it could note where
			case c.plain > 1:
				unmarked++
				t.Errorf("alert %d: %d unmarked pages over %s", i, c.plain, channel)
			default:
				repeats += c.plain + c.marked + c.edited - 1
			}
		}
	}
	t.Logf("%d pages lost, %d repeats marked, %d repeats unmarked", lost, repeats, unmarked)
	s.none(t, "repeats without an attempt before them whose fate was unknown", `
		SELECT count(*) FROM attempts a WHERE possible_repeat AND NOT EXISTS (
			SELECT FROM attempts b WHERE b.page_id = a.page_id AND b.at < a.at AND b.outcome IN ('unknown', 'sent', 'delivered'))`)
	s.none(t, "repeats that are not marked", `
		SELECT count(*) FROM attempts a WHERE NOT possible_repeat AND outcome <> 'skipped' AND EXISTS (
			SELECT FROM attempts b WHERE b.page_id = a.page_id AND b.at < a.at AND b.outcome IN ('unknown', 'sent', 'delivered'))`)
}

// arrivals is what the providers got, by channel and alert.
func (s *site) arrivals() map[string]*arrived {
	got := map[string]*arrived{}
	note := func(channel, text string, edited bool) {
		name := pagedAlert.FindString(text)
		if name == "" {
			return
		}
		c := got[channel+" "+name]
		if c == nil {
			c = &arrived{}
			got[channel+" "+name] = c
		}
		switch {
		case strings.Contains(strings.ToLower(text), "possible repeat"):
			c.marked++
		case edited:
			c.edited++
		default:
			c.plain++
		}
	}
	for _, m := range s.twilio.Messages() {
		note("sms", m.Body, false)
	}
	for _, m := range s.smtp.Messages() {
		note("email", m.Subject+" "+m.Text, false)
	}
	for _, m := range s.slack.Messages() {
		switch {
		case m.User != "":
			note("slack", m.Text+" "+string(m.Blocks), m.Edits > 0)
		case m.ThreadTS == "":
			note("board", m.Text+" "+string(m.Blocks), m.Edits > 0)
		}
	}
	return got
}

// spared are the pages that were not sent because they had become unnecessary, by channel and alert.
func (s *site) spared(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	s.each(t, `SELECT p.channel || ' ' || (i.labels ->> 'service') FROM pages p JOIN incidents i ON i.id = p.incident_id WHERE p.state = 'skipped'`,
		func(rows pgx.Rows) error {
			var key string
			err := rows.Scan(&key)
			out[key] = true
			return err
		})
	return out
}

// checkAnswers: each incident that was answered is acknowledged once, by the channel that answered it,
// however often the answer came; no other is.
func (s *site) checkAnswers(t *testing.T, alerts int) {
	t.Helper()
	type fate struct {
		state            string
		timeline, audits int
		via              string
	}
	got := map[string][]fate{}
	s.each(t, `
		SELECT labels ->> 'service', state,
			(SELECT count(*) FROM timeline WHERE incident_id = i.id AND kind = 'acknowledged'),
			(SELECT count(*) FROM audit WHERE incident = i.id),
			coalesce((SELECT string_agg(actor || ' ' || via || ' ' || action, ', ') FROM audit WHERE incident = i.id), '')
		FROM incidents i`, func(rows pgx.Rows) error {
		var name string
		var f fate
		err := rows.Scan(&name, &f.state, &f.timeline, &f.audits, &f.via)
		got[name] = append(got[name], f)
		return err
	})
	answered := 0
	for i := range alerts {
		want := fate{state: "open"}
		if over := answeredOver(i); over != "" {
			want = fate{"acknowledged", 1, 1, "system-admin " + over + " acknowledge"}
			answered++
		}
		if f := got[killedName(i)]; len(f) != 1 || f[0] != want {
			t.Errorf("alert %d: incidents %+v, want one, %+v", i, f, want)
		}
	}
	if len(got) != alerts {
		t.Errorf("%d incidents, want %d", len(got), alerts)
	}
	s.none(t, "replies that are not applied", `SELECT count(*) FROM replies WHERE done_at IS NULL`)
	t.Logf("%d incidents acknowledged over SMS and Slack, each once", answered)
}

// none asks a count that must be zero.
func (s *site) none(t *testing.T, what, sql string) {
	t.Helper()
	s.each(t, sql, func(rows pgx.Rows) error {
		var n int
		err := rows.Scan(&n)
		if n > 0 {
			t.Errorf("%d %s", n, what)
		}
		return err
	})
}

func (s *site) each(t *testing.T, sql string, row func(pgx.Rows) error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.url)
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	rows, err := conn.Query(t.Context(), sql)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		must(t, row(rows))
	}
	must(t, rows.Err())
}
