package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
)

// recordedTimeout bounds the reading of a record: it may be of months.
const recordedTimeout = "120s"

// Recorded is what was recorded from since until before until, all as of one moment.
func (s *Store) Recorded(ctx context.Context, since, until time.Time) (r escalation.Record, err error) {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, s.reads, options, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = '`+recordedTimeout+`'`); err != nil {
			return err
		}
		b := &pgx.Batch{}
		queueRecorded(b, &r.Arrivals, scanRecordedArrival, `SELECT at, incident_id, event, judged FROM arrivals
			WHERE at >= $1 AND at < $2 ORDER BY at, id`, since, until)
		queueRecorded(b, &r.Answers, scanRecordedAnswer, `SELECT at, actor, via, origin, action, coalesce(incident, 0), after FROM audit
			WHERE at >= $1 AND at < $2 AND action = ANY ($3) AND incident <> 0
				AND (after->>'outcome' = 'changed' OR after->>'outcome' LIKE 'nothing:%') ORDER BY at, id`, since, until, answers())
		queueRecorded(b, &r.Pages, scanRecordedPage, `SELECT created_at, incident_id, round, step, kind, role, person, channel, severity,
				until, state = 'skipped', coalesce((SELECT min(t.at) FROM attempts t WHERE t.page_id = p.id), next_attempt_at, created_at)
			FROM pages p WHERE created_at >= $1 AND created_at < $2 AND incident_id <> 0 AND kind IN ('page', 'assign') AND instead = ''
			ORDER BY created_at, id`, since, until)
		queueRecorded(b, &r.Incidents, scanIncident, `SELECT `+caseColumns+` FROM incidents i
			WHERE opened_at < $2 AND (state <> 'resolved' OR state = 'resolved' AND resolved_at >= $1) ORDER BY id`, since, until)
		return tx.SendBatch(ctx, b).Close()
	})
	return r, classify(err)
}

func queueRecorded[T any](b *pgx.Batch, into *[]T, scan pgx.RowToFunc[T], sql string, args ...any) {
	b.Queue(sql, args...).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, scan)
		return err
	})
}

// answers are the actions of the audit log that were answers about incidents.
func answers() []string {
	verbs := []escalation.Verb{
		escalation.Open, escalation.Acknowledge, escalation.Resolve, escalation.Reopen, escalation.Escalate,
		escalation.Snooze, escalation.Assign, escalation.Note, escalation.SetSeverity, escalation.Jump,
		escalation.Mute, escalation.Unmute, escalation.Merge, escalation.Split,
	}
	names := make([]string, len(verbs))
	for i, v := range verbs {
		names[i] = string(v)
	}
	return names
}

func scanRecordedArrival(row pgx.CollectableRow) (a escalation.RecordedArrival, err error) {
	var event, judged []byte
	if err := row.Scan(&a.At, &a.Incident, &event, &judged); err != nil {
		return a, err
	}
	a.At = a.At.UTC()
	err = json.Unmarshal(event, &a.Event)
	if err == nil && judged != nil {
		err = json.Unmarshal(judged, &a.Judged)
	}
	if err != nil {
		return a, &brokenRecord{a.Incident, a.At, err}
	}
	return a, nil
}

// scanRecordedAnswer reads an answer back from what the audit log keeps of it. Lines of former releases
// say until when it was snoozed only in the incident after it.
func scanRecordedAnswer(row pgx.CollectableRow) (r escalation.RecordedAnswer, err error) {
	var after []byte
	a := &r.Answer
	if err := row.Scan(&r.At, &a.By.Name, &a.By.Via, &a.By.From, &a.Verb, &r.Incident, &after); err != nil {
		return r, err
	}
	r.At = r.At.UTC()
	var d struct {
		facts
		named
	}
	if err := json.Unmarshal(after, &d); err != nil {
		return r, &brokenRecord{r.Incident, r.At, err}
	}
	a.Until, a.Person, a.Text, a.Into, a.Alerts = d.Until, d.Person, d.Text, d.Into, d.Alerts
	r.Split = d.Split
	if a.Verb == escalation.Jump {
		a.Step = d.Step
	}
	if a.Verb == escalation.Snooze && a.Until.IsZero() {
		a.Until = d.SnoozedUntil
	}
	if d.Asked != "" {
		if err := a.Severity.UnmarshalText([]byte(d.Asked)); err != nil {
			return r, &brokenRecord{r.Incident, r.At, err}
		}
	}
	if a.Verb == escalation.Open {
		r.Manual = manualOf(d.facts, d.named, a.By)
	}
	return r, nil
}

// manualOf is an incident opened by hand. Lines of former releases keep no title.
func manualOf(f facts, n named, by alerting.Actor) *escalation.Manual {
	m := &escalation.Manual{Severity: f.Severity, Description: n.Text, By: by}
	if n.Opened != nil {
		m.Title, m.Labels = n.Opened.Title, n.Opened.Labels
	}
	return m
}

// brokenRecord says that something of the record is stored in a form that this program cannot read.
type brokenRecord struct {
	incident int64
	at       time.Time
	err      error
}

func (b *brokenRecord) Error() string {
	return fmt.Sprintf("what was recorded of incident #%d at %s cannot be read: %v", b.incident, b.at.Format(time.RFC3339), b.err)
}

func scanRecordedPage(row pgx.CollectableRow) (p escalation.RecordedPage, err error) {
	err = row.Scan(&p.At, &p.Incident, &p.Round, &p.Step, &p.Kind, &p.Role, &p.Person, &p.Channel, &p.Severity, &p.Until, &p.Skipped, &p.Leaves)
	p.At, p.Leaves = p.At.UTC(), p.Leaves.UTC()
	return p, err
}

// scanIncident reads an incident also where its plan cannot be read.
func scanIncident(row pgx.CollectableRow) (alerting.Incident, error) {
	c, err := scanCase(row)
	if _, broken := errors.AsType[*brokenCase](err); broken {
		err = nil
	}
	return c.Incident, err
}
