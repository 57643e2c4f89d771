package twilio

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// camel is what each name that Twilio has between Body and From looks like: two words at least.
var camel = regexp.MustCompile(`[A-Z][a-z]+[A-Z][a-z]`)

// checkSMS is an error for an SMS that could be cut in another way. Its text may go on all the same: that is
// for certain to say.
func checkSMS(form url.Values) error {
	text, begins := signedText(form)
	sender := fromField.place(text, 0)
	body, ok := begins["Body"]
	if !ok || sender < body || body != strings.Index(text, "Body") {
		return errors.New("its text is not where the signature has it, or nobody sent it")
	}
	for name := range form {
		if name > "Body" && name < "From" && !camel.MatchString(name) {
			return errors.New("a parameter that Twilio does not send follows Body")
		}
	}
	return checkFields(form, smsFields, sender)
}

// certain reports whether Body is all that somebody wrote, and nothing else. The signed text has more
// parameters right after it, or somebody wrote what looks like one: then what was written is all of it if that
// is understood, else what comes before the first such name.
func (t *Twilio) certain(form url.Values) bool {
	text, begins := signedText(form)
	wrote := text[begins["Body"]+len("Body") : begins["From"]]
	if t.vocabulary.Parse(wrote).Verb == "" && wordOf(wrote) == noWish {
		if at := camel.FindStringIndex(wrote); at != nil {
			wrote = wrote[:at[0]]
		}
	}
	return form.Get("Body") == wrote
}
