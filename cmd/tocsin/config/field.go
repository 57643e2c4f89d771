package config

import (
	"unicode"

	"go.yaml.in/yaml/v4"
)

// field is one key of a mapping and what reads it.
type field struct {
	name   string
	need   string // why it must be there; empty if it may be left out
	always bool   // read even if it is left out, for the defaults below it
	read   func(value)
}

// key reads what stands under name into place; where nothing does, place keeps its default.
func key[T any](name string, place *T, read func(value) T) field {
	return field{name: name, read: func(v value) { *place = read(v) }}
}

// section is a key whose own keys have defaults.
func section[T any](name string, place *T, read func(value) T) field {
	f := key(name, place, read)
	f.always = true
	return f
}

// required is f, which must be there; need says what it is for.
func required(need string, f field) field {
	f.need = need
	return f
}

// of reads the field of the mapping v.
func (f field) of(v value) {
	child := v.child(f.name)
	switch {
	case !child.empty() || f.always:
		f.read(child)
	case f.need != "" && child.node != nil:
		child.fail("%s is empty: %s", f.name, f.need)
	case f.need != "" && (v.node == nil || v.node.Kind == yaml.MappingNode):
		v.fail("%s is missing: %s", f.name, f.need)
	}
}

// list reads a list of what item reads.
func list[T any](item func(value) T) func(value) []T {
	return func(v value) []T {
		if v.node == nil || v.node.Kind != yaml.SequenceNode {
			if !v.empty() {
				v.fail("%s must be a list: [first, second]", v.key)
			}
			return nil
		}
		out := make([]T, 0, len(v.node.Content))
		for _, node := range v.node.Content {
			child := v.at(v.key, node)
			if child.empty() {
				child.fail("an item of %s is empty", v.key)
				continue
			}
			out = append(out, item(child))
		}
		return out
	}
}

// some reads a list that must not be empty.
func some[T any](item func(value) T) func(value) []T {
	return func(v value) []T {
		out := list(item)(v)
		if v.node != nil && v.node.Kind == yaml.SequenceNode && len(v.node.Content) == 0 {
			v.fail("%s is an empty list", v.key)
		}
		return out
	}
}

// oneOrMore reads a list, or a single item without the brackets.
func oneOrMore[T any](item func(value) T) func(value) []T {
	return func(v value) []T {
		if v.node != nil && v.node.Kind == yaml.ScalarNode {
			return []T{item(v)}
		}
		return some(item)(v)
	}
}

// noneOrMore reads a list, which may be empty, or a single item without the brackets.
func noneOrMore[T any](item func(value) T) func(value) []T {
	return func(v value) []T {
		if v.hollow() {
			return list(item)(v)
		}
		return oneOrMore(item)(v)
	}
}

// unique reads a list in which nothing stands twice.
func unique[T any](read func(value) []T) func(value) []T {
	return func(v value) []T {
		seen := map[string]bool{}
		for _, node := range v.node.Content {
			item := v.at(v.key, node)
			if item.empty() || item.node.Kind != yaml.ScalarNode {
				continue
			}
			if seen[item.node.Value] {
				item.fail("%s stands twice in %s", item.shown(), v.key)
			}
			seen[item.node.Value] = true
		}
		return read(v)
	}
}

// mapping reads keys of any text, each with what item reads.
func mapping[T any](item func(value) T) func(value) map[string]T {
	return func(v value) map[string]T {
		out := map[string]T{}
		for name, child := range v.entries() {
			out[name] = item(child)
		}
		return out
	}
}

// named reads keys that people type, each with what item reads.
func named[T any](item func(value) T) func(value) map[string]T {
	return func(v value) map[string]T {
		for name, child := range v.entries() {
			if !properName(name) {
				child.fail("%q is no name: use letters, digits, '-', '_' and '.'", name)
			}
		}
		return mapping(item)(v)
	}
}

func properName(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' && r != '.' {
			return false
		}
	}
	return s != "" && len(s) <= 100
}

// eachDiffers makes sure that no two items of the list v say the same under key.
func (v value) eachDiffers(key string) {
	if v.node == nil || v.node.Kind != yaml.SequenceNode {
		return
	}
	lines := map[string]int{}
	for _, node := range v.node.Content {
		item := v.at(v.key, node).child(key)
		if item.empty() || item.node.Kind != yaml.ScalarNode {
			continue
		}
		if first := lines[item.node.Value]; first > 0 {
			item.fail("this %s stands twice in %s: first in line %d", key, v.key, first)
			continue
		}
		lines[item.node.Value] = item.line
	}
}
