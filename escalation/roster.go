package escalation

import (
	"context"
	"maps"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation/oncall"
)

// With is p with a roster instead of the one that it had: its overrides and imported shifts stand in the
// rotations, its absences in the directory. What names people or rotations that the configuration does not
// have is passed over; see Strays. p itself stays as it is.
func (p *Policy) With(r Roster) *Policy {
	file := p
	if p.file != nil {
		file = p.file
	}
	next := *file
	next.file, next.Roster = file, r
	d := &next.Directory
	d.Absences = slices.Concat(d.Absences, d.absencesOf(r.Absences))
	d.Rotations = maps.Clone(d.Rotations)
	for name, rotation := range d.Rotations {
		if shifts, ok := r.Imported[name]; ok {
			rotation.Imported = shifts
			if shifts == nil {
				rotation.Imported = []oncall.Shift{}
			}
		}
		rotation.Overrides = slices.Concat(rotation.Overrides, d.overridesOf(name, r.Overrides))
		d.Rotations[name] = rotation
	}
	return &next
}

// overridesOf are the overrides of a rotation by people of the directory.
func (d Directory) overridesOf(rotation string, all []oncall.Override) (out []oncall.Override) {
	for _, o := range all {
		if _, known := d.People[o.Person]; known && o.Rotation == rotation {
			out = append(out, o)
		}
	}
	return out
}

// absencesOf are the absences of people of the directory.
func (d Directory) absencesOf(all []Absence) (out []Absence) {
	for _, a := range all {
		if _, known := d.People[a.Person]; known {
			out = append(out, a)
		}
	}
	return out
}

// Swap is that somebody asks somebody else to take a stretch of a rotation, perhaps for another in
// return. Accepted, it becomes overrides.
type Swap struct {
	ID                      int64
	Rotation                string
	Asker, Asked            string    // people
	From, Until             time.Time // half-open: what Asked is to take
	ReturnFrom, ReturnUntil time.Time // what Asker takes in return; zero: nothing
	Note                    string
	Warning                 string // for whoever asks or accepts: where it leaves a step with nobody of its role; not stored
	State                   SwapState
	At                      time.Time // when it was asked
	By                      string    // who asked, in Asker's name
	AnsweredAt              time.Time // or undone
	AnsweredBy              string
}

// SwapState is where a swap stands.
type SwapState string

// States of a swap. Only one that is asked can be answered, and only one that was accepted can be undone.
const (
	SwapAsked     SwapState = "asked"
	SwapAccepted  SwapState = "accepted"
	SwapDeclined  SwapState = "declined"
	SwapWithdrawn SwapState = "withdrawn" // by its asker
	SwapUndone    SwapState = "undone"    // after it had been accepted: what lay ahead of it is as it was before
)

// Message is a word to one person that belongs to no incident: a hand-off, a swap that is asked. It is
// sent as pages are, but waits behind those of P0 and P1.
type Message struct {
	Person   string
	Channels []Channel
	Subject  string // one line
	Text     string // a few sentences; lines end in \n
	URL      string // where to look or to answer; empty: nowhere
	// Said is the same as data: the subject, then each line of Text. It may be missing.
	Said []alerting.Said `json:",omitempty"`
}

// RosterStore keeps what people change about who is on call. What is asked is checked by Rota, which
// alone calls the methods that change something; each change goes on the audit log in its transaction.
type RosterStore interface {
	// Roster is what is in force or to come.
	Roster(ctx context.Context) (Roster, error)
	// AddOverride stores o under a new ID, which it returns, and the messages that tell of it.
	AddOverride(ctx context.Context, o oncall.Override, ms []Message, by alerting.Actor) (int64, error)
	// RemoveOverride ends an override: one to come is removed, one in force ends now.
	// alerting.ErrNotFound if there is none.
	RemoveOverride(ctx context.Context, id int64, by alerting.Actor) error
	// AddAbsence stores a under a new ID, which it returns; the error of its Clash with one that is stored.
	AddAbsence(ctx context.Context, a Absence, by alerting.Actor) (int64, error)
	RemoveAbsence(ctx context.Context, id int64, by alerting.Actor) error
	// AskSwap stores a swap and the message that asks.
	AskSwap(ctx context.Context, s Swap, ask []Message, by alerting.Actor) (int64, error)
	// AnswerSwap locks a swap, lets decide answer it, and stores the swap, overrides and messages that it
	// returns; overrides belong to the swap, and end as by RemoveOverride where it is undone.
	// alerting.ErrNotFound; decide's error as it is.
	AnswerSwap(ctx context.Context, id int64, by alerting.Actor, decide func(Swap, time.Time) (Swap, []oncall.Override, []Message, error)) (Swap, error)
	// Swaps are those that are asked, those answered within a month, and those accepted that are not over,
	// newest first.
	Swaps(ctx context.Context) ([]Swap, error)
}

// HandoffStore makes sure that a hand-off is told once, whichever replica comes first.
type HandoffStore interface {
	// TellHandoff stores who answers for a rotation now, and the messages that words gives for who answered
	// when it was last told; known is false if it never was. Nothing happens where that was the same.
	TellHandoff(ctx context.Context, rotation string, now Holding, words func(was Holding, known bool) []Message) error
	// Incidents answers a query, newest first; next is empty where there are no more.
	Incidents(ctx context.Context, q alerting.Query) (cases []Case, next string, err error)
}
