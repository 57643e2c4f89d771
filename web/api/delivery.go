package api

import (
	"time"

	"tocsin/notifiers/ledger"
)

// Deliveries is what became of each page about an incident, as the ledger tells it.
type Deliveries struct {
	Pages   []Delivery `json:"pages" doc:"in the order in which they were meant"`
	Answers []Reply    `json:"answers" doc:"of people, oldest first; with the last part"`
	Sealed  int        `json:"sealed" doc:"entries of the incident's chain"`
	Waiting int        `json:"waiting" doc:"entries that are not sealed yet"`
	End     string     `json:"end" doc:"hash of the chain's last entry; zeros if there is none"`

	NextCursor string `json:"next_cursor" doc:"empty at the end"`
}

// Delivery is what became of one page.
type Delivery struct {
	Page       int64      `json:"page"`
	Round      int        `json:"round"`
	Step       int        `json:"step" doc:"index in the plan; negative: of none"`
	Kind       string     `json:"kind"`
	Role       string     `json:"role"`
	Person     string     `json:"person"`
	Channel    string     `json:"channel"`
	Why        string     `json:"why"`
	IntendedAt *time.Time `json:"intended_at"`
	NotBefore  *time.Time `json:"not_before" doc:"it was not to leave earlier; null: at once"`
	HeldAt     *time.Time `json:"held_at" doc:"it was put off when it was to leave; null: it was not"`
	HeldUntil  *time.Time `json:"held_until"`
	HeldWhy    string     `json:"held_why"`
	Attempts   []Try      `json:"attempts"`
	FirstTry   int        `json:"first_attempt" doc:"how many attempts before these are in earlier parts"`
	SkippedAt  *time.Time `json:"skipped_at"`
	SkippedWhy string     `json:"skipped_why"`
	Edits      []Edit     `json:"edits" doc:"what somebody changed outside Tocsin"`
	Answer     *Reply     `json:"answer" doc:"the person's first after the page had left; null: none"`
}

// Edit is something that somebody else than Tocsin changed.
type Edit struct {
	At   time.Time `json:"at"`
	By   string    `json:"by" doc:"the database's user"`
	Text string    `json:"text"`
}

// Try is one attempt at a page.
type Try struct {
	Attempt        string      `json:"attempt"`
	At             time.Time   `json:"at"`
	PossibleRepeat bool        `json:"possible_repeat"`
	Outcome        ledger.Kind `json:"outcome" enum:",accepted,unknown,failed,skipped" doc:"empty while under way"`
	OutcomeAt      *time.Time  `json:"outcome_at"`
	ProviderID     string      `json:"provider_id"`
	Error          string      `json:"error"`
	Receipt        string      `json:"receipt" doc:"sent, delivered or failed; empty if none has come"`
	ReceiptAt      *time.Time  `json:"receipt_at"`
	ReceiptError   string      `json:"receipt_error"`
	NoReceipt      bool        `json:"no_receipt" doc:"the channel gives receipts, and none came within five minutes"`
}

// Reply is a person's answer.
type Reply struct {
	At      time.Time `json:"at"`
	Person  string    `json:"person"`
	Via     string    `json:"via"`
	Action  string    `json:"action"`
	Changed bool      `json:"changed"`
	Note    string    `json:"note" doc:"why it changed nothing"`
}

// OfDeliveries is what became of an incident's pages.
func OfDeliveries(pages []ledger.Delivery, answers []ledger.Reply, sealed, waiting int, end ledger.Sum) Deliveries {
	return Deliveries{Pages: each(pages, ofDelivery), Answers: each(answers, ofReply), Sealed: sealed, Waiting: waiting, End: end.String()}
}

func ofDelivery(d ledger.Delivery) Delivery {
	out := Delivery{
		Page: d.Page, Round: d.Round, Step: d.Step, Kind: d.Kind, Role: d.Role, Person: d.Person, Channel: d.Channel, Why: d.Why,
		IntendedAt: moment(d.IntendedAt), NotBefore: moment(d.NotBefore), Attempts: each(d.Tries, ofTry), FirstTry: d.FirstTry,
		HeldAt: moment(d.HeldAt), HeldUntil: moment(d.HeldUntil), HeldWhy: d.HeldWhy,
		Edits:     each(d.Edits, func(e ledger.Edit) Edit { return Edit{At: e.At.UTC(), By: e.By, Text: e.Text} }),
		SkippedAt: moment(d.SkippedAt), SkippedWhy: d.SkippedWhy,
	}
	if d.Answer != nil {
		out.Answer = new(ofReply(*d.Answer))
	}
	return out
}

func ofTry(t ledger.Try) Try {
	return Try{
		Attempt: t.Attempt, At: t.At.UTC(), PossibleRepeat: t.PossibleRepeat, Outcome: t.Outcome, OutcomeAt: moment(t.OutcomeAt),
		ProviderID: t.ProviderID, Error: t.Error, Receipt: t.Receipt, ReceiptAt: moment(t.ReceiptAt), ReceiptError: t.ReceiptError, NoReceipt: t.NoReceipt,
	}
}

func ofReply(r ledger.Reply) Reply {
	return Reply{At: r.At.UTC(), Person: r.Person, Via: r.Via, Action: r.Action, Changed: r.Changed, Note: r.Note}
}
