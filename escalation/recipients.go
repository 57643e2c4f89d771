package escalation

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/alerting"
)

// recipient is a person whom a step tells, over which channels, and why.
type recipient struct {
	person Person
	sends  []send
	why    string
	says   string        // instead of the step's words, if not empty
	said   alerting.Said // the same as data
	missed string        // of the last resort: the role that reaches nobody; empty where it is told for another cause
	stand  stand
}

// stand is how a recipient comes to be told.
type stand uint8

const (
	ofRole     stand = iota // holds the role, or stands in for whoever does
	asShadow                // told along; neither answers for it nor is given it
	asCatchAll              // told because the role reaches nobody
)

// nobody reports whether a step's role reaches nobody: at most a shadow or catch_all is told.
func nobody(rs []recipient) bool {
	return !slices.ContainsFunc(rs, func(r recipient) bool { return r.stand == ofRole })
}

// orders are r's pages of a step, one for each channel. Nobody looks whether those of a shadow are accepted, nor
// reminders; of a row without failover those of a P0 or P1 are looked at if they are refused for good.
func (r recipient) orders(step int, s PlannedStep, plan Plan, now time.Time) []Order {
	out := make([]Order, len(r.sends))
	for i, send := range r.sends {
		out[i] = Order{
			Step: step, Kind: s.Kind, Role: s.Role, Person: r.person.ID, Channel: send.channel, Until: s.Until, Says: r.words(s),
			NotBefore: send.notBefore, Digest: send.digest,
			Reason: alerting.Reason{Text: fmt.Sprintf("%s, over %s%s", r.why, send.channel, send.why), Rule: "roles." + s.Role, Config: plan.Config, Said: r.data(s)},
		}
		switch {
		case r.stand == asShadow, s.Kind == RemindStep:
		case plan.Failover > 0:
			out[i].AcceptBy = latest(now, send.notBefore).Add(plan.Failover)
		case plan.Severity <= alerting.P1:
			out[i].AcceptBy = whenRefused()
		}
	}
	return out
}

// words are what a page of a step says of why it comes: to the last resort first that the role reaches nobody.
func (r recipient) words(s PlannedStep) string {
	if r.missed == "" {
		return cmp.Or(r.says, s.Says)
	}
	text := r.missed + " reaches nobody, so you are told"
	if s.Kind == AssignStep {
		text = r.missed + " reaches nobody, so it is assigned to you"
	}
	if s.Says != "" {
		text += ": " + s.Says
	}
	return text
}

// data is words as data; it is missing where they are the matrix's own.
func (r recipient) data(s PlannedStep) alerting.Said {
	switch {
	case r.missed != "" && s.Kind == AssignStep:
		return alerting.Say("why.nobody_assigned", "role", r.missed, "text", s.Says)
	case r.missed != "":
		return alerting.Say("why.nobody", "role", r.missed, "text", s.Says)
	case r.says != "":
		return r.said
	}
	return s.said
}

// recipients says who a step tells at now. Whoever is passed over stands in the reason with the first
// clause that failed. If nobody is left, it is catch_all or their deputy, whenever they may be reached.
// An assignment tells only whom it assigns; a page tells the shadows of the role's rotation along.
func (p *Policy) recipients(c Case, s PlannedStep, now time.Time) ([]recipient, alerting.Reason) {
	sev, via := c.Plan.Severity, c.Plan.route(s.AskedBy != "")
	h := p.Directory.holders(s.Role, now)
	reason := alerting.Reason{Text: h.why, Values: map[string]string{"role": s.Role, "at": clock(now)}}
	if h.override != 0 {
		reason.Values["override"] = strconv.FormatInt(h.override, 10)
	}
	var out []recipient
	for _, person := range h.people {
		r, tried, ok := p.reach(person, h, sev, via, now)
		reason.Tried = append(reason.Tried, tried...)
		if !ok || slices.ContainsFunc(out, func(o recipient) bool { return o.person.ID == r.person.ID }) {
			continue
		}
		if r.why == "" {
			r.why = fmt.Sprintf("%s holds %s: %s", r.person.Name, s.Role, h.why)
		}
		out = append(out, r)
	}
	who, placed := c.Incident.Assignee, p.inTheirPlace(out, h, sev, via)
	switch {
	case s.Kind == AssignStep && who != "" && (len(out) > 0 || who != p.Directory.CatchAll && who != p.lastResort(sev, via, now).person.ID):
		if out = p.whoHasIt(out, placed, h, c, via, now); len(out) == 0 {
			reason.Text = fmt.Sprintf("assigned to %s already, who cannot be told now", who)
			return nil, reason
		}
	case len(out) == 0:
		out, reason = p.catchAll(s.Role, h.rotation, sev, via, reason, now)
	case s.Kind == AssignStep:
		out = placed[:1]
	default:
		out = placed
	}
	if s.Kind == PageStep {
		out = p.withShadows(out, h.rotation, sev, via, now)
	}
	for _, r := range out {
		if held := r.held(); held != "" {
			reason.Values["held."+r.person.ID] = held
		}
	}
	return out, reason
}

