package twilio

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// mayLeave is nil if a message to a number may be handed to Twilio, or a *notifiers.Failure that says why
// not. What cannot be asked of the store holds nothing up.
func (t *Twilio) mayLeave(ctx context.Context, c escalation.Channel, to string, s alerting.Severity) error {
	if err := CheckCountry(t.opts.Countries, to); err != nil {
		return &notifiers.Failure{Class: notifiers.Permanent, Code: "country", Err: err}
	}
	if f := t.optedOut(ctx, c, to); f != nil {
		return f
	}
	if f := t.overBudget(ctx, c, s); f != nil {
		return f
	}
	return nil
}

// optedOut refuses an SMS to somebody who has sent STOP. What was heard longer ago than optOutTrust is asked
// of Twilio anew, which refuses it (21610) if it still holds: a START that never arrived here is not to keep
// somebody silent for ever.
func (t *Twilio) optedOut(ctx context.Context, c escalation.Channel, to string) *notifiers.Failure {
	if c != escalation.SMS || t.opts.OptOuts == nil {
		return nil
	}
	at, out, err := t.opts.OptOuts.OptOut(ctx, to)
	if err != nil {
		t.log.Warn("whether somebody has sent STOP is not known, so Twilio is asked", "to", Mask(to), "error", err)
		return nil
	}
	if !out || t.now().Sub(at) > optOutTrust {
		return nil
	}
	return &notifiers.Failure{
		Class: notifiers.Permanent, Code: optOutCode,
		Err: fmt.Errorf("%s has sent STOP and gets no SMS until they send START to Tocsin's number", Mask(to)),
	}
}

// overBudget refuses a message where the day's budget is used up: a P1 for good, so that it goes its person's next
// way at once; what is less urgent waits for midnight. It says so loudly where a P0 leaves all the same.
func (t *Twilio) overBudget(ctx context.Context, c escalation.Channel, s alerting.Severity) *notifiers.Failure {
	if t.opts.Budget.Daily == 0 || t.opts.Spending == nil {
		return nil
	}
	now := t.now().In(t.zone())
	day := midnight(now, 0)
	spent, err := t.opts.Spending.Spent(ctx, c, day)
	switch {
	case err != nil:
		t.log.Warn("how many messages left today is not known, so this one leaves", "channel", c, "error", err)
		return nil
	case t.opts.Budget.Allows(s, spent):
		return nil
	case s == alerting.P0:
		t.log.Error("today's budget is used up: a P0 leaves all the same", "channel", c, "spent", spent, "daily", t.opts.Budget.Daily)
		return nil
	}
	usedUp := fmt.Sprintf("today's budget of %d over %s is used up but for what is reserved for P0", t.opts.Budget.Daily, c)
	if s <= alerting.P1 {
		return &notifiers.Failure{
			Class: notifiers.Permanent, Code: notifiers.CodeBudget,
			Err: fmt.Errorf("%s, and a %s does not wait for midnight (notifiers.twilio.daily)", usedUp, s),
		}
	}
	return &notifiers.Failure{
		Class: notifiers.Temporary, Code: notifiers.CodeBudget, RetryAfter: midnight(now, 1).Sub(now),
		Err: fmt.Errorf("%s: it leaves after midnight (notifiers.twilio.daily)", usedUp),
	}
}

// bySender sends from the account's number, and if that is refused as a sender, from the other one.
func (t *Twilio) bySender(send func(from string) (notifiers.Receipt, *notifiers.Failure)) (notifiers.Receipt, error) {
	r, first := send(t.opts.From)
	if first == nil {
		return r, nil
	}
	if t.opts.FromFallback == "" || !slices.Contains(senders, first.Code) {
		return r, first
	}
	t.log.Warn("the sender's number is refused, its fallback is used", "from", Mask(t.opts.From), "error", first)
	r, second := send(t.opts.FromFallback)
	if second == nil {
		return r, nil
	}
	return r, either(first, second)
}

// either is why neither sender could send. The second one may have, if its answer was lost; else what passes
// by itself at one of them is worth waiting for.
func either(first, second *notifiers.Failure) *notifiers.Failure {
	f := &notifiers.Failure{
		Class: second.Class, Code: second.Code, RetryAfter: second.RetryAfter,
		Err: errors.Join(first.Err, fmt.Errorf("from the fallback number: %w", second.Err)),
	}
	if first.Class == notifiers.Temporary && second.Class != notifiers.Lost {
		f.Class, f.RetryAfter = notifiers.Temporary, max(first.RetryAfter, second.RetryAfter)
	}
	return f
}

func (t *Twilio) now() time.Time { return t.opts.Now() }

func (t *Twilio) zone() *time.Location {
	if t.opts.Zone == nil {
		return time.UTC
	}
	return t.opts.Zone
}
