package storage

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"

	"github.com/jackc/pgx/v5"
)

// facts are what the audit log keeps of an incident.
type facts struct {
	State        alerting.State    `json:"state"`
	Severity     alerting.Severity `json:"severity"`
	Assignee     string            `json:"assignee,omitempty"`
	Acknowledged string            `json:"acknowledged_by,omitempty"`
	SnoozedUntil time.Time         `json:"snoozed_until,omitzero"`
	Round        int               `json:"round"`
}

func factsOf(i alerting.Incident) facts {
	return facts{i.State, i.Severity, i.Assignee, i.AcknowledgedBy, i.SnoozedUntil, i.Round}
}

// did is an answer as the audit log keeps it: the incident after it, what came of it, what it named.
type did struct {
	*facts
	Outcome string `json:"outcome"`
	named
}

// named is what an answer named, and whom an escalation told. Replays read it back.
type named struct {
	Step   int       `json:"step,omitempty"`
	Role   string    `json:"role,omitempty"`
	Person string    `json:"person,omitempty"`
	Text   string    `json:"text,omitempty"`
	Until  time.Time `json:"until,omitzero"`
	Asked  string    `json:"severity_asked,omitempty"`
	Into   int64     `json:"into,omitempty"`
	Split  int64     `json:"split,omitempty"`
	Alerts []string  `json:"alerts,omitempty"`
	Opened *opened   `json:"opened,omitempty"`
}

func namedBy(d *escalation.Decision) named {
	n := named{
		Step: d.Detail.Step, Role: d.Detail.Role, Person: storable(d.Detail.Person), Text: storable(notifiers.Cut(d.Detail.Text, auditedText)),
		Until: d.Detail.Until, Asked: storable(d.Detail.Severity), Into: d.Detail.Into, Split: d.Detail.Split,
	}
	for _, fingerprint := range d.Detail.Alerts {
		n.Alerts = append(n.Alerts, storable(fingerprint))
	}
	if d.Opens && d.Answer == escalation.Open {
		n.Opened = &opened{d.Case.Incident.Title, d.Case.Incident.Labels}
	}
	return n
}

// opened is what the audit log keeps of an incident that somebody opened by hand.
type opened struct {
	Title  string          `json:"title"`
	Labels alerting.Labels `json:"labels,omitempty"`
}

// auditedText is how many characters of a note the audit log keeps.
const auditedText = 200

// queueAudit notes an answer in the transaction that decides on it, whatever came of it. incident is the
// number that the answer named; the decision's own goes before it.
func queueAudit(b *pgx.Batch, d *escalation.Decision, incident int64, outcome string, now time.Time) {
	var before *string
	after := did{Outcome: storable(outcome), named: namedBy(d)}
	if id := d.Case.Incident.ID; id != 0 {
		incident, after.facts = id, new(factsOf(d.Case.Incident))
		if !d.Opens {
			before = new(jsonText(factsOf(d.Before)))
		}
	}
	queueWriter(b, byAnswer)
	b.Queue(`INSERT INTO audit (at, actor, via, origin, action, incident, before, after) VALUES ($1, $2, $3, $4, $5, nullif($6::bigint, 0), $7::text::jsonb, $8::text::jsonb)`,
		now, storable(d.By.Name), d.By.Via, storable(d.By.From), cmp.Or(string(d.Answer), "reply"), incident, before, jsonText(after))
}

// unchanged notes an answer that changed nothing, and was refused if err says so. It returns err, or why it
// could not be noted.
func (s *Store) unchanged(ctx context.Context, tx *transaction, d *escalation.Decision, err error, now time.Time) error {
	if _, refused := errors.AsType[*alerting.Refused](err); d.Answer == "" || err != nil && !refused {
		return err
	}
	b := &pgx.Batch{}
	queueAudit(b, d, 0, d.Outcome(err), now)
	if failed := tx.commit(ctx, b); failed != nil {
		return failed
	}
	return err
}

// Audit notes what somebody did that concerns no incident: a sign-in, a refusal.
func (s *Store) Audit(ctx context.Context, by alerting.Actor, action string) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO audit (at, actor, via, origin, action) VALUES (tocsin_now(), $1, $2, $3, $4)`, by.Name, by.Via, by.From, action)
	return classify(err)
}

// AuditLog is the newest lines of the audit log, newest first; of one incident unless incident is 0.
func (s *Store) AuditLog(ctx context.Context, incident int64, limit int) ([]alerting.AuditEntry, error) {
	rows, err := s.reads.Query(ctx, `
		SELECT id, at, actor, via, origin, action, coalesce(incident, 0), before, after FROM audit
		WHERE $1 = 0 OR incident = $1 ORDER BY id DESC LIMIT $2`, incident, limit)
	if err != nil {
		return nil, classify(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (alerting.AuditEntry, error) {
		var a alerting.AuditEntry
		err := row.Scan(&a.ID, &a.At, &a.Actor.Name, &a.Actor.Via, &a.Actor.From, &a.Action, &a.Incident, &a.Before, &a.After)
		a.At = a.At.UTC()
		return a, err
	})
	return out, classify(err)
}

// Key is the shared key of a name: 32 random bytes, made by whoever asks first.
func (s *Store) Key(ctx context.Context, name string) (key []byte, err error) {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh)
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO keys (name, key, at) VALUES ($1, $2, tocsin_now()) ON CONFLICT (name) DO NOTHING`, name, fresh)
	b.Queue(`SELECT key FROM keys WHERE name = $1`, name).QueryRow(func(row pgx.Row) error { return row.Scan(&key) })
	return key, classify(s.pool.SendBatch(ctx, b).Close())
}

var _ escalation.CaseStore = (*Store)(nil)
