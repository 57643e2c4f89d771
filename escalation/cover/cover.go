// Package cover looks ahead: for each step of the matrix and each moment of the days to come, who would
// be told, and where that is nobody, one person alone, or somebody over one channel. It asks the machine's
// own rule (escalation.Policy.Told), once for each stretch in which nothing changes. All is pure.
package cover

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tocsin/escalation"
)

// Finding is something that is wrong with who would be told, or probably not meant.
type Finding struct {
	Kind        string    // one of the Kind constants
	Text        string    // what is wrong, without when
	From, Until time.Time // when, half-open, on the organisation's clock; zero: always
	Times       int       // how many such stretches it stands for; 1 unless Grouped made it
}

// Kinds of finding.
const (
	KindUncovered     = "uncovered"     // a step would tell nobody over two channels
	KindCatchAll      = "catch-all"     // a step would tell catch_all only
	KindAlone         = "alone"         // a step that only one person ever answers
	KindPartTime      = "part-time"     // a role is left with one person while another cannot be reached
	KindGap           = "gap"           // nobody holds a rotation
	KindOneHolder     = "one-holder"    // one person holds a rotation alone
	KindAbsent        = "absent"        // the only holder or catch_all is away, and nobody stands in
	KindOneChannel    = "one-channel"   // a severity of which people are told over one channel only
	KindUnknown       = "unknown"       // what cannot be known from the configuration alone
	KindContradiction = "contradiction" // parts of the configuration that do not go together
	KindMaintenance   = "maintenance"   // a window that holds back pages of P0 or P1
	KindSandbox       = "sandbox"       // every channel is one
)

// Find goes through so many days from a moment on. Live are the channels that do send; nil: all. Where none does,
// a finding says so, and the rest is as if all did. Each stretch of time is a finding of its own, in order of time
// within its kind; Grouped joins them for reading.
func Find(p *escalation.Policy, from time.Time, days int, live map[escalation.Channel]bool) []Finding {
	s := newSurvey(p, from, days, live)
	return slices.Concat(
		s.sandboxes(), s.uncovered(), s.catchAll(), s.alone(), s.partTime(),
		s.gaps(), s.oneHolder(), s.away(), s.catchAllAway(), s.oneChannel(), s.contradictions(), s.maintenance(),
	)
}

// Grouped joins the findings that differ only in when: the earliest stands for all.
func Grouped(all []Finding) []Finding {
	type what struct{ kind, text string }
	var out []Finding
	first := map[what]int{}
	for _, f := range all {
		key := what{f.Kind, f.Text}
		if i, ok := first[key]; ok {
			out[i].Times += f.Times
			continue
		}
		first[key] = len(out)
		out = append(out, f)
	}
	return out
}

// Message is the finding as one sentence, with when in the organisation's time.
func (f Finding) Message() string {
	const layout = "Mon 2 January 2006 15:04 MST"
	switch {
	case f.From.IsZero():
		return f.Text
	case f.Times > 1:
		return fmt.Sprintf("%s: %d times, first from %s until %s", f.Text, f.Times, f.From.Format(layout), f.Until.Format(layout))
	default:
		return fmt.Sprintf("%s: from %s until %s", f.Text, f.From.Format(layout), f.Until.Format(layout))
	}
}

// always is a finding that does not depend on the time.
func always(kind, format string, args ...any) Finding {
	return Finding{Kind: kind, Text: fmt.Sprintf(format, args...), Times: 1}
}

func (s *survey) during(w span, kind, format string, args ...any) Finding {
	return Finding{Kind: kind, Text: fmt.Sprintf(format, args...), From: w.from.In(s.zone), Until: w.until.In(s.zone), Times: 1}
}

func byTime(a, b Finding) int { return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Text, b.Text)) }
