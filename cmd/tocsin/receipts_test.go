package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"tocsin/notifiers/notifierstest"
)

func TestReceiptsEndAlikeInEveryOrder(t *testing.T) {
	// Each page is to be a message of its own, and no other way is to be tried: it is about receipts alone.
	s := newSite(t, eachByItself...)
	s.start()
	// What Twilio says of a message, each twice, and the end of it: a message that it gave up stays so,
	// though it may have been taken for delivered before.
	ends := []struct {
		reports []string
		state   string
	}{
		{[]string{"queued", "sending", "sent"}, "sent"},
		{[]string{"queued", "sending", "sent", "delivered"}, "delivered"},
		{[]string{"queued", "sending", "sent", "undelivered"}, "failed"},
		{[]string{"queued", "failed"}, "failed"},
		{[]string{"sent", "delivered", "undelivered"}, "failed"},
	}
	const orders = 4 // of each
	ctx := patience(t)
	for i := range orders * len(ends) {
		s.send(numbered(firstAlerts(time.Now())[0], i))
	}
	sms, err := s.twilio.Wait(ctx, orders*len(ends))
	must(t, err)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	for i, m := range sms[:orders*len(ends)] {
		end := ends[i%len(ends)]
		order := append(append([]string{}, end.reports...), end.reports...)
		rnd.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
		s.report(m, order)
		if got := s.smsState(incidentOf(t, m)); got != end.state {
			t.Errorf("after %v the page is %s, want %s", order, got, end.state)
		}
	}
}

// report sends a message's status callbacks in an order.
func (s *site) report(m notifierstest.TwilioMessage, order []string) {
	s.t.Helper()
	for _, status := range order {
		code := ""
		if status == "undelivered" || status == "failed" {
			code = "30005" // no such handset: for good
		}
		if got, err := s.twilio.Report(s.t.Context(), m, status, code); err != nil || got != http.StatusNoContent {
			s.t.Fatalf("%s: %d, %v", status, got, err)
		}
	}
}

// incidentOf is the number of the incident that an SMS is about.
func incidentOf(t *testing.T, m notifierstest.TwilioMessage) (id int64) {
	t.Helper()
	found := numberInSMS.FindStringSubmatch(m.Body)
	if found == nil {
		t.Fatalf("no incident in %q", m.Body)
	}
	_, err := fmt.Sscan(found[1], &id)
	must(t, err)
	return id
}

// smsState is the state of an incident's SMS once it is not being sent any more: a receipt is stored before
// it is answered, and may come before the attempt has ended.
func (s *site) smsState(incident int64) (state string) {
	s.t.Helper()
	eventually(s.t, "the SMS is not being sent any more", func() bool {
		for _, p := range s.incident(incident).Pages {
			if p.Channel == "sms" {
				state = p.State
			}
		}
		return state != "" && state != "sending"
	})
	return state
}
