package notifiers

import (
	"context"
	"fmt"
	"slices"

	"tocsin/alerting"
	"tocsin/escalation"
)

// mail is one message on its way: the pages of a claim that are still needed, the worst first, each with what
// there is to say of its incident.
type mail struct {
	claim  Claim
	needed []Page
	briefs []Brief // of needed
	drops  []Dropped
}

// page leads the message.
func (m mail) page() Page {
	if len(m.needed) == 0 {
		return m.claim.Page
	}
	return m.needed[0]
}

func (m mail) brief() Brief {
	if len(m.briefs) == 0 {
		return Brief{}
	}
	return m.briefs[0]
}

// recheck reads what a claim is about as it is now. held is false if the claim is not ours any more. With an
// error that is final comes the claim as it was.
func (d *Dispatcher) recheck(c Claim) (m mail, held bool, err error) {
	m = mail{claim: c, needed: []Page{c.Page}}
	if len(c.Joined) == 0 {
		m.briefs = make([]Brief, 1)
		m.briefs[0], held, err = d.reread(c)
		if err == nil && held {
			m = sorted(c, c.Pages(), m.briefs)
		}
		return m, held, err
	}
	var briefs []Brief
	err = persist(d.root, c.patience(), func(ctx context.Context) (err error) {
		briefs, held, err = d.outbox.Gathered(ctx, c)
		return err
	})
	if err != nil || !held {
		return m, held, err
	}
	m = sorted(c, c.Pages(), briefs)
	if m.single() { // it leaves as if it had been alone
		m.briefs[0], held, err = d.reread(c.alone(m.needed[0].ID))
		if err == nil && held {
			again := sorted(c, m.needed, m.briefs)
			again.drops = append(again.drops, m.drops...)
			m = again
		}
	}
	return m, held, err
}

func (d *Dispatcher) reread(c Claim) (b Brief, held bool, err error) {
	err = persist(d.root, persistTimeout, func(ctx context.Context) (err error) {
		b, held, err = d.outbox.Recheck(ctx, c)
		return err
	})
	return b, held, err
}

// alone is the claim of one of its pages.
func (c Claim) alone(page int64) Claim {
	for _, j := range c.Joined {
		if j.Page.ID == page {
			return Claim{Page: j.Page, AttemptID: j.AttemptID, PossibleRepeat: j.PossibleRepeat}
		}
	}
	return Claim{Page: c.Page, AttemptID: c.AttemptID, PossibleRepeat: c.PossibleRepeat}
}

// sorted parts pages into those that are still needed and those that are not.
func sorted(c Claim, pages []Page, briefs []Brief) mail {
	m := mail{claim: c}
	for i, p := range pages {
		why := Unneeded(p, briefs[i])
		if why == "" {
			m.needed, m.briefs = append(m.needed, p), append(m.briefs, briefs[i])
			continue
		}
		m.drops = append(m.drops, Dropped{Page: p.ID, Why: why, Entry: notSent(p, why)})
	}
	return m
}

// single reports whether all pages of the message are about one incident: the first speaks for them all.
func (m mail) single() bool {
	return len(m.needed) > 0 && !slices.ContainsFunc(m.needed, func(p Page) bool {
		return p.IncidentID != m.needed[0].IncidentID || p.Message != nil && len(m.needed) > 1
	})
}

// bundle is what a message of several pages says; nil for one.
func (m mail) bundle() *Bundle {
	if len(m.needed) == 0 || m.single() {
		return nil
	}
	b := &Bundle{Digest: m.claim.Digest, Kind: m.kind()}
	all := m.repeat()
	seen := map[int64]bool{}
	for i, p := range m.needed {
		inc := m.briefs[i].Incident
		if seen[p.IncidentID] {
			continue
		}
		seen[p.IncidentID] = true
		b.Total++
		b.BySeverity[inc.Severity]++
		if len(b.Items) < BundleItems {
			b.Items = append(b.Items, BundleItem{Page: p, Incident: inc, PossibleRepeat: !all && m.claim.repeat(p.ID)})
		}
	}
	return b
}

// kind is what all pages of the message are, if they are reminders or all clears.
func (m mail) kind() escalation.StepKind {
	for _, kind := range []escalation.StepKind{escalation.RemindStep, escalation.ClearStep} {
		if !m.claim.Digest && !slices.ContainsFunc(m.needed, func(p Page) bool { return p.Kind != kind }) {
			return kind
		}
	}
	return escalation.PageStep
}

// repeat reports whether all of the message may have arrived before.
func (m mail) repeat() bool {
	return !slices.ContainsFunc(m.needed, func(p Page) bool { return !m.claim.repeat(p.ID) })
}

// skipped is the end of a message of which no page is needed any more.
func (m mail) skipped() Finish {
	first := m.drops[0]
	return Finish{Claim: m.claim, State: Skipped, Outcome: OutcomeSkipped, Error: first.Why, Entry: first.Entry, Dropped: m.drops}
}

// concluded is the end of a message's attempt, for those of its pages that were in it.
func (m mail) concluded(r Receipt, err error, spread float64) Finish {
	lead := m.claim
	lead.Page, lead.PossibleRepeat = m.page(), m.repeat()
	f := concluded(lead, r, err, spread)
	f.Claim, f.Dropped, f.Rev = m.claim, m.drops, m.brief().Incident.Rev
	if n := len(m.needed) - 1; n > 0 {
		f.Ref = nil
		f.Entry.Text += fmt.Sprintf(" (in one message with %d more)", n)
	}
	return f
}

func notSent(p Page, why string) alerting.Entry {
	return entry(alerting.KindPageSkipped, why, "Page to %s over %s not sent: %s", p.Person, p.Channel, why)
}
