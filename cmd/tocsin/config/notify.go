package config

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// Notify says how a person wants to be told, by severity.
type Notify struct {
	P0 []NotifyRule `json:"P0" jsonschema_description:"Rules for P0, instead of the row's channels."`
	P1 []NotifyRule `json:"P1" jsonschema_description:"Rules for P1, instead of the row's channels."`
	P2 []NotifyRule `json:"P2" jsonschema_description:"Rules for P2, instead of the row's channels."`
	P3 []NotifyRule `json:"P3" jsonschema_description:"Rules for P3, instead of the row's channels."`
}

// NotifyRule is one personal rule.
type NotifyRule struct {
	Over  []escalation.Channel `json:"over" jsonschema:"required" jsonschema_description:"Over which channels; each once a severity."`
	After time.Duration        `json:"after" jsonschema:"default=0s,example=2m" jsonschema_description:"How long after the step; at most a day. A page that is not needed any more by then is not sent."`

	place value // for errors and warnings
}

// longestRule is how long a personal rule may let a page wait.
const longestRule = 24 * time.Hour

// bySeverity are the rules, worst first: the i-th are those of alerting.Severity(i).
func (n *Notify) bySeverity() []*[]NotifyRule { return []*[]NotifyRule{&n.P0, &n.P1, &n.P2, &n.P3} }

func readNotify(v value) Notify {
	var n Notify
	var fields []field
	for i, rules := range n.bySeverity() {
		fields = append(fields, key(alerting.Severity(i).String(), rules, readRules))
	}
	v.object(fields...)
	return n
}

func readRules(v value) []NotifyRule {
	out := some(readRule)(v)
	var seen []escalation.Channel
	for _, r := range out {
		for _, ch := range r.Over {
			if ch != "" && slices.Contains(seen, ch) {
				r.place.fail("%s stands twice in the rules for %s: each channel tells once", ch, v.key)
			}
		}
		seen = append(seen, r.Over...)
	}
	return out
}

func readRule(v value) NotifyRule {
	r := NotifyRule{place: v}
	v.object(
		required("over which channels, as in [sms]", key("over", &r.Over, unique(some(choice("channel", escalation.Channels...))))),
		key("after", &r.After, parsed("length of time", parseRuleDelay)),
	)
	return r
}

// parseRuleDelay reads how long a personal rule lets a page wait.
func parseRuleDelay(s string) (time.Duration, error) {
	d, err := parseDuration(s)
	if err == nil && d > longestRule {
		return 0, fmt.Errorf("%q is too long: a page may wait for a day at most", s)
	}
	return d, err
}

// rules are those of n as decisions see them; nil where there are none.
func (n Notify) rules() map[alerting.Severity][]escalation.Rule {
	var out map[alerting.Severity][]escalation.Rule
	for i, rules := range n.bySeverity() {
		for _, r := range *rules {
			if out == nil {
				out = map[alerting.Severity][]escalation.Rule{}
			}
			sev := alerting.Severity(i)
			out[sev] = append(out[sev], escalation.Rule{Over: r.Over, After: r.After})
		}
	}
	return out
}

// warnOfRules names what p's rules ask for and cannot get.
func (v value) warnOfRules(p Person) {
	contact := p.contact()
	keys := map[escalation.Channel]string{escalation.SMS: "phone", escalation.Voice: "phone"} // the rest are called as their channel
	for i, rules := range p.Notify.bySeverity() {
		sev := alerting.Severity(i)
		if len(*rules) > 0 && !contact.Takes(sev) {
			(*rules)[0].place.warn(KindUnused, "%s: %s has rules for it, but is not told of it (only)", sev, v.key)
		}
		for _, r := range *rules {
			for _, ch := range r.Over {
				if contact.Address(ch) == "" {
					r.place.warn(KindUnused, "%s: %s wants to be told over %s, but has no %s", sev, v.key, ch, cmp.Or(keys[ch], string(ch)))
				}
			}
		}
	}
}
