package config

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// reader carries what all parts of one reading share.
type reader struct {
	report    *Report
	outside   outside
	dir       string
	written   map[*yaml.Node]string // what stood in the file where a value was filled in from outside
	names     names                 // what the file defines, known before anything is read
	files     []string              // other files that the configuration reads
	addresses []address             // of webhooks and services
	steps     int                   // values looked at: aliases of aliases could go on for ever
}

// mostValues is how many values one file may hold, aliases counted each time.
const mostValues = 200_000

// value is one place in the file, under its key. A place that the file leaves out has no node.
type value struct {
	r            *reader
	node         *yaml.Node
	key          string
	line, column int
}

// at is the place of node below v.
func (v value) at(key string, node *yaml.Node) value {
	v.key, v.line, v.column = key, node.Line, node.Column
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	v.node = node
	v.r.steps++
	if v.r.steps == mostValues {
		v.fail("the file holds more than %d values, aliases counted each time", mostValues)
	}
	if v.r.steps >= mostValues {
		v.node = nil
	}
	return v
}

// absent is the place where key would stand in v.
func (v value) absent(key string) value {
	v.key, v.node = key, nil
	return v
}

// empty reports whether nothing is said here: left out, null or "".
func (v value) empty() bool {
	return v.node == nil || v.node.Kind == yaml.ScalarNode && (v.node.Value == "" || v.node.ShortTag() == "!!null")
}

// has reports whether the mapping v says something under key.
func (v value) has(key string) bool { return !v.child(key).empty() }

// hollow reports whether nothing is said here, or only an empty list or mapping.
func (v value) hollow() bool {
	return v.empty() || v.node.Kind != yaml.ScalarNode && len(v.node.Content) == 0
}

// child is what stands under key in the mapping v.
func (v value) child(key string) value {
	if v.node != nil && v.node.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(v.node.Content); i += 2 {
			if v.node.Content[i].Value == key {
				return v.member(i)
			}
		}
	}
	return v.absent(key)
}

// member is what stands under the i-th node of the mapping v. A single value is looked for where it
// stands, anything longer at its key.
func (v value) member(i int) value {
	key := v.node.Content[i]
	child := v.at(key.Value, v.node.Content[i+1])
	if child.node != nil && child.node.Kind != yaml.ScalarNode || child.empty() {
		child.line, child.column = key.Line, key.Column
	}
	return child
}

// fail reports an error at v. What the arguments show must stand in the file.
func (v value) fail(format string, args ...any) {
	v.r.report.Errors = append(v.r.report.Errors, Problem{Line: v.line, Column: v.column, Message: fmt.Sprintf(format, args...)})
}

func (v value) warn(kind, format string, args ...any) {
	v.r.report.Warnings = append(v.r.report.Warnings, Problem{Line: v.line, Column: v.column, Kind: kind, Message: fmt.Sprintf(format, args...)})
}

// outsider reports whether v was filled in from outside the file, so that nothing may show it.
func (v value) outsider() bool {
	_, ok := v.r.written[v.node]
	return ok
}

// shown is v as it is written in the file, quoted and at most 60 letters.
func (v value) shown() string {
	text := v.node.Value
	if written, ok := v.r.written[v.node]; ok {
		text = written
	}
	if letters := []rune(text); len(letters) > 60 {
		text = string(letters[:60]) + "..."
	}
	return strconv.Quote(text)
}

// object reads the mapping v: what fields say, and an error for every key that none of them names.
func (v value) object(fields ...field) {
	known := map[string]field{}
	var names []string
	for _, f := range fields {
		known[f.name] = f
		names = append(names, f.name)
	}
	for key, child := range v.entries() {
		if _, ok := known[key]; !ok {
			child.unknownKey(names)
		}
	}
	for _, f := range fields {
		f.of(v)
	}
}

func (v value) unknownKey(names []string) {
	if v.key == "<<" {
		v.fail("<< is not supported: write the keys out")
		return
	}
	v.fail("unknown key %q%s", v.key, hint(v.key, names))
}

// entries goes through the mapping v in the file's order and reports what is no plain key or stands twice.
func (v value) entries() func(yield func(string, value) bool) {
	return func(yield func(string, value) bool) {
		if v.empty() {
			return
		}
		if v.node.Kind != yaml.MappingNode {
			v.fail("%s must be keys with values, not %s", v.key, v.kind())
			return
		}
		lines := map[string]int{}
		for i := 0; i+1 < len(v.node.Content); i += 2 {
			node, key := v.node.Content[i], v.at(v.key, v.node.Content[i])
			switch first := lines[node.Value]; {
			case node.Kind != yaml.ScalarNode || node.Value == "":
				key.fail("a key must be plain text, and not empty")
			case first > 0:
				key.fail("%q stands here twice: first in line %d", node.Value, first)
			default:
				lines[node.Value] = node.Line
				if !yield(node.Value, v.member(i)) {
					return
				}
			}
		}
	}
}

// kind says what stands at v, for people.
func (v value) kind() string {
	switch v.node.Kind {
	case yaml.MappingNode:
		return "keys with values"
	case yaml.SequenceNode:
		return "a list"
	}
	return "a single value"
}
