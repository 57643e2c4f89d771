package web

import (
	"context"
	"errors"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
	"tocsin/notifiers"
)

// Reader finds incidents.
type Reader interface {
	// Incidents answers q, newest first; next is the cursor of what follows, empty at the end. A
	// cursor that it did not make is *alerting.Refused.
	Incidents(ctx context.Context, q alerting.Query) (cases []escalation.Case, next string, err error)
	// Incident is one; alerting.ErrNotFound if there is none.
	Incident(ctx context.Context, id int64) (escalation.Case, error)
}

// Detail is what belongs to one incident. An incident that is not there has none of it.
type Detail interface {
	Alerts(ctx context.Context, incident int64) ([]alerting.Alert, error)
	Pages(ctx context.Context, incident int64) ([]notifiers.Page, error)    // with Attempts, oldest first
	Timeline(ctx context.Context, incident int64) ([]alerting.Entry, error) // oldest first
}

// Outbox lists what sandboxed channels would have sent, newest first, at most limit.
type Outbox interface {
	Outbox(ctx context.Context, limit int) ([]notifiers.Outgoing, error)
}

// Desk takes what people do about incidents.
type Desk interface {
	// Answer applies a and returns the incident after it. note is a sentence where nothing changed
	// ("already acknowledged by system-admin at 02:14 UTC"). Errors: alerting.ErrNotFound,
	// *alerting.Refused.
	Answer(ctx context.Context, id int64, a escalation.Answer) (c escalation.Case, note string, err error)
	// Split splits alerts off and returns the incident after it, and the new one. Errors as those of Answer.
	Split(ctx context.Context, id int64, a escalation.Answer) (rest, split escalation.Case, err error)
	// Open opens an incident by hand.
	Open(ctx context.Context, m escalation.Manual) (escalation.Case, error)
}

// Rota takes what people change about who is on call. What does not fit is *alerting.Refused, and what is not
// there alerting.ErrNotFound.
type Rota interface {
	AddOverride(ctx context.Context, o oncall.Override, by alerting.Actor) (oncall.Override, error)
	// RemoveOverride undoes the whole swap of an override that is part of one.
	RemoveOverride(ctx context.Context, id int64, by alerting.Actor) error
	AddAbsence(ctx context.Context, a escalation.Absence, by alerting.Actor) (escalation.Absence, error)
	RemoveAbsence(ctx context.Context, id int64, by alerting.Actor) error
	AskSwap(ctx context.Context, s escalation.Swap, by alerting.Actor) (escalation.Swap, error)
	AnswerSwap(ctx context.Context, id int64, state escalation.SwapState, by alerting.Actor) (escalation.Swap, error)
	// Swaps are those that are asked, those answered within a month, and those accepted that are not over,
	// newest first.
	Swaps(ctx context.Context) ([]escalation.Swap, error)
}

// Roster is what people have changed so far, as it is stored: a change is seen at once by whoever made it.
type Roster interface {
	// Roster is what is in force or to come.
	Roster(ctx context.Context) (escalation.Roster, error)
	// RosterSince is Roster with what has ended since a moment.
	RosterSince(ctx context.Context, since time.Time) (escalation.Roster, error)
}

// Feeds keeps the versions of the addresses of iCal feeds. An address is good for one version.
type Feeds interface {
	// Version is the one in force of a rotation's or person's feed; 0 if none was ever revoked.
	Version(ctx context.Context, kind, name string) (int64, error)
	// Revoke begins the next version, so that the old address stops.
	Revoke(ctx context.Context, kind, name string, by alerting.Actor) error
}

// Receiver takes alerts in.
type Receiver interface {
	// Receive returns nil only when all of events are durable; alerting.ErrUnavailable when the sender
	// should try again. Delivering the same events again does no harm.
	Receive(ctx context.Context, events []alerting.Event) error
}

// Changes tells which incidents changed.
type Changes interface {
	// Subscribe returns the ids of incidents that changed from now on. A slow reader may miss some, so
	// a receive means "look again". cancel ends the subscription.
	Subscribe() (changed <-chan int64, cancel func())
}

// Audit is the log of who did what, from where.
type Audit interface {
	// Audit notes what somebody did that concerns no incident. Answers to incidents are noted where they
	// are stored.
	Audit(ctx context.Context, by alerting.Actor, action string) error
	// AuditLog is the newest lines, newest first, at most limit; of one incident unless incident is 0.
	AuditLog(ctx context.Context, incident int64, limit int) ([]alerting.AuditEntry, error)
}

// OptOuts knows who wants no SMS.
type OptOuts interface {
	// OptOuts are the telephone numbers that want none, each with when that was heard last.
	OptOuts(ctx context.Context) (map[string]time.Time, error)
}

// LinkParser reads the tokens of personal links.
type LinkParser interface {
	// Parse says which incident and whom a token names, and until when. The error is ErrLinkExpired for a
	// genuine token that is too old, and any other for one that Tocsin did not make.
	Parse(token string, now time.Time) (incident int64, person string, expires time.Time, err error)
}

// ErrLinkExpired says that a link is genuine and too old.
var ErrLinkExpired = errors.New("the link has expired")
