package notifiers

import (
	"fmt"
	"strings"

	"tocsin/escalation"
)

// Kinds of page besides those that a step of the matrix has.
const (
	remindKind escalation.StepKind = "remind" // it is acknowledged, and still open
	clearKind  escalation.StepKind = "clear"  // it is resolved
)

// Why is why this page comes: the matrix's words, or those for its kind. It is empty for a first page. What
// Tocsin itself says is in the reader's language; the matrix's words are as the configuration has them.
func (n Notice) Why() string {
	w := n.Brief.Locale.Words()
	says := Plain(n.Page.Says)
	switch n.Page.Kind {
	case remindKind:
		return w.StillOpen
	case clearKind:
		return w.AllClear
	case escalation.AssignStep:
		if says == "" {
			return w.AssignedHere
		}
	}
	return n.Brief.Locale.says(says)
}

// says is what a person's answer made a page say (escalation writes it in English), in the reader's language.
func (l Locale) says(english string) string {
	w := l.Words()
	if who, ok := strings.CutPrefix(english, "escalated by "); ok {
		return fmt.Sprintf(w.EscalatedBy, who)
	}
	if who, ok := strings.CutPrefix(english, "assigned to you by "); ok {
		return fmt.Sprintf(w.AssignedBy, who)
	}
	if people, ok := strings.CutPrefix(english, "handed over from you to "); ok {
		if to, by, ok := strings.Cut(people, " by "); ok {
			return fmt.Sprintf(w.HandedOver, to, by)
		}
	}
	return english
}
