package email

import (
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tocsin/notifiers"
)

// stage is how far a delivery has come: it decides whom an answer is about.
type stage uint8

const (
	before    stage = iota // nobody has been named: an answer is about Tocsin
	recipient              // RCPT: about the recipient
	content                // DATA and the message: about the message
)

// classify says whose fault the server's answer is. enhanced is the code of RFC 3463 where the server gave
// one ("5.1.1"), and then says more than the code of RFC 5321 does.
func classify(at stage, code int, enhanced string) notifiers.FailureClass {
	switch {
	case signInFirst(code):
		return notifiers.Misconfigured
	case code < 500: // 421, 450, 451, 452: not now
		return notifiers.Temporary
	case at == before:
		return notifiers.Misconfigured
	}
	subject, detail, _ := strings.Cut(strings.TrimPrefix(enhanced, "5."), ".")
	switch subject {
	case "1":
		if detail == "7" || detail == "8" { // the sender's address
			return notifiers.Misconfigured
		}
	case "2":
		if detail == "2" { // full: there may be room later
			return notifiers.Temporary
		}
	case "3":
		if detail != "4" { // the server itself, unless the message is too big for it
			return notifiers.Misconfigured
		}
	case "7": // policy and sign-in: at RCPT it is this recipient who is not to be reached, unless it is about signing in
		if at != recipient || slices.Contains([]string{"8", "9", "11", "13"}, detail) {
			return notifiers.Misconfigured
		}
	case "", "5":
		if code <= 504 { // it does not know the command, or not at this point
			return notifiers.Misconfigured
		}
	}
	return notifiers.Permanent
}

// signInFirst are the answers that want another sign-in, at whatever stage they come (RFC 4954, section 6).
func signInFirst(code int) bool { return code == 530 || code == 534 || code == 535 || code == 538 }

var enhancedCode = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`)

// failure is an error before the final dot: temporary unless the server answered otherwise.
func failure(at stage, doing string, err error) *notifiers.Failure {
	f := &notifiers.Failure{Err: fmt.Errorf("%s: %w", doing, err)}
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		f.Code = strconv.Itoa(reply.Code)
		f.Err = fmt.Errorf("%s: the mail server answered %s", doing, notifiers.Cut(notifiers.Plain(reply.Error()), 300))
		f.Class = classify(at, reply.Code, enhancedCode.FindString(reply.Msg))
	}
	return f
}

// unfit is a server that does not offer what the configuration asks for.
func unfit(doing, why string) *notifiers.Failure {
	return &notifiers.Failure{Class: notifiers.Misconfigured, Err: fmt.Errorf("%s: %s", doing, why)}
}
