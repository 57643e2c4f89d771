package slack

import (
	"tocsin/notifiers"
)

// words are what only Slack's surfaces say, in one language: buttons, choices, forms, and the answers to
// commands. A %s or %d stands for what is filled in, in the order that the comment gives; they are mrkdwn
// only where that is said.
type words struct {
	State, Since, Alarms, InHand, Next, NoStep string // of an incident's message
	Acknowledge, Resolve, Escalate             string // its buttons

	Open, All, Snooze, Assign string
	Spans                     [6]string // those of snooze's choice

	Help     [8][2]string // what can be typed, and in mrkdwn what comes of it
	NotRead  string       // mrkdwn; the problem
	Problems [6]string    // why a command was not understood, by problem; the command where there is a %s

	Unknown     string // to whoever is not of the directory
	NeedsPage   string
	NoneOpen    string
	NoRole      string
	HeldBy      string // of a role: nobody
	HeldUntil   string // mrkdwn; moment
	SinceWhen   string // mrkdwn; moment
	WasAbout    string // of an incident that is over; its summary
	StandsIn    string // mrkdwn; who, rotation, moment
	Told        string // mrkdwn; who, channels
	NoChannel   string
	NotDone     string // mrkdwn; why
	NoIncident  string // number
	Later       string
	NoSuchUser  string
	When        string // tomorrow's date, twice
	Past, Far   string // the moment as it was typed
	NoteEmpty   string
	NoteNowhere string
	NoteNone    string

	Summary, SummaryOne     string // number of incidents (not of one), how many of which severity
	SummaryWhy, SummaryOver string

	FormTitle, FormSend, FormCancel string // at most 24 characters each
	FormIncident, FormNote          string
}

func wordsOf(l notifiers.Locale) words {
	if notifiers.Language(l.Language) == "de" {
		return germanWords().inBook(l)
	}
	return englishWords().inBook(l)
}
