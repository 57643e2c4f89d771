package view

import (
	"strings"
	"time"

	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/simulator"
)

// WhatIf is a question, and what would happen; a Result whose story is empty has not been asked for.
type WhatIf struct {
	Alert, At, Zone, Answers, For string
	Result                        simulator.Result
	Notice                        Notice
}

// storyLine is one line of a story: what is said to one person, over all its channels.
type storyLine struct {
	simulator.Event
	over []escalation.Channel
}

// lines are the story with what differs only in the channel put together.
func (p WhatIf) lines() []storyLine {
	var out []storyLine
	for _, e := range p.Result.Story {
		if n := len(out); n > 0 && e.Channel != "" && sameLine(out[n-1].Event, e) {
			out[n-1].over = append(out[n-1].over, e.Channel)
			continue
		}
		t := storyLine{Event: e}
		if e.Channel != "" {
			t.over = []escalation.Channel{e.Channel}
		}
		out = append(out, t)
	}
	return out
}

func sameLine(a, b simulator.Event) bool {
	a.Reason, b.Reason = withoutChannel(a), withoutChannel(b)
	a.Channel, b.Channel = "", ""
	return a == b
}

// withoutChannel is an event's reason without the words that name its channel.
func withoutChannel(e simulator.Event) string {
	return strings.Replace(e.Reason, ", over "+string(e.Channel), "", 1)
}

// what is what happens in a line, in a few words.
func (t storyLine) what(s Shell) string {
	who := s.Name(t.Person)
	switch t.Kind {
	case simulator.Page:
		return "Page " + who
	case simulator.Assign:
		return "Assign to " + who
	case simulator.Skip:
		return "Not needed"
	case simulator.Pass:
		return who + " is passed over"
	case simulator.Nobody:
		return "Nobody is told"
	case simulator.Opened:
		return "Incident opens"
	}
	if t.Person == "" {
		return sentence(strings.ReplaceAll(string(t.Kind), "_", " "))
	}
	return who + ": " + strings.ReplaceAll(string(t.Kind), "_", " ")
}

// tone is how a line looks.
func (t storyLine) tone() string {
	switch t.Kind {
	case simulator.Page, simulator.Assign:
		return "told-page"
	case simulator.Nobody, simulator.Refused, simulator.Stuck:
		return "told-bad"
	case simulator.Skip, simulator.Pass:
		return "told-skip"
	}
	return "told-other"
}

// since is how long after the beginning a line is.
func (p WhatIf) since(t time.Time) string {
	if len(p.Result.Story) == 0 || !t.After(p.Result.Story[0].At) {
		return "at once"
	}
	return "after " + Span(t.Sub(p.Result.Story[0].At))
}

// newDay reports whether line i begins another day than the one before it.
func newDay(s Shell, lines []storyLine, i int) bool {
	return i == 0 || calendar.DateOf(lines[i].At.In(s.Zone)) != calendar.DateOf(lines[i-1].At.In(s.Zone))
}
