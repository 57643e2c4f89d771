package notifiers

import (
	"fmt"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// Unneeded says why a page need not leave any more; empty if it must, as a message always must.
func Unneeded(p Page, b Brief) string {
	if p.Message != nil {
		return ""
	}
	return escalation.Unneeded(
		escalation.Queued{Round: p.Round, Step: p.Step, Kind: p.Kind, Person: p.Person, Until: p.Until},
		escalation.Case{Incident: b.Incident, Plan: b.Plan},
	)
}

func skipped(c Claim, why string) Finish {
	return Finish{
		Claim: c, State: Skipped, Outcome: OutcomeSkipped, Error: why,
		Entry: entry(alerting.KindPageSkipped, why, "Page to %s over %s not sent: %s", c.Page.Person, c.Page.Channel, why),
	}
}

// handedBack returns a claim untried: the channel rests after failures that were other messages'.
func handedBack(c Claim) Finish {
	return Finish{Claim: c, State: Queued, Outcome: OutcomeUntried, Retry: breakPoll}
}

// concluded decides what an attempt's end means for its page.
func concluded(c Claim, r Receipt, err error, spread float64) Finish {
	f := Finish{Claim: c, ProviderID: Cut(Plain(r.ProviderID), 200), Ref: r.Ref}
	to := fmt.Sprintf("%s over %s", c.Page.Person, c.Page.Channel)
	if err == nil {
		f.State, f.Outcome = Sent, OutcomeSent
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
