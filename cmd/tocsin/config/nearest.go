package config

import (
	"fmt"
	"strings"
)

// hint helps somebody who wrote a name that is not among names: the nearest one, or all if they are few.
func hint(wrong string, names []string) string {
	if near := nearest(wrong, names); near != "" {
		return fmt.Sprintf(": did you mean %q?", near)
	}
	if len(names) > 0 && len(names) <= 12 {
		return ": use " + oneOf(names)
	}
	return ""
}

// Hint is what to say after a name that is not among names: `: did you mean "ada"?`, or which there are if they
// are few; else nothing.
func Hint(wrong string, names []string) string { return hint(wrong, names) }

// oneOf joins names for a sentence: "a, b or c".
func oneOf(names []string) string { return joined(names, "or") }

// and joins names for a sentence: "a, b and c".
func and(names []string) string { return joined(names, "and") }

func joined(names []string, last string) string {
	n := len(names) - 1
	if n <= 0 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:n], ", ") + " " + last + " " + names[n]
}

// nearest is the name that a typist most probably meant by wrong; empty if none comes near: a third of
// its letters may be mistyped, and at least one, whatever the case.
func nearest(wrong string, names []string) string {
	if len(wrong) > 100 {
		return ""
	}
	best, least := "", max(1, len([]rune(wrong))/3)+1
	for _, n := range names {
		if d := distance(strings.ToLower(wrong), strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	return best
}

// distance counts the letters to add, drop, change, or swap with their neighbour to make a into b
// (optimal string alignment).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	var before []int
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		next := make([]int, len(t)+1)
		next[0] = i + 1
		for j := range t {
			change := row[j]
			if s[i] != t[j] {
				change++
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, change)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(t)]
}
