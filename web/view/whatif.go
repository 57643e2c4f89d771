package view

import (
	"strings"
	"time"

	"tocsin/alerting/calendar"
	"tocsin/escalation/simulator"
)

// WhatIf is a question, and what would happen; a Result whose story is empty has not been asked for.
type WhatIf struct {
	Alert, At, Zone, Answers, For string
	Result                        simulator.Result
	Notice                        Notice
}

// storyLine is one line of a story.
type storyLine simulator.Line

// lines are the story as people read it.
func (p WhatIf) lines() []storyLine {
	var out []storyLine
	for _, l := range simulator.Lines(p.Result.Story) {
		out = append(out, storyLine(l))
	}
	return out
}

// what is what happens in a line, in a few words.
func (t storyLine) what(s Shell) string {
	who := s.Name(t.Person)
	switch t.Kind {
	case simulator.Page:
		return "Page " + who
	case simulator.Assign:
		return "Assign to " + who
	case simulator.Remind:
		return "Remind " + who
	case simulator.Clear:
		return "All clear to " + who
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
	case simulator.Page, simulator.Assign, simulator.Remind, simulator.Clear, simulator.Place:
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