// reach decides whether somebody who holds a role is told, or their deputy in their place. tried says why
// not, for each who is passed over.
func (p *Policy) reach(person Person, h holding, sev alerting.Severity, via route, now time.Time) (r recipient, tried []alerting.Tried, ok bool) {
	pass := func(id, why string) { tried = append(tried, alerting.Tried{Rule: "people." + id, Why: why}) }
	if !person.Takes(sev) {
		pass(person.ID, notTold(person, sev))
		return r, tried, false
	}
	absence, away := p.Directory.away(person.ID, now)
	if !away {
		r, miss := p.reachHere(person, h, sev, via, now)
		if miss != "" {
			pass(person.ID, miss)
		}
		return r, tried, miss == ""
	}
	pass(person.ID, p.isAway(absence))
	deputy, known := p.Directory.People[absence.Deputy]
	if !known {
		return r, tried, false
	}
	miss := ""
	if also, away := p.Directory.away(deputy.ID, now); away {
		miss = p.isAway(also)
	} else {
		r, miss = p.reachHere(deputy, h, sev, via, now)
	}
	if miss != "" {
		pass(deputy.ID, fmt.Sprintf("stands in for %s and %s", person.ID, miss))
		return r, tried, false
	}
	r.why = fmt.Sprintf("%s stands in for %s, who %s", deputy.Name, person.Name, p.isAway(absence))
	return r, tried, true
}

// reachHere decides whether somebody who is not away is told; miss says why not.
func (p *Policy) reachHere(person Person, h holding, sev alerting.Severity, via route, now time.Time) (r recipient, miss string) {
	if miss := p.unreachable(person, sev, h.rotation != "", now); miss != "" {
		return r, miss
	}
	sends := p.sends(person, sev, via, now)
	if len(sends) == 0 {
		return r, "has no address for " + join(via.channels)
	}
	return recipient{person: person, sends: sends}, ""
}

// withShadows adds those who shadow a rotation, over email and slack where the severity's row has them.
func (p *Policy) withShadows(out []recipient, rotation string, sev alerting.Severity, via route, now time.Time) []recipient {
	if rotation == "" {
		return out
	}
	quiet := slices.DeleteFunc(slices.Clone(via.channels), func(c Channel) bool { return c != Email && c != Slack })
	for _, id := range p.Directory.Rotations[rotation].ShadowsAt(now) {
		person, ok := p.Directory.People[id]
		_, away := p.Directory.away(id, now)
		told := slices.ContainsFunc(out, func(r recipient) bool { return r.person.ID == id })
		if !ok || away || told || !person.Takes(sev) {
			continue
		}
		r := recipient{person: person, why: fmt.Sprintf("%s shadows rotation %s", person.Name, rotation), says: "you shadow " + rotation, said: alerting.Say("why.shadow", "rotation", rotation), stand: asShadow}
		for _, ch := range person.over(quiet) {
			r.sends = append(r.sends, p.put(person, send{channel: ch}, sev, via.digest, now))
		}
		out = append(out, r)
	}
	return out
}

// catchAll is the last resort where a role reaches nobody. The reason keeps the entry of the schedule that gave
// the role to whom it does not reach.
func (p *Policy) catchAll(role, rotation string, sev alerting.Severity, via route, reason alerting.Reason, now time.Time) ([]recipient, alerting.Reason) {
	missed := make([]string, len(reason.Tried))
	for i, t := range reason.Tried {
		missed[i] = strings.TrimPrefix(t.Rule, "people.") + " " + t.Why
	}
	if len(missed) == 0 && reason.Text != "" {
		missed = []string{reason.Text}
	}
	why := fmt.Sprintf("%s reaches nobody", role)
	if rotation != "" && len(reason.Tried) > 0 {
		why = reason.Text + ": " + why
	}
	if len(missed) > 0 {
		why += " (" + strings.Join(missed, "; ") + ")"
	}
	r := p.lastResort(sev, via, now)
	if len(r.sends) == 0 {
		reason.Text = why + ", and there is no catch_all who can be told"
		return nil, reason
	}
	reason.Text = why + ": catch_all is told instead"
	if r.person.ID != p.Directory.CatchAll {
		reason.Text = why + ": " + r.why + ", and is told instead"
		absence, _ := p.Directory.away(p.Directory.CatchAll, now)
		reason.Tried = append(reason.Tried, alerting.Tried{Rule: "people." + p.Directory.CatchAll, Why: "is catch_all and " + p.isAway(absence)})
	}
	r.why += ": " + why
	r.missed = role
	return []recipient{r}, reason
}

// whoHasIt is whom an assign step tells where somebody has the incident: them alone, or their deputy, whether or
// not they are of its role. placed are those of the role with the deputies of whose pages would wait too long.
func (p *Policy) whoHasIt(out, placed []recipient, h holding, c Case, via route, now time.Time) []recipient {
	isWho := func(r recipient) bool { return r.person.ID == c.Incident.Assignee }
	if k := slices.IndexFunc(placed, isWho); k >= 0 {
		return placed[k : k+1]
	}
	if k := slices.IndexFunc(out, isWho); k >= 0 {
		return p.inTheirPlace(out[k:k+1], h, c.Plan.Severity, via)
	}
	person, ok := p.Directory.People[c.Incident.Assignee]
	if !ok {
		return nil
	}
	r, _, ok := p.reach(person, holding{}, c.Plan.Severity, via, now)
	if !ok {
		return nil
	}
	if r.why == "" {
		r.why = person.Name + " has the incident"
	}
	return p.inTheirPlace([]recipient{r}, holding{}, c.Plan.Severity, via)
}

func join[T ~string | alerting.Severity](list []T) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ", ")
}
