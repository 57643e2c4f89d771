package api

import (
	"time"

	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// Override puts somebody else in a rotation's place for a while.
type Override struct {
	ID       int64     `json:"id"`
	Rotation string    `json:"rotation"`
	Person   string    `json:"person"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until" doc:"not included"`
	Note     string    `json:"note"`
	By       string    `json:"by" doc:"who made it"`
	Swap     int64     `json:"swap" doc:"the swap that it is part of, which is undone where this is removed; 0 if none"`
	Warning  string    `json:"warning,omitempty" doc:"where it leaves a step with nobody of its role; told once, to whoever made it"`
}

// OfOverride is o for programs.
func OfOverride(o oncall.Override) Override {
	return Override{ID: o.ID, Rotation: o.Rotation, Person: o.Person, From: o.From.UTC(), Until: o.Until.UTC(), Note: o.Note, By: o.By, Swap: o.Swap, Warning: o.Warning}
}

// OfOverrides is a list of them.
func OfOverrides(in []oncall.Override) []Override { return each(in, OfOverride) }

// Absence is that somebody is away.
type Absence struct {
	ID     int64     `json:"id" doc:"0 if it stands in the configuration: change it there"`
	Person string    `json:"person"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until" doc:"not included"`
	Deputy string    `json:"deputy" doc:"told in their place; empty if nobody is"`
	Note   string    `json:"note"`
	By     string    `json:"by"`

	Warning string `json:"warning,omitempty" doc:"where it leaves a step with nobody of its role; told once, to whoever made it"`
}

// OfAbsence is a for programs.
func OfAbsence(a escalation.Absence) Absence {
	return Absence{ID: a.ID, Person: a.Person, From: a.From.UTC(), Until: a.Until.UTC(), Deputy: a.Deputy, Note: a.Note, By: a.By, Warning: a.Warning}
}

// OfAbsences is a list of them.
func OfAbsences(in []escalation.Absence) []Absence { return each(in, OfAbsence) }

// Swap is that somebody asks somebody else to take a stretch of a rotation.
type Swap struct {
	ID          int64                `json:"id"`
	Rotation    string               `json:"rotation"`
	Asker       string               `json:"asker"`
	Asked       string               `json:"asked"`
	From        time.Time            `json:"from" doc:"what asked is to take"`
	Until       time.Time            `json:"until"`
	ReturnFrom  *time.Time           `json:"return_from" doc:"what asker takes in return; null if nothing"`
	ReturnUntil *time.Time           `json:"return_until"`
	Note        string               `json:"note"`
	State       escalation.SwapState `json:"state" enum:"asked,accepted,declined,withdrawn,undone"`
	At          time.Time            `json:"at" doc:"when it was asked"`
	By          string               `json:"by"`
	AnsweredAt  *time.Time           `json:"answered_at" doc:"or undone"`
	AnsweredBy  string               `json:"answered_by"`
	Warning     string               `json:"warning,omitempty" doc:"where it leaves a step with nobody of its role; told once, to whoever asked or accepted"`
}

// OfSwap is s for programs.
func OfSwap(s escalation.Swap) Swap {
	return Swap{
		ID: s.ID, Rotation: s.Rotation, Asker: s.Asker, Asked: s.Asked, From: s.From.UTC(), Until: s.Until.UTC(),
		ReturnFrom: moment(s.ReturnFrom), ReturnUntil: moment(s.ReturnUntil), Note: s.Note, State: s.State,
		At: s.At.UTC(), By: s.By, AnsweredAt: moment(s.AnsweredAt), AnsweredBy: s.AnsweredBy, Warning: s.Warning,
	}
}

// OfSwaps is a list of them.
func OfSwaps(in []escalation.Swap) []Swap { return each(in, OfSwap) }
