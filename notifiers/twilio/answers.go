package twilio

import (
	"context"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// Answers counts the SMS that answer replies, in the day's spending too.
type Answers interface {
	// NoteAnswer notes that a number (E.164) is answered now, unless that would be more than most times within a
	// span; n is how often it is with this one, 0 if it is not to be.
	NoteAnswer(ctx context.Context, number string, within time.Duration, most int) (n int, err error)
}

const (
	mostAnswers   = 10 // to one number
	answersWithin = 10 * time.Minute
)

// mayAnswer is the text that goes back to a number; empty: none does. Whoever is not in the directory gets none,
// nor does a country that is not allowed. A number gets mostAnswers in answersWithin, of which the last says so.
// Answers may use the whole of the day's budget, and never go beyond it. Where the store cannot be asked they
// leave, for the reply's sender waits.
func (t *Twilio) mayAnswer(ctx context.Context, number, text string) string {
	switch {
	case text == "":
		return ""
	case t.opts.Known != nil && !t.opts.Known(number):
		t.log.Info("an SMS is not answered: nobody of the directory has its number", "from", Mask(number))
		return ""
	case CheckCountry(t.opts.Countries, number) != nil:
		t.log.Info("an SMS is not answered: its country is not allowed", "from", Mask(number))
		return ""
	case t.spentAll(ctx):
		t.log.Warn("an SMS is not answered: today's budget is used up", "from", Mask(number))
		return ""
	case t.opts.Answers == nil:
		return text
	}
	n, err := t.opts.Answers.NoteAnswer(ctx, number, answersWithin, mostAnswers)
	switch {
	case err != nil:
		t.log.Warn("an answer by SMS is not counted", "to", Mask(number), "error", err)
	case n == 0:
		t.log.Info("an SMS is not answered: its number has had enough answers for now", "from", Mask(number))
		return ""
	case n == mostAnswers:
		return t.say(number, "answer.no_more") + " " + text
	}
	return text
}

// spentAll reports whether nothing is left of the day's budget for SMS, not even for P0.
func (t *Twilio) spentAll(ctx context.Context) bool {
	if t.opts.Budget.Daily == 0 || t.opts.Spending == nil {
		return false
	}
	spent, err := t.opts.Spending.Spent(ctx, escalation.SMS, midnight(t.now().In(t.zone()), 0))
	return err == nil && !t.opts.Budget.Allows(alerting.P0, spent)
}
