package config

import (
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// scalar is the text at v, false (with an error) if there is no single value.
func (v value) scalar() (string, bool) {
	switch {
	case v.node == nil:
		return "", false
	case v.node.Kind != yaml.ScalarNode:
		v.fail("%s must be a single value, not %s", v.key, v.kind())
		return "", false
	case v.node.ShortTag() == "!!binary" || !strings.HasPrefix(v.node.ShortTag(), "!!"):
		v.fail("the tag %s of %s is not supported: write the plain value", v.node.ShortTag(), v.key)
		return "", false
	}
	return v.node.Value, true
}

// prose is text of any number of lines.
func prose(v value) string {
	s, _ := v.scalar()
	s = strings.TrimSuffix(s, "\n")
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		v.fail("%s contains a control character", v.key)
	}
	return s
}

// text is text of one line.
func text(v value) string {
	if v.node != nil && v.node.Kind == yaml.ScalarNode {
		switch tag := v.node.ShortTag(); tag {
		case "!!int", "!!float", "!!bool":
			v.fail("%s must be text, not a %s: write it in quotes", v.key, map[string]string{"!!int": "number", "!!float": "number", "!!bool": "truth value"}[tag])
		}
	}
	return line(v)
}

// line is what stands in one line, whatever its type.
func line(v value) string {
	s := prose(v)
	if strings.ContainsAny(s, "\n\t") {
		v.fail("%s must be one line, without tabs", v.key)
	}
	return s
}

// secret is text of one line that nothing may show.
func secret(v value) Secret { return Secret(text(v)) }

// parsed is text that parse understands. What says what it should be: "duration". Parse's errors are
// sentences that say what may be written; they are shown only if the text stands in the file.
func parsed[T any](what string, parse func(string) (T, error)) func(value) T {
	return func(v value) T {
		var none T
		s := line(v)
		if s == "" {
			return none
		}
		out, err := parse(s)
		switch {
		case err == nil:
			return out
		case v.outsider():
			v.fail("%s: what stands for %s is no %s", v.key, v.shown(), what)
		default:
			v.fail("%s: %s", v.key, err)
		}
		return none
	}
}

// hidden is parsed for values that may hold a password: they are not shown, even as they are written.
func hidden[T any](parse func(string) (T, error)) func(value) T {
	return func(v value) T {
		var none T
		s := line(v)
		if s == "" {
			return none
		}
		out, err := parse(s)
		if err != nil {
			v.fail("%s: %s", v.key, err)
			return none
		}
		return out
	}
}

// choice is one of a few words.
func choice[T ~string](what string, words ...T) func(value) T {
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	return func(v value) T {
		return T(v.name(what, names))
	}
}

// name is one of names; what is said of a wrong one does not depend on what was filled in.
func (v value) name(what string, names []string) string {
	s := text(v)
	if slices.Contains(names, s) {
		return s
	}
	switch {
	case s == "":
	case len(names) == 0:
		v.fail("unknown %s %s: the file defines none", what, v.shown())
	case v.outsider():
		v.fail("what stands for %s is no known %s", v.shown(), what)
	default:
		v.fail("unknown %s %s%s", what, v.shown(), hint(s, names))
	}
	return ""
}
