package twilio

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"tocsin/notifiers"
)

// CallEvent is something that happened in a call. A call is known by the set of them: they may be told
// twice and in any order.
type CallEvent string

// What may happen in a call.
const (
	CallPlaced    CallEvent = "placed"    // Twilio has it, rings, or is connected
	CallHuman     CallEvent = "human"     // a person answered
	CallMachine   CallEvent = "machine"   // an answering machine did, or a fax
	CallHeard     CallEvent = "heard"     // the message was said to its end
	CallKey       CallEvent = "key"       // a key was pressed, whichever
	CallCompleted CallEvent = "completed" // it was answered, and is over
	CallBusy      CallEvent = "busy"
	CallNoAnswer  CallEvent = "no-answer"
	CallFailed    CallEvent = "failed"   // the number could not be connected
	CallCanceled  CallEvent = "canceled" // ended at Twilio before it was answered
)

// CallResult is what a call has come to so far.
type CallResult struct {
	Outcome notifiers.Outcome
	Text    string // for people, where the outcome is failed
	// Again says that calling once more may reach them: the page waits for its next attempt as after a
	// Temporary failure, unless it has gone another way meanwhile.
	Again bool
}

// Calls keeps what is known of calls.
type Calls interface {
	// NoteCall adds an event to what is known of an attempt's call, lets decide say what all of it comes to,
	// and stores that as the attempt's outcome, in one transaction: also one that takes back what a smaller
	// set came to. An event that is known already changes nothing. An unknown attempt is alerting.ErrNotFound.
	NoteCall(ctx context.Context, attemptID, callSID string, e CallEvent, decide func(known []CallEvent) CallResult) error
}

// Concluded is what the events of a call come to, in whatever order they were told. Somebody has the page
// once a key was pressed, or once a person has listened to its end. A machine has not, and neither has one
// who hung up before.
func Concluded(known []CallEvent) CallResult {
	did := func(e CallEvent) bool { return slices.Contains(known, e) }
	failed := func(text string, again bool) CallResult {
		return CallResult{Outcome: notifiers.OutcomeFailed, Text: text, Again: again}
	}
	switch {
	case did(CallKey), did(CallHuman) && did(CallHeard):
		return CallResult{Outcome: notifiers.OutcomeDelivered}
	case did(CallMachine):
		return failed("the call was answered by a machine", false)
	case did(CallBusy):
		return failed("the line was busy", true)
	case did(CallNoAnswer):
		return failed("nobody answered the call", true)
	case did(CallFailed):
		return failed("the call could not be connected: is the number right?", false)
	case did(CallCanceled):
		return failed("the call was ended at Twilio before it was answered", false)
	case did(CallCompleted) && did(CallHeard):
		return failed("nobody pressed a key, and it is not known that a person listened", false)
	case did(CallCompleted):
		return failed("the call was hung up before the message was heard", false)
	}
	return CallResult{Outcome: notifiers.OutcomeSent}
}

// callEvents are what a status callback tells. Who answered is told at the end too. A status that Twilio
// has added since tells nothing.
// https://www.twilio.com/docs/voice/api/call-resource#statuscallback
func callEvents(form url.Values) []CallEvent {
	var told []CallEvent
	if e := answeredBy(form); e != "" {
		told = append(told, e)
	}
	switch status := form.Get("CallStatus"); status {
	case "queued", "initiated", "ringing", "in-progress":
		told = append(told, CallPlaced)
	case "completed", "busy", "no-answer", "failed", "canceled":
		told = append(told, CallEvent(status))
	}
	return told
}

// answeredBy is who answered, as far as Twilio could tell; empty if it could not.
// https://www.twilio.com/docs/voice/answering-machine-detection
func answeredBy(form url.Values) CallEvent {
	switch by := form.Get("AnsweredBy"); {
	case by == "human":
		return CallHuman
	case strings.HasPrefix(by, "machine_"), by == "fax":
		return CallMachine
	}
	return ""
}
