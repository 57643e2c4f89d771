package texts

import (
	"strings"
	texttemplate "text/template"
	"unicode/utf8"
)

// allowed are the functions that texts of the configuration may use. None of them makes more of what it is
// given than join, which is held to largest; what printf and its like could make has no bound.
var allowed = map[string]bool{
	"and": true, "or": true, "not": true, "len": true, "index": true,
	"eq": true, "ne": true, "lt": true, "le": true, "gt": true, "ge": true,
	"upper": true, "lower": true, "cut": true, "join": true, "pad": true,
}

// functions are those of ours, each of which asks the gate first.
//
//	upper TEXT, lower TEXT   in capitals, in small letters
//	cut N TEXT               at most N characters, the last an ellipsis where it was longer
//	pad N TEXT               at least N characters (at most 80), filled with spaces
//	join TEXTS SEPARATOR     a list as one text
func (g *gate) functions() texttemplate.FuncMap {
	return texttemplate.FuncMap{
		"tick":  g.tick,
		"upper": func(s string) (string, error) { return strings.ToUpper(s), g.pass() },
		"lower": func(s string) (string, error) { return strings.ToLower(s), g.pass() },
		"cut":   func(n int, s string) (string, error) { return cut(n, s), g.pass() },
		"pad":   func(n int, s string) (string, error) { return pad(n, s), g.pass() },
		"join":  g.join,
	}
}

func (g *gate) join(list []string, separator string) (string, error) {
	size := 0
	for _, s := range list {
		size += len(s) + len(separator)
	}
	if g.bounded && size > largest {
		return "", errLong
	}
	return strings.Join(list, separator), g.pass()
}

func cut(n int, s string) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	if n < 1 {
		return ""
	}
	return strings.TrimRight(string([]rune(s)[:n-1]), " ") + "…"
}

func pad(n int, s string) string {
	return s + strings.Repeat(" ", max(0, min(n, 80)-utf8.RuneCountInString(s)))
}
