package main

import (
	"tocsin/escalation"
	"tocsin/escalation/due"
	"tocsin/notifiers"
)

// newSummaries makes the loop of the chat channel's summary in a storm.
func newSummaries(a *app) *due.Loop {
	all := func() string { return a.pageURL("/") }
	return notifiers.NewSummaries(escalation.Slack, a.store, a.summarizer, all, a.locale, a.log)
}

// summarizer writes the chat channel's summary. A sandbox takes messages as fast as they come and needs none.
func (a *app) summarizer() (notifiers.Summarizer, bool) {
	c := a.current().channels
	board, ok := c.board.(notifiers.Summarizer)
	return board, ok && c.place
}
