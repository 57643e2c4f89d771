package view

import (
	"fmt"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers/ledger"
)

// Delivery is what became of an incident's pages.
type Delivery struct {
	Case    escalation.Case
	Pages   []ledger.Delivery
	Answers []ledger.Reply
	Chain   Chain
}

// Chain is where an incident's chain of the ledger stands.
type Chain struct {
	Sealed   int        // entries
	Unsealed int        // that wait to be
	End      ledger.Sum // of the last
}

// triesShown is how many tries the tab shows; the API has all.
const triesShown = 100

// pagesToShow are the last tries, page by page in the order in which the pages were meant, and how many are left out.
func (p Delivery) pagesToShow() ([]ledger.Delivery, int) { return ledger.Last(p.Pages, triesShown) }

// answersShown is how many answers the tab shows.
const answersShown = 100

// answersToShow are the last answers, and how many are left out.
func (p Delivery) answersToShow() ([]ledger.Reply, int) {
	left := max(len(p.Answers)-answersShown, 0)
	return p.Answers[left:], left
}

// DeliveryURL is where an incident's deliveries are shown.
func DeliveryURL(incident int64) string { return IncidentURL(incident) + "/delivery" }

// csvURL is where they are for a spreadsheet.
func csvURL(incident int64) string { return apiURL(incident) + "/delivery?format=csv" }

// latency is how long after one moment another came, to the hundredth of a second where that tells something;
// empty where one of them never came.
func latency(from, to time.Time) string {
	d := to.Sub(from)
	switch {
	case from.IsZero() || d < 0:
		return ""
	case d < 10*time.Second:
		return fmt.Sprintf("after %.2f s", d.Seconds())
	}
	return "after " + Span(d)
}

// outcomeClass is the colour of what came of an attempt.
func outcomeClass(k ledger.Kind) string {
	switch k {
	case ledger.Accepted:
		return "sent"
	case "":
		return "sending"
	}
	return string(k)
}

// outcomeWord is what came of it, in a word.
func outcomeWord(k ledger.Kind) string {
	if k == "" {
		return "under way"
	}
	return string(k)
}

// receiptWord is what the provider reported, or what of it is missing; empty where nothing is awaited.
func receiptWord(t ledger.Try) string {
	switch {
	case t.NoReceipt:
		return "no receipt"
	case t.Receipt != "":
		return t.Receipt
	}
	return ""
}

// did is what an answer did, as it is said of a person.
func did(r ledger.Reply) string {
	if !r.Changed {
		return r.Action + ", changed nothing"
	}
	return r.Action
}

func over(r ledger.Reply) string { return via(alerting.Actor{Name: r.Person, Via: r.Via}) }
