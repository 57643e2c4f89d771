package notifiers

import (
	"fmt"
	"strings"

	"tocsin/alerting"
	"tocsin/escalation"
)

// list is the list among a sentence's values. Each is one line of such a value; what stands behind a tab tells
// more of it.
func (l Locale) list(v map[string]string) []string {
	w := l.Words()
	var out []string
	for line := range strings.Lines(v["list"]) {
		out = append(out, Plain(line))
	}
	for line := range strings.Lines(v["people"]) {
		who, over, _ := strings.Cut(line, "\t")
		ways := strings.Fields(over)
		for i, ch := range ways {
			ways[i] = w.Way(Plain(ch))
		}
		out = append(out, fmt.Sprintf(w.Over, l.Name(who), strings.Join(ways, ", ")))
	}
	for line := range strings.Lines(v["incidents"]) {
		name, by, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if name = Plain(name); by != "" {
			name += " (" + fmt.Sprintf(w.DoneBy, w.Acknowledged, l.Name(by)) + ")"
		}
		out = append(out, name)
	}
	for line := range strings.Lines(v["told"]) {
		name, resolved, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if name = Plain(name); resolved != "" {
			name += " (" + w.Resolved + ")"
		}
		out = append(out, name)
	}
	return out
}

// does is what a step of this kind does to a role.
func (l Locale) does(kind, role string) string {
	return l.Step(&escalation.PlannedStep{Kind: escalation.StepKind(kind), Role: role})
}

// sampleSentences are what a sentence of the configuration is tried with: one that has all there may be, and one
// that has little.
func sampleSentences(_, language string) []any {
	l := Locale{Language: language}
	full := l.sentence(sampleSaid())
	full.What = "it is not resolved"
	bare := Sentence{Number: 1, Count: 1, By: "a", Who: "a", Text: "a", Role: "a", List: []string{"#1"}, What: "a", Words: l.Words()}
	bare.At, bare.Until, bare.Span = full.At, full.Until, full.Span
	return []any{full, bare}
}

// sampleSaid has every value that a sentence may have.
func sampleSaid() alerting.Said {
	return alerting.Say(
		"", "id", "412", "into", "413", "title", "SystemDown backend", "severity", "P0", "was", "P2", "by", "ada", "who", "bob", "other", "eve",
		"role", "manager", "rotation", "primary", "kind", "page", "step", "2", "count", "3", "more", "2", "channel", "sms", "window", "weekly", "text", "the disk is full",
		"at", "2026-03-02T02:41:07Z", "from", "2026-03-02T08:00:00Z", "until", "2026-03-09T08:00:00Z", "now", "2026-03-02T02:41:07Z",
		"list", "#412\n#413", "people", "bob\tsms email",
	)
}
