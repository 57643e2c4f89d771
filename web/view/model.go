package view

import (
	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// SignInForm is what the form shows.
type SignInForm struct {
	Next  string // where to go afterwards
	Name  string
	Wrong string // why the last try was refused
}

// Incidents is the list.
type Incidents struct {
	Filter Filter
	Cases  []escalation.Case
	Older  string   // the address of the next page, empty at the end
	People []string // who may hold an incident, by configuration name, in the order to show
}

// Incident is one incident with all that belongs to it.
type Incident struct {
	escalation.Case
	Alerts   []alerting.Alert
	Pages    []notifiers.Page
	Timeline []alerting.Entry // oldest first
	People   []string         // who may be given it, by configuration name, in the order to show
	Notice   Notice
}

// Link is what a personal link shows.
type Link struct {
	escalation.Case
	Person string // whose link it is
	Alerts []alerting.Alert
	Pages  []notifiers.Page
	Nonce  string          // for the form
	Ask    escalation.Verb // asks whether this is meant; empty if not
	Notice Notice
}

// Notice is what came of an answer that changed nothing.
type Notice struct {
	Text    string
	Refused bool
}
