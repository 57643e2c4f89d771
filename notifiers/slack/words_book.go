package slack

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"unicode"

	"tocsin/notifiers"
)

// wordsKind is what Slack's own words are called in the Book.
const wordsKind = "words."

// gaps are what stands in a text of the configuration in the place of its values, while it is made a format again.
type gaps struct{ A, B, C string }

var verb = regexp.MustCompile(`%(\[\d\])?[dsq]`)

// gapRunes stand for A, B and C: characters that no text has a meaning for.
var gapRunes = [...]string{"\ue000", "\ue001", "\ue002"}

// each calls f with every word by its name: "held_until"; of those that are several "span_1", "span_2" and so on.
func (w *words) each(f func(name string, word *string)) {
	v := reflect.ValueOf(w).Elem()
	for i := range v.NumField() {
		name := snake(v.Type().Field(i).Name)
		switch field := v.Field(i); field.Kind() {
		case reflect.String:
			f(name, field.Addr().Interface().(*string))
		case reflect.Array:
			for k := range field.Len() {
				word := field.Index(k)
				if word.Kind() == reflect.Array { // what is typed, and what comes of it
					word = word.Index(1)
				}
				if text := word.Addr().Interface().(*string); *text != "" {
					f(fmt.Sprintf("%s_%d", strings.TrimSuffix(name, "s"), k+1), text)
				}
			}
		}
	}
}

// snake is "held_until" for "HeldUntil".
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// wordLines are the words as texts of the Book, in which .A, .B and .C are the values in their order.
func wordLines() map[string]string {
	out := map[string]string{}
	for language, w := range map[string]words{"en": englishWords(), "de": germanWords()} {
		w.each(func(name string, word *string) { out[wordsKind+name+"."+language] = template(*word) })
	}
	return out
}

// template is a format as a text of the Book.
func template(format string) string {
	n := 0
	return verb.ReplaceAllStringFunc(format, func(v string) string {
		if !strings.Contains(v, "[1]") {
			n++
		}
		return "{{." + string(rune('A'+n-1)) + "}}"
	})
}

// inBook puts the configuration's words in the place of those that are built in. One that leaves out all of its
// values is not taken.
func (w words) inBook(l notifiers.Locale) words {
	if l.Texts == nil {
		return w
	}
	w.each(func(name string, word *string) {
		if !l.Texts.Overridden("slack", wordsKind+name, l.Language) {
			return
		}
		text, err := l.Texts.Execute("slack", wordsKind+name, l.Language, gaps{gapRunes[0], gapRunes[1], gapRunes[2]})
		if err == nil {
			*word = format(notifiers.Plain(text), *word)
		}
	})
	return w
}

// format is text as a format that takes the values of the built-in one.
func format(text, builtIn string) string {
	verbs := verb.FindAllString(builtIn, -1)
	if len(verbs) == 0 {
		return text
	}
	out := strings.ReplaceAll(text, "%", "%%")
	for i, r := range gapRunes {
		out = strings.ReplaceAll(out, r, fmt.Sprintf("%%[%d]v", i+1))
	}
	if !strings.Contains(out, "]v") {
		return builtIn
	}
	return out
}

// sampleGaps are what a word of the configuration is tried with.
func sampleGaps() []any { return []any{gaps{"412", "Ada", "18:00"}, gaps{"1", "a", "b"}} }
