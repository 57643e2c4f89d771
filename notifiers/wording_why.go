package notifiers

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/escalation"
)

// Kinds of page besides those that a step of the matrix has.
const (
	remindKind escalation.StepKind = "remind" // it is acknowledged, and still open
	clearKind  escalation.StepKind = "clear"  // it is resolved
)

// Why is why this page comes: the matrix's words, or those for its kind, and what it comes instead of. It is
// empty for a first page. What Tocsin itself says is in the reader's language; the matrix's words are as the
// configuration has them.
func (n Notice) Why() string {
	w := n.Brief.Locale.Words()
	says := Plain(n.Page.Says)
	switch {
	case n.Page.Kind == remindKind:
		return w.StillOpen
	case n.Page.Kind == clearKind:
		return w.AllClear
	case n.Page.Kind == escalation.AssignStep && says == "":
		says = w.AssignedHere
	case says == "":
		says = n.again()
	default:
		says = n.says()
	}
	return join(says, n.insteadWords())
}

// again is why an incident's first page comes once more: it is open again after its end, or the plan began
// anew (its severity has changed, or nobody has acknowledged it). It is empty in the first round.
func (n Notice) again() string {
	w := n.Brief.Locale.Words()
	switch plan := n.Brief.Plan; {
	case n.Page.Round < 2:
		return ""
	case plan.Start.After(n.Brief.Incident.OpenedAt) && plan.Start.Equal(plan.From):
		return w.Reopened
	}
	return fmt.Sprintf(w.Again, n.Brief.Incident.Severity)
}

func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// says is what a page says of why it comes, in the reader's language where Tocsin says it itself.
func (n Notice) says() string {
	if text, ok := n.Brief.Locale.Say(n.Page.Reason.Said); ok {
		return text
	}
	return Plain(n.Page.Says)
}
