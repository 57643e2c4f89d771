package texts

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

// bound holds a text of the configuration to what can be bounded: it uses the allowed functions only, makes
// no templates of its own (so that none can call itself), uses none but its room's parts, and every turn of
// its loops asks the gate.
func bound(t *template.Template, name, source string, parts map[string]string) error {
	functions := (&gate{}).functions()
	alone, err := template.New(name).Funcs(functions).Parse(source)
	if err != nil {
		return err
	}
	if t.Tree == nil || alone.Tree == nil {
		return errors.New("it is empty: write what the message is to say, or leave it out")
	}
	if len(alone.Templates()) > 1 {
		return errors.New("it defines a template of its own: write out what is to stand there")
	}
	ask, err := template.New("").Funcs(functions).Parse("{{$tick := tick}}")
	if err != nil {
		return err
	}
	w := walker{parts: parts, ask: ask.Root.Nodes[0]}
	for _, each := range t.Templates() {
		w.own = each.Name() == name
		w.list(each.Root)
	}
	return w.err
}

type walker struct {
	parts map[string]string
	ask   parse.Node // asks the gate, and writes nothing
	own   bool       // inside the text itself, not inside a part
	err   error
}

func (w *walker) list(l *parse.ListNode) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		w.node(n)
	}
}

func (w *walker) node(n parse.Node) {
	switch n := n.(type) {
	case *parse.ActionNode:
		w.pipe(n.Pipe)
	case *parse.IfNode:
		w.branch(&n.BranchNode)
	case *parse.WithNode:
		w.branch(&n.BranchNode)
	case *parse.RangeNode:
		w.branch(&n.BranchNode)
		n.List.Nodes = slices.Insert(n.List.Nodes, 0, w.ask.Copy())
	case *parse.TemplateNode:
		w.pipe(n.Pipe)
		if _, ok := w.parts[n.Name]; !ok {
			w.refuse("there is no %q to use here", n.Name)
		}
	}
}

func (w *walker) branch(n *parse.BranchNode) {
	w.pipe(n.Pipe)
	w.list(n.List)
	w.list(n.ElseList)
}

func (w *walker) pipe(p *parse.PipeNode) {
	if p == nil {
		return
	}
	for _, c := range p.Cmds {
		for _, arg := range c.Args {
			w.argument(arg)
		}
	}
}

func (w *walker) argument(n parse.Node) {
	switch n := n.(type) {
	case *parse.IdentifierNode:
		if w.own && !allowed[n.Ident] {
			w.refuse("%s is not a function that texts may use: there are %s", n.Ident, strings.Join(slices.Sorted(maps.Keys(allowed)), ", "))
		}
	case *parse.PipeNode:
		w.pipe(n)
	case *parse.ChainNode:
		w.argument(n.Node)
	}
}

func (w *walker) refuse(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}
