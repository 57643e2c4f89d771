package notifiers

import (
	"fmt"
	"strings"

	"tocsin/escalation"
)

// Because is why this reader of all people is sent the page, as the end of a sentence: "the escalation rules
// name you for incident #412". It is Plain.
func (n Notice) Because() string {
	w, l, id := n.Brief.Locale.Words(), n.Brief.Locale, n.Page.IncidentID
	instead := n.instead()
	escalated, byHand := strings.CutPrefix(n.Page.Says, "escalated by ")
	rotation, shadow := strings.CutPrefix(n.Page.Says, shadowWords)
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
	case byHand:
		return fmt.Sprintf(w.ForEscalation, id, l.Name(escalated))
	case shadow:
		return fmt.Sprintf(w.ForShadow, id, Plain(rotation))
	}
	return fmt.Sprintf(w.ForPage, id)
}

// lastResort reports whether the page comes because nobody else can be reached: it is to catch_all, or to who
// stands in for them.
func (n Notice) lastResort() bool {
	return n.Page.Role == "catch_all" || strings.Contains(n.Page.Says, toldWords) || strings.Contains(n.Page.Says, givenWords)
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

// instead reads what escalation's failover writes as a page's reason: "sms was not accepted within 10 s; voice
// instead, over voice", and ", and no channel of ada is left; bob instead" where it goes to somebody else.
func (n Notice) instead() instead {
	if !strings.HasSuffix(n.Page.Reason.Rule, ".failover") {
		return instead{}
	}
	if _, after, ok := strings.Cut(n.Page.Reason.Text, ", and no channel of "); ok {
		if who, _, ok := strings.Cut(after, " is left; "); ok {
			return instead{person: Plain(who)}
		}
	}
	channel, _, _ := strings.Cut(n.Page.Reason.Text, " ")
	return instead{channel: Plain(channel)}
}
