package alerting

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

const (
	maxKey   = 512 // bytes: a PostgreSQL index takes no more than 2,704 a row
	maxTitle = 200 // characters
)

// Arrive reads an event: which alert it is of, which incident it belongs to, how bad it is. groupBy names
// the labels that make the dedup key where the source brings neither group nor key.
func (e Event) Arrive(c *Classifier, groupBy []string) Arrival {
	severity, reason := c.Classify(e.Labels)
	return Arrival{
		Event: e, Fingerprint: e.Labels.Fingerprint(), Key: e.key(groupBy), Title: e.title(),
		Severity: severity, Reason: reason,
	}
}

// key is the source's name with what the alert shares with the others of its incident: the group's
// labels, or the source's own key, or the labels of groupBy, or, when it has none of these, all labels.
func (e Event) key(groupBy []string) string {
	if len(e.Group) == 0 && e.DedupKey != "" {
		return shortKey(e.Source + "/" + e.DedupKey)
	}
	shared := e.Group
	if len(shared) == 0 {
		shared = e.Labels.Only(groupBy)
	}
	if len(shared) == 0 {
		shared = e.Labels
	}
	return shortKey(e.Source + "/" + shared.String())
}

// shortKey cuts a key to maxKey; a hash of the whole at its end keeps it distinct.
func shortKey(s string) string {
	if len(s) <= maxKey {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	mark := "~" + hex.EncodeToString(sum[:8])
	end := maxKey - len(mark)
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + mark
}

// title is one line of at most maxTitle characters that tells people what is wrong.
func (e Event) title() string {
	name, summary := e.Labels["alertname"], e.summary()
	var t string
	switch {
	case name != "" && summary != "":
		t = name + ": " + summary
	case name != "":
		t = name + " " + e.Labels["service"]
	case summary != "":
		t = summary
	case len(e.Labels) > 0:
		t = e.Labels.String()
	}
	if t = OneLine(t, maxTitle); t == "" {
		return "Alert from " + e.Source
	}
	return t
}

// summary is the first line of the annotation that says best what is wrong; empty if there is none.
func (e Event) summary() string {
	for _, name := range [...]string{"summary", "title", "message", "description"} {
		s := strings.TrimSpace(e.Annotations[name])
		if end := strings.IndexAny(s, "\n\v\f\r\u0085\u2028\u2029"); end >= 0 {
			s = s[:end]
		}
		if s != "" {
			return s
		}
	}
	return ""
}
