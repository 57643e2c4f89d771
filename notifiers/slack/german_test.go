package slack

import (
	"reflect"
	"strings"
	"testing"

	"tocsin/notifiers"
)

func TestEveryWordIsThereInBothLanguagesAndFitsWhereItGoes(t *testing.T) {
	for language, w := range map[string]words{"en": englishWords(), "de": germanWords()} {
		v := reflect.ValueOf(w)
		for i := range v.NumField() {
			if f := v.Field(i); f.IsZero() || f.Kind() == reflect.String && strings.TrimSpace(f.String()) == "" {
				t.Errorf("%s has no %s", language, v.Type().Field(i).Name)
			}
		}
		for p, text := range w.Problems {
			if (text == "") != (problem(p) == noProblem) {
				t.Errorf("%s: problem %d reads %q", language, p, text)
			}
		}
		for _, short := range []string{w.FormTitle, w.FormSend, w.FormCancel} {
			if len([]rune(short)) > 24 {
				t.Errorf("%s: %q does not fit into a form", language, short)
			}
		}
		if got := wordsOf(notifiers.Locale{Language: language}); got != w {
			t.Errorf("%s is read as another language", language)
		}
	}
	en, de := reflect.ValueOf(englishWords()), reflect.ValueOf(germanWords())
	for i := range en.NumField() {
		if en.Field(i).Equal(de.Field(i)) {
			t.Errorf("%s is the same in both languages", en.Type().Field(i).Name)
		}
		if e, d := en.Field(i), de.Field(i); e.Kind() == reflect.String && strings.Count(e.String(), "%") != strings.Count(d.String(), "%") {
			t.Errorf("%s fills in other things in each language", en.Type().Field(i).Name)
		}
	}
}
