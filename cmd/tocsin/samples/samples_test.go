// Package samples shows every kind of message on every channel: docs/messages.md, and the same as pictures.
package samples_test

import (
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
)

// sample is one kind of message.
type sample struct {
	title, when string
	notice      func() notifiers.Notice
	variant     bool              // of a page, so that only what differs is shown
	not         map[string]string // channels that it does not go over, and why
}

// samples are all kinds, for a reader of this language.
func samples(language string) []sample {
	kind := func(name string) func() notifiers.Notice {
		return func() notifiers.Notice { return addressed(notifierstest.Kinds(language)[name]) }
	}
	page := func(change func(*notifiers.Notice)) func() notifiers.Notice {
		return func() notifiers.Notice {
			n := notifierstest.Notice()
			n.Brief.Locale.Language = language
			change(&n)
			return addressed(n)
		}
	}
	const noCalls = "An all clear wakes nobody with a call."
	const noDigest = "What waits for an hour of the day goes over email, Slack and url."
	return []sample{
		{title: "page", when: "A step of the plan names the reader", notice: page(func(*notifiers.Notice) {})},
		{title: "page: possible repeat", when: "The answer to the first try was lost; here of a later step, with the matrix's words for it", variant: true, notice: kind("page")},
		{title: "page: instead of another channel", when: "The SMS was not accepted in time, so the person's next channel is used", variant: true, notice: page(movedChannel), not: map[string]string{"sms": "The SMS is what was not accepted."}},
		{title: "page: instead of another person", when: "None of DevOps Lead's channels accepted it", variant: true, notice: page(movedPerson)},
		{title: "page: last resort", when: "The step's role reaches nobody, and catch_all is told", variant: true, notice: page(func(n *notifiers.Notice) {
			n.Page.Role, n.Page.Says = "manager", "manager reaches nobody, so you are told"
			n.Page.Reason.Said = alerting.Say("why.nobody", "role", "manager")
		})},
		{title: "page: severity raised", when: "It was P1 and is P0 now, so the plan of P0 begins", variant: true, notice: page(raised)},
		{title: "page: reopened", when: "It was resolved, and fires again", variant: true, notice: page(reopened)},
		{title: "page: escalated by hand", when: "Somebody did not wait for the next step", variant: true, notice: page(func(n *notifiers.Notice) {
			n.Page.Says, n.Page.Reason.Said = "escalated by devops-lead", alerting.Say("why.escalated", "by", "devops-lead")
		})},
		{title: "assign", when: "The incident was given to the reader", notice: kind("assign")},
		{title: "remind", when: "It is acknowledged and still open, and nobody has said a word for the time that the matrix sets", notice: kind("remind")},
		{title: "clear", when: "It is resolved, and the reader had been told of it over this channel", notice: kind("clear"), not: map[string]string{"voice": noCalls}},
		{title: "bundle", when: "Several pages that came at once", notice: kind("bundle")},
		{title: "digest", when: "Pages that waited for their hour", notice: kind("digest"), not: map[string]string{"sms": noDigest, "voice": noDigest, "webhook": noDigest}},
		{title: "message", when: "What belongs to no incident: hand-offs, swaps, tests. Hand-offs and swaps are written in English whatever the reader's language", notice: kind("message")},
	}
}

// addressed gives the reader an address of every kind.
func addressed(n notifiers.Notice) notifiers.Notice {
	n.Person.URL, n.Person.Webhook = "ntfy://ntfy.sh/x", "https://hooks.example.com/x"
	return n
}

func movedChannel(n *notifiers.Notice) {
	n.Page.Reason = alerting.Reason{Rule: "matrix.P0.failover", Values: map[string]string{"instead_of_channel": "sms"}, Text: "sms was not accepted within 10 s; voice instead, over voice"}
}

func movedPerson(n *notifiers.Notice) {
	n.Page.Reason = alerting.Reason{
		Rule: "matrix.P0.failover", Values: map[string]string{"instead_of_person": "devops-lead"},
		Text: "slack failed, and no channel of devops-lead is left; system-admin instead, System Admin is catch_all, over sms",
	}
}

func raised(n *notifiers.Notice) {
	n.Page.Round, n.Brief.Incident.Round = 2, 2
	n.Brief.Plan.Start, n.Brief.Plan.From = n.Brief.Incident.OpenedAt, n.Brief.Incident.OpenedAt.Add(9*time.Minute)
	for i := range n.Brief.Plan.Steps {
		n.Brief.Plan.Steps[i].DueAt = n.Brief.Plan.Steps[i].DueAt.Add(9 * time.Minute)
	}
}

func reopened(n *notifiers.Notice) {
	raised(n)
	n.Brief.Plan.Start = n.Brief.Plan.From
	n.Page.Kind = escalation.PageStep
}
