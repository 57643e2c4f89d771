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

// Paged is a page that a person was to get, as it is stored.
type Paged struct {
	Step    int // index in the plan; negative: beside it
	Round   int
	Channel Channel
	State   string
	At      time.Time // when it was ordered
	Reason  alerting.Reason
}

// Because says of one thing that happened, or is to come, why a person was told of it or was not.
type Because struct {
	At     time.Time // when it happened, or is due
	Step   int       // counted from 1; 0: beside the plan
	Paged  bool
	ToCome bool             // the step has not fired yet: what it would do as things stand
	Text   string           // a sentence
	Rule   string           // the configuration's path to what decided
	Tried  []alerting.Tried // whatever was looked at before, each with the first clause that failed
}

// Why says, in order of time, why a person was told of each step of an incident or was not: from the reasons
// that are stored with the timeline, the plan and the person's pages, and for the steps to come from the
// policy as it is at a moment. entries are the whole timeline, pages the person's.
func (p *Policy) Why(person string, c Case, entries []alerting.Entry, pages []Paged, at time.Time) []Because {
	w := why{person: person, pages: slices.Clone(pages)}
	for _, e := range entries {
		w.past(e)
	}
	for i, s := range c.Plan.Steps {
		if s.State == StepSkipped && !w.has(i, s.At) {
			w.skipped(i, s.At, s.Reason)
		}
	}
	w.toCome(c.Plan, p.Foretell(c, at))
	w.beside()
	slices.SortStableFunc(w.out, func(a, b Because) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Step, b.Step)) })
	return w.out
}

// why gathers what there is to say of a person.
type why struct {
	person string
	pages  []Paged // that no step has explained yet
	out    []Because
}

// past explains an entry of the timeline that says what became of a step.
func (w *why) past(e alerting.Entry) {
	i, ok := stepOf(e.Reason.Rule)
	switch {
	case e.Kind == alerting.KindStepSkipped && ok:
		w.skipped(i, e.At, e.Reason)
	case e.Kind == alerting.KindStepFired && ok:
		w.fired(i, e)
	}
}

func (w *why) skipped(i int, at time.Time, r alerting.Reason) {
	w.out = append(w.out, Because{
		At: at, Step: i + 1, Rule: r.Rule, Tried: r.Tried,
		Text: fmt.Sprintf("Step %d was skipped, so nobody was told: %s.", i+1, r.Text),
	})
}

// fired explains a step that fired: by the person's pages, by the clause that passed them over, or by who
// holds its role.
func (w *why) fired(i int, e alerting.Entry) {
	b := Because{At: e.At, Step: i + 1, Rule: e.Reason.Rule, Tried: e.Reason.Tried}
	mine := w.take(func(p Paged) bool { return p.Step == i && p.At.Equal(e.At) })
	missed := ""
	for _, t := range e.Reason.Tried {
		if t.Rule == "people."+w.person {
			missed = t.Why
			break
		}
	}
	switch {
	case len(mine) > 0:
		b.Paged, b.Rule = true, cmp.Or(mine[0].Reason.Rule, b.Rule)
		b.Text = fmt.Sprintf("Step %d told %s: %s.", i+1, w.person, pagesText(mine))
	case missed != "":
		b.Rule = "people." + w.person
		b.Text = fmt.Sprintf("Step %d did not tell %s, who %s.", i+1, w.person, missed)
	default:
		b.Text = fmt.Sprintf("Step %d did not tell %s, who does not hold %s: %s.", i+1, w.person, roleOf(e.Reason), e.Reason.Text)
	}
	w.out = append(w.out, b)
}

// beside explains the pages that belong to no step: somebody assigned or escalated.
func (w *why) beside() {
	for len(w.pages) > 0 {
		first := w.pages[0]
		mine := w.take(func(p Paged) bool { return p.Step == first.Step && p.Round == first.Round })
		b := Because{At: first.At, Paged: true, Rule: first.Reason.Rule, Tried: first.Reason.Tried, Text: fmt.Sprintf("%s was told beside the plan: %s.", w.person, pagesText(mine))}
		if first.Step >= 0 {
			b.Step = first.Step + 1
			b.Text = fmt.Sprintf("Step %d told %s: %s.", b.Step, w.person, pagesText(mine))
		}
		w.out = append(w.out, b)
	}
}

func (w *why) take(which func(Paged) bool) (taken []Paged) {
	w.pages = slices.DeleteFunc(w.pages, func(p Paged) bool {
		if which(p) {
			taken = append(taken, p)
			return true
		}
		return false
	})
	return taken
}

func (w *why) has(i int, at time.Time) bool {
	return slices.ContainsFunc(w.out, func(b Because) bool { return b.Step == i+1 && b.At.Equal(at) })
}

// pagesText is why a person was paged, and what came of it over each channel.
func pagesText(pages []Paged) string {
	over := make([]string, len(pages))
	for i, p := range pages {
		over[i] = string(p.Channel)
		if p.State != "" { // it has been ordered
			over[i] += " (" + p.State + ")"
		}
		if _, how, ok := strings.Cut(p.Reason.Text, ", over "+string(p.Channel)); ok && how != "" {
			over[i] += strings.TrimPrefix(how, ",")
		}
	}
	text, _, _ := strings.Cut(pages[0].Reason.Text, ", over "+string(pages[0].Channel))
	return text + "; over " + strings.Join(over, ", ")
}

// stepOf reads the step's index from the rule that stepRule wrote.
func stepOf(rule string) (int, bool) {
	_, rest, ok := strings.Cut(rule, ".steps[")
	number, end, closed := strings.Cut(rest, "]")
	i, err := strconv.Atoi(number)
	return i, ok && closed && end == "" && err == nil && i >= 0
}

func roleOf(r alerting.Reason) string {
	if role := r.Values["role"]; role != "" {
		return role
	}
	return "its role"
}
