package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// document is the one mapping that the file holds.
func document(src []byte) (*yaml.Node, *Problem) {
	if p := unreadable(src); p != nil {
		return nil, p
	}
	loader, err := yaml.NewLoader(bytes.NewReader(src))
	if err != nil {
		return nil, broken(err)
	}
	var first, second yaml.Node
	if err := loader.Load(&first); errors.Is(err, io.EOF) {
		return nil, emptyFile()
	} else if err != nil {
		return nil, broken(err)
	}
	if err := loader.Load(&second); err == nil {
		return nil, &Problem{Line: second.Line, Column: second.Column, Message: "a second document begins here: the configuration is one YAML document"}
	} else if !errors.Is(err, io.EOF) {
		return nil, broken(err)
	}
	if first.Kind != yaml.DocumentNode || len(first.Content) != 1 {
		return nil, emptyFile()
	}
	root := first.Content[0]
	switch {
	case root.Kind == yaml.ScalarNode && root.Value == "":
		return nil, emptyFile()
	case root.Kind != yaml.MappingNode:
		return nil, &Problem{Line: root.Line, Column: root.Column, Message: "the file must be made of sections such as `people:`, each with its keys"}
	}
	return root, nil
}

func emptyFile() *Problem {
	return &Problem{Message: "the file is empty: it needs at least the section `people:` (docs/configuration.md shows the smallest useful one)"}
}

// unreadable finds what no YAML file may contain, for which the library gives no line.
func unreadable(src []byte) *Problem {
	line, column := 1, 1
	for rest := bytes.TrimPrefix(src, []byte("\ufeff")); len(rest) > 0; column++ {
		r, size := utf8.DecodeRune(rest)
		rest = rest[size:]
		switch {
		case r == utf8.RuneError && size == 1:
			return &Problem{Line: line, Column: column, Message: "this is not UTF-8: save the file as UTF-8"}
		case r == '\n':
			line, column = line+1, 0
		case unicode.IsControl(r) && r != '\t' && r != '\r' && r != '\u0085':
			return &Problem{Line: line, Column: column, Message: fmt.Sprintf("the control character %U is not allowed here", r)}
		}
	}
	return nil
}

// broken says in plain words what the YAML library found, and where the reader of the file should look.
func broken(err error) *Problem {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return &Problem{Message: "this cannot be read as YAML: check its indentation, quotes and brackets"}
	}
	at := load.Mark
	if load.ContextMark.Line > 0 && strings.Contains(load.Message, "end of stream") {
		at = load.ContextMark // an open quote is mended where it opens
	}
	return &Problem{Line: at.Line, Column: at.Column, Message: "this cannot be read as YAML: " + plainWords(load)}
}

func plainWords(load *yaml.LoadError) string {
	what := []struct{ library, plain string }{
		{"expected ',' or ']'", fmt.Sprintf("the list that opens with [ in line %d is not closed, or a comma is missing", load.ContextMark.Line)},
		{"expected ',' or '}'", fmt.Sprintf("the braces that open in line %d are not closed, or a comma is missing", load.ContextMark.Line)},
		{"end of stream", "the quotation that begins here is not closed"},
		{"unknown escape", `inside double quotes a backslash is written \\ (or use single quotes)`},
		{"tab", "indent with spaces, not with tabs"},
		{"cannot start any token", "a value cannot begin with this character (a tab, %, @ or `): use spaces to indent, and put the value in quotes"},
		{"mapping values are not allowed", "a colon is not allowed here: check the indentation, or put the value in quotes"},
		{"expected key", "a key is expected here: check the indentation, and the quotes and colons before it"},
		{"'-' indicator", "the items of a list must begin with - in the same column"},
		{"sequence entries are not allowed", "a list item is not allowed here: begin the list on a line of its own"},
		{"expected ':'", "a colon is missing after the key"},
		{"unknown anchor", "this names an anchor (*name) that is not defined before it"},
		{"node content", "a value is expected here"},
		{"depth", "this is nested too deeply"},
	}
	for _, w := range what {
		if strings.Contains(load.Message, w.library) {
			return w.plain
		}
	}
	return "check the indentation, the quotes and the brackets near here"
}
