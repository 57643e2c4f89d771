package texts

func german() Words {
	return Words{
		Critical: "kritisch", High: "hoch", Medium: "mittel", Low: "niedrig",
		Open: "offen", Acknowledged: "bestätigt", Resolved: "behoben",
		Firing: "aktiv", Ended: "behoben", Suppressed: "unterdrückt",

		StateAt: "%s am %s", StateBy: "%s von %s am %s",
		Nobody: "noch niemand", Step: "am %[2]s: %[1]s", Paged: "%s wird alarmiert", Assigned: "%s wird zuständig",
		NoStep: "es ist kein weiterer Schritt geplant", NoAlerts: "keine",
		OneFiring: "1 Alarm, aktiv", OneEnded: "1 Alarm, behoben", Alerts: "%d Alarme, davon %d aktiv", More: "und %d weitere",
		AlertOn: "%s auf %s", AlertStatus: "%s (%s)", AssignedHere: "Ihnen zugewiesen",
		Instead: "statt %s (nicht angenommen)", InsteadOf: "statt %s (nicht erreicht)", Reopened: "wieder offen", Again: "erneut, jetzt %s",
		StillOpen: "noch offen", AllClear: "Entwarnung",
		Repeat:     "womöglich doppelt",
		FromTocsin: "Eine Nachricht von Tocsin",

		OneIncident: "1 Vorfall", Incidents: "%d Vorfälle", Counted: "%d %s", Digest: "Übersicht: %s",
		Cleared: "%d behoben", Reminded: "%d noch offen",

		ForPage: "die Eskalationsregeln Sie für Vorfall #%d nennen", ForAssign: "Ihnen Vorfall #%d zugewiesen wurde",
		ForRemind: "Vorfall #%d bei Ihnen liegt", ForClear: "Ihnen Vorfall #%d gemeldet wurde, als er offen war",
		ForLastResort: "für Vorfall #%d sonst niemand zu erreichen war und Sie die letzte Instanz sind",
		ForInstead:    "Vorfall #%d offen ist und %s nicht zu erreichen war", ForEscalation: "Vorfall #%d von %s an Sie eskaliert wurde",
		ForShadow: "Sie bei Vorfall #%d mitlernen (Rotation %s)",

		SMS: "einer SMS", Call: "eines Anrufs", Email: "einer Mail", Slack: "Slack", Webhook: "Ihres Webhooks", Service: "Ihres Nachrichtendienstes",

		SMSWay: "SMS", CallWay: "Telefon", EmailWay: "E-Mail", SlackWay: "Slack", WebhookWay: "Webhook", ServiceWay: "Nachrichtendienst",
		Over: "%s über %s", DoneBy: "%s von %s", PhoneOf: "diese Telefonnummer", SlackOf: "diesen Slack-Benutzer", AddressOf: "diese Adresse",

		State: "Zustand", Since: "Seit", Alarms: "Alarme", InHand: "Zuständig", Next: "Danach",
		Incident: "Vorfall", Runbook: "Runbook", Graph: "Diagramm",
		Acknowledge: "Bestätigen", Resolve: "Als behoben melden", Escalate: "Jetzt eskalieren",

		Moment:   "%s, %d. %s %d, %s %s",
		Weekdays: [7]string{"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"},
		Months:   [12]string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."},

		DayTime: "%[1]s, %[2]d. %[3]s, %[5]s", DayYearTime: "%[1]s, %[2]d. %[3]s %[4]d, %[5]s", Span: "%s bis %s",
		Days:       [7]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
		MonthNames: [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
		CET:        "MEZ", CEST: "MESZ",
	}
}
