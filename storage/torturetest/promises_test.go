package torturetest

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/notifiers/notifierstest"
)

// wrongs are the broken promises, by promise. Until lifted the providers misbehaved.
func (a *account) wrongs(incidents int, lifted time.Time) map[string][]string {
	out := map[string][]string{"attempts that left more than once": a.twice}
	add := func(what, format string, args ...any) { out[what] = append(out[what], fmt.Sprintf(format, args...)) }
	first := a.firsts()
	for id := range a.opened {
		if took, ok := first[id]; !ok || took > reachWithin {
			add("incidents that reached nobody in time", "#%d: reached %v, after %s", id, ok, took)
		}
	}
	if len(a.opened) != incidents {
		add("incidents that were not opened", "%d of %d were", len(a.opened), incidents)
	}
	if p99 := percentile(a.healthy(), 99); p99 > healthyWithin || len(a.healthy()) < incidents {
		add("a channel that is well was held up", "p99 is %s, and %d of %d arrived", p99, len(a.healthy()), incidents)
	}
	if made, needed := a.attempts(); float64(made) > attemptsMost*float64(needed) {
		add("more attempts than needed", "%d were made, and %d were needed", made, needed)
	}
	for _, p := range a.pages {
		p.early(lifted, add)
		a.repeats(p, add)
		p.ended(add)
	}
	return out
}

// underWay is how long a request may have been on its way as another was told to wait.
const underWay = 500 * time.Millisecond

// pestered are the requests that a provider met while it was to be left alone, but for those under way then.
func pestered(name string, met []notifierstest.Met, lifted time.Time) (out []string) {
	for _, asked := range met {
		for _, m := range met {
			if after := m.At.Sub(asked.At); after > underWay && after < asked.Wait && m.At.Before(lifted) {
				out = append(out, fmt.Sprintf("%s, %s after it had asked for %s", name, after, asked.Wait))
			}
		}
	}
	return out
}

type complaint func(what, format string, args ...any)

// early looks for attempts before the time that the provider had asked for.
func (p *page) early(lifted time.Time, add complaint) {
	for i, t := range p.tries[:max(len(p.tries)-1, 0)] {
		next := p.tries[i+1]
		if t.met == nil || t.met.Wait == 0 || next.met == nil || next.met.At.After(lifted) {
			continue
		}
		if waited := next.met.At.Sub(t.met.At); waited < t.met.Wait {
			add("tried before Retry-After", "page %d over %s after %s", p.id, p.channel, waited)
		}
	}
}

// repeats looks at what people got again: only after a lost answer, one for each, and marked.
func (a *account) repeats(p *page, add complaint) {
	var before *try
	for _, t := range p.tries {
		if t.took().IsZero() {
			continue
		}
		if before != nil {
			switch {
			case before.known(t.at):
				add("repeats of what was known to have arrived", "page %d over %s, %s", p.id, p.channel, before.met.Fault)
			case !t.repeat || !marked(a.messages[t.attempt]):
				add("repeats that are not marked", "page %d over %s: %q", p.id, p.channel, a.messages[t.attempt])
			}
		}
		before = &t
	}
}

// marked reports whether a message says that it may be a repeat; a call's is in its address.
func marked(text string) bool {
	if plain, err := url.QueryUnescape(text); err == nil {
		text += plain
	}
	text = strings.ToLower(text)
	return strings.Contains(text, "possible repeat") || strings.Contains(text, "may be a repeat")
}

// ended looks for pages that were lost, or claim what the provider did not see.
func (p *page) ended(add complaint) {
	got := slices.ContainsFunc(p.tries, func(t try) bool { return !t.took().IsZero() })
	switch {
	case (p.state == "sent" || p.state == "delivered") && got, p.state == "skipped":
	case p.state == "failed" && p.cause != "" && !got:
	default:
		add("pages that were lost", "page %d to %s over %s is %s after %d tries (%s), and its provider has it: %v", p.id, p.person, p.channel, p.state, len(p.tries), p.cause, got)
	}
	for _, t := range p.tries {
		if t.met != nil && t.met.Objected != "" {
			add("messages that the provider refused", "page %d over %s: %s", p.id, p.channel, t.met.Objected)
		}
	}
}

// attempts counts the attempts of all pages, and those that there had to be: one for each page that was owed, and
// one more after each that the provider had refused, or whose answer was lost and not made good by a report.
func (a *account) attempts() (made, needed int) {
	for _, p := range a.pages {
		made += len(p.tries)
		if len(p.tries) == 0 {
			continue
		}
		if a.owed(p) {
			needed++
		}
		for i, t := range p.tries[1:] {
			if last := p.tries[i]; last.met != nil && last.met.Refused() && !last.known(t.at) {
				needed++
			}
		}
	}
	return made, needed
}

// owed reports whether a page had to be made: one in place of another only if that was not known to be accepted.
func (a *account) owed(p *page) bool {
	return !p.instead || slices.ContainsFunc(a.pages, func(o *page) bool {
		return o.incident == p.incident && o.person != room && o.due.Before(p.due) &&
			!slices.ContainsFunc(o.tries, func(t try) bool { return t.known(p.due) })
	})
}

// figures are for people to read.
func (a *account) figures(w *world) string {
	var b strings.Builder
	firsts := slices.Sorted(maps.Values(a.firsts()))
	fmt.Fprintf(&b, "%d incidents, %d pages, %d of them in place of others\n", len(a.opened), len(a.pages), a.count(func(p *page) bool { return p.instead }))
	fmt.Fprintf(&b, "until a P0 reached someone: p50 %s, p99 %s, longest %s\n", round(percentile(firsts, 50)), round(percentile(firsts, 99)), round(percentile(firsts, 100)))
	fmt.Fprintf(&b, "the channel that is well, due to accepted: p50 %s, p99 %s\n", round(percentile(a.healthy(), 50)), round(percentile(a.healthy(), 99)))
	made, needed := a.attempts()
	fmt.Fprintf(&b, "attempts: %d, necessary %d: %.3f times\n", made, needed, float64(made)/float64(max(needed, 1)))
	lost, repeats := 0, 0
	for _, p := range a.pages {
		got := 0
		for _, t := range p.tries {
			if !t.took().IsZero() {
				got++
			}
			if t.met != nil && t.met.Lost() {
				lost++
			}
		}
		repeats += max(got-1, 0)
	}
	fmt.Fprintf(&b, "pages whose answer was lost: %d; repeated: %d\n", lost, repeats)
	sick := w.sick()
	for _, name := range slices.Sorted(maps.Keys(sick)) {
		by := map[notifierstest.Fault]int{}
		for _, m := range sick[name].Met() {
			by[m.Fault]++
		}
		fmt.Fprintf(&b, "%s met %v\n", name, by)
	}
	return b.String()
}

func (a *account) count(ok func(*page) bool) (n int) {
	for _, p := range a.pages {
		if ok(p) {
			n++
		}
	}
	return n
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
