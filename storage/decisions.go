package storage

import (
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
)

// queueDecisions puts all that decisions say on a batch: one statement a table, however many there are.
// The incidents must be locked by the transaction, or be new.
func queueDecisions(b *pgx.Batch, ds []*escalation.Decision, now time.Time) {
	var opened, changed, shown, touched []*escalation.Decision
	var closed, reopened []int64
	for _, d := range ds {
		if d.Opens {
			opened = append(opened, d)
		} else {
			changed = append(changed, d)
		}
		if d.CloseAlerts {
			closed = append(closed, d.Case.Incident.ID)
		}
		if d.OpenAlerts {
			reopened = append(reopened, d.Case.Incident.ID)
		}
		if d.Changed && len(shownIn(d)) > 0 {
			shown = append(shown, d)
		}
		if d.Changed && !d.Opens {
			touched = append(touched, d)
		}
	}
	queueOpened(b, opened)
	queueChanged(b, changed)
	queueAdoptions(b, ds)
	if len(closed) > 0 {
		b.Queue(`UPDATE alerts SET status = 'resolved', resolved_at = $2 WHERE incident_id = ANY ($1) AND status = 'firing'`, closed, now)
	}
	queueReopenedAlerts(b, reopened)
	for _, d := range ds {
		if d.Changed && d.Answer != "" {
			queueAudit(b, d, 0, d.Outcome(nil), now)
		}
	}
	queueOrders(b, ds, now)
	queueEntries(b, ds)
	queueAnnouncements(b, shown, touched, now)
}

// queueReopenedAlerts makes those alerts fire again that a person's resolve had closed: their sender never
// ended them, and none of them fires in another incident.
func queueReopenedAlerts(b *pgx.Batch, incidents []int64) {
	if len(incidents) == 0 {
		return
	}
	b.Queue(`UPDATE alerts SET status = 'firing', resolved_at = NULL
		WHERE incident_id = ANY ($1) AND latest AND status = 'resolved' AND ends_at IS NULL`, incidents)
	b.Queue(`UPDATE incidents i SET firing_count = (SELECT count(*) FROM alerts a WHERE a.incident_id = i.id AND a.latest AND a.status = 'firing')
		WHERE id = ANY ($1)`, incidents)
}

// incidentRows are incidents as columns, for unnest.
type incidentRows struct {
	id                                    []int64
	key, title, state, labels             []string
	severity                              []int16
	alerts, firing, round                 []int32
	rev                                   []int64
	assignee, ackBy, resBy                []string
	opened                                []time.Time
	acknowledged, snoozed, resolved, next []*time.Time
	heard                                 []*time.Time
	merged                                []int64
	reason, plan                          []string
}

func (r *incidentRows) add(d *escalation.Decision) {
	i := d.Case.Incident
	r.id = append(r.id, i.ID)
	r.key, r.title = append(r.key, i.Key), append(r.title, i.Title)
	r.state, r.labels = append(r.state, string(i.State)), append(r.labels, jsonText(i.Labels))
	r.severity = append(r.severity, int16(i.Severity))
	r.alerts, r.firing = append(r.alerts, int32(i.AlertCount)), append(r.firing, int32(i.FiringCount))
	r.round, r.rev = append(r.round, int32(i.Round)), append(r.rev, i.Rev)
	r.assignee, r.ackBy, r.resBy = append(r.assignee, i.Assignee), append(r.ackBy, i.AcknowledgedBy), append(r.resBy, i.ResolvedBy)
	r.opened = append(r.opened, i.OpenedAt)
	r.acknowledged = append(r.acknowledged, nullTime(i.AcknowledgedAt))
	r.snoozed = append(r.snoozed, nullTime(i.SnoozedUntil))
	r.resolved = append(r.resolved, nullTime(i.ResolvedAt))
	r.next = append(r.next, nullTime(d.NextAt()))
	r.heard, r.merged = append(r.heard, nullTime(i.HeardAt)), append(r.merged, i.MergedInto)
	r.reason, r.plan = append(r.reason, jsonText(i.Reason)), append(r.plan, jsonText(d.Case.Plan))
}

func (r *incidentRows) args() []any {
	return []any{
		r.id, r.key, r.title, r.severity, r.state, r.labels, r.alerts, r.firing, r.assignee, r.round, r.rev,
		r.opened, r.acknowledged, r.ackBy, r.resolved, r.resBy, r.reason, r.plan, r.next, r.snoozed, r.heard, r.merged,
	}
}

