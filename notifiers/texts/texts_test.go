package texts_test

import (
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/notifiers/texts"
)

type data struct {
	Name  string
	Lines []string
	Many  int64
}

func own() fstest.MapFS {
	files := fstest.MapFS{}
	for name, source := range map[string]string{
		"page.en.tmpl":      `page for {{.Name}}`,
		"page.de.tmpl":      `Nachricht an {{.Name}}`,
		"page.html.en.tmpl": `{{template "_b" .}}`,
		"page.html.de.tmpl": `{{template "_b" .}}`,
		"_b.tmpl":           `<b>{{.Name}}</b>`,
	} {
		files[name] = &fstest.MapFile{Data: []byte(source)}
	}
	return files
}

func samples(string, string) []any {
	return []any{data{Name: "Ada", Lines: []string{"x", "y", "z"}}, data{Many: 1}}
}

func sms(files fs.FS) texts.Room {
	return texts.Room{Channel: "sms", Own: files, Limit: 100, Samples: samples}
}

func book(t *testing.T, overrides map[string]string) *texts.Book {
	t.Helper()
	b, err := texts.New(overrides, sms(own()))
	if err != nil {
		t.Fatal(err)
	}
	return b.Patient()
}

func execute(t *testing.T, b *texts.Book, kind, language string, d any) string {
	t.Helper()
	out, err := b.Execute("sms", kind, language, d)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestATextIsWrittenInTheReadersLanguageAndInEnglishForTheRest(t *testing.T) {
	t.Parallel()
	b := book(t, nil)
	for language, want := range map[string]string{"": "page for Ada", "en": "page for Ada", "fr": "page for Ada", "de": "Nachricht an Ada", "de-AT": "Nachricht an Ada", "DE_ch": "Nachricht an Ada"} {
		if got := execute(t, b, "page", language, data{Name: "Ada"}); got != want {
			t.Errorf("%q: %q, want %q", language, got, want)
		}
	}
}

func TestAnOverrideStandsInForItsLanguageOrForAllWithoutOne(t *testing.T) {
	t.Parallel()
	b := book(t, map[string]string{"sms.page": "all {{.Name}}", "sms.page.de": "deutsch {{.Name}}", "sms.page.html.en": "<i>{{.Name}}</i>"})
	for language, want := range map[string]string{"en": "all Ada", "de": "deutsch Ada"} {
		if got := execute(t, b, "page", language, data{Name: "Ada"}); got != want {
			t.Errorf("%q: %q, want %q", language, got, want)
		}
	}
	if got := execute(t, b, "page.html", "de", data{Name: "Ada"}); got != "<b>Ada</b>" {
		t.Errorf("German is %q", got)
	}
	if got := execute(t, book(t, map[string]string{"sms.page": "all"}), "page", "de", data{}); got != "all" {
		t.Errorf("the override without a language is not used: %q", got)
	}
}

func TestAKindThatEndsInHTMLIsEscaped(t *testing.T) {
	t.Parallel()
	hostile := data{Name: "<script>"}
	for _, b := range []*texts.Book{book(t, nil), book(t, map[string]string{"sms.page.html": `<b>{{.Name}}</b>{{range .Lines}}{{.}}{{end}}`})} {
		if got := execute(t, b, "page.html", "", hostile); got != "<b>&lt;script&gt;</b>" {
			t.Errorf("%q", got)
		}
	}
	if got := execute(t, book(t, nil), "page", "", hostile); got != "page for <script>" {
		t.Errorf("%q", got)
	}
}

func TestAnOverrideThatCannotDoIsAnErrorThatSaysWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ name, source, want string }{
		"an unknown kind":         {"sms.pgae", "x", "no text sms.pgae: did you mean sms.page?"},
		"an unknown language":     {"sms.page.fr", "x", "did you mean sms.page?"},
		"a slip with a language":  {"sms.pag.de", "x", "did you mean sms.page.de?"},
		"an unknown channel":      {"telegraph.words", "x", "CHANNEL.KIND"},
		"no template":             {"sms.page", "{{.Name", "sms.page cannot be read"},
		"a field that is not":     {"sms.page", "{{.Phone}}", "can't evaluate field Phone"},
		"a function that is not":  {"sms.page", "{{shout .Name}}", `function "shout" not defined`},
		"a function without end":  {"sms.page", `{{printf "%9999999d" 1}}`, "printf is not a function that texts may use"},
		"one in a chain":          {"sms.page", `{{if (print .Name).Len}}x{{end}}`, "print is not a function"},
		"a template of its own":   {"sms.page", `x{{define "_x"}}{{template "_x"}}{{end}}`, "defines a template of its own"},
		"a part made over":        {"sms.page", `x{{define "_b"}}{{print .}}{{end}}{{template "_b"}}`, "defines a template of its own"},
		"itself":                  {"sms.page", `x{{template "sms.page" .}}`, `no "sms.page" to use`},
		"nothing":                 {"sms.page", "", "says nothing"},
		"nothing for one sample":  {"sms.page", "{{range .Lines}}x{{end}}", "says nothing"},
		"too much":                {"sms.page", strings.Repeat("x", 101), "is longer than it may be: 100 characters"},
		"too much source":         {"sms.page", "{{/*" + strings.Repeat("x", 70000) + "*/}}x", "is the most that is read"},
		"a loop without end":      {"sms.page", "{{range 999999999999}}{{end}}x", "takes longer to write than it may"},
		"loops in loops":          {"sms.page", "{{range 9999}}{{range 9999}}{{range 9999}}{{end}}{{end}}{{end}}x", "takes longer to write than it may"},
		"a loop in its else":      {"sms.page", "{{range .Lines}}x{{else}}{{range 999999999999}}{{end}}{{end}}", "takes longer to write than it may"},
		"a list that grows":       {"sms.page", `{{$s := "x"}}{{range 20}}{{$s = join $.Lines $s}}{{end}}x`, "is longer than it may be: 100 characters"},
		"markup that is not safe": {"sms.page.html", `<a href={{.Name}}`, "cannot be written"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := texts.New(map[string]string{c.name: c.source}, sms(own()))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestAllErrorsOfAllOverridesAreNamed(t *testing.T) {
	t.Parallel()
	_, err := texts.New(map[string]string{"sms.page": "{{", "sms.x": "x", "sms.page.de": "{{.No}}"}, sms(own()))
	for _, want := range []string{"sms.page cannot", "sms.x", "sms.page.de cannot"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

func TestAnOverrideThatFailsGivesWayToTheBuiltInTextAndIsReported(t *testing.T) {
	t.Parallel()
	for source, d := range map[string]data{
		`{{index .Lines .Many}}{{if not .Lines}}x{{end}}`: {Name: "Ada", Lines: []string{"x"}, Many: 7},
		`x{{range .Many}}{{end}}`:                         {Name: "Ada", Many: 1 << 50},
		`x{{range .Many}}{{.}}{{end}}`:                    {Name: "Ada", Many: 10000},
		`x{{.Name}}`:                                      {Name: strings.Repeat("ä", 100)},
	} {
		r := sms(own())
		r.Samples = func(string, string) []any { return []any{data{Lines: []string{"x"}}} }
		b, err := texts.New(map[string]string{"sms.page.de": source}, r)
		if err != nil {
			t.Fatal(err)
		}
		var reported []string
		b.OnFallback(func(name string, err error) { reported = append(reported, name+": "+err.Error()) })
		begun := time.Now()
		if got := execute(t, b, "page", "de", d); got != "Nachricht an "+d.Name {
			t.Errorf("%s: %q", source, got)
		}
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("%s took %v", source, took)
		}
		if len(reported) != 1 || !strings.HasPrefix(reported[0], "sms.page.de: ") {
			t.Errorf("%s: reported %q", source, reported)
		}
	}
}

func TestTheLimitIsCountedInCharacters(t *testing.T) {
	t.Parallel()
	b := book(t, map[string]string{"sms.page": `{{.Name}}{{"x"}}`})
	name := strings.Repeat("ä", 99)
	if got := execute(t, b, "page", "", data{Name: name}); got != name+"x" {
		t.Errorf("%q", got)
	}
}

func TestTheFunctionsDoWhatTheySay(t *testing.T) {
	t.Parallel()
	b := book(t, map[string]string{"sms.page": `{{upper "aß"}} {{lower "AB"}} {{cut 3 "übermorgen"}} {{cut 4 "über"}}|{{cut 0 "x"}}|{{pad 4 "ü"}}|{{join .Lines "+"}}`})
	if got := execute(t, b, "page", "", data{Lines: []string{"x", "y"}}); got != "Aß ab üb… über||ü   |x+y" && got != "ASS ab üb… über||ü   |x+y" {
		t.Errorf("%q", got)
	}
}

func TestABookWithoutARoomGetsTheBuiltInOne(t *testing.T) {
	t.Parallel()
	var none *texts.Book
	if _, err := none.Execute("sms", "page", "", nil); err == nil {
		t.Error("a nil Book wrote something")
	}
	b, err := none.With(sms(own()))
	if err != nil {
		t.Fatal(err)
	}
	if got := execute(t, b, "page", "", data{Name: "Ada"}); got != "page for Ada" {
		t.Errorf("%q", got)
	}
	full := book(t, map[string]string{"sms.page": "mine"})
	if same, err := full.With(sms(own())); err != nil || same != full {
		t.Errorf("%v: a Book that has the room is not used as it is", err)
	}
	if _, err := full.Execute("sms", "pages", "", nil); err == nil {
		t.Error("a kind that is not there was written")
	}
}

func TestARoomHasEachKindInEveryLanguage(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{"page.de.tmpl": "has no page.de.tmpl", "page.en.tmpl": "has no page.en.tmpl"} {
		files := own()
		delete(files, file)
		if _, err := texts.New(nil, sms(files)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := texts.New(nil, sms(fstest.MapFS{"page.tmpl": {}})); err == nil {
		t.Error("a text without a language was taken")
	}
	if got := book(t, nil).Names(); !slices.Equal(got, []string{"sms.page", "sms.page.html"}) {
		t.Errorf("%q", got)
	}
}

func TestManyWritersAtOnceEachGetTheirOwnText(t *testing.T) {
	t.Parallel()
	b := book(t, map[string]string{"sms.page": `{{range .Lines}}{{.}}{{end}}{{.Name}}{{with .Many}}many{{end}}`})
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			name := fmt.Sprint(i)
			if got, err := b.Execute("sms", "page", "", data{Name: name, Lines: []string{name}}); err != nil || got != name+name {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	wg.Wait()
}

func TestEveryWordIsThereInBothLanguagesWithTheSameGaps(t *testing.T) {
	t.Parallel()
	gap := regexp.MustCompile(`%(\[\d\])?[a-z]`)
	en, de := reflect.ValueOf(texts.In("en")), reflect.ValueOf(texts.In("de"))
	var walk func(name string, a, b reflect.Value)
	walk = func(name string, a, b reflect.Value) {
		switch a.Kind() {
		case reflect.Struct:
			for i := range a.NumField() {
				walk(a.Type().Field(i).Name, a.Field(i), b.Field(i))
			}
		case reflect.Array:
			for i := range a.Len() {
				walk(fmt.Sprint(name, i), a.Index(i), b.Index(i))
			}
		default:
			if a.String() == "" || b.String() == "" || !slices.Equal(slices.Sorted(slices.Values(gap.FindAllString(a.String(), -1))), slices.Sorted(slices.Values(gap.FindAllString(b.String(), -1)))) {
				t.Errorf("%s is %q and %q", name, a, b)
			}
		}
	}
	walk("", en, de)
	if texts.In("de").Severity(0) != "kritisch" || texts.In("xx").Severity(3) != "low" || texts.In("").Severity(4) != "" {
		t.Error("a severity has the wrong word")
	}
}

// FuzzOverride shows that no text of a configuration brings the program down, holds it up or writes more
// than its limit.
func FuzzOverride(f *testing.F) {
	for _, s := range []string{
		"{{.Name}}", "{{range .Lines}}{{.}}{{else}}x{{end}}", "{{with .Name}}{{.}}{{end}}", `{{template "_b" .}}`, "{{/* x */}}", "{{- .Many -}}",
		"{{range 99999999999}}{{end}}", `{{$x := join .Lines "a"}}{{range 100}}{{$x = join $.Lines $x}}{{end}}{{$x}}`, `{{define "a"}}{{end}}`, "{{break}}", "{{range .Lines}}{{break}}{{end}}",
		"{{block \"x\" .}}{{end}}", "{{index .Lines 0}}", "{{eq .Name .Name}}", "<a href='{{.Name}}'>", "{{pad 80 .Name | cut 3}}", "{{(index .Lines 0)}}", "\xff",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		for _, kind := range []string{"page", "page.html"} {
			b, err := texts.New(map[string]string{"sms." + kind: source}, sms(own()))
			if err != nil {
				continue
			}
			failed := false
			b.OnFallback(func(string, error) { failed = true })
			begun := time.Now()
			out, err := b.Execute("sms", kind, "en", data{Name: "<Ada>", Lines: make([]string, 10), Many: 1 << 40})
			if took := time.Since(begun); err != nil || took > 5*time.Second {
				t.Errorf("%q: %v after %v", source, err, took)
			}
			if n := len([]rune(strings.ToValidUTF8(out, ""))); n > 100 && !failed {
				t.Errorf("%q: %d characters", source, n)
			}
		}
	})
}
