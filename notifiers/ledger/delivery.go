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
	HeldAt     time.Time // it was put off when it was to leave; zero: it was not
	HeldUntil  time.Time
	HeldWhy    string
	Tries      []Try
	FirstTry   int       // index of the first of Tries; not 0 only in a part: see Part
	SkippedAt  time.Time // zero: it was not
	SkippedWhy string
	Edits      []Edit // outside Tocsin

	LeftAt  time.Time // when the first attempt of it began that may have arrived; zero: none
	Answer  *Reply    // the person's first after the page had left; nil: none
	Carries bool      // it is the first of the pages with this answer

	tries map[string]int // index in Tries by attempt
}

// Edit is something that somebody else than Tocsin changed.
type Edit struct {
	At   time.Time
	By   string // the database's user
	Text string // a sentence
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

	untried bool // its claim was given back

	Receipt      string    // "sent", "delivered" or "failed"; empty: none came
	ReceiptAt    time.Time // the last
	ReceiptError string
	NoReceipt    bool // the channel gives receipts, and none came in ReceiptWithin
}

// Reply is a person's answer.
type Reply struct {
	Row     int64 // in the ledger
	At      time.Time
	Person  string
	Via     string
	Action  string
	Changed bool
	Note    string // why it changed nothing
	Carried bool   // a page has it as its answer
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
		case e.Page == 0: // an edit of the audit log
		default:
			d := byPage[e.Page]
			if d == nil {
				d = &Delivery{Page: e.Page, Incident: e.Incident, Person: e.Person, Channel: e.Channel, tries: map[string]int{}}
				byPage[e.Page], order = d, append(order, e.Page)
			}
			d.add(e, f)
		}
	}
	slices.SortStableFunc(answers, func(a, b Reply) int { return a.At.Compare(b.At) })
	by := map[string][]*Reply{}
	for i := range answers {
		by[answers[i].Person] = append(by[answers[i].Person], &answers[i])
	}
	for _, id := range order {
		d := byPage[id]
		d.finish(by[d.Person], now)
		pages = append(pages, *d)
	}
	slices.SortStableFunc(pages, func(a, b Delivery) int {
		return cmp.Or(a.IntendedAt.Compare(b.IntendedAt), cmp.Compare(a.Page, b.Page))
	})
	for i := range pages {
		if a := pages[i].Answer; a != nil {
			pages[i].Carries, a.Carried = !a.Carried, true
		}
	}
	return pages, answers
}

func replyOf(e Entry, f Facts) Reply {
	note, nothing := strings.CutPrefix(f.Outcome, "nothing: ")
	r := Reply{Row: e.ID, At: e.At, Person: e.Person, Via: e.Channel, Action: f.Action, Changed: !nothing}
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
	case e.Kind == Held:
		until, _ := time.Parse(time.RFC3339, f.Until)
		d.HeldAt, d.HeldUntil, d.HeldWhy = e.At, until, f.Why
	case e.Kind == Edited:
		d.Edits = append(d.Edits, Edit{At: e.At, By: f.By, Text: edit(e, f)})
	case e.Kind == Skipped && f.Outcome == untried:
		if t := d.try(e.Attempt); t != nil {
			t.untried = true
		}
	case e.Kind == Tried:
		d.tries[e.Attempt] = len(d.Tries)
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
	i, ok := d.tries[attempt]
	if !ok {
		return nil
	}
	return &d.Tries[i]
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

// finish leaves out what was given back, and looks for what should have come: receipts, and an answer of its person,
// whose are given in order of time.
func (d *Delivery) finish(answers []*Reply, now time.Time) {
	d.Tries = slices.DeleteFunc(d.Tries, func(t Try) bool { return t.untried })
	d.tries = nil
	for i := range d.Tries {
		t := &d.Tries[i]
		awaited := slices.Contains(receipted, d.Channel) && t.Receipt == "" && (t.Outcome == Accepted || t.Outcome == Unknown) &&
			!strings.HasPrefix(t.ProviderID, sandboxID)
		t.NoReceipt = awaited && now.Sub(t.OutcomeAt) >= ReceiptWithin
		if d.LeftAt.IsZero() && (t.Outcome == Accepted || t.Outcome == Unknown || t.Receipt == "delivered") {
			d.LeftAt = t.At
		}
	}
	if d.LeftAt.IsZero() {
		return
	}
	if i, _ := slices.BinarySearchFunc(answers, d.LeftAt, func(r *Reply, left time.Time) int { return r.At.Compare(left) }); i < len(answers) {
		d.Answer = answers[i]
	}
}
