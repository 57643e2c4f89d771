package samples_test

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/messages.md")

// TestTheDocumentsShowEveryMessageOnEveryChannel holds docs/messages.md to what is sent; -update writes it.
func TestTheDocumentsShowEveryMessageOnEveryChannel(t *testing.T) {
	const path = "../../../docs/messages.md"
	got := document(t)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	there, err := os.ReadFile(path)
	if err != nil || got != string(there) {
		t.Errorf("%s is not what is sent (%v): run go test ./cmd/tocsin/samples -update", path, err)
	}
}

const beginning = `# Messages

What people are sent, as it is built in, on every channel: SMS with its length, a call as it is heard, Slack's
blocks drawn as text, mails, posts and the text for a service. Of a page for a special reason only what differs is
shown, and of a post the incident only once and of a bundle the first. The last part has a sample of each channel in
German. [texts.md](texts.md) says how to put other words in their place. [Pictures](screenshots/README.md) show some
of them. A test writes this page.

`

func document(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(beginning)
	all := channels(t)
	for _, s := range samples("en") {
		b.WriteString("- [" + s.title + "](#" + anchor(s.title) + ")\n")
	}
	b.WriteString("- [places](#places)\n- [in German](#in-german)\n- [sentences](#sentences)\n")
	for _, s := range samples("en") {
		b.WriteString("\n## " + s.title + "\n\n" + s.when + ".\n")
		for _, c := range all {
			if why := s.not[c.name]; why != "" {
				b.WriteString("\n**" + c.title + ":** none. " + why + "\n")
				continue
			}
			b.WriteString("\n**" + c.title + "**\n\n" + c.write(s.notice(), s.variant || c.name == "webhook" && s.title != "page"))
		}
	}
	b.WriteString("\n## places\n\nWhat Slack's channel and the places of the matrix are told of an incident.\n")
	for _, p := range places(t) {
		b.WriteString("\n**" + p.title + "**\n\n" + p.text)
	}
	b.WriteString("\n## in German\n\nA page that may be a repeat.\n")
	for _, c := range all {
		b.WriteString("\n**" + c.title + "**\n\n" + c.write(samples("de")[1].notice(), c.name == "webhook"))
	}
	b.WriteString("\n## sentences\n\nAnswers, entries of the thread, hand-offs, swaps and reasons, as texts of one sentence each.\n\n**in English**\n\n" +
		sentences(t, "en") + "\n**in German**\n\n" + sentences(t, "de"))
	return b.String()
}

// anchor is a heading's as GitHub makes it.
func anchor(title string) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(title), ":", ""), " ", "-")
}
