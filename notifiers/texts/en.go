package texts

func english() Words {
	return Words{
		Critical: "critical", High: "high", Medium: "medium", Low: "low",
		Open: "open", Acknowledged: "acknowledged", Resolved: "resolved",
		Firing: "firing", Ended: "resolved", Suppressed: "suppressed",

		StateAt: "%s on %s", StateBy: "%s by %s on %s",
		Nobody: "nobody yet", Step: "%[1]s on %[2]s", Paged: "%s is paged", Assigned: "%s is assigned",
		NoStep: "no further step is planned", NoAlerts: "none",
		OneFiring: "1 alert, firing", OneEnded: "1 alert, resolved", Alerts: "%d alerts, %d firing", More: "and %d more",
		AlertOn: "%s on %s", AlertStatus: "%s (%s)", AssignedHere: "assigned to you",
		Instead: "instead of %s (not accepted)", InsteadOf: "instead of %s (not reached)", Reopened: "reopened", Again: "again, now %s",
		StillOpen: "still open", AllClear: "all clear",
		Repeat:     "possible repeat",
		FromTocsin: "A message from Tocsin",

		OneIncident: "1 incident", Incidents: "%d incidents", Counted: "%d %s", Digest: "Digest: %s",
		Cleared: "%d resolved", Reminded: "%d still open",

		ForPage: "the escalation rules name you for incident #%d", ForAssign: "incident #%d was assigned to you",
		ForRemind: "you have incident #%d in hand", ForClear: "you were told of incident #%d while it was open",
		ForLastResort: "nobody else could be reached for incident #%d, and you are the last resort",
		ForInstead:    "incident #%d is open and %s could not be reached", ForEscalation: "incident #%d was escalated to you by %s",
		ForShadow: "you learn along with incident #%d: you shadow %s",

		SMS: "an SMS", Call: "a call", Email: "a mail", Slack: "Slack", Webhook: "your webhook", Service: "your messaging service",

		SMSWay: "SMS", CallWay: "phone", EmailWay: "email", SlackWay: "Slack", WebhookWay: "webhook", ServiceWay: "messaging service",
		Over: "%s over %s", DoneBy: "%s by %s", PhoneOf: "telephone number", SlackOf: "Slack user", AddressOf: "address",

		State: "State", Since: "Since", Alarms: "Alerts", InHand: "In hand", Next: "Next",
		Incident: "Incident", Runbook: "Runbook", Graph: "Graph",
		Acknowledge: "Acknowledge", Resolve: "Resolve", Escalate: "Escalate now",

		Moment:   "%s %d %s %d, %s %s",
		Weekdays: [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
		Months:   [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},

		DayTime: "%[1]s %[2]d %[3]s, %[5]s", DayYearTime: "%[1]s %[2]d %[3]s %[4]d, %[5]s", Span: "%s until %s",
		Days:       [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		MonthNames: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		CET:        "CET", CEST: "CEST",
	}
}