const incidentUnnest = `unnest($1::bigint[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::int[], $8::int[],
	$9::text[], $10::int[], $11::bigint[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::timestamptz[], $16::text[],
	$17::text[], $18::text[], $19::timestamptz[], $20::timestamptz[], $21::timestamptz[], $22::bigint[]) AS r(id, dedup_key, title, severity, state, labels, alert_count, firing_count,
	assignee, round, rev, opened_at, acknowledged_at, acknowledged_by, resolved_at, resolved_by, reason, plan, next_at, snoozed_until,
	heard_at, merged_into)`

func queueOpened(b *pgx.Batch, ds []*escalation.Decision) {
	if len(ds) == 0 {
		return
	}
	var r incidentRows
	var superseded []int64
	for _, d := range ds {
		r.add(d)
		if d.Supersedes != 0 {
			superseded = append(superseded, d.Supersedes)
		}
	}
	if len(superseded) > 0 {
		b.Queue(`UPDATE incidents SET latest = false WHERE id = ANY ($1)`, superseded)
	}
	b.Queue(`
		INSERT INTO incidents (id, dedup_key, title, severity, state, labels, alert_count, firing_count, assignee, round, rev,
			opened_at, acknowledged_at, acknowledged_by, resolved_at, resolved_by, reason, plan, next_at, snoozed_until, heard_at, merged_into)
		SELECT id, dedup_key, title, severity, state, labels::jsonb, alert_count, firing_count, assignee, round, rev,
			opened_at, acknowledged_at, acknowledged_by, resolved_at, resolved_by, reason::jsonb, plan::jsonb, next_at, snoozed_until,
			heard_at, nullif(merged_into, 0)
		FROM `+incidentUnnest, r.args()...)
}

func queueChanged(b *pgx.Batch, ds []*escalation.Decision) {
	if len(ds) == 0 {
		return
	}
	var r incidentRows
	for _, d := range ds {
		r.add(d)
	}
	b.Queue(`
		UPDATE incidents i SET title = r.title, severity = r.severity, state = r.state, labels = r.labels::jsonb,
			alert_count = r.alert_count, firing_count = r.firing_count, assignee = r.assignee, round = r.round, rev = r.rev,
			acknowledged_at = r.acknowledged_at, acknowledged_by = r.acknowledged_by,
			resolved_at = r.resolved_at, resolved_by = r.resolved_by, reason = r.reason::jsonb, plan = r.plan::jsonb, next_at = r.next_at,
			snoozed_until = r.snoozed_until, heard_at = r.heard_at, merged_into = nullif(r.merged_into, 0)
		FROM `+incidentUnnest+` WHERE i.id = r.id AND i.id = ANY ($1)`, r.args()...)
}

func queueOrders(b *pgx.Batch, ds []*escalation.Decision, now time.Time) {
	var r orderRows
	for _, d := range ds {
		for _, o := range d.Pages {
			r.add(d, o)
		}
	}
	if len(r.id) == 0 {
		return
	}
	queueWriter(b, byMachine)
	b.Queue(`
		INSERT INTO pages (incident_id, round, step, kind, role, person, channel, severity, until, says, reason, created_at, next_attempt_at,
			digest, accept_by, instead)
		SELECT r.incident_id, r.round, r.step, r.kind, r.role, r.person, r.channel, r.severity, r.until, r.says, r.reason::jsonb, $12, greatest(r.not_before, $12),
			r.digest, r.accept_by, r.instead
		FROM unnest($1::bigint[], $2::int[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::smallint[], $9::text[], $10::text[], $11::text[],
			$13::timestamptz[], $14::boolean[], $15::timestamptz[], $16::text[])
			AS r(incident_id, round, step, kind, role, person, channel, severity, until, says, reason, not_before, digest, accept_by, instead)
		ON CONFLICT (incident_id, round, step, person, channel) DO NOTHING`,
		r.id, r.round, r.step, r.kind, r.role, r.person, r.channel, r.severity, r.until, r.says, r.reason, now, r.from, r.digest, r.acceptBy, r.instead)
}

// orderRows are orders as columns, for unnest.
type orderRows struct {
	id                                                        []int64
	round, step                                               []int32
	kind, role, person, channel, until, says, reason, instead []string
	severity                                                  []int16
	from, acceptBy                                            []*time.Time
	digest                                                    []bool
}

