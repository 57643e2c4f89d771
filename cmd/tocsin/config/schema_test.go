package config

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// node is as much of JSON Schema as the configuration's uses.
type node struct {
	Ref                  string           `json:"$ref"`
	Defs                 map[string]*node `json:"$defs"`
	Type                 string           `json:"type"`
	Properties           map[string]*node `json:"properties"`
	AdditionalProperties json.RawMessage  `json:"additionalProperties"`
	Items                *node            `json:"items"`
	OneOf                []*node          `json:"oneOf"`
	Enum                 []string         `json:"enum"`
	Pattern              string           `json:"pattern"`
	Required             []string         `json:"required"`
	Description          string           `json:"description"`
}

func schema(t *testing.T) *node {
	t.Helper()
	var root node
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	return &root
}

func (n *node) resolve(root *node) *node {
	if name, ok := strings.CutPrefix(n.Ref, "#/$defs/"); ok {
		return root.Defs[name]
	}
	return n
}

// additional is the schema of keys that the operator chooses; nil if there may be none.
func (n *node) additional() *node {
	var out node
	if json.Unmarshal(n.AdditionalProperties, &out) != nil {
		return nil
	}
	return &out
}

func (n *node) validate(root *node, path string, v any) []string {
	n = n.resolve(root)
	if len(n.OneOf) > 0 {
		fits := slices.ContainsFunc(n.OneOf, func(o *node) bool { return len(o.validate(root, path, v)) == 0 })
		if !fits {
			return []string{path + ": fits none"}
		}
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		return n.validateObject(root, path, v)
	case []any:
		if n.Type != "array" {
			return []string{path + ": a list"}
		}
		var out []string
		for i, item := range v {
			out = append(out, n.Items.validate(root, fmt.Sprintf("%s[%d]", path, i), item)...)
		}
		return out
	case string:
		if n.Type != "string" || len(n.Enum) > 0 && !slices.Contains(n.Enum, v) || v != "" && !regexp.MustCompile(n.Pattern).MatchString(v) {
			return []string{fmt.Sprintf("%s: %q", path, v)}
		}
	case bool:
		if n.Type != "boolean" {
			return []string{path + ": a truth value"}
		}
	case int:
		if n.Type != "integer" {
			return []string{path + ": a number"}
		}
	}
	return nil
}

func (n *node) validateObject(root *node, path string, v map[string]any) []string {
	var out []string
	if n.Type != "object" {
		return []string{path + ": keys"}
	}
	for _, key := range n.Required {
		if _, ok := v[key]; !ok {
			out = append(out, path+": no "+key)
		}
	}
	for key, child := range v {
		sub, ok := n.Properties[key]
		if !ok {
			sub = n.additional()
		}
		if sub == nil {
			out = append(out, path+": unknown "+key)
			continue
		}
		out = append(out, sub.validate(root, path+"."+key, child)...)
	}
	return out
}

func plainYAML(t *testing.T, src string) any {
	t.Helper()
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(src), &root); err != nil {
		t.Fatal(err)
	}
	return plainValue(root.Content[0])
}

func plainValue(n *yaml.Node) any {
	switch {
	case n.Kind == yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			out[n.Content[i].Value] = plainValue(n.Content[i+1])
		}
		return out
	case n.Kind == yaml.SequenceNode:
		out := []any{}
		for _, c := range n.Content {
			out = append(out, plainValue(c))
		}
		return out
	case n.ShortTag() == "!!int":
		return 0
	case n.ShortTag() == "!!bool":
		return true
	}
	return n.Value
}

func TestTheShippedExampleFitsTheSchema(t *testing.T) {
	s := schema(t)
	if got := s.validate(s, "", plainYAML(t, string(Example))); len(got) > 0 {
		t.Error(strings.Join(got, "\n"))
	}
	for _, wrong := range []string{"people: {}\nservr: {}", "people: []", "people: {a: {reach: never}}", "retention: {incidents: 1d}", "people: {}\nretention: {incidents: 1x}", "people: {}\nmatrix: {P0: {}}"} {
		if got := s.validate(s, "", plainYAML(t, wrong)); len(got) == 0 {
			t.Errorf("%q fits the schema", wrong)
		}
	}
}

