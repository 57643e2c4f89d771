package notifierstest

import (
	"strings"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// Messages are notices that belong to no incident, by name, with the words that escalation writes.
func Messages() map[string]notifiers.Notice {
	swap := []string{
		"DevOps Lead asks you to take primary from Monday 30 November, 09:00 until Tuesday 1 December, 09:00 (Europe/Berlin).",
		"In return DevOps Lead takes it from Tuesday 8 December, 09:00 until Wednesday 9 December, 09:00 (Europe/Berlin).",
		"They say: a wedding, and the day after",
		"Accept or decline it on the on-call page, or ask a manager.",
	}
	repeat := Message("You are off call: primary", "You are no longer on call for primary from Monday 30 November, 09:00 (Europe/Berlin) on.", "After you: DevOps Lead.")
	repeat.PossibleRepeat = true
	nowhere := Message("Test message", "DevOps Lead sent this to see whether messages reach you. There is nothing to do.")
	nowhere.Page.Message.URL = ""
	open := Message("You are on call: primary", "You are on call for primary from Monday 30 November, 09:00 until Monday 7 December, 09:00 (Europe/Berlin).", "2 incidents are open: #412 P0 SystemDown backend, #413 P1 DiskFull db (acknowledged by DevOps Lead).")
	return map[string]notifiers.Notice{
		"hand-off-open":   open,
		"hand-off":        Message("You are on call: primary", "You are on call for primary from Monday 30 November, 09:00 until Monday 7 December, 09:00 (Europe/Berlin).", "Before you: DevOps Lead."),
		"off-call-repeat": repeat,
		"swap":            Message("A swap is asked of you: primary", swap...),
		"test":            nowhere,
	}
}

// Message is a message to a person that belongs to no incident.
func Message(subject string, lines ...string) notifiers.Notice {
	n := Notice()
	n.ActURL, n.Brief = "", notifiers.Brief{Locale: Locale()}
	n.Page = notifiers.Page{
		ID: 7002, Kind: "message", Person: "system-admin", Severity: alerting.P2, State: notifiers.Sending, Until: escalation.UntilResolved,
		Message: &escalation.Message{
			Person: "system-admin", Channels: escalation.Channels, Subject: subject,
			Text: strings.Join(lines, "\n") + "\n", URL: "https://tocsin.example.com/oncall",
		},
	}
	return n
}

// TaintedMessage is such a message with s wherever text may come from people.
func TaintedMessage(s string) notifiers.Notice {
	n := Message(s, s, "They say: "+s, s+"\n"+s)
	n.Person.Name, n.Page.Message.URL, n.PossibleRepeat = s, s, true
	return n
}
