package simulator

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// Answer is what somebody is assumed to do, and when.
type Answer struct {
	After    time.Duration // from the alert
	Verb     escalation.Verb
	For      time.Duration     // of a snooze or mute
	Until    string            // the same: "morning", or a time as ParseMoment reads it
	Person   string            // whom it is assigned to
	Severity alerting.Severity // that it is set to
	Step     int               // that is jumped to, counted from 1
	Text     string            // of a note
	Into     int64             // the incident in which a merged one goes on
	Incident int64             // whose answer it is; 0: every incident's that there is by then
	By       string            // who; empty: whoever was told first
}

// spoken is what people may call a verb.
var spoken = map[escalation.Verb][]string{
	escalation.Acknowledge: {"acknowledge", "acknowledged", "ack"},
	escalation.Resolve:     {"resolve", "resolved"},
	escalation.Reopen:      {"reopen", "reopened"},
	escalation.Escalate:    {"escalate", "escalated"},
	escalation.Snooze:      {"snooze", "snoozed"},
	escalation.Assign:      {"assign", "assigned"},
	escalation.Note:        {"note", "noted"},
	escalation.SetSeverity: {"severity"},
	escalation.Jump:        {"jump", "jumped"},
	escalation.Mute:        {"mute", "muted"},
	escalation.Unmute:      {"unmute", "unmuted"},
	escalation.Merge:       {"merge", "merged"},
}

// ParseAnswer reads VERB[:WHAT]@DELAY[ on INCIDENT][ by PERSON], as in "acknowledged@7m", "snooze:2h@10m by ada",
// "mute:until morning@5m", "assign:devops-lead@5m", "severity:P1@4m", "jump:3@5m", "merge:1@5m on 2". Errors are
// sentences.
func ParseAnswer(s string) (Answer, error) {
	what, when, ok := cutLast(s, "@")
	if !ok {
		return Answer{}, fmt.Errorf(`%q is no answer: write what and when, as in "acknowledged@7m" or "resolved@1h by devops-lead"`, s)
	}
	var a Answer
	err := a.readWhen(when)
	if err != nil {
		return Answer{}, fmt.Errorf("the answer %q: %w", s, err)
	}
	verb, arg, _ := strings.Cut(what, ":")
	if a.Verb, err = ParseVerb(verb); err != nil {
		return Answer{}, err
	}
	if err := a.read(strings.TrimSpace(arg)); err != nil {
		return Answer{}, fmt.Errorf("the answer %q: %w", s, err)
	}
	return a, nil
}

// readWhen takes what stands after the @: "7m", "7m on 2", "7m by ada", "7m on 2 by ada".
func (a *Answer) readWhen(when string) (err error) {
	delay, by, named := strings.Cut(when+" ", " by ")
	if a.By = strings.TrimSpace(by); named && a.By == "" {
		return errors.New("it does not say by whom: write a person's name after by, or leave it out")
	}
	delay, number, numbered := strings.Cut(delay, " on ")
	if a.Incident, err = parseNumber(number); numbered && err != nil {
		return errors.New("say on which incident by its number, as in acknowledged@7m on 2")
	}
	a.After, err = ParseSpan(strings.TrimSpace(delay))
	return err
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// ParseVerb reads what somebody does, as an answer begins: "acknowledged", "ack", "snooze".
func ParseVerb(word string) (escalation.Verb, error) {
	word = strings.ToLower(strings.TrimSpace(word))
	for verb, words := range spoken {
		if slices.Contains(words, word) {
			return verb, nil
		}
	}
	return "", fmt.Errorf("%q is nothing that can be answered: use acknowledged, resolved, reopened, escalated, snooze, assign, note, severity, jump, mute, unmute or merge", word)
}

// read takes what stands after the verb.
func (a *Answer) read(arg string) (err error) {
	switch a.Verb {
	case escalation.Snooze, escalation.Mute:
		err = a.readLength(arg)
	case escalation.Merge:
		if a.Into, err = parseNumber(arg); err != nil {
			err = fmt.Errorf("say into which incident, as in merge:1")
		}
	case escalation.Assign:
		if a.Person = arg; arg == "" {
			err = fmt.Errorf("say to whom, as in assign:devops-lead")
		}
	case escalation.SetSeverity:
		a.Severity, err = alerting.ParseSeverity(arg)
	case escalation.Jump:
		if a.Step, err = strconv.Atoi(arg); err != nil || a.Step < 1 || a.Step > 1000 {
			err = fmt.Errorf("say to which step, counted from 1, as in jump:3")
		}
	case escalation.Note:
		if a.Text = arg; arg == "" {
			err = fmt.Errorf("say what the note is, as in note:restarted")
		}
	default:
		if arg != "" {
			err = fmt.Errorf("%s takes nothing after a colon, but %q stands there", a.Verb, arg)
		}
	}
	return err
}

// String is a as ParseAnswer reads it.
func (a Answer) String() string {
	s := string(a.Verb)
	switch a.Verb {
	case escalation.Snooze, escalation.Mute:
		if a.Until != "" {
			s += ":until " + a.Until
		} else {
			s += ":" + a.For.String()
		}
	case escalation.Merge:
		s += ":" + strconv.FormatInt(a.Into, 10)
	case escalation.Assign:
		s += ":" + a.Person
	case escalation.SetSeverity:
		s += ":" + a.Severity.String()
	case escalation.Jump:
		s += ":" + strconv.Itoa(a.Step)
	case escalation.Note:
		s += ":" + a.Text
	}
	s += "@" + a.After.String()
	if a.Incident != 0 {
		s += " on " + strconv.FormatInt(a.Incident, 10)
	}
	if a.By != "" {
		s += " by " + a.By
	}
	return s
}
