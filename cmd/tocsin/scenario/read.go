package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Fault is something wrong in a scenario file.
type Fault struct {
	Line    int // from 1; 0 if it belongs to none
	Message string
}

// Faults are all that is wrong in a scenario file, in the order of their lines.
type Faults []Fault

func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = fmt.Sprintf("line %d: %s", f.Line, f.Message)
	}
	return strings.Join(lines, "\n")
}

// place is a node of the file under its key.
type place struct {
	key    string
	node   *yaml.Node // nil: left out
	line   int
	faults *Faults
}

func (p place) fail(format string, args ...any) {
	*p.faults = append(*p.faults, Fault{p.line, fmt.Sprintf(format, args...)})
}

// document is the one mapping that src holds.
func document(src []byte, faults *Faults) place {
	p := place{key: "the file", line: 1, faults: faults}
	loader, err := yaml.NewLoader(bytes.NewReader(src))
	if err != nil {
		p.fail("this cannot be read as YAML: %s", unlined(err))
		return p
	}
	var first, second yaml.Node
	switch err := loader.Load(&first); {
	case errors.Is(err, io.EOF):
		p.fail("the file is empty: it needs a list of scenarios")
		return p
	case err != nil:
		if load, ok := errors.AsType[*yaml.LoadError](err); ok && load.Mark.Line > 0 {
			p.line = load.Mark.Line
		}
		p.fail("this cannot be read as YAML: %s", unlined(err))
		return p
	}
	if err := loader.Load(&second); !errors.Is(err, io.EOF) {
		p.line = max(second.Line, 1)
		p.fail("a second document begins here: a scenario file is one")
		return p
	}
	if first.Kind != yaml.DocumentNode || len(first.Content) != 1 {
		p.fail("the file is empty: it needs a list of scenarios")
		return p
	}
	p.node = first.Content[0]
	return p
}

func unlined(err error) string {
	if load, ok := errors.AsType[*yaml.LoadError](err); ok {
		return load.Message
	}
	return "check its indentation, quotes and brackets"
}

// under is node under key. Aliases are refused: a scenario is read as it is written.
func (p place) under(key string, node *yaml.Node) place {
	c := place{key: key, node: node, line: node.Line, faults: p.faults}
	if node.Kind == yaml.AliasNode {
		c.fail("%s is an alias (*%s): write it out", key, node.Value)
		c.node = nil
	}
	return c
}

func (p place) empty() bool {
	return p.node == nil || p.node.Kind == yaml.ScalarNode && (p.node.Value == "" || p.node.ShortTag() == "!!null")
}

// mapping goes through keys and values; a key that stands twice is a fault.
func (p place) mapping(each func(key string, v place)) {
	if p.node == nil {
		return
	}
	if p.node.Kind != yaml.MappingNode {
		p.fail("%s must be keys with values", p.key)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(p.node.Content); i += 2 {
		name := p.node.Content[i]
		k := p.under(p.key, name)
		switch {
		case name.Kind != yaml.ScalarNode || name.Value == "" || name.Value == "<<":
			k.fail("a key of %s must be plain text", p.key)
		case seen[name.Value]:
			k.fail("%q stands twice", name.Value)
		default:
			seen[name.Value] = true
			v := p.under(name.Value, p.node.Content[i+1])
			if v.node == nil || v.node.Kind != yaml.ScalarNode || v.empty() {
				v.line = name.Line
			}
			each(name.Value, v)
		}
	}
}

// fields reads a mapping by what there may be in it; anything else is a fault.
func (p place) fields(read map[string]func(place)) {
	p.mapping(func(key string, v place) {
		f, ok := read[key]
		if !ok {
			names := make([]string, 0, len(read))
			for n := range read {
				names = append(names, n)
			}
			slices.Sort(names)
			v.fail("unknown key %q: there may be %s", key, strings.Join(names, ", "))
			return
		}
		f(v)
	})
}

// each goes through a list, or takes a single item for one.
func (p place) each(f func(place)) {
	if p.node == nil {
		return
	}
	if p.node.Kind != yaml.SequenceNode {
		f(p)
		return
	}
	for _, n := range p.node.Content {
		f(p.under(p.key, n))
	}
}

// text is a single value, as it is written.
func (p place) text() string {
	if p.node == nil {
		return ""
	}
	if p.node.Kind != yaml.ScalarNode {
		p.fail("%s must be a single value", p.key)
		return ""
	}
	return p.node.Value
}

// word is a text that must not be empty.
func (p place) word() string {
	s := p.text()
	if s == "" && (p.node == nil || p.node.Kind == yaml.ScalarNode) {
		p.fail("%s is empty", p.key)
	}
	return s
}

// parsed is a text that parse understands.
func parsed[T any](p place, parse func(string) (T, error)) (out T) {
	s := p.word()
	if s == "" {
		return out
	}
	out, err := parse(s)
	if err != nil {
		p.fail("%s: %v", p.key, err)
	}
	return out
}
