package escalation

import (
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
)

// Decision is what should become of an incident: its new state, the pages that are owed, what goes on
// the timeline. Whoever stores it stores all of it in one transaction, or nothing.
type Decision struct {
	Case        Case
	Pages       []Order
	Entries     []alerting.Entry
	Opens       bool  // the incident is new
	Supersedes  int64 // the incident that was its dedup key's newest until now; 0 if there was none
	Changed     bool  // nothing is to be stored if false
	CloseAlerts bool  // a person resolved it: its firing episodes end with it
	Clear       bool  // it is resolved: who was told of it is told so
	OpenAlerts  bool  // a person reopened it: the episodes that ended so, and whose sender has not ended them, fire again
	Adopts      Adoption
	Answer      Verb // what somebody did, if somebody did: it goes on the audit log, with By and Before
	By          alerting.Actor
	Detail      Detail // of the answer, for the audit log
	Before      alerting.Incident
	Note        string        // for whoever asked, where nothing changed: "already acknowledged by ..."
	said        alerting.Said // Note as data
}

// Detail is what an answer named, and whom an escalation told.
type Detail struct {
	Step     int       // that an escalation fired, counted from 1; 0 if it is none of the plan
	Role     string    // told by an escalation
	Person   string    // given the incident
	Text     string    // a note
	Until    time.Time // of a snooze or mute
	Severity string    // asked for, as in "P1"
	Into     int64     // the incident that it was merged into
	Split    int64     // the incident that was split off
	Alerts   []string  // fingerprints that were split off
}

// Adoption is that alerts of another incident now belong to this one.
type Adoption struct {
	From   int64   // the other incident; 0: none
	Alerts []int64 // the alerts' row IDs; nil: all of its alerts
}

// Outcome is what the audit log says came of an answer, given Apply's error.
func (d Decision) Outcome(err error) string {
	switch {
	case err != nil:
		return "refused: " + err.Error()
	case d.Changed:
		return "changed"
	}
	return "nothing: " + d.Note
}

// Order asks for one page.
type Order struct {
	Step    int // index in the plan
	Kind    StepKind
	Role    string
	Person  string
	Channel Channel
	Until   Until
	Says    string
	Reason  alerting.Reason
	// NotBefore is when the page may leave: a personal rule's time, or the end of quiet hours. Zero: at
	// once. Whoever sends it then asks Unneeded first.
	NotBefore time.Time
	Digest    bool      // leaves together with the others that wait for the same time
	AcceptBy  time.Time // what its channel has not accepted by then goes another way (WhenRefused: only if refused); zero: nobody looks
	Instead   string    // why it goes this way rather than another; empty: it is the first
}

// NextAt is when the machine next owes the incident something; zero if never.
func (d Decision) NextAt() time.Time { return d.Case.Plan.NextAt(d.Case.Incident) }

// Announced reports whether the incident is shown in the chat channel: its severity's row names Slack.
func (d Decision) Announced() bool { return slices.Contains(d.Case.Plan.Channels, Slack) }

// undecided starts a decision that changes nothing. The plan's steps are copied, so that the caller's
// case stays as it was.
func undecided(c Case) Decision {
	c.Plan.Steps = slices.Clone(c.Plan.Steps)
	return Decision{Case: c, Before: c.Incident}
}

func (d *Decision) note(at time.Time, kind alerting.Kind, by alerting.Actor, r alerting.Reason, format string, args ...any) {
	d.Entries = append(d.Entries, alerting.Entry{At: at, Kind: kind, Actor: by, Text: fmt.Sprintf(format, args...), Reason: r})
	d.touch()
}

func (d *Decision) touch() {
	if !d.Changed {
		d.Changed = true
		d.Case.Incident.Rev++
	}
}

// clock prints a moment for a sentence: the zone is UTC, as everywhere in stored text.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
