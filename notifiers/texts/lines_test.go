package texts

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestALineThatIsNoTextIsRefusedWithItsNumber(t *testing.T) {
	for source, want := range map[string]string{
		"a: x\nb":           "line 2 is not KIND: TEXT",
		"a:":                "line 1 is not",
		": x":               "line 1 is not",
		"A b: x":            "line 1 is not",
		"# x\n\na: x\na: y": "line 4: there is a text a already",
	} {
		if _, err := parseLines(source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", source, err, want)
		}
	}
	dir := fstest.MapFS{"g.en.txt": {Data: []byte("a: x")}}
	if _, err := ReadLines(dir, "g", ""); err == nil {
		t.Error("a group without German was taken")
	}
}

func TestARoomOfLinesHasEachInEveryLanguage(t *testing.T) {
	for _, group := range []string{"answer", "entry", "handoff", "swap", "why"} {
		lines, err := Sentences(group)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New(nil, Room{Channel: group, Lines: lines}); err != nil {
			t.Error(err)
		}
	}
	if _, err := New(nil, Room{Channel: "g", Lines: map[string]string{"a.en": "x"}}); err == nil {
		t.Error("a line without German was taken")
	}
}

func FuzzLines(f *testing.F) {
	for _, s := range []string{"", "# x\n", "a: b", "a: {{.By}}: c\r\nb_1: d", "a b: c", "a: b\na: b", ": ", "\xff: x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		lines, err := parseLines(source)
		for kind, text := range lines {
			if err != nil || kind == "" || text == "" || strings.ContainsAny(kind, ". \n") || strings.Contains(text, "\n") {
				t.Errorf("%q: %q is %q, %v", source, kind, text, err)
			}
		}
	})
}
