package texts

// Words are what every channel says in the same words, in one language. A %s, %d or %[1]s stands for what
// is filled in, in the order that the comment gives.
type Words struct {
	Critical, High, Medium, Low  string // the severities, P0 to P3
	Open, Acknowledged, Resolved string // how an incident stands
	Firing, Ended, Suppressed    string // how an alert stands

	StateAt      string // state, moment
	StateBy      string // state, who, moment
	Nobody       string // has it in hand
	Step         string // 1: what happens, 2: moment
	Paged        string // role
	Assigned     string // role
	NoStep       string
	NoAlerts     string
	OneFiring    string
	OneEnded     string
	Alerts       string // how many, how many of them fire
	More         string // how many
	AlertOn      string // name, host
	AlertStatus  string // the alert in words, its status
	AssignedHere string // to the reader
	Instead      string // of which channel, as Channel has it
	InsteadOf    string // of whom
	Reopened     string
	Again        string // of which severity it is by now
	StillOpen    string
	AllClear     string
	Repeat       string
	FromTocsin   string // the subject of a message that has none

	OneIncident string
	Incidents   string // how many
	Counted     string // how many, of which severity
	Digest      string // what it holds
	Cleared     string // how many incidents a bundle of all clears tells of
	Reminded    string // and one of reminders

	// Why the reader of all people is sent this, as the end of a sentence; each with the incident's number.
	ForPage, ForAssign, ForRemind, ForClear string
	ForLastResort                           string
	ForInstead                              string // and who could not be reached
	ForEscalation                           string // and who did that
	ForShadow                               string // and the rotation

	SMS, Call, Email, Slack, Webhook, Service string // the ways to a reader

	SMSWay, CallWay, EmailWay, SlackWay, WebhookWay, ServiceWay string // the same as they are called
	Over                                                        string // who, ways
	DoneBy                                                      string // what was done, by whom
	PhoneOf, SlackOf, AddressOf                                 string // what a person is known by

	State, Since, Alarms, InHand, Next string // in front of what they name
	Incident, Runbook, Graph           string // where links lead
	Acknowledge, Resolve, Escalate     string // what can be done

	Moment   string // weekday, day, month, year, time, zone
	Weekdays [7]string
	Months   [12]string

	DayTime, DayYearTime string // weekday, day, month, the year where it is given, time
	Span                 string // from when, until when
	Days                 [7]string
	MonthNames           [12]string
	CET, CEST            string // Central European Time in winter and in summer
}

// In is the words in the language of tag, as Language reads it.
func In(tag string) Words {
	if Language(tag) == "de" {
		return german()
	}
	return english()
}

// Severity is the word for P0 to P3, by its number.
func (w Words) Severity(n int) string {
	words := [...]string{w.Critical, w.High, w.Medium, w.Low}
	if n < 0 || n >= len(words) {
		return ""
	}
	return words[n]
}

// Way is what people call a channel by itself ("SMS", "phone"), by its name in the configuration. One that has no
// word is called by that name.
func (w Words) Way(name string) string {
	switch name {
	case "sms":
		return w.SMSWay
	case "voice":
		return w.CallWay
	case "email":
		return w.EmailWay
	case "slack":
		return w.SlackWay
	case "webhook":
		return w.WebhookWay
	case "url":
		return w.ServiceWay
	}
	return name
}

// Channel is what people call a channel in "instead of", by its name in the configuration. One that has no word is
// called by that name.
func (w Words) Channel(name string) string {
	switch name {
	case "sms":
		return w.SMS
	case "voice":
		return w.Call
	case "email":
		return w.Email
	case "slack":
		return w.Slack
	case "webhook":
		return w.Webhook
	case "url":
		return w.Service
	}
	return name
}
