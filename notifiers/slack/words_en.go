package slack

import "tocsin/notifiers"

func englishWords() words {
	shared := notifiers.Locale{Language: "en"}.Words()
	return words{
		State: shared.State, Since: shared.Since, Alarms: shared.Alarms, InHand: shared.InHand, Next: shared.Next, NoStep: shared.NoStep,
		Acknowledge: shared.Acknowledge, Resolve: shared.Resolve, Escalate: shared.Escalate,

		Open: "Open in Tocsin", All: "All incidents", Snooze: "Snooze", Assign: "Assign",
		Spans: [6]string{"30 minutes", "1 hour", "2 hours", "4 hours", "8 hours", "1 day"},

		Help: [8][2]string{
			{"list", "the open incidents"},
			{"show 412", "one of them"},
			{"ack 412", "I have it"},
			{"resolve 412", "it is over"},
			{"escalate 412", "tell the next ones now"},
			{"who", "who holds each role; `who manager` for one"},
			{"override primary ada 18:00", "ada stands in until then (also 8h, 3d, 2026-11-25, 2026-11-25 18:00)"},
			{"page ada please join the call", "tells ada over her channels"},
		},
		NotRead: "I did not understand that: %s.",
		Problems: [6]string{
			notMine:    "%q is no command of mine",
			noIncident: "say which incident, by its number: %s 412",
			noOverride: "say which rotation, who, and until when: override primary ada 18:00",
			noPage:     "say whom to page, and what to tell them: page ada please join the call",
			tooMuch:    "%s takes one name",
		},

		Unknown:     "Tocsin does not know you: no person of its directory has this Slack user. Nothing was changed.",
		NeedsPage:   "That needs Tocsin's own page.",
		NoneOpen:    "No incident is open.",
		NoRole:      "No role is configured.",
		HeldBy:      "nobody",
		HeldUntil:   "until %s",
		SinceWhen:   "since %s",
		WasAbout:    "It was about: %s",
		StandsIn:    "%s stands in for %s until %s.",
		Told:        "%s is told over %s.",
		NoChannel:   "no channel: they have none",
		NotDone:     "That was not done: %s.",
		NoIncident:  "There is no incident #%d.",
		Later:       "Tocsin cannot do that at the moment. Try again, or use its page.",
		NoSuchUser:  "nobody of Tocsin's directory has that Slack user",
		When:        "until when? Say how long (8h, 3d), a time (18:00), a day (%s), or both (%[1]s 18:00)",
		Past:        "%s is past",
		Far:         "%s is more than a year off",
		NoteEmpty:   "There is no text in that message to add. Nothing was changed.",
		NoteNowhere: "That message stands in no incident's thread. Nothing was changed.",
		NoteNone:    "No incident is open. Nothing was changed.",

		Summary: "%d more incidents are open: %s", SummaryOne: "1 more incident is open: %s",
		SummaryWhy:  "They came faster than this channel takes messages. When few of them are left, each has its own.",
		SummaryOver: "Each incident that is open has a message of its own again.",

		FormTitle: "Add to timeline", FormSend: "Add", FormCancel: "Cancel",
		FormIncident: "Incident", FormNote: "Note",
	}
}
