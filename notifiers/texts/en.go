package texts

func english() Words {
	return Words{
		Critical: "critical", High: "high", Medium: "medium", Low: "low",
		Open: "open", Acknowledged: "acknowledged", Resolved: "resolved",
		Firing: "firing", Ended: "resolved", Suppressed: "suppressed",

		StateAt: "%s on %s", StateBy: "%s by %s on %s",
		Nobody: "nobody yet", Step: "%s on %s", Paged: "%s is paged", Assigned: "%s is assigned",
		NoStep: "no further step is planned", NoAlerts: "none",
		OneFiring: "1 alert, firing", OneEnded: "1 alert, resolved", Alerts: "%d alerts, %d firing", More: "and %d more",
		AlertOn: "%s on %s", AlertStatus: "%s (%s)", AssignedHere: "assigned to you",
		AssignedBy: "assigned to you by %s", HandedOver: "handed over from you to %s by %s", EscalatedBy: "escalated by %s",
		StillOpen: "still open", AllClear: "all clear",
		Repeat: "possible repeat", RepeatLong: "Possible repeat: this may have reached you before.",
		FromTocsin: "A message from Tocsin",

		OneIncident: "1 incident", Incidents: "%d incidents", Counted: "%d %s", Digest: "Digest: %s",

		State: "State", Since: "Since", Alarms: "Alerts", InHand: "In hand", Next: "Next",
		Incident: "Incident", Runbook: "Runbook", Graph: "Graph",
		Acknowledge: "Acknowledge", Resolve: "Resolve", Escalate: "Escalate now",

		Moment:   "%s %d %s %d, %s %s",
		Weekdays: [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
		Months:   [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	}
}
