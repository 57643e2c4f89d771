package twilio_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/twilio"
)

// answered is an Answers that counts, and a Spending of what it counted.
type answered struct {
	store
	n      map[string]int
	within time.Duration
	fail   error
}

func (a *answered) NoteAnswer(_ context.Context, number string, within time.Duration, most int) (int, error) {
	if a.fail != nil {
		return 0, a.fail
	}
	if a.within = within; a.n[number] == most {
		return 0, nil
	}
	a.n[number]++
	return a.n[number], nil
}

// asked sends replies by SMS to Tocsin over HTTP; said are the answers to them, "" where none came.
func asked(t *testing.T, b *inbox, a *answered, more func(*twilio.Options), from string, words ...string) (said []string) {
	t.Helper()
	fake, mux := notifierstest.NewTwilio(t), http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	o := twilio.Options{
		AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, From: notifierstest.TwilioFrom, PublicURL: server.URL,
		Answers: a, Spending: &a.store, Known: func(number string) bool { return number == "+15005550003" },
	}
	if more != nil {
		more(&o)
	}
	mux.Handle("POST /twilio/sms", twilio.New(o).InboundHandler(b, b.apply))
	for _, word := range words {
		status, body, err := fake.Incoming(t.Context(), server.URL+"/twilio/sms", from, word)
		if err != nil || status != http.StatusOK {
			t.Fatalf("%s was answered %d, %v", word, status, err)
		}
		_, text, _ := strings.Cut(body, "<Message>")
		text, _, _ = strings.Cut(text, "</Message>")
		said = append(said, text)
	}
	return said
}

func counting() *answered { return &answered{n: map[string]int{}} }

func TestAStrangersSMSIsStoredAndNeverAnswered(t *testing.T) {
	b, a := &inbox{sentence: "Tocsin does not know you."}, counting()
	strange := "ACK" + strings.Repeat(" 1", 3) + " AddOns{}" // it could end earlier
	for _, broken := range []error{nil, alerting.ErrUnavailable} {
		b.late = broken
		for _, text := range asked(t, b, a, nil, "+15005550099", "ACK 412", "hello", strange) {
			want(t, text, "")
		}
	}
	if len(a.n) != 0 || len(b.taken) < 2 || b.taken[0].Verb != escalation.Acknowledge {
		t.Errorf("counted %v, took %+v", a.n, b.taken)
	}
}

func TestANumberOfACountryThatIsNotAllowedIsNotAnswered(t *testing.T) {
	for countries, text := range map[string]string{"+49": "", "+1": "Done."} {
		b, a := &inbox{sentence: "Done."}, counting()
		want(t, asked(t, b, a, func(o *twilio.Options) { o.Countries = []string{countries} }, "+15005550003", "ACK 412")[0], text)
		if len(b.applied) != 1 {
			t.Errorf("%s: applied %q", countries, b.applied)
		}
	}
}

func TestANumberGetsTenAnswersInTenMinutesAndTheTenthSaysSo(t *testing.T) {
	b, a := &inbox{sentence: "Done."}, counting()
	words := strings.Fields(strings.Repeat("ACK ", 13))
	for i, text := range asked(t, b, a, nil, "+15005550003", words...) {
		expected := "Done."
		switch {
		case i == 9:
			expected = "No more answers for ten minutes; what you send still counts. Done."
		case i > 9:
			expected = ""
		}
		want(t, text, expected)
	}
	if len(b.taken) != 13 || len(b.applied) != 13 || a.within != 10*time.Minute {
		t.Errorf("took %d, applied %d, within %s", len(b.taken), len(b.applied), a.within)
	}
}

func TestAnswersMayUseTheDaysBudgetAndNotGoBeyondIt(t *testing.T) {
	for spent, text := range map[int]string{399: "Done.", 499: "Done.", 500: "", 900: ""} {
		b, a := &inbox{sentence: "Done."}, counting()
		a.spent = spent
		budget := func(o *twilio.Options) { o.Budget = twilio.Budget{Daily: 500, Reserved: 20} }
		want(t, asked(t, b, a, budget, "+15005550003", "ACK 412")[0], text)
		if len(b.applied) != 1 || (len(a.n) == 1) != (text != "") {
			t.Errorf("after %d: applied %q, counted %v", spent, b.applied, a.n)
		}
	}
}

func TestWhatCannotBeCountedIsAnswered(t *testing.T) {
	b, a := &inbox{sentence: "Done."}, counting()
	a.fail, a.err = alerting.ErrUnavailable, alerting.ErrUnavailable
	budget := func(o *twilio.Options) { o.Budget = twilio.Budget{Daily: 1} }
	want(t, asked(t, b, a, budget, "+15005550003", "ACK 412")[0], "Done.")
}
