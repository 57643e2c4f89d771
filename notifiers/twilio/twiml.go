package twilio

import (
	"encoding/xml"
	"io"
	"net/http"

	"tocsin/notifiers"
)

// What Tocsin tells Twilio to do in a call, in order. Text is escaped by the encoder.
// https://www.twilio.com/docs/voice/twiml
type callResponse struct {
	XMLName  xml.Name  `xml:"Response"`
	Gather   *gather   `xml:",omitempty"`
	Say      *say      `xml:",omitempty"`
	Redirect *redirect `xml:",omitempty"`
	Hangup   *struct{} `xml:",omitempty"`
}

// gather waits for one key while it speaks; if none comes, what follows it is done.
type gather struct {
	Input       string `xml:"input,attr"`
	NumDigits   int    `xml:"numDigits,attr"`
	FinishOnKey string `xml:"finishOnKey,attr"` // empty: # and * are keys as any other
	Timeout     int    `xml:"timeout,attr"`     // seconds after the last word
	Method      string `xml:"method,attr"`
	Action      string `xml:"action,attr"`
	Say         *say
}

type say struct {
	Voice    string  `xml:"voice,attr"`
	Language string  `xml:"language,attr"`
	Prosody  prosody `xml:"prosody"`
}

type prosody struct {
	Rate string `xml:"rate,attr"`
	Text string `xml:",chardata"`
}

type redirect struct {
	Method string `xml:"method,attr"`
	URL    string `xml:",chardata"`
}

// speak says text slowly. The voices are Amazon's standard ones, which every account has and which know
// prosody.
// https://www.twilio.com/docs/voice/twiml/say/text-speech
func speak(language, text string) *say {
	s := &say{Voice: "Polly.Joanna", Language: "en-US", Prosody: prosody{Rate: "slow", Text: text}}
	if notifiers.Language(language) == "de" {
		s.Voice, s.Language = "Polly.Vicki", "de-DE"
	}
	return s
}

func writeTwiML(w http.ResponseWriter, r any) {
	b, _ := xml.Marshal(r) // strings and numbers
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = io.WriteString(w, xml.Header+string(b))
}
