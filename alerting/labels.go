package alerting

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
)

// Labels name an alert; by them it is known.
type Labels map[string]string

// Fingerprint is the identity of a label set: 16 hexadecimal digits, the same that Prometheus and
// Alertmanager give it (FNV-1a, 64 bits, over the sorted names and values, each closed by 0xFF).
func (l Labels) Fingerprint() string {
	const offset, prime = uint64(14695981039346656037), uint64(1099511628211)
	h := offset
	add := func(s string) {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * prime
		}
		h = (h ^ 0xff) * prime
	}
	for _, name := range l.Names() {
		add(name)
		add(l[name])
	}
	return hex.EncodeToString(binary.BigEndian.AppendUint64(nil, h))
}

// Names are the label names, sorted.
func (l Labels) Names() []string {
	names := make([]string, 0, len(l))
	for n := range l {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Only returns the labels among names that l has.
func (l Labels) Only(names []string) Labels {
	out := Labels{}
	for _, n := range names {
		if v, ok := l[n]; ok {
			out[n] = v
		}
	}
	return out
}

// String is the labels as Prometheus prints them, sorted: {alertname="SystemDown", "host.name"="b1"}.
// Different labels never print alike.
func (l Labels) String() string {
	b := []byte{'{'}
	for i, n := range l.Names() {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = strconv.AppendQuote(append(appendName(b, n), '='), l[n])
	}
	return string(append(b, '}'))
}

// appendName writes a label name, in quotes unless it is letters, digits and underscores and does not
// begin with a digit.
func appendName(b []byte, n string) []byte {
	for i := range len(n) {
		c := n[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return strconv.AppendQuote(b, n)
		}
	}
	if n == "" {
		return append(b, `""`...)
	}
	return append(b, n...)
}
