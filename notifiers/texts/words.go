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
	Step         string // what happens, moment
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
	AssignedBy   string // to the reader, by whom
	HandedOver   string // from the reader to whom, by whom
	EscalatedBy  string // by whom
	StillOpen    string
	AllClear     string
	Repeat       string
	RepeatLong   string
	FromTocsin   string // the subject of a message that has none

	OneIncident string
	Incidents   string // how many
	Counted     string // how many, of which severity
	Digest      string // what it holds

	State, Since, Alarms, InHand, Next string // in front of what they name
	Incident, Runbook, Graph           string // where links lead
	Acknowledge, Resolve, Escalate     string // what can be done

	Moment   string // weekday, day, month, year, time, zone
	Weekdays [7]string
	Months   [12]string
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
