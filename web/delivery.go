package web

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"tocsin/notifiers/ledger"
	"tocsin/notifiers/twilio"
	"tocsin/web/view"
)

// Ledger is the record of what became of each page.
type Ledger interface {
	// Ledger is what it tells of an incident: its chain in order, then what is not sealed yet. An incident
	// that is not there has none of it.
	Ledger(ctx context.Context, incident int64) ([]ledger.Entry, error)
}

// delivered is an incident's deliveries, as they may be shown to whoever may see incidents.
type delivered struct {
	incident int64
	pages    []ledger.Delivery
	answers  []ledger.Reply
	chain    view.Chain
	next     ledger.Cursor // where the next part begins; zero: this is the last
}

// deliveredOf reads an incident's ledger; alerting.ErrNotFound if there is no such incident.
func (s *server) deliveredOf(ctx context.Context, incident int64, now time.Time) (d delivered, err error) {
	entries, err := s.Ledger.Ledger(ctx, incident)
	if err != nil {
		return d, err
	}
	d.incident = incident
	d.pages, d.answers = ledger.Deliveries(entries, now)
	for i := range d.pages {
		withoutNumbers(&d.pages[i])
	}
	for _, e := range entries {
		if e.Seq == 0 {
			d.chain.Unsealed++
			continue
		}
		d.chain.Sealed, d.chain.End = e.Seq, e.Hash
	}
	return d, nil
}

// part is at most limit attempts of it from a cursor on, all without a limit. Answers are with the last part. ok is
// false if nothing is where the cursor points.
func (d delivered) part(from ledger.Cursor, limit int) (_ delivered, ok bool) {
	if limit == 0 {
		limit = math.MaxInt
	}
	d.pages, d.next, ok = ledger.Part(d.pages, from, limit)
	if d.next != (ledger.Cursor{}) {
		d.answers = nil
	}
	return d, ok
}

// withoutNumbers masks telephone numbers in what providers said. The ledger names people.
func withoutNumbers(d *ledger.Delivery) {
	d.SkippedWhy = twilio.MaskAll(d.SkippedWhy)
	for i := range d.Edits {
		d.Edits[i].Text = twilio.MaskAll(d.Edits[i].Text)
	}
	for i := range d.Tries {
		t := &d.Tries[i]
		t.Error, t.ReceiptError = twilio.MaskAll(t.Error), twilio.MaskAll(t.ReceiptError)
	}
}

// deliveryPage shows what became of each page about an incident.
func (s *server) deliveryPage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	c, err := s.Reader.Incident(r.Context(), id)
	if err != nil {
		return noIncident(err, id)
	}
	sh := s.shell(r, "Delivery of "+view.Number(id))
	sh.Live = "/events?incident=" + strconv.FormatInt(id, 10)
	d, err := s.deliveredOf(r.Context(), id, sh.Now)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, view.DeliveryPage(sh, view.Delivery{Case: c, Pages: d.pages, Answers: d.answers, Chain: d.chain}))
}
