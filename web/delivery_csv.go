package web

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"tocsin/notifiers/ledger"
)

// deliveryColumns are the columns of the export: a row is an attempt, or a page that was not tried, or an answer.
// An answer stands once: in the first row of the first page that had left to its person before, or else in a row of
// its own. Times are UTC, lengths of time seconds.
var deliveryColumns = []string{
	"incident", "page", "round", "step", "kind", "role", "person", "channel", "why", "intended_at", "not_before", "held_at", "held_until", "held_why",
	"attempt", "attempt_at", "possible_repeat", "outcome", "outcome_at", "seconds_to_outcome", "provider_id", "error",
	"receipt", "receipt_at", "seconds_to_receipt", "receipt_error", "skipped_at", "skipped_why", "answer", "answer_via", "answered_at", "seconds_to_answer",
}

// deliveryCSV is an incident's deliveries for a spreadsheet.
func deliveryCSV(d delivered) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true // as RFC 4180 has it
	write := func(row []string) {
		for i := range row {
			row[i] = safeCell(row[i])
		}
		_ = w.Write(row) // a buffer takes all
	}
	write(append([]string{}, deliveryColumns...))
	for _, p := range d.pages {
		if !p.Carries || p.FirstTry > 0 {
			p.Answer = nil
		}
		for _, t := range p.Tries {
			write(csvRow(p, t))
			p.Answer = nil
		}
		if len(p.Tries) == 0 {
			write(csvRow(p, ledger.Try{}))
		}
	}
	for _, a := range d.answers {
		if !a.Carried {
			write(csvRow(ledger.Delivery{Incident: d.incident, Person: a.Person, Answer: &a}, ledger.Try{}))
		}
	}
	w.Flush()
	return b.Bytes()
}

func csvRow(p ledger.Delivery, t ledger.Try) []string {
	var a ledger.Reply
	if p.Answer != nil {
		a = *p.Answer
	}
	return []string{
		numberOf(p.Incident), numberOf(p.Page), numberOf(int64(p.Round)), stepOf(p), p.Kind, p.Role, p.Person, p.Channel, p.Why,
		utc(p.IntendedAt), utc(p.NotBefore), utc(p.HeldAt), utc(p.HeldUntil), p.HeldWhy,
		t.Attempt, utc(t.At), repeatOf(t), string(t.Outcome), utc(t.OutcomeAt), seconds(t.At, t.OutcomeAt), t.ProviderID, t.Error,
		receiptOf(t), utc(t.ReceiptAt), seconds(t.At, t.ReceiptAt), t.ReceiptError, utc(p.SkippedAt), p.SkippedWhy,
		a.Action, a.Via, utc(a.At), seconds(p.LeftAt, a.At),
	}
}

// stepOf is the index in the plan; empty for what belongs to none.
func stepOf(p ledger.Delivery) string {
	if p.Page == 0 || p.Step < 0 {
		return ""
	}
	return strconv.Itoa(p.Step)
}

// repeatOf is whether an attempt may be a repeat; empty for what is none.
func repeatOf(t ledger.Try) string {
	if t.Attempt == "" {
		return ""
	}
	return strconv.FormatBool(t.PossibleRepeat)
}

func numberOf(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// receiptOf is what the provider reported: "none" where a report is missing.
func receiptOf(t ledger.Try) string {
	if t.NoReceipt {
		return "none"
	}
	return t.Receipt
}

func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// seconds is how long after from to was; empty where one of them never came.
func seconds(from, to time.Time) string {
	if from.IsZero() || to.IsZero() || to.Before(from) {
		return ""
	}
	return strconv.FormatFloat(to.Sub(from).Seconds(), 'f', 3, 64)
}

// safeCell keeps a spreadsheet from taking a cell for a formula: one that begins as a formula does gets an
// apostrophe before it (OWASP, CSV Injection).
func safeCell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}
