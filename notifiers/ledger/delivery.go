package ledger

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Delivery is what became of one page, as the ledger tells it.
type Delivery struct {
	Page     int64
	Incident int64
	Round    int
	Step     int // index in the plan; negative: of none
	Kind     string
	Role     string
	Person   string
	Channel  string
	Why      string // this person, over this channel

	IntendedAt time.Time
	NotBefore  time.Time // it was not to leave earlier; zero: at once
	Tries      []Try
	SkippedAt  time.Time // zero: it was not
	SkippedWhy string

	Answer *Reply // the person's first after the page had left; nil: none
}

// Try is one attempt.
type Try struct {
	Attempt        string
	At             time.Time
	PossibleRepeat bool
	Bundle         string // the attempt of the page that led the message; empty: this one's

	Outcome    Kind      // Accepted, Unknown, Failed or Skipped; empty while under way
	OutcomeAt  time.Time // when the call came back
	ProviderID string
	Error      string

	Receipt      string    // "sent", "delivered" or "failed"; empty: none came
	ReceiptAt    time.Time // the last
	ReceiptError string
	NoReceipt    bool // the channel gives receipts, and none came in ReceiptWithin
}

// Reply is a person's answer.
type Reply struct {
	At      time.Time
	Person  string
	Via     string
	Action  string
	Changed bool
	Note    string // why it changed nothing
}

// ReceiptWithin is how long after a provider has accepted a page its receipt should be there.
const ReceiptWithin = 5 * time.Minute

// receipted are the channels whose providers report what became of a page.
var receipted = []string{"sms", "voice"}

// sandboxID begins the id that a sandbox gives: nobody reports of what it keeps.
const sandboxID = "sandbox-"

// Deliveries tells an incident's entries page by page, as of now, in the order in which the pages were meant, and
// all answers. What cannot be read is left out: verify tells of it.
func Deliveries(entries []Entry, now time.Time) (pages []Delivery, answers []Reply) {
	var order []int64
	byPage := map[int64]*Delivery{}
	for _, e := range inOrder(entries) {
		f, err := e.Facts()
		switch {
		case err != nil:
		case e.Kind == Answered:
			answers = append(answers, replyOf(e, f))
		default:
			d := byPage[e.Page]
			if d == nil {
				d = &Delivery{Page: e.Page, Incident: e.Incident, Person: e.Person, Channel: e.Channel}
				byPage[e.Page], order = d, append(order, e.Page)
			}
			d.add(e, f)
		}
	}
	slices.SortStableFunc(answers, func(a, b Reply) int { return a.At.Compare(b.At) })
	for _, id := range order {
		d := byPage[id]
		d.finish(answers, now)
		pages = append(pages, *d)
	}
	slices.SortStableFunc(pages, func(a, b Delivery) int {
		return cmp.Or(a.IntendedAt.Compare(b.IntendedAt), cmp.Compare(a.Page, b.Page))
	})
	return pages, answers
}

func replyOf(e Entry, f Facts) Reply {
	note, nothing := strings.CutPrefix(f.Outcome, "nothing: ")
	r := Reply{At: e.At, Person: e.Person, Via: e.Channel, Action: f.Action, Changed: !nothing}
	if nothing {
		r.Note = note
	}
	return r
}

// add puts one more thing that happened to the page.
func (d *Delivery) add(e Entry, f Facts) {
	switch {
	case e.Kind == Intended:
		d.Round, d.Step, d.Kind, d.Role, d.Why = f.Round, f.Step, f.Kind, f.Role, cmp.Or(f.Why, f.Rule)
		d.IntendedAt, d.NotBefore = e.At, f.NotBefore
	case e.Kind == Skipped && f.Outcome == untried:
		d.Tries = slices.DeleteFunc(d.Tries, func(t Try) bool { return t.Attempt == e.Attempt })
	case e.Kind == Tried:
		d.Tries = append(d.Tries, Try{Attempt: e.Attempt, At: e.At, PossibleRepeat: f.PossibleRepeat, Bundle: f.Bundle})
	default:
		if e.Kind == Skipped {
			d.SkippedAt, d.SkippedWhy = e.At, f.Error
		}
		if t := d.try(e.Attempt); t != nil {
			t.add(e, f)
		}
	}
}

func (d *Delivery) try(attempt string) *Try {
	for i := range d.Tries {
		if d.Tries[i].Attempt == attempt {
			return &d.Tries[i]
		}
	}
	return nil
}

func (t *Try) add(e Entry, f Facts) {
	t.ProviderID = cmp.Or(f.ProviderID, t.ProviderID)
	if e.Kind == Receipt {
		t.Receipt, t.ReceiptAt, t.ReceiptError = f.Outcome, e.At, f.Error
		return
	}
	t.Outcome, t.OutcomeAt = e.Kind, e.At
	if !f.Reported { // else the error is the receipt's
		t.Error = f.Error
	}
}

// finish looks for what should have come: receipts, and the person's answer.
func (d *Delivery) finish(answers []Reply, now time.Time) {
	for i := range d.Tries {
		t := &d.Tries[i]
		awaited := slices.Contains(receipted, d.Channel) && t.Receipt == "" && (t.Outcome == Accepted || t.Outcome == Unknown) &&
			!strings.HasPrefix(t.ProviderID, sandboxID)
		t.NoReceipt = awaited && now.Sub(t.OutcomeAt) >= ReceiptWithin
	}
	left := d.Left()
	if left.IsZero() {
		return
	}
	for _, a := range answers {
		if a.Person == d.Person && !a.At.Before(left) {
			d.Answer = &a
			return
		}
	}
}

// Left is when the first attempt of it began that may have arrived; zero: none.
func (d *Delivery) Left() time.Time {
	for _, t := range d.Tries {
		if t.Outcome == Accepted || t.Outcome == Unknown || t.Receipt == "delivered" {
			return t.At
		}
	}
	return time.Time{}
}
