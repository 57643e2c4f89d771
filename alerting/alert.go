package alerting

import "time"

// Status is where an alert stands.
type Status string

// The states of an alert.
const (
	Firing     Status = "firing"
	Resolved   Status = "resolved"
	Suppressed Status = "suppressed" // held back for a stored reason; opens no incident
)

// Event is one alert as a source delivered it, once. Decoders in alerting/receive and Tocsin's own
// probes make them; nothing in an Event has been decided by Tocsin yet.
type Event struct {
	Source string // the configured source's name
	// Group holds the labels of the group that the source put the alert in; empty if it has none.
	Group Labels
	// DedupKey is the key that the source itself chose (PagerDuty); empty otherwise.
	DedupKey     string
	Status       Status // Firing or Resolved
	Labels       Labels
	Annotations  Labels
	StartsAt     time.Time // whole microseconds, UTC; zero if the source did not say
	EndsAt       time.Time // zero while firing
	GeneratorURL string
}

// Arrival is an event that Tocsin has read: who it is, which incident it belongs to, how bad it is.
type Arrival struct {
	Event
	Fingerprint string // of the labels: Labels.Fingerprint
	Key         string // the dedup key of its incident
	Title       string // the incident's title, should it open one
	Severity    Severity
	Reason      Reason // why this severity
}

// Alert is the newest episode of a fingerprint as it is stored: fingerprint and StartsAt are one episode.
type Alert struct {
	ID           int64
	Source       string
	Fingerprint  string
	IncidentID   int64 // 0 for one that never opened an incident
	Status       Status
	Severity     Severity
	Labels       Labels
	Annotations  Labels
	StartsAt     time.Time // the sender's clock
	EndsAt       time.Time // the sender's clock; zero while firing
	FirstSeen    time.Time // when Tocsin first took this episode in
	LastSeen     time.Time
	ResolvedAt   time.Time // when Tocsin learned of the end; zero while firing
	Count        int64     // deliveries of this episode
	GeneratorURL string
	Reason       Reason // why this severity; if suppressed, why
}
