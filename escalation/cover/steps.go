package cover

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/alerting"
	"tocsin/escalation"
)

// remark is something about an ask's steps that other asks' may share.
type remark struct {
	kind, role, text string
	span             span
	times            int // how many such stretches the span is the first of
}

// remarks gathers what is found about asks, so that one finding names all the steps it is about.
type remarks struct {
	order []remark
	about map[remark][]ask
}

func (r *remarks) add(a ask, w span, kind, format string, args ...any) {
	r.addFirst(a, w, 1, kind, format, args...)
}

// addFirst is add for the first of several stretches, which stands for all of them.
func (r *remarks) addFirst(a ask, w span, times int, kind, format string, args ...any) {
	if r.about == nil {
		r.about = map[remark][]ask{}
	}
	key := remark{kind, a.role, fmt.Sprintf(format, args...), w, times}
	if len(r.about[key]) == 0 {
		r.order = append(r.order, key)
	}
	r.about[key] = append(r.about[key], a)
}

// findings are the remarks with the names of their steps: "P0 step 4 and P1 step 3 (senior-engineer): ...".
func (s *survey) findings(r remarks) []Finding {
	var out []Finding
	for _, key := range r.order {
		text := fmt.Sprintf("%s (%s): %s", s.steps(r.about[key]), key.role, key.text)
		if key.span == (span{}) {
			out = append(out, always(key.kind, "%s", text))
		} else {
			f := s.during(key.span, key.kind, "%s", text)
			f.Times = key.times
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, byTime)
	return out
}

// steps names the steps of asks: "P0 steps 1 and 2, P1 step 3".
func (s *survey) steps(asks []ask) string {
	var out []string
	for _, sev := range alerting.Severities {
		var numbers []string
		for i, step := range s.p.Matrix[sev].Steps {
			if slices.Contains(asks, askOf(sev, step)) {
				numbers = append(numbers, fmt.Sprint(i+1))
			}
		}
		switch len(numbers) {
		case 0:
		case 1:
			out = append(out, fmt.Sprintf("%s step %s", sev, numbers[0]))
		default:
			out = append(out, fmt.Sprintf("%s steps %s", sev, and(numbers)))
		}
	}
	if len(out) == 2 {
		return and(out)
	}
	return strings.Join(out, ", ")
}

// names are the people who are told, in order.
func names(t escalation.Telling) []string {
	out := make([]string, len(t.People))
	for i, p := range t.People {
		out[i] = p.Person
	}
	return out
}

// and is "a", "a and b", "a, b and c".
func and[T ~string](list []T) string {
	words := make([]string, len(list))
	for i, w := range list {
		words[i] = string(w)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
