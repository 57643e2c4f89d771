package twilio

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/escalation"
)

// words are what an SMS may ask for.
var words = map[string]escalation.Verb{
	"ACK": escalation.Acknowledge, "ACKNOWLEDGE": escalation.Acknowledge,
	"RES": escalation.Resolve, "RESOLVE": escalation.Resolve,
	"ESC": escalation.Escalate, "ESCALATE": escalation.Escalate,
}

// ParseReply reads the text of an SMS: a word and the number of an incident, which may be left out
// (incident is then 0). Case, spaces and punctuation are free: "Ack #412!" and "ack412" are ACK 412.
// verb is empty if that is not all there is, so that no other incident is ever meant than the one that
// was written: two numbers, a number that is none of an incident, any other word, digits and letters
// of another script.
func ParseReply(body string) (verb escalation.Verb, incident int64) {
	runs, ok := split(body)
	if !ok || len(runs) == 0 || len(runs) > 2 {
		return "", 0
	}
	verb = words[strings.ToUpper(runs[0])]
	if verb == "" || len(runs) == 1 {
		return verb, 0
	}
	n, err := strconv.ParseUint(runs[1], 10, 63)
	if err != nil || n == 0 {
		return "", 0
	}
	return verb, int64(n)
}

// split takes text apart into its runs of letters and of digits; ok is false if it has letters, digits
// or marks that are not ASCII's, or is no text.
func split(s string) (runs []string, ok bool) {
	var last kind
	for i, r := range s {
		k := kindOf(r)
		switch {
		case k == foreign, r == utf8.RuneError:
			return nil, false
		case k == between:
		case k == last:
			runs[len(runs)-1] += s[i : i+1]
		default:
			runs = append(runs, s[i:i+1])
		}
		last = k
	}
	return runs, true
}

type kind uint8

const (
	between kind = iota
	letter
	digit
	foreign
)

func kindOf(r rune) kind {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
		return letter
	case r >= '0' && r <= '9':
		return digit
	case unicode.In(r, unicode.Letter, unicode.Number, unicode.Mark):
		return foreign
	}
	return between
}

// optOut are the words that Twilio answers by itself: by it somebody leaves, comes back, or asks who
// this is. Source: Twilio's support for opt-out keywords.
var optOut = map[string]bool{
	"STOP": true, "STOPALL": true, "UNSUBSCRIBE": true, "CANCEL": true, "END": true, "QUIT": true, "REVOKE": true, "OPTOUT": true,
	"START": true, "YES": true, "UNSTOP": true,
	"HELP": true, "INFO": true,
}

// isOptOut reports whether Twilio answers a message by itself: such a word counts only alone.
func isOptOut(body string) bool { return optOut[strings.ToUpper(strings.TrimSpace(body))] }
