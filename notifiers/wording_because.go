package notifiers

import (
	"fmt"

	"tocsin/escalation"
)

// Because is why this reader of all people is sent the page, as the end of a sentence: "the escalation rules
// name you for incident #412". It is Plain.
func (n Notice) Because() string {
	w, l, id := n.Brief.Locale.Words(), n.Brief.Locale, n.Page.IncidentID
	instead := n.instead()
	said := n.Page.Reason.Said
	switch {
	case n.Page.Kind == clearKind:
		return fmt.Sprintf(w.ForClear, id)
	case n.lastResort():
		return fmt.Sprintf(w.ForLastResort, id)
	case n.Page.Kind == remindKind:
		return fmt.Sprintf(w.ForRemind, id)
	case instead.person != "":
		return fmt.Sprintf(w.ForInstead, id, l.Name(instead.person))
	case n.Page.Kind == escalation.AssignStep:
		return fmt.Sprintf(w.ForAssign, id)
	case said.Key == "why.escalated":
		return fmt.Sprintf(w.ForEscalation, id, l.Name(said.Values["by"]))
	case said.Key == "why.shadow":
		return fmt.Sprintf(w.ForShadow, id, Plain(said.Values["rotation"]))
	}
	return fmt.Sprintf(w.ForPage, id)
}

// lastResort reports whether the page comes because nobody else can be reached: it is to catch_all, or to who
// stands in for them.
func (n Notice) lastResort() bool {
	key := n.Page.Reason.Said.Key
	return n.Page.Role == "catch_all" || key == "why.nobody" || key == "why.nobody_assigned"
}

// instead is what a page comes in place of: a channel of the same reader, or a person.
type instead struct{ channel, person string }

// insteadWords are empty for a page that comes the way it was first meant to.
func (n Notice) insteadWords() string {
	l := n.Brief.Locale
	switch i := n.instead(); {
	case i.person != "":
		return fmt.Sprintf(l.Words().InsteadOf, l.Name(i.person))
	case i.channel != "":
		return fmt.Sprintf(l.Words().Instead, l.Words().Channel(i.channel))
	}
	return ""
}

// instead is what the page's reason names: escalation's failover says there what it goes out instead of.
func (n Notice) instead() instead {
	v := n.Page.Reason.Values
	return instead{channel: Plain(v["instead_of_channel"]), person: Plain(v["instead_of_person"])}
}
