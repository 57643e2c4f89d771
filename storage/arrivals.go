package storage

import (
	"time"

	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
)

// queueArrivals records what came in and meant something, with the incidents that it belongs to.
func queueArrivals(b *pgx.Batch, a escalation.Admission, now time.Time) {
	if len(a.Arrivals) == 0 {
		return
	}
	incidents := make(map[escalation.AlertKey]int64, len(a.Alerts))
	for _, c := range a.Alerts {
		incidents[escalation.AlertKey{Source: c.Alert.Source, Fingerprint: c.Alert.Fingerprint}] = c.Alert.IncidentID
	}
	ids, events, judged := make([]int64, len(a.Arrivals)), make([]string, len(a.Arrivals)), make([]*string, len(a.Arrivals))
	for i, arr := range a.Arrivals {
		ids[i] = incidents[escalation.AlertKey{Source: arr.Source, Fingerprint: arr.Fingerprint}]
		events[i] = jsonText(arr.Event)
		if j := escalation.JudgedOf(arr); j != nil {
			judged[i] = new(jsonText(j))
		}
	}
	b.Queue(`INSERT INTO arrivals (at, incident_id, event, judged) SELECT $4, r.incident_id, r.event::json, r.judged::json
		FROM unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY AS r(incident_id, event, judged, n) ORDER BY n`, ids, events, judged, now)
}
