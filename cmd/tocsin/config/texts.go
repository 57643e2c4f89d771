package config

import (
	"fmt"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/email"
	"tocsin/notifiers/shoutrrr"
	"tocsin/notifiers/slack"
	"tocsin/notifiers/twilio"
)

// Language is one that messages are written in.
type Language string

// The languages.
const (
	English Language = "en"
	German  Language = "de"
)

func language(v value) Language { return choice("language", English, German)(v) }

// SeverityNames are what an organisation calls its severities. One left out has the language's word.
type SeverityNames struct {
	P0 string `json:"P0" jsonschema:"example=Notfall" jsonschema_description:"P0."`
	P1 string `json:"P1" jsonschema_description:"P1."`
	P2 string `json:"P2" jsonschema_description:"P2."`
	P3 string `json:"P3" jsonschema_description:"P3."`
}

const longestName = 40 // characters of a severity's name

func readSeverityNames(v value) SeverityNames {
	var n SeverityNames
	name := parsed("name", func(s string) (string, error) {
		if len([]rune(s)) > longestName {
			return "", fmt.Errorf("%q is too long: a severity's name has at most %d characters", s, longestName)
		}
		return s, nil
	})
	v.object(key("P0", &n.P0, name), key("P1", &n.P1, name), key("P2", &n.P2, name), key("P3", &n.P3, name))
	return n
}

// BySeverity are the names that are given.
func (n SeverityNames) BySeverity() map[alerting.Severity]string {
	out := map[alerting.Severity]string{}
	for i, name := range []string{n.P0, n.P1, n.P2, n.P3} {
		if name != "" {
			out[alerting.Severity(i)] = name
		}
	}
	return out
}

// rooms are the texts of every channel.
func rooms() []notifiers.Room {
	return append(append(twilio.Rooms(), email.Room(), slack.Room(), shoutrrr.Room()), notifiers.SentenceRooms()...)
}

// readTexts reads texts that stand in for those built in. Each is tried by itself, so that what is wrong with
// it is said where it stands.
func readTexts(v value) map[string]string {
	out := map[string]string{}
	for name, child := range v.entries() {
		if child.empty() {
			continue
		}
		out[name] = prose(child)
		_, err := notifiers.NewTexts(map[string]string{name: out[name]}, rooms()...)
		switch {
		case err == nil:
		case child.outsider():
			child.fail("%s: what stands for %s cannot be used as this text: write it here to see why", name, child.shown())
		default:
			child.fail("%s", oneLine(err))
		}
	}
	return out
}

// NewTexts are the words of all messages. Its error is a mistake of the program: each text has been tried.
func (n Notifiers) NewTexts() (*notifiers.Texts, error) {
	return notifiers.NewTexts(n.Texts, rooms()...)
}
