package storage

import (
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/twilio"
)

// calledPage is a page that a call is about, with all of its attempts, oldest first.
type calledPage struct {
	attempt      string // its attempt of that call
	id, incident int64
	person       string
	channel      escalation.Channel
	severity     alerting.Severity
	state        notifiers.PageState
	tries        int
	calls        []placedCall
}

// placedCall is one attempt of it. Without events its outcome is the word of whoever sent it.
type placedCall struct {
	attempt string
	outcome notifiers.Outcome
	events  []twilio.CallEvent
}

// fate is what becomes of a page by what was told of a call; the zero value: it stays as it is.
type fate struct {
	state notifiers.PageState
	wait  time.Duration // until the next attempt, if it is Queued
	kind  alerting.Kind // for the timeline, with text
	text  string
}

// call is the attempt that the call is.
func (p calledPage) call() *placedCall {
	return &p.calls[slices.IndexFunc(p.calls, func(c placedCall) bool { return c.attempt == p.attempt })]
}

// fate says what becomes of a page when its call, which holds that already, has come to r: what one of its calls
// reached holds, else what the last one came to. It is the same in whatever order events and the ends of attempts
// are told. An attempt that is left, if any is, waits so long.
func (p calledPage) fate(r twilio.CallResult, decide func([]twilio.CallEvent) twilio.CallResult, wait time.Duration, left bool) fate {
	last := p.calls[len(p.calls)-1].attempt == p.attempt
	switch {
	case p.reached(notifiers.OutcomeDelivered):
		return p.becomes(notifiers.Delivered)
	case p.reached(notifiers.OutcomeSent):
		return p.becomes(notifiers.Sent)
	case p.state == notifiers.Skipped, !last && p.state != notifiers.Sent && p.state != notifiers.Delivered:
		return fate{} // it has gone another way, or the attempt that is under way settles it
	}
	return p.unreached(callError(r), p.again(decide), left, wait)
}

func (p calledPage) reached(o notifiers.Outcome) bool {
	return slices.ContainsFunc(p.calls, func(c placedCall) bool { return c.outcome == o })
}

// again is whether another call may reach somebody whom none has: as the last one ended. Where that one has
// only its sender's word it is asked anew.
func (p calledPage) again(decide func([]twilio.CallEvent) twilio.CallResult) bool {
	last := p.calls[len(p.calls)-1]
	if len(last.events) > 0 {
		return decide(last.events).Again
	}
	return last.outcome != notifiers.OutcomeSkipped
}

// becomes is a page that somebody has, or may have. One that is under way is left to the end of its attempt.
func (p calledPage) becomes(s notifiers.PageState) fate {
	if p.state == s || p.state == notifiers.Sending {
		return fate{}
	}
	kind := alerting.KindPageSent
	if s == notifiers.Delivered {
		kind = alerting.KindPageDelivered
	}
	return fate{state: s, kind: kind, text: fmt.Sprintf("Page to %s over %s: %s", p.person, p.channel, s)}
}

// unreached is a page that nobody has: it waits for its next attempt if that may help and there is one left.
func (p calledPage) unreached(why string, helps, left bool, wait time.Duration) fate {
	to := fmt.Sprintf("Page to %s over %s", p.person, p.channel)
	switch {
	case helps && left && p.state == notifiers.Queued:
		return fate{} // it does already
	case helps && left:
		text := fmt.Sprintf("%s: %s; again in %s", to, why, wait.Round(100*time.Millisecond))
		return fate{state: notifiers.Queued, wait: wait, kind: alerting.KindPageFailed, text: text}
	case p.state == notifiers.Failed, p.state == notifiers.Sending:
		return fate{} // it is already, or the end of its attempt says so
	case helps:
		return fate{state: notifiers.Failed, kind: alerting.KindPageFailed, text: fmt.Sprintf("%s given up after %d tries: %s", to, p.tries, why)}
	}
	return fate{state: notifiers.Failed, kind: alerting.KindPageFailed, text: fmt.Sprintf("%s did not arrive: %s", to, why)}
}
