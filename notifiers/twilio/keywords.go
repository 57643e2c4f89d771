package twilio

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"tocsin/escalation"
)

// Keywords are words of the configuration that an SMS may say besides the English ones, in any language.
type Keywords struct {
	Acknowledge, Resolve, Escalate []string
	All                            []string // in a number's place, after a word for acknowledge
}

// Vocabulary is what an SMS may say. Its zero value knows no word; NewVocabulary makes one.
type Vocabulary struct {
	verbs map[string]escalation.Verb
	all   map[string]bool
}

// english are the words that are always there.
var english = map[escalation.Verb][]string{
	escalation.Acknowledge: {"ACK", "ACKNOWLEDGE"},
	escalation.Resolve:     {"RES", "RESOLVE"},
	escalation.Escalate:    {"ESC", "ESCALATE"},
}

// NewVocabulary adds words to the English ones. The error names each that could not be told from a number,
// from another word, or from one that Twilio answers by itself.
func NewVocabulary(k Keywords) (*Vocabulary, error) {
	v := &Vocabulary{verbs: map[string]escalation.Verb{}, all: map[string]bool{"all": true}}
	wrong := v.add(english)
	wrong = append(wrong, v.add(map[escalation.Verb][]string{
		escalation.Acknowledge: k.Acknowledge, escalation.Resolve: k.Resolve, escalation.Escalate: k.Escalate,
	})...)
	for _, word := range k.All {
		if err := v.usable(word); err != nil {
			wrong = append(wrong, err)
			continue
		}
		v.all[fold(word)] = true
	}
	return v, errors.Join(wrong...)
}

func (v *Vocabulary) add(words map[escalation.Verb][]string) (wrong []error) {
	for _, verb := range slices.Sorted(maps.Keys(words)) {
		for _, word := range words[verb] {
			if err := v.usable(word); err != nil {
				wrong = append(wrong, err)
			} else if other := v.verbs[fold(word)]; other != "" && other != verb {
				wrong = append(wrong, fmt.Errorf("%q is a word for %s already: use it for one answer only", word, other))
			} else {
				v.verbs[fold(word)] = verb
			}
		}
	}
	return wrong
}

// usable is an error for what is not one word of letters, or one of Twilio's.
func (v *Vocabulary) usable(word string) error {
	runs, ok := split(word)
	switch {
	case !ok || len(runs) != 1 || runs[0] != norm.NFC.String(word) || kindOf([]rune(word)[0]) != letter:
		return fmt.Errorf("%q is not one word of letters: an SMS could not be read by it", word)
	case wishes[strings.ToUpper(word)] != noWish:
		return fmt.Errorf("%q is a word that Twilio answers by itself: use another", word)
	case v.all[fold(word)]:
		return fmt.Errorf("%q means all incidents already: use another", word)
	}
	return nil
}

// fold is a word as it is compared: in whatever case, and however its accents are written.
func fold(word string) string { return norm.NFC.String(cases.Fold().String(norm.NFC.String(word))) }

// Command is what an SMS asks for.
type Command struct {
	Verb     escalation.Verb // empty: it was not understood
	Incident int64           // 0 if it was left out
	All      bool            // of Acknowledge only: each that its sender was told of
}

// Parse reads the text of an SMS: a word and the number of an incident, which may be left out. Case, spaces
// and punctuation are free: "Ack #412!" and "ack412" are ACK 412. It is not understood if that is not all
// there is, so that no other incident is ever meant than the one that was written: two numbers, a number
// that is none of an incident, any other word, digits of another script. "ACK ALL" is understood; resolving
// or escalating all takes more than a word.
func (v *Vocabulary) Parse(body string) Command {
	runs, ok := split(body)
	if !ok || len(runs) == 0 || len(runs) > 2 {
		return Command{}
	}
	c := Command{Verb: v.verbs[fold(runs[0])]}
	if c.Verb == "" || len(runs) == 1 {
		return c
	}
	if v.all[fold(runs[1])] && c.Verb == escalation.Acknowledge {
		c.All = true
		return c
	}
	n, err := strconv.ParseUint(runs[1], 10, 63)
	if err != nil || n == 0 {
		return Command{}
	}
	c.Incident = int64(n)
	return c
}
