package escalation

import (
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/alerting/calendar/maintenance"
	"tocsin/escalation/oncall"
)

// Policy is all that decisions depend on besides the incident and the time: one configuration's rules.
// It is never changed once made; a reload makes another.
type Policy struct {
	Config        string // the configuration's hash
	Classifier    alerting.Classifier
	GroupBy       []string      // labels that make the dedup key where the source brings no group
	ReopenWithin  time.Duration // the same problem again this soon reopens its incident
	ReorderWindow time.Duration // a firing of an episode resolved this recently came late
	Matrix        Matrix
	Directory     Directory
	Calendar      *calendar.Calendar
	Maintenance   []maintenance.Window // recurring windows: while one lasts, the plans that it matches pause
	Roster        Roster               // what people changed since the file was written; see With

	file *Policy // the same without a roster; nil if it has none
}

// Channel is a way to reach a person.
type Channel string

// The channels that the matrix may name.
const (
	SMS     Channel = "sms"
	Voice   Channel = "voice" // a telephone call
	Email   Channel = "email"
	Slack   Channel = "slack"
	Webhook Channel = "webhook" // a signed POST
	URL     Channel = "url"     // a service that has an address of its own: shoutrrr's
)

// Channels lists every channel.
var Channels = []Channel{SMS, Voice, Email, Slack, Webhook, URL}

// Matrix is, for each severity, the steps that are owed and when: the manual's SOP 2.
type Matrix map[alerting.Severity]Row

// Row is the matrix for one severity.
type Row struct {
	Meaning    string
	Channels   []Channel
	Steps      []Step
	AckTimeout time.Duration // acknowledged, then no word or act of a person for so long: open again; 0: never
	Repeat     Repeat
	Places     []Place       // told of each incident besides people
	Failover   time.Duration // a page that its channel has not accepted for so long goes another way; 0: none does
	Digest     string        // "09:00": pages over quiet channels wait for this time of day and leave together; empty: none
	Remind     time.Duration // acknowledged, then no word of a person for so long: told that it is still open; 0: never
	AllClear   bool          // who was told of it is told that it is resolved
}

// Place is told of a severity's incidents as a chat channel is: when one opens, changes and ends.
type Place struct {
	ID      string // its channel and the beginning of its address's hash: "url-3fa29c01"
	Channel Channel
	Address string // may hold secrets
}

// Repeat begins a row again, as a new round, where its last step has passed and nobody has acknowledged.
type Repeat struct {
	After calendar.Delay // counted from the last step's time
	Times int            // at most; 0: never
}

// Step is one line of the matrix.
type Step struct {
	After calendar.Delay // counted from the incident's opening, or from its raise or reopening
	Kind  StepKind
	Role  string
	Until Until  // what makes the step unnecessary
	Says  string // why this page comes, for steps that follow another: "initial response overdue"
}

// StepKind is what a step does.
type StepKind string

// Kinds of step.
const (
	PageStep   StepKind = "page"
	AssignStep StepKind = "assign" // gives the incident to somebody, and tells them
)

// Kinds of page that no step asks for.
const (
	RemindStep StepKind = "remind" // what is acknowledged is still open
	ClearStep  StepKind = "clear"  // it is resolved
)

// Until is the state that makes a step unnecessary. Resolved satisfies all three.
type Until string

// What a step may wait for.
const (
	UntilAcknowledged Until = "acknowledged" // the default
	UntilAssigned     Until = "assigned"
	UntilResolved     Until = "resolved"
)

// Directory is who there is.
type Directory struct {
	People    map[string]Person
	Roles     map[string]Role
	Rotations map[string]oncall.Rotation
	Absences  []Absence // the configuration's, and with a roster also its
	CatchAll  string    // a person, told when a step reaches nobody
}

// Person is somebody who may be paged.
type Person struct {
	ID    string // the configuration's key: "system-admin"
	Name  string
	Phone string // E.164
	Email string
	Slack string // Slack's user ID
	// Webhook and URL are addresses of their own; both may hold secrets, and are shown to nobody.
	Webhook  string // an HTTPS address
	URL      string // a shoutrrr address
	Language string // of what they are sent: "en", "de"; empty: the organisation's
	Reach    Reach
	Hours    *calendar.Calendar  // for ReachHours: their own hours
	Only     []alerting.Severity // if any: told of these severities only
	// Calendar is the business time of where they are; nil: the organisation's.
	Calendar *calendar.Calendar
	// Rules are how they want to be told, by severity; where there are none, over the row's channels at once.
	Rules map[alerting.Severity][]Rule
	Quiet Quiet
	// NoAccount: they cannot sign in, or only look; a manager answers a swap that is asked of them.
	NoAccount bool
}

// Rule is a personal one: over which channels, and how long after the step fires. A page that is not
// needed any more by then is not sent.
type Rule struct {
	Over  []Channel
	After time.Duration
}

// Quiet are hours in which a person's pages of P2 and P3 wait for their end.
type Quiet struct {
	Hours      *calendar.Calendar  // open while it is quiet; nil: never
	Severities []alerting.Severity // P2, P3 or both
}

// Absence is that somebody is away for days. They are told nothing; their deputy, if there is one, is
// told in their place.
type Absence struct {
	ID          int64
	Person      string
	From, Until time.Time // half-open
	Deputy      string    // a person, or empty
	Note        string
	By          string
	Warning     string // for whoever makes it: where it leaves a step with nobody of its role; not stored
}

// Address is where channel reaches the person, empty if it does not.
func (p Person) Address(c Channel) string {
	switch c {
	case SMS, Voice:
		return p.Phone
	case Email:
		return p.Email
	case Slack:
		return p.Slack
	case Webhook:
		return p.Webhook
	case URL:
		return p.URL
	}
	return ""
}

// Takes reports whether the person is told of incidents of this severity.
func (p Person) Takes(s alerting.Severity) bool {
	return len(p.Only) == 0 || slices.Contains(p.Only, s)
}

// Reach is when a person may be reached.
type Reach string

// When a person may be reached.
const (
	ReachAlways        Reach = "always"
	ReachBusinessHours Reach = "business-hours"
	ReachOnCall        Reach = "on-call" // while holding a rotation
	ReachHours         Reach = "hours"   // in Person.Hours
)

// Role is what a step of the matrix names: a rotation's holder, or people.
type Role struct {
	Rotation string
	People   []string
	Calendar *calendar.Calendar // in which its steps' business time counts; nil: the organisation's
}

// Roster is what people have changed while Tocsin runs. It is stored; a policy is given it by With.
type Roster struct {
	Version   int64                     // grows with each change
	Overrides []oncall.Override         // in force; of two that overlap, the later in the list
	Absences  []Absence                 // in addition to the configuration's
	Imported  map[string][]oncall.Shift // by rotation: what its iCal file or address says
}
