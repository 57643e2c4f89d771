package notifierstest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// twiML is what Tocsin wants done in a call.
type twiML struct {
	XMLName xml.Name `xml:"Response"`
	Gather  *struct {
		Input     string `xml:"input,attr"`
		NumDigits int    `xml:"numDigits,attr"`
		Timeout   int    `xml:"timeout,attr"`
		Action    string `xml:"action,attr"`
		Say       *twiMLSay
	}
	Say      *twiMLSay
	Redirect *struct {
		URL string `xml:",chardata"`
	}
	Hangup *struct{}
}

type twiMLSay struct {
	Voice    string `xml:"voice,attr"`
	Language string `xml:"language,attr"`
	Prosody  struct {
		Rate string `xml:"rate,attr"`
		Text string `xml:",chardata"`
	} `xml:"prosody"`
}

// verbs are what Twilio would understand, and the attributes that they may have.
func verbs() map[string][]string {
	return map[string][]string{
		"Response": {}, "Hangup": {}, "Redirect": {"method"}, "Say": {"voice", "language"}, "prosody": {"rate"},
		"Gather": {"input", "numDigits", "finishOnKey", "timeout", "method", "action"},
	}
}

// parseTwiML reads an answer as strictly as Twilio: an element or attribute that it does not know is an error,
// and so is text that is longer than 4096 characters or none.
func parseTwiML(body string) (t twiML, err error) {
	if err := knownOnly(body); err != nil {
		return t, err
	}
	if err := xml.Unmarshal([]byte(body), &t); err != nil {
		return t, fmt.Errorf("no TwiML: %w", err)
	}
	said := []*twiMLSay{t.Say}
	if g := t.Gather; g != nil {
		if g.Input != "dtmf" || g.NumDigits < 1 || g.Timeout < 1 || !isAddress(g.Action) || g.Say == nil {
			return t, fmt.Errorf("a Gather that Twilio would not take: %+v", *g)
		}
		said = append(said, g.Say)
	}
	for _, s := range said {
		if s != nil && (s.Prosody.Text == "" || len([]rune(s.Prosody.Text)) > 4096 || s.Prosody.Rate == "" || s.Language == "") {
			return t, fmt.Errorf("a Say that Twilio would not take: %+v", *s)
		}
	}
	if t.Redirect != nil && !isAddress(t.Redirect.URL) {
		return t, fmt.Errorf("a Redirect to %q", t.Redirect.URL)
	}
	return t, nil
}

func knownOnly(body string) error {
	d := xml.NewDecoder(strings.NewReader(body))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("no XML: %w", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		attributes, known := verbs()[start.Name.Local]
		if !known {
			return fmt.Errorf("Twilio knows no <%s>", start.Name.Local)
		}
		for _, a := range start.Attr {
			if !slices.Contains(attributes, a.Name.Local) {
				return fmt.Errorf("<%s> has no attribute %s", start.Name.Local, a.Name.Local)
			}
		}
	}
}