// paths are all keys of the schema, * for those that the operator chooses.
func (n *node) paths(root *node, path string) []string {
	n = n.resolve(root)
	var out []string
	for key, child := range n.Properties {
		p := strings.TrimPrefix(path+"."+key, ".")
		out = append(append(out, p), child.paths(root, p)...)
	}
	if sub := n.additional(); sub != nil {
		out = append(out, sub.paths(root, path+".*")...)
	}
	for _, other := range n.OneOf {
		out = append(out, other.paths(root, path)...)
	}
	if n.Items != nil {
		out = append(out, n.Items.paths(root, path+"[]")...)
	}
	slices.Sort(out)
	return out
}

// shapes are the keys of v, written as paths writes them, the operator's own names included.
func shapes(v any, path string) []string {
	var out []string
	switch v := v.(type) {
	case map[string]any:
		for key, child := range v {
			out = append(out, strings.TrimPrefix(path+"."+key, "."))
			out = append(out, shapes(child, strings.TrimPrefix(path+"."+key, "."))...)
		}
	case []any:
		for _, item := range v {
			out = append(out, shapes(item, path+"[]")...)
		}
	}
	return out
}

func TestTheSchemaHasEveryKeyThatIsReadAndNoOther(t *testing.T) {
	src, err := os.ReadFile("testdata/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, r := Parse(src, t.TempDir(), environment)
	if c == nil {
		t.Fatal(strings.Join(lines(r.Errors), "\n")) // the schema knows a key that is not read
	}
	written := shapes(plainYAML(t, string(src)), "")
	s := schema(t)
	refused := []string{"matrix.P0.digest", "matrix.P1.digest"} // the rows are alike in the schema; these wait for nothing
	for _, p := range s.paths(s, "") {
		if slices.Contains(refused, p) {
			continue
		}
		pattern := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(p), `\*`, `[^.\[]+`) + "$")
		if !slices.ContainsFunc(written, pattern.MatchString) {
			t.Errorf("testdata/everything.yaml does not show %s", p)
		}
	}
	if got := s.validate(s, "", plainYAML(t, string(src))); len(got) > 0 {
		t.Errorf("read, but not in the schema:\n%s", strings.Join(got, "\n"))
	}
}

func TestTheDocumentationHasEveryKey(t *testing.T) {
	doc, err := os.ReadFile("../../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	s := schema(t)
	alike := regexp.MustCompile(`^(matrix|people\.\*\.notify)\.P[123]`) // documented once, for P0
	for _, p := range s.paths(s, "") {
		if !strings.Contains(string(doc), "`"+p+"`") && !alike.MatchString(p) {
			t.Errorf("docs/configuration.md does not explain %s", p)
		}
	}
}

func TestTheDocumentationShowsRealErrors(t *testing.T) {
	doc, err := os.ReadFile("../../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile("testdata/broken.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, r := Parse(src, t.TempDir(), nothingSet)
	var out strings.Builder
	if err := r.Print(&out, "tocsin.yaml"); err != nil {
		t.Fatal(err)
	}
	for _, block := range []string{string(src), out.String()} {
		if !strings.Contains(string(doc), "```\n"+block+"```") && !strings.Contains(string(doc), "```yaml\n"+block+"```") {
			t.Errorf("docs/configuration.md does not show\n%s", block)
		}
	}
}

func TestTheDocumentationsSmallestFileWorks(t *testing.T) {
	doc, err := os.ReadFile("../../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "```yaml\n")
	src, _, _ := strings.Cut(rest, "```")
	read(t, src)
}
