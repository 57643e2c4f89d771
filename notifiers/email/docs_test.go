package email_test

import (
	"os"
	"strings"
	"testing"

	"tocsin/notifiers/email"
	"tocsin/notifiers/notifierstest"
)

// TestTheDocumentsShowEveryKindOfMail holds docs/messages.md to what is sent; -update writes it.
func TestTheDocumentsShowEveryKindOfMail(t *testing.T) {
	const path = "../../docs/messages.md"
	got := samplesPage(channel(t, email.Options{}))
	if update() {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	there, err := os.ReadFile(path)
	if err != nil || got != string(there) {
		t.Errorf("%s is not what is sent (%v): run this test with -update", path, err)
	}
}

func samplesPage(e *email.Email) string {
	var b strings.Builder
	b.WriteString("# Messages\n\nWhat people are sent, as it is built in: each kind of mail in English and German. " +
		"[texts.md](texts.md) says how to put other words in their place. A test writes this page.\n")
	for _, kind := range [][2]string{
		{"page", "A step of the plan names the reader"},
		{"assign", "The incident was given to the reader"},
		{"remind", "It is acknowledged, and still open"},
		{"clear", "It is resolved, and the reader had been told of it"},
		{"bundle", "Several pages that came at once"},
		{"digest", "Pages that waited for their hour"},
		{"message", "What belongs to no incident"},
	} {
		b.WriteString("\n## " + kind[0] + "\n\n" + kind[1] + ".\n")
		for _, language := range []string{"en", "de"} {
			r := e.Render(notifierstest.Kinds(language)[kind[0]])
			b.WriteString("\n```text\nSubject: " + r.Subject + "\n\n" + strings.TrimRight(r.Text, "\n") + "\n```\n")
		}
	}
	return b.String()
}
