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
	10004, // too many calls at a time
	14107, // rate of messages exceeded
	20429, // too many requests
	21611, // the sender's queue is full
	30001, // queue overflow
	30022, // rate limit of the US A2P campaign exceeded
}

// misconfigured are the codes by which Twilio refuses the account, its credentials, its sender or its
// callback address: no message of this channel would fare better. Source: as above.
var misconfigured = []int{
	10001, // the account is not active
	20003, // the credentials are wrong, or the account is suspended
	20005, // the account is not active
	20006, // access denied
	20008, // test credentials
	20403, // forbidden
	20404, // no such account
	21205, // the address that a call asks is not valid
	21210, // the caller's number is neither the account's nor verified by it
	21212, // the sender is not valid
	21213, // there is no caller's number
	21603, // there is no sender
	21606, // the sender is not the account's
	21609, // the callback address is not valid
	21659, // the sender is no number of Twilio's
	21660, // the sender is another account's
	21661, // the sender cannot send SMS
	30002, // the account is suspended
	30032, // the sender, a toll-free number, is not verified
	30034, // the sender is not registered for US A2P messages
}

// unreachable are the codes of one recipient, whatever the HTTP status that they come with: they say
// nothing of the next one. Source: as above.
var unreachable = []int{
	21203, // calls abroad are not switched on
	21211, // no valid number
	21214, // a number that cannot be called
	21215, // calls to that country are not switched on
	21216, // a number that may not be called
	21217, // no valid number
	21219, // not verified, on a trial account
	21408, // a country that is not switched on
	21608, // not verified, on a trial account
	21610, // unsubscribed
	21612, // not to be reached from this sender
	21614, // no mobile number
}

// senders are the codes that refuse the sender's number, for all or for one addressee, so that another of the
// account's may do. 21610 is not among them: who has sent STOP to one number is not written to from another.
// Source: as above.
var senders = []string{
	"21210", "21212", "21213", // no number to call from
	"21606", "21659", "21660", "21661", // no number to write from
	"21611",                   // its queue is full
	"21612",                   // it does not reach that number
	"30032", "30034", "30022", // it is not registered, or beyond what it is registered for
}

// explanations are in place of Twilio's words where these would not tell a reader what is wrong.
// A code without one is shown by its number.
var explanations = map[int]string{
	20003: "the account SID or the auth token is wrong, or the account is suspended",
	21203: "calls abroad are not switched on in the Twilio account",
	21210: "the configured sender is neither a number of this account nor verified by it, so it cannot call",
	21211: "the number is not a valid phone number",
	21214: "the number cannot be called",
	21215: "calls to that country are not switched on in the Twilio account",
	21216: "Twilio does not allow calls to that number",
	21217: "the number is not a valid phone number",
	21219: "a trial account may only call numbers that it has verified",
	21408: "SMS to that country is not switched on in the Twilio account",
	21606: "the configured sender is not a number of this account that can send SMS",
	21608: "a trial account may only write to numbers that it has verified",
	21609: "it does not take Tocsin's address (server.public_url) for its status callback",
	21610: "the recipient has unsubscribed with STOP; START ends that",
	21612: "Twilio cannot reach that number from the configured sender",
	21614: "the number is not a mobile number",
	30002: "the Twilio account is suspended",
	30003: "the handset cannot be reached: it is off or out of range",
	30004: "the number blocks messages",
	30005: "the number is unknown or no longer in service",
	30006: "the number is a landline or its carrier cannot be reached",
	30007: "the carrier filtered the message",
	30008: "the carrier gave no reason",
	30032: "the sender's toll-free number is not verified",
	30034: "the sender's number is not registered for US A2P messages",
}

// refusal is a refusal with one of Twilio's codes: by the code where it is a known one, else by the HTTP
// status. A message that was taken and given up in the same answer is not lost: it is refused.
func refusal(trip *notifiers.Trip, code int, text string) *notifiers.Failure {
	f := trip.Failure(errors.New(text))
	f.Code = strconv.Itoa(code)
	if why, ok := explanations[code]; ok {
		f.Err = fmt.Errorf("Twilio refused the message: %s", why)
	}
	switch {
	case slices.Contains(busy, code):
		f.Class = notifiers.Temporary
	case slices.Contains(misconfigured, code):
		f.Class = notifiers.Misconfigured
	case slices.Contains(unreachable, code), trip.Status() < 300:
		f.Class = notifiers.Permanent
	}
	return f
}
