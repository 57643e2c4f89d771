package texts

func german() Words {
	return Words{
		Critical: "kritisch", High: "hoch", Medium: "mittel", Low: "niedrig",
		Open: "offen", Acknowledged: "bestätigt", Resolved: "behoben",
		Firing: "aktiv", Ended: "behoben", Suppressed: "unterdrückt",

		StateAt: "%s am %s", StateBy: "%s von %s am %s",
		Nobody: "noch niemand", Step: "%s am %s", Paged: "%s wird alarmiert", Assigned: "%s wird zuständig",
		NoStep: "es ist kein weiterer Schritt geplant", NoAlerts: "keine",
		OneFiring: "1 Alarm, aktiv", OneEnded: "1 Alarm, behoben", Alerts: "%d Alarme, davon %d aktiv", More: "und %d weitere",
		AlertOn: "%s auf %s", AlertStatus: "%s (%s)", AssignedHere: "Ihnen zugewiesen",
		AssignedBy: "Ihnen zugewiesen von %s", HandedOver: "von Ihnen an %s übergeben von %s", EscalatedBy: "eskaliert von %s",
		ReachesNone: "%s erreicht niemanden, deshalb Sie", AssignedNone: "%s erreicht niemanden, deshalb Ihnen zugewiesen",
		Shadows: "Sie lernen mit bei %s", Instead: "statt %s (nicht angenommen)", InsteadOf: "statt %s (nicht erreicht)", Reopened: "wieder offen", Again: "erneut, jetzt %s",
		StillOpen: "noch offen", AllClear: "Entwarnung",
		Repeat:     "womöglich doppelt",
		FromTocsin: "Eine Nachricht von Tocsin",

		OneIncident: "1 Vorfall", Incidents: "%d Vorfälle", Counted: "%d %s", Digest: "Übersicht: %s",

		ForPage: "die Eskalationsregeln Sie für Vorfall #%d nennen", ForAssign: "Ihnen Vorfall #%d zugewiesen wurde",
		ForRemind: "Vorfall #%d bei Ihnen liegt", ForClear: "Ihnen Vorfall #%d gemeldet wurde, als er offen war",
		ForLastResort: "für Vorfall #%d sonst niemand zu erreichen war und Sie die letzte Instanz sind",
		ForInstead:    "Vorfall #%d offen ist und %s nicht zu erreichen war", ForEscalation: "Vorfall #%d von %s an Sie eskaliert wurde",
		ForShadow: "Sie bei Vorfall #%d mitlernen (Rotation %s)",

		SMS: "einer SMS", Call: "eines Anrufs", Email: "einer Mail", Slack: "Slack", Webhook: "Ihres Webhooks", Service: "Ihres Nachrichtendienstes",

		State: "Zustand", Since: "Seit", Alarms: "Alarme", InHand: "Zuständig", Next: "Danach",
		Incident: "Vorfall", Runbook: "Runbook", Graph: "Diagramm",
		Acknowledge: "Bestätigen", Resolve: "Beheben", Escalate: "Jetzt eskalieren",

		Moment:   "%s, %d. %s %d, %s %s",
		Weekdays: [7]string{"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"},
		Months:   [12]string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."},
	}
}
