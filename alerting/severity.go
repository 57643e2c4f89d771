package alerting

import "fmt"

// Severity says how bad an incident is, by the operations manual's SOP 2. The zero value is the worst.
type Severity uint8

// The manual's four levels.
const (
	P0 Severity = iota // critical: system completely down, revenue impact
	P1                 // high: major functionality impaired, user impact
	P2                 // medium: minor functionality issues, workaround available
	P3                 // low: cosmetic issues, no user impact
)

// Severities lists every severity, worst first.
var Severities = [...]Severity{P0, P1, P2, P3}

var severityWords = [...]string{"critical", "high", "medium", "low"}

// ParseSeverity reads "P0" to "P3", in upper case as the configuration writes them.
func ParseSeverity(s string) (Severity, error) {
	if len(s) == 2 && s[0] == 'P' && s[1] >= '0' && s[1] <= '3' {
		return Severity(s[1] - '0'), nil
	}
	return 0, fmt.Errorf("%q is no severity: use P0, P1, P2 or P3", s)
}

func (s Severity) String() string { return fmt.Sprintf("P%d", uint8(s)) }

// Word is the manual's word for s: critical, high, medium or low.
func (s Severity) Word() string {
	if int(s) < len(severityWords) {
		return severityWords[s]
	}
	return "unknown"
}

// WorseThan reports whether s needs people sooner than o.
func (s Severity) WorseThan(o Severity) bool { return s < o }

// MarshalText writes "P0" to "P3".
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Severity) UnmarshalText(b []byte) error {
	v, err := ParseSeverity(string(b))
	if err != nil {
		return err
	}
	*s = v
	return nil
}
