package twilio

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"tocsin/notifiers"
)

// busy are the error codes that pass by themselves although Twilio sends them with a 4xx status.
// Source: www.twilio.com/docs/api/errors.
var busy = []int{
	14107, // rate of messages exceeded
	20429, // too many requests
	21611, // the sender's queue is full
	30001, // queue overflow
	30022, // rate limit of the US A2P campaign exceeded
}

// explanations are in place of Twilio's words where these would not tell a reader what is wrong.
// A code without one is shown by its number.
var explanations = map[int]string{
	21211: "the number is not a valid phone number",
	21408: "SMS to that country is not switched on in the Twilio account",
	21608: "a trial account may only write to numbers that it has verified",
	21610: "the recipient has unsubscribed with STOP",
	21612: "Twilio cannot reach that number from the configured sender",
	21614: "the number is not a mobile number",
	30002: "the Twilio account is suspended",
	30003: "the handset cannot be reached: it is off or out of range",
	30004: "the number blocks messages",
	30005: "the number is unknown or no longer in service",
	30006: "the number is a landline or its carrier cannot be reached",
	30007: "the carrier filtered the message",
	30008: "the carrier gave no reason",
	30034: "the sender's number is not registered for US A2P messages",
}

// refusal is a refusal with one of Twilio's codes. A 4xx with a code is for good unless the code says
// busy.
func refusal(trip *notifiers.Trip, code int, text string) *notifiers.Failure {
	f := trip.Failure(errors.New(text))
	f.Code = strconv.Itoa(code)
	if why, ok := explanations[code]; ok {
		f.Err = fmt.Errorf("Twilio refused the message: %s", why)
	}
	switch {
	case slices.Contains(busy, code):
		f.Class = notifiers.Temporary
	case f.Class == notifiers.Lost: // an answer came, so nothing is lost
		f.Class = notifiers.Permanent
	}
	return f
}
