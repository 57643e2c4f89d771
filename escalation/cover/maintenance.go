package cover

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"tocsin/alerting"
	"tocsin/alerting/calendar/maintenance"
)

// year is how long a window's occurrences are counted for what they make up in a week.
const (
	year        = 52 * week
	week        = 7 * 24 * time.Hour
	occurrences = 60 * 24 * 365 // a cron schedule begins once a minute at most
)

// maintenance are the windows that begin within these days, or last, and can hold back P0 or P1.
func (s *survey) maintenance() []Finding {
	var out []Finding
	for _, w := range s.p.Maintenance {
		first, ok := s.firstOf(w)
		held := s.heldBack(w)
		if !ok || len(held) == 0 {
			continue
		}
		f := s.during(first, KindMaintenance, "the maintenance window %q holds back every page of %s about %s, %s a week; the first time",
			w.Name, and(words(held)), matchersOf(w), s.weekly(w))
		out = append(out, f)
	}
	return out
}

// firstOf is the first occurrence of a window that lasts within these days.
func (s *survey) firstOf(w maintenance.Window) (span, bool) {
	begins := w.Begins(s.from.Add(-w.Lasts))
	if begins.IsZero() || !begins.Before(s.until) {
		return span{}, false
	}
	return span{begins, begins.Add(w.Lasts)}, true
}

// weekly is for how long a window lasts in a week, counted over a year: "1 hour", "2.5 hours".
func (s *survey) weekly(w maintenance.Window) string {
	n, end := 0, s.from.Add(year)
	for at := w.Begins(s.from); !at.IsZero() && at.Before(end) && n < occurrences; at = w.Begins(at) {
		n++
	}
	hours := (time.Duration(n) * w.Lasts / (year / week)).Hours()
	switch text := strings.TrimSuffix(fmt.Sprintf("%.1f", hours), ".0"); text {
	case "0":
		return "less than 0.1 hours"
	case "1":
		return "1 hour"
	default:
		return text + " hours"
	}
}

// heldBack are those of P0 and P1 that an incident with labels which a window matches may have.
func (s *survey) heldBack(w maintenance.Window) []alerting.Severity {
	may := map[alerting.Severity]bool{}
	last := alerting.Rule{Severity: s.p.Classifier.Default}
	for _, rule := range append(slices.Clone(s.p.Classifier.Rules), last) {
		if !impossible(rule.Match, w.Match) {
			may[rule.Severity] = true
		}
		if implied(rule.Match, w.Match) {
			break // no later rule is asked about what the window matches
		}
	}
	return slices.DeleteFunc([]alerting.Severity{alerting.P0, alerting.P1}, func(sev alerting.Severity) bool { return !may[sev] })
}

// impossible reports whether no label can have the values that both ask for. Two patterns are taken to be
// compatible.
func impossible(a, b labels.Matchers) bool {
	all := slices.Concat(a, b)
	for _, m := range all {
		for _, o := range all {
			if m.Name == o.Name && m.Type == labels.MatchEqual && !o.Matches(m.Value) {
				return true
			}
		}
	}
	return false
}

// implied reports whether everything that the window matches matches the rule too.
func implied(rule, window labels.Matchers) bool {
	return !slices.ContainsFunc(rule, func(m *labels.Matcher) bool {
		return !slices.ContainsFunc(window, func(w *labels.Matcher) bool {
			return w.Name == m.Name && (w.String() == m.String() || w.Type == labels.MatchEqual && m.Matches(w.Value))
		})
	})
}

func matchersOf(w maintenance.Window) string {
	all := make([]string, len(w.Match))
	for i, m := range w.Match {
		all[i] = m.String()
	}
	return strings.Join(all, ", ")
}
