package storage

import (
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"

	"github.com/jackc/pgx/v5"
)

// turn is what the audit log keeps of a stretch that somebody takes, is away for, or asks to have taken.
type turn struct {
	ID          int64     `json:"id"`
	Rotation    string    `json:"rotation,omitempty"`
	Person      string    `json:"person"`
	From        time.Time `json:"from"`
	Until       time.Time `json:"until"`
	Deputy      string    `json:"deputy,omitempty"`
	Asker       string    `json:"asker,omitempty"`
	ReturnFrom  time.Time `json:"return_from,omitzero"`
	ReturnUntil time.Time `json:"return_until,omitzero"`
	State       string    `json:"state,omitempty"`
	Note        string    `json:"note,omitempty"`
}

func overridden(o oncall.Override) *turn {
	return &turn{ID: o.ID, Rotation: o.Rotation, Person: o.Person, From: o.From.UTC(), Until: o.Until.UTC(), Note: storable(o.Note)}
}

func absent(a escalation.Absence) *turn {
	return &turn{ID: a.ID, Person: a.Person, From: a.From.UTC(), Until: a.Until.UTC(), Deputy: a.Deputy, Note: storable(a.Note)}
}

func swapped(w escalation.Swap) *turn {
	return &turn{
		ID: w.ID, Rotation: w.Rotation, Person: w.Asked, Asker: w.Asker, From: w.From.UTC(), Until: w.Until.UTC(),
		ReturnFrom: w.ReturnFrom.UTC(), ReturnUntil: w.ReturnUntil.UTC(), State: string(w.State), Note: storable(w.Note),
	}
}

// queueRosterAudit notes a change of who is on call; nil is what was not before, or is not any more.
func queueRosterAudit(b *pgx.Batch, by alerting.Actor, action string, before, after *turn, now time.Time) {
	text := func(t *turn) *string {
		if t == nil {
			return nil
		}
		return new(jsonText(t))
	}
	b.Queue(`INSERT INTO audit (at, actor, via, origin, action, before, after) VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7::text::jsonb)`,
		now, storable(by.Name), by.Via, storable(by.From), action, text(before), text(after))
}
