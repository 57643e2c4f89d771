package shoutrrr_test

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/shoutrrr"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// lively are texts that are a format, a link or a mention at the beginning of a line or by themselves.
func lively() []string {
	return []string{
		"# BIG", "## BIG", "- item", "+ item", "* item", "1. item", "1) item", "12. item", "- - item", "- # BIG", "---", "===", "-# small",
		"- [ ] task", ":-:", ":-: | :-:", "#general :boom:", "see #general", "a:boom:b", ":+1:", "12:100:30", ":) ;-)", "> quoted",
		"https://evil.example/x", "see http://evil.example.", "www.evil.example", "xhttps://evil.example", "ftp://evil.example", "//evil.example",
		"evil@evil.example", "mailto:evil@evil.example", "@here", "~town-square", "$x$ and $$y$$", "$USD", "||spoiler||", "-", "1.", "#", "",
	}
}

// mention is what services look for beside Markdown: people and groups, channels and hashtags, emoji, formulas.
var mention = regexp.MustCompile("[<>@~$|`*\\[\\]\\\\]|#[^0-9]|#$|:[\\pL\\pN_+'-]*[\\pL_+-][\\pL\\pN_+'-]*:|:100:|:1234:|(^|\\s):\\S")

// live is what Markdown with GitHub's extensions makes of a message besides paragraphs, our own links and the list
// of alerts. A title is a line of its own.
func live(message string) error {
	source := []byte(message)
	tree := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	return ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Document, *ast.Paragraph, *ast.TextBlock, *ast.Text:
		case *ast.List:
			if n.IsOrdered() || n.Parent().Kind() != ast.KindDocument {
				return ast.WalkStop, fmt.Errorf("a list that is not of alerts")
			}
		case *ast.ListItem:
		case *ast.AutoLink:
			if u := string(n.URL(source)); !strings.HasPrefix(u, "https://tocsin.example.com/") {
				return ast.WalkStop, fmt.Errorf("a link to %s", u)
			}
		default:
			return ast.WalkStop, fmt.Errorf("%s", n.Kind())
		}
		return ast.WalkContinue, nil
	})
}

// tainted are notices of each kind with s wherever text comes from outside. The alerts of one are at the beginning
// of a line, and the summary of another.
func tainted(s string) []notifiers.Notice {
	message := notifierstest.TaintedMessage(s)
	message.Page.Message.URL = "https://tocsin.example.com/oncall"
	remind, clear := notifierstest.Tainted(s), notifierstest.Tainted(s)
	remind.Page.Kind, clear.Page.Kind = "remind", "clear"
	return []notifiers.Notice{notifierstest.Tainted(s), notifierstest.TaintedBundle(s), message, remind, clear}
}

func TestNothingIsLiveInTheMarkdownOfAnyService(t *testing.T) {
	ch := channel(t, "serve")
	schemes := shoutrrr.Formatting()
	for _, s := range lively() {
		for _, scheme := range schemes {
			expectText(t, ch, scheme, s, tainted(s)...)
		}
	}
	for i, s := range notifierstest.Hostile() {
		expectText(t, ch, schemes[i%len(schemes)], s, tainted(s)[i%5])
	}
}

// expectText checks that s is no more than text, wherever it stands in what a service is given.
func expectText(t *testing.T, ch *shoutrrr.Shoutrrr, scheme, s string, notices ...notifiers.Notice) {
	t.Helper()
	for _, n := range notices {
		n.Person.URL = scheme + "://x"
		r := ch.Render(n)
		for _, m := range []string{r.Subject, r.Text, ch.Place(n.Person.URL).RenderBrief(n.Brief).Text} {
			if err := live(m); err != nil {
				t.Fatalf("%s: %.60q becomes %v:\n%s", scheme, s, err, m)
			}
		}
		for line := range strings.SplitSeq(r.Subject+"\n"+r.Text, "\n") {
			if found := mention.FindString(line); found != "" && !strings.HasPrefix(line, "https://tocsin.example.com/") {
				t.Fatalf("%s: %.60q: %q is live in %q", scheme, s, found, line)
			}
		}
	}
}

func TestEveryPartOfATextThatMayComeFromOutsideIsTamed(t *testing.T) {
	var in notifiers.Text
	fill(reflect.ValueOf(&in).Elem(), "<# BIG>")
	out := shoutrrr.Tamed(in)
	ours := []string{"Kind", "Severity", "Language", "More", "Of", "Words"}
	var check func(path string, v reflect.Value)
	check = func(path string, v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			if strings.ContainsAny(v.String(), "<>") {
				t.Errorf("%s stays %q", path, v)
			}
		case reflect.Slice:
			for i := range v.Len() {
				check(path, v.Index(i))
			}
		case reflect.Struct:
			for field, value := range v.Fields() {
				if !slices.Contains(ours, field.Name) {
					check(path+"."+field.Name, value)
				}
			}
		}
	}
	check("Text", reflect.ValueOf(out))
}

// fill sets every string within v, in lists of one.
func fill(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), s)
	case reflect.Struct:
		for _, field := range v.Fields() {
			if field.CanSet() {
				fill(field, s)
			}
		}
	}
}

func TestNamesAndNumbersStayAsTheyAre(t *testing.T) {
	for _, s := range []string{
		"node_cpu_seconds_total on web-1.example.com:9100", "#412 P0: 12:30 until 14:05", "99.5% of 3.2 GiB", "a - b", "2.5 s", "10.0.0.5", "v1.2: x = y", "x: y",
	} {
		if got := shoutrrr.Tame(s); got != s {
			t.Errorf("%q becomes %q", s, got)
		}
	}
}

func FuzzTame(f *testing.F) {
	for _, s := range lively() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = notifiers.Plain(s)
		got := shoutrrr.Tame(s)
		if err := live(got); err != nil {
			t.Fatalf("%q becomes %v: %q", s, err, got)
		}
		if found := mention.FindString(got); found != "" {
			t.Fatalf("%q: %q is live in %q", s, found, got)
		}
	})
}