func (r *orderRows) add(d *escalation.Decision, o escalation.Order) {
	r.id = append(r.id, d.Case.Incident.ID)
	r.round, r.step = append(r.round, int32(d.Case.Plan.Round)), append(r.step, int32(o.Step))
	r.kind, r.role, r.person = append(r.kind, string(o.Kind)), append(r.role, o.Role), append(r.person, o.Person)
	r.channel, r.until = append(r.channel, string(o.Channel)), append(r.until, string(o.Until))
	r.says, r.reason = append(r.says, o.Says), append(r.reason, jsonText(o.Reason))
	r.severity = append(r.severity, int16(outboxSeverity(o.Kind, d.Case.Incident.Severity)))
	r.from, r.acceptBy = append(r.from, nullTime(o.NotBefore)), append(r.acceptBy, nullTime(o.AcceptBy))
	r.digest, r.instead = append(r.digest, o.Digest), append(r.instead, o.Instead)
}

// outboxSeverity is how a page of an incident stands in the outbox. What asks nobody to hurry keeps out of the
// lane of P0, and within the storm budget.
func outboxSeverity(k escalation.StepKind, s alerting.Severity) alerting.Severity {
	if k == escalation.ClearStep || k == escalation.RemindStep {
		return max(s, alerting.P1)
	}
	return s
}

func queueEntries(b *pgx.Batch, ds []*escalation.Decision) {
	var r entryRows
	for _, d := range ds {
		for _, e := range d.Entries {
			r.add(d.Case.Incident.ID, e)
		}
	}
	r.queue(b)
}

// entryRows are timeline entries as columns, for unnest.
type entryRows struct {
	id                             []int64
	at                             []time.Time
	kind, actor, via, text, reason []string
}

func (r *entryRows) add(incident int64, e alerting.Entry) {
	r.id, r.at = append(r.id, incident), append(r.at, e.At)
	r.kind, r.actor, r.via = append(r.kind, string(e.Kind)), append(r.actor, e.Actor.Name), append(r.via, e.Actor.Via)
	r.text, r.reason = append(r.text, e.Text), append(r.reason, jsonText(e.Reason))
}

func (r *entryRows) queue(b *pgx.Batch) {
	if len(r.id) == 0 {
		return
	}
	b.Queue(`
		INSERT INTO timeline (incident_id, at, kind, actor, via, text, reason)
		SELECT r.incident_id, r.at, r.kind, r.actor, r.via, r.text, r.reason::jsonb
		FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
			WITH ORDINALITY AS r(incident_id, at, kind, actor, via, text, reason, n) ORDER BY n`,
		r.id, r.at, r.kind, r.actor, r.via, r.text, r.reason)
}

// queueAnnouncements asks for the incidents' messages to be written or brought up to date: in the chat channel, and
// in the places that the plan names. One that failed and is to be tried again keeps its time: the provider may
// have asked for it.
func queueAnnouncements(b *pgx.Batch, shown, touched []*escalation.Decision, now time.Time) {
	if len(touched) > 0 {
		id, severity, rev := revisions(touched)
		b.Queue(`
			UPDATE announcements a SET wanted_rev = r.rev, severity = r.severity, next_attempt_at = CASE WHEN a.ended THEN NULL WHEN a.tries > 0 THEN coalesce(a.next_attempt_at, $3) ELSE least(coalesce(a.next_attempt_at, $3), $3) END
			FROM unnest($1::bigint[], $2::bigint[], $4::smallint[]) AS r(id, rev, severity) WHERE a.incident_id = r.id AND a.incident_id = ANY ($1)`, id, rev, now, severity)
	}
	var id, rev []int64
	var severity []int16
	var channel []string
	for _, d := range shown {
		for _, c := range shownIn(d) {
			id, rev, channel = append(id, d.Case.Incident.ID), append(rev, d.Case.Incident.Rev), append(channel, c)
			severity = append(severity, int16(d.Case.Incident.Severity))
		}
	}
	if len(id) > 0 {
		b.Queue(`
			INSERT INTO announcements (incident_id, channel, severity, wanted_rev, next_attempt_at)
			SELECT r.id, r.channel, r.severity, r.rev, $4 FROM unnest($1::bigint[], $2::text[], $3::bigint[], $5::smallint[]) AS r(id, channel, rev, severity)
			ON CONFLICT (incident_id, channel, page_id) DO NOTHING`, id, channel, rev, now, severity)
	}
}

// shownIn is where an incident is shown: the chat channel, and places.
func shownIn(d *escalation.Decision) []string {
	in := slices.Clone(d.Case.Plan.Places)
	if d.Announced() {
		in = append(in, string(escalation.Slack))
	}
	return in
}

func revisions(ds []*escalation.Decision) (id []int64, severity []int16, rev []int64) {
	for _, d := range ds {
		id, rev = append(id, d.Case.Incident.ID), append(rev, d.Case.Incident.Rev)
		severity = append(severity, int16(d.Case.Incident.Severity))
	}
	return id, severity, rev
}
