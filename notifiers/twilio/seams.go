package twilio

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Twilio signs the address, then each field's name and value in the names' order, with nothing between them:
// "Body" and "ACK 412" are signed as "BodyACK" and " 412" would be. So a signature alone does not say where a
// field begins and ends. What is acted on is taken only from where the signed text itself has it, however the
// request is cut into fields, so that no two ways of cutting are both taken and mean different things.
//
// There is no list of Twilio's names, because Twilio adds some without notice. New ones are taken wherever they
// cannot be confused with what is acted on.
// https://www.twilio.com/docs/usage/security#validating-requests

// field is one that is acted on.
type field struct {
	name string
	// mark is what it looks like where it begins: its name and how its value starts.
	mark *regexp.Regexp
	// last says that the last mark counts, else the first does.
	last bool
	// value is what it may be. Its end follows from its beginning: all are of one length, or none goes on as
	// another, or none has a capital letter, with which the next name begins: names are sorted, and To follows.
	value *regexp.Regexp
}

const (
	sidValue   = `(SM|MM|CA)[0-9a-f]{32}`
	phoneMark  = `(\+|[0-9]|[a-z]+:)`
	phoneValue = `\+?[0-9]+`
)

func named(name, begins, value string, last bool) field {
	return field{name, regexp.MustCompile(name + begins), last, regexp.MustCompile(`^(` + value + `)$`)}
}

// The fields that are acted on. From and To are the last of their kind: before them are what somebody wrote,
// and ForwardedFrom.
var (
	fromField = named("From", phoneMark, phoneValue, true)
	toField   = named("To", phoneMark, phoneValue, true)

	smsFields = []field{
		fromField, named("MessageSid", `(SM|MM)`, sidValue, false), named("OptOutType", `[A-Z]`, `STOP|START|HELP`, false), toField,
	}
	reportFields = []field{
		named("ErrorCode", `[0-9]`, `[0-9]+`, false), named("MessageSid", `(SM|MM)`, sidValue, false),
		named("MessageStatus", `[a-z]`, `[a-z_-]+`, false), toField,
	}
	callFields = []field{
		named("AnsweredBy", `[a-z]`, `[a-z_]+`, false), named("CallSid", `CA`, sidValue, false), named("CallStatus", `[a-z]`, `[a-z-]+`, false),
		named("Digits", `[0-9*#]`, `[0-9*#]+`, false), fromField, toField,
	}
)

// signedText is the fields as Twilio signs them, and where each one's name begins.
func signedText(form url.Values) (text string, begins map[string]int) {
	var b strings.Builder
	begins = make(map[string]int, len(form))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		begins[name] = b.Len()
		b.WriteString(name + form.Get(name))
	}
	return b.String(), begins
}

// checkReport is an error for the report of an SMS that could be cut in another way.
func checkReport(form url.Values) error { return checkFields(form, reportFields, 0) }

// checkCall is an error for what is told of a call and could be cut in another way.
func checkCall(form url.Values) error { return checkFields(form, callFields, 0) }

// checkFields is an error for fields that are not where the signed text has them, from byte after on. A field
// without a value is none.
func checkFields(form url.Values, fields []field, after int) error {
	text, begins := signedText(form)
	for _, f := range fields {
		at, value := -1, form.Get(f.name)
		if value != "" {
			at = begins[f.name]
		}
		switch {
		case at != f.place(text, after):
			return fmt.Errorf("%s is not where the signed text has it", f.name)
		case value != "" && !f.value.MatchString(value):
			return fmt.Errorf("%s has not the form that it has in an SMS or a call", f.name)
		}
	}
	if form.Get("To") == "" { // it is the last that is acted on
		return errors.New("it is to nobody")
	}
	return nil
}

// place is where the field begins in a signed text, from byte after on; -1 if it has none.
func (f field) place(text string, after int) int {
	all := f.mark.FindAllStringIndex(text[after:], -1)
	switch {
	case all == nil:
		return -1
	case f.last:
		return after + all[len(all)-1][0]
	}
	return after + all[0][0]
}
