package storage

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"

	"github.com/jackc/pgx/v5"
)

const (
	defaultLimit = 50
	maxLimit     = 500
)

// Incidents answers a query, newest first. next continues after the last one; it is empty at the end.
func (s *Store) Incidents(ctx context.Context, q alerting.Query) (cases []escalation.Case, next string, err error) {
	limit := q.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxLimit)
	where, args, err := conditions(q)
	if err != nil {
		return nil, "", err
	}
	args = append(args, limit+1)
	rows, err := s.reads.Query(ctx, `SELECT `+caseColumns+` FROM incidents i `+where+
		fmt.Sprintf(` ORDER BY i.id DESC LIMIT $%d`, len(args)), args...)
	if err != nil {
		return nil, "", classify(err)
	}
	cases, err = s.readable(rows)
	if err != nil {
		return nil, "", classify(err)
	}
	if len(cases) > limit {
		cases = cases[:limit]
		next = strconv.FormatInt(cases[limit-1].Incident.ID, 10)
	}
	return cases, next, nil
}

// readable is what people may look at of incidents, also where something of them cannot be read.
func (s *Store) readable(rows pgx.Rows) ([]escalation.Case, error) {
	cases, broken, err := collectCases(rows)
	for _, b := range broken {
		s.log.Error("an incident is shown without its plan", "error", b)
	}
	return cases, err
}

// conditions are a query as SQL.
func conditions(q alerting.Query) (where string, args []any, err error) {
	var all []string
	add := func(sql string, v any) {
		args = append(args, v)
		all = append(all, strings.ReplaceAll(sql, "?", fmt.Sprintf("$%d", len(args))))
	}
	if len(q.States) > 0 {
		add("i.state = ANY (?)", q.States)
		if !slices.Contains(q.States, alerting.StateResolved) {
			all = append(all, "i.state <> 'resolved'") // lets the partial index serve
		}
	}
	if len(q.Severities) > 0 {
		add("i.severity = ANY (?)", severityNumbers(q.Severities))
	}
	if q.Text != "" {
		pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(storable(q.Text)) + "%"
		add(`(i.title ILIKE ? OR i.dedup_key ILIKE ? OR EXISTS (SELECT FROM jsonb_each_text(nullif(i.labels, 'null')) l WHERE l.value ILIKE ?))`, pattern)
	}
	if q.Assignee != "" {
		add("i.assignee = ?", storable(q.Assignee))
	}
	if !q.Since.IsZero() {
		add("i.opened_at >= ?", q.Since)
	}
	if !q.Until.IsZero() {
		add("i.opened_at < ?", q.Until)
	}
	if q.Cursor != "" {
		before, err := strconv.ParseInt(q.Cursor, 10, 64)
		if err != nil {
			return "", nil, &alerting.Refused{Text: fmt.Sprintf("the cursor %q is none that was given out", q.Cursor)}
		}
		add("i.id < ?", before)
	}
	if len(all) == 0 {
		return "", args, nil
	}
	return "WHERE " + strings.Join(all, " AND "), args, nil
}

// storable is s with U+FFFD for what PostgreSQL refuses in a text; no text that is stored has it there.
func storable(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\ufffd"), "\ufffd")
}

// Incident is one incident; alerting.ErrNotFound if there is none of that number.
func (s *Store) Incident(ctx context.Context, id int64) (escalation.Case, error) {
	rows, err := s.reads.Query(ctx, `SELECT `+caseColumns+` FROM incidents i WHERE id = $1`, id)
	if err != nil {
		return escalation.Case{}, classify(err)
	}
	cases, err := s.readable(rows)
	if err == nil && len(cases) == 0 {
		return escalation.Case{}, alerting.ErrNotFound
	}
	if err != nil {
		return escalation.Case{}, classify(err)
	}
	return cases[0], nil
}

const newestAlerts = `SELECT ` + alertColumns + ` FROM (
		SELECT DISTINCT ON (fingerprint) * FROM alerts WHERE incident_id = $1 ORDER BY fingerprint, id DESC
	) AS a ORDER BY a.status = 'firing' DESC, a.severity, a.id`

// Alerts are the newest episode of each fingerprint that an incident has seen, firing and worst first.
func (s *Store) Alerts(ctx context.Context, incident int64) ([]alerting.Alert, error) {
	rows, err := s.reads.Query(ctx, newestAlerts, incident)
	if err != nil {
		return nil, classify(err)
	}
	alerts, err := pgx.CollectRows(rows, scanAlert)
	return alerts, classify(err)
}

// Timeline is all that happened to an incident, oldest first.
func (s *Store) Timeline(ctx context.Context, incident int64) ([]alerting.Entry, error) {
	var entries []alerting.Entry
	b := &pgx.Batch{}
	queueTimeline(b, &entries, incident)
	return entries, classify(s.reads.SendBatch(ctx, b).Close())
}

// Keep stores what a sandboxed channel would have sent.
func (s *Store) Keep(ctx context.Context, o notifiers.Outgoing) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO outgoing (channel, kind, incident_id, page_id, person, recipient, subject, text, html, payload)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		o.Channel, o.Kind, o.IncidentID, o.PageID, o.Person, o.To, o.Subject, o.Text, o.HTML, []byte(o.Payload))
	if err == nil {
		s.committed(Commit{Incidents: about(o.IncidentID)})
	}
	return classify(err)
}

// Outbox is what sandboxed channels would have sent, newest first.
func (s *Store) Outbox(ctx context.Context, limit int) ([]notifiers.Outgoing, error) {
	rows, err := s.reads.Query(ctx, `
		SELECT id, at, channel, kind, incident_id, page_id, person, recipient, subject, text, html, payload
		FROM outgoing ORDER BY id DESC LIMIT $1`, limit)
	if err != nil {
		return nil, classify(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (notifiers.Outgoing, error) {
		var o notifiers.Outgoing
		var payload []byte
		err := row.Scan(&o.ID, &o.At, &o.Channel, &o.Kind, &o.IncidentID, &o.PageID, &o.Person, &o.To, &o.Subject, &o.Text, &o.HTML, &payload)
		o.At, o.Payload = o.At.UTC(), payload
		return o, err
	})
	return out, classify(err)
}
