package notifiers

import (
	"errors"
	"fmt"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"

	"github.com/sony/gobreaker/v2"
)

// Unneeded says why a page need not leave any more; empty if it must, as a message always must.
func Unneeded(p Page, b Brief) string {
	if p.Message != nil {
		return ""
	}
	if b.Untold {
		return "no page of it has reached " + p.Person + " over " + string(p.Channel)
	}
	return escalation.Unneeded(
		escalation.Queued{Round: p.Round, Step: p.Step, Kind: p.Kind, Person: p.Person, Until: p.Until},
		escalation.Case{Incident: b.Incident, Plan: b.Plan},
	)
}

// keptBack reports whether a message was not handed to the provider for a reason that is not its own: the channel
// or its host rests after failures of other messages, or it goes at its own pace. wait is how long it is to wait:
// the messages of a host are claimed before it shows that it rests, and so come back less often.
func keptBack(c escalation.Channel, err error) (wait time.Duration, kept bool) {
	switch {
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
		if byHost(c) {
			return breakFor, true
		}
		return breakPoll, true
	case paced(err):
		return max(AsFailure(err).RetryAfter, breakPoll), true
	}
	return 0, false
}

// paced reports whether a message waits for its channel's own pace.
func paced(err error) bool {
	if err == nil {
		return false
	}
	f := AsFailure(err)
	return f.Class == Temporary && f.Code == CodePaced
}

// handedBack returns a claim untried.
func handedBack(c Claim, wait time.Duration) Finish {
	return Finish{Claim: c, State: Queued, Outcome: OutcomeUntried, Retry: wait}
}

// concluded decides what an attempt's end means for its page.
func concluded(c Claim, r Receipt, err error, spread float64) Finish {
	f := Finish{Claim: c, ProviderID: Cut(Plain(r.ProviderID), 200), Ref: r.Ref}
	to := fmt.Sprintf("%s over %s", c.Page.Person, c.Page.Channel)
	if err == nil {
		f.State, f.Outcome = Sent, OutcomeSent
		if r.Delivered {
			f.State, f.Outcome = Delivered, OutcomeDelivered
		}
		text := "Paged " + to
		if c.PossibleRepeat {
			text += " (possible repeat)"
		}
		f.Entry = entry(alerting.KindPageSent, c.Page.Reason.Text, "%s", text)
		return f
	}
	failure := AsFailure(err)
	f.Error = Cut(Plain(failure.Error()), 500)
	var again bool
	switch failure.Class {
	case Permanent:
		f.Outcome = OutcomeFailed
	case Temporary, Misconfigured:
		f.Outcome = OutcomeFailed
		f.Retry, again = Backoff(c.Page.Severity, c.Page.Tries, failure.RetryAfter, spread)
		f.State = Queued
	case Lost:
		f.Outcome = OutcomeUnknown
		f.Retry, again = afterLost(c.Page.Severity, c.Page.Tries, failure.RetryAfter, r.Receipts, spread)
		f.State = Unknown
	}
	kind := alerting.KindPageFailed
	if f.Outcome == OutcomeUnknown {
		kind = alerting.KindPageUnknown
	}
	if !again {
		f.State = Failed
		f.Entry = entry(kind, f.Error, "Page to %s given up after %d tries: %s", to, c.Page.Tries, f.Error)
		return f
	}
	f.Entry = entry(kind, f.Error, "Page to %s: %s; again in %s", to, f.Error, f.Retry.Round(100*time.Millisecond))
	return f
}

func entry(kind alerting.Kind, why, format string, args ...any) alerting.Entry {
	return alerting.Entry{Kind: kind, Actor: alerting.Actor{Name: "tocsin", Via: "dispatcher"}, Text: fmt.Sprintf(format, args...), Reason: alerting.Because(why)}
}
