package config

import "log/slog"

// Secret is a value that is never printed: not by fmt, not in a log, not as JSON. Convert it to a string
// where it is used.
type Secret string

const unprinted = "(secret)"

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return unprinted
}

// GoString hides the value from %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the value from JSON and every other encoding.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the value from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
