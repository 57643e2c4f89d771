package slack

import "tocsin/notifiers"

func germanWords() words {
	shared := notifiers.Locale{Language: "de"}.Words()
	return words{
		State: shared.State, Since: shared.Since, Alarms: shared.Alarms, InHand: shared.InHand, Next: shared.Next, NoStep: shared.NoStep,
		Acknowledge: shared.Acknowledge, Resolve: shared.Resolve, Escalate: shared.Escalate,

		Open: "In Tocsin öffnen", All: "Alle Vorfälle", Snooze: "Zurückstellen", Assign: "Zuweisen",
		Spans: [6]string{"30 Minuten", "1 Stunde", "2 Stunden", "4 Stunden", "8 Stunden", "1 Tag"},

		Help: [8][2]string{
			{"list", "die offenen Vorfälle"},
			{"show 412", "einer davon"},
			{"ack 412", "ich kümmere mich darum"},
			{"resolve 412", "er ist behoben"},
			{"escalate 412", "die Nächsten sofort verständigen"},
			{"who", "wer welche Rolle hat; `who manager` für eine"},
			{"override primary ada 18:00", "ada vertritt bis dahin (auch 8h, 3d, 2026-11-25, 2026-11-25 18:00)"},
			{"page ada bitte in die Telefonkonferenz", "verständigt ada über ihre Kanäle"},
		},
		NotRead: "Das habe ich nicht verstanden: %s.",
		Problems: [6]string{
			notMine:    "%q ist keiner meiner Befehle",
			noIncident: "bitte den Vorfall mit seiner Nummer nennen: %s 412",
			noOverride: "bitte Rotation, Person und Ende nennen: override primary ada 18:00",
			noPage:     "bitte sagen, wer was erfahren soll: page ada bitte in die Telefonkonferenz",
			tooMuch:    "%s nimmt einen Namen",
		},

		Unknown:     "Tocsin kennt Sie nicht: Niemand in seinem Verzeichnis hat diesen Slack-Benutzer. Nichts wurde geändert.",
		NeedsPage:   "Das geht nur auf der Seite von Tocsin.",
		NoneOpen:    "Kein Vorfall ist offen.",
		NoRole:      "Es ist keine Rolle eingerichtet.",
		HeldBy:      "niemand",
		HeldUntil:   "bis %s",
		SinceWhen:   "seit %s",
		WasAbout:    "Es ging um: %s",
		StandsIn:    "%s vertritt %s bis %s.",
		Told:        "%s wird verständigt über %s.",
		NoChannel:   "keinen Kanal: es gibt keinen",
		NotDone:     "Das wurde nicht ausgeführt: %s.",
		NoIncident:  "Einen Vorfall #%d gibt es nicht.",
		Later:       "Das kann Tocsin gerade nicht. Bitte noch einmal versuchen oder seine Seite benutzen.",
		NoSuchUser:  "niemand in Tocsins Verzeichnis hat diesen Slack-Benutzer",
		When:        "bis wann? Eine Dauer (8h, 3d), eine Uhrzeit (18:00), einen Tag (%s) oder beides (%[1]s 18:00) nennen",
		Past:        "%s ist vorbei",
		Far:         "%s ist mehr als ein Jahr entfernt",
		NoteEmpty:   "In dieser Nachricht steht kein Text. Nichts wurde geändert.",
		NoteNowhere: "Diese Nachricht steht nicht im Thread eines Vorfalls. Nichts wurde geändert.",
		NoteNone:    "Kein Vorfall ist offen. Nichts wurde geändert.",

		Summary: "%d weitere Vorfälle sind offen: %s", SummaryOne: "1 weiterer Vorfall ist offen: %s",
		SummaryWhy:  "Sie kamen schneller, als dieser Kanal Nachrichten annimmt. Sind es wenige, bekommt jeder seine eigene.",
		SummaryOver: "Jeder offene Vorfall hat wieder eine eigene Nachricht.",

		FormTitle: "Zum Verlauf hinzufügen", FormSend: "Hinzufügen", FormCancel: "Abbrechen",
		FormIncident: "Vorfall", FormNote: "Notiz",
	}
}
