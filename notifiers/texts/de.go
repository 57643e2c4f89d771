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
		StillOpen: "noch offen", AllClear: "Entwarnung",
		Repeat: "womöglich doppelt", RepeatLong: "Womöglich doppelt: Diese Nachricht hat Sie vielleicht schon erreicht.",
		FromTocsin: "Eine Nachricht von Tocsin",

		OneIncident: "1 Vorfall", Incidents: "%d Vorfälle", Counted: "%d %s", Digest: "Übersicht: %s",

		State: "Zustand", Since: "Seit", Alarms: "Alarme", InHand: "Zuständig", Next: "Danach",
		Incident: "Vorfall", Runbook: "Runbook", Graph: "Diagramm",
		Acknowledge: "Bestätigen", Resolve: "Beheben", Escalate: "Jetzt eskalieren",

		Moment:   "%s, %d. %s %d, %s %s",
		Weekdays: [7]string{"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"},
		Months:   [12]string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."},
	}
}
