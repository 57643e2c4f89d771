package torturetest

import (
	"context"
	"maps"
	"time"

	"tocsin/notifiers/notifierstest"

	"github.com/jackc/pgx/v5"
)

// page is one as the database has it in the end, with what the providers saw of it.
type page struct {
	id, incident int64
	person       string
	channel      string
	state        string
	due          time.Time
	instead      bool // of another that was not accepted
	cause        string
	tries        []try
}

// try is one attempt of a page; several pages' attempts may have left in one message.
type try struct {
	attempt string // of the message
	at      time.Time
	repeat  bool // it was marked as a possible repeat
	met     *notifierstest.Met
	heard   time.Time // when Tocsin had taken a report that its message was accepted
	picked  time.Time // of a call: when somebody had listened to it
}

// account is all of it.
type account struct {
	pages    []*page
	opened   map[int64]time.Time
	messages map[string]string // texts, by attempt
	twice    []string          // attempts that left more than once
}

// ended reports whether all pages have come to their end. hurry makes those due that wait.
func (w *world) ended(ctx context.Context, hurry bool) (bool, error) {
	if hurry {
		_, err := w.db.Pool.Exec(ctx, `UPDATE pages SET next_attempt_at = tocsin_now() WHERE next_attempt_at > tocsin_now()`)
		if err != nil {
			return false, err
		}
		for _, d := range w.dispatchers {
			d.WakeIn(0)
		}
	}
	var left int
	err := w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM pages WHERE state IN ('queued', 'sending', 'unknown')`).Scan(&left)
	return left == 0, err
}

func (w *world) account(ctx context.Context) (*account, error) {
	a := &account{opened: map[int64]time.Time{}, messages: w.texts()}
	rows, _ := w.db.Pool.Query(ctx, `SELECT id, opened_at FROM incidents`)
	var id int64
	var at time.Time
	if _, err := pgx.ForEachRow(rows, []any{&id, &at}, func() error { a.opened[id] = at; return nil }); err != nil {
		return nil, err
	}
	rows, _ = w.db.Pool.Query(ctx, `SELECT id, incident_id, person, channel, state, created_at, coalesce(instead, '') <> '' FROM pages ORDER BY id`)
	var err error
	a.pages, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (*page, error) {
		p := &page{}
		return p, row.Scan(&p.id, &p.incident, &p.person, &p.channel, &p.state, &p.due, &p.instead)
	})
	if err != nil {
		return nil, err
	}
	return a, w.readTries(ctx, a)
}

func (w *world) readTries(ctx context.Context, a *account) error {
	met := map[string]*notifierstest.Met{}
	providers := w.sick()
	providers["webhook"] = w.healthy
	for p := range maps.Values(providers) {
		for _, m := range p.Met() {
			if met[m.About] != nil {
				a.twice = append(a.twice, m.About)
			}
			met[m.About] = &m
		}
	}
	of := map[int64]*page{}
	for _, p := range a.pages {
		of[p.id] = p
	}
	w.spread.mu.Lock()
	defer w.spread.mu.Unlock()
	rows, _ := w.db.Pool.Query(ctx, `SELECT page_id, coalesce(bundle, id)::text, at, possible_repeat, error FROM attempts ORDER BY page_id, at, id`)
	var page int64
	var t try
	var cause string
	_, err := pgx.ForEachRow(rows, []any{&page, &t.attempt, &t.at, &t.repeat, &cause}, func() error {
		t.met, t.heard, t.picked = met[t.attempt], w.spread.reported[t.attempt], w.spread.picked[t.attempt]
		if p := of[page]; p != nil { // not one that came between the two questions
			p.tries, p.cause = append(p.tries, t), cause
		}
		return nil
	})
	return err
}

// texts are what people were told, by attempt.
func (w *world) texts() map[string]string {
	out := map[string]string{}
	put := func(about, text string) {
		if id := notifierstest.AttemptIn(about); id != "" {
			out[id] = text
		}
	}
	for _, m := range w.phones.Messages() {
		put(m.StatusCallback, m.Body)
	}
	for _, c := range w.calls.Calls() {
		put(c.StatusCallback, c.URL)
	}
	for _, m := range w.slack.Messages() {
		put(string(m.Metadata), m.Text+string(m.Blocks))
	}
	for _, m := range w.mails.Messages() {
		put(m.Header.Get("Message-Id"), m.Subject+m.Text)
	}
	return out
}

// took is when the provider accepted it; zero: it did not.
func (t try) took() time.Time {
	if t.met == nil {
		return time.Time{}
	}
	return t.met.Took
}

// reached is when somebody had it; zero: nobody.
func (t try) reached(channel string) time.Time {
	if channel == "voice" {
		return t.picked
	}
	return t.took()
}

// known reports whether Tocsin knew at a moment that it was accepted.
func (t try) known(at time.Time) bool {
	answered := t.met != nil && !t.met.Refused() && t.met.Took.Before(at)
	return answered || !t.heard.IsZero() && t.heard.Before(at)
}
