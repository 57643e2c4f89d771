package notifiers_test

import (
	"testing"

	"tocsin/notifiers"
)

func TestASenderIsAnsweredInTheLanguageOfTheHouse(t *testing.T) {
	l, store := replies(nil)
	l.In(func() notifiers.Locale { return notifiers.Locale{Language: "de"} })
	store.put("a")
	const want = "Tocsin kennt Sie nicht: Niemand in seinem Verzeichnis hat diesen Slack-Benutzer. Nichts wurde geändert."
	store.replies[0].Respond = ""
	if text, err := l.Apply(t.Context(), "a"); err != nil || text != want || store.answers["a"] != want {
		t.Errorf("%q, %v; stored: %q", text, err, store.answers["a"])
	}
}
