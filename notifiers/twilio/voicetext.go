package twilio

import (
	"embed"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"
)

//go:embed texts/sms/*.tmpl texts/voice/*.tmpl
var own embed.FS

// Rooms are the texts of both channels, for the Book of the configuration: "sms.page", "voice.page" and so
// on. Length and alphabet are not theirs to mind: what they make is brought into one segment, or into what a
// voice can say.
func Rooms() []notifiers.Room {
	return []notifiers.Room{
		{Channel: string(escalation.SMS), Own: under("sms"), Limit: 1600, Samples: smsSamples},
		{Channel: string(escalation.Voice), Own: under("voice"), Limit: 1600, Samples: voiceSamples},
	}
}

func under(name string) fs.FS {
	sub, err := fs.Sub(own, "texts/"+name)
	if err != nil {
		panic(err) // it is embedded
	}
	return sub
}

// What a kind of page is called beside "page", which is for all that are not told of here.
const (
	remind escalation.StepKind = "remind"
	clear  escalation.StepKind = "clear"
)

// textKind is the text that a notice is written by.
func textKind(n notifiers.Notice) string {
	switch {
	case n.Page.Message != nil:
		return "message"
	case n.Bundle != nil:
		return "bundle"
	case n.Page.Kind == remind, n.Page.Kind == clear:
		return string(n.Page.Kind)
	}
	return "page"
}

// spoken is what the texts of calls are given. All of it is sayable already, with digits one by one where
// they are a number's or a stranger's.
type spoken struct {
	Severity       string // "P 0"
	SeverityWord   string // "critical", or the organisation's word
	Number         string // the incident's
	Name           string
	Since          string // when it opened: "14:05", with the day where that is not sure; empty: not known
	Summary        string // what its worst alert says of itself; may be empty
	Why            string // empty: a first page
	PossibleRepeat bool
	Text           string // of a message without an incident
	Total          int    // incidents of a bundle
	Of             string // what all of a bundle is: "page" or "remind"
	Counts         []count
	All            bool // a key means all of them
	Acknowledged   bool // there is nothing to acknowledge any more
}

// count is how many incidents of a severity there are.
type count struct {
	Count    int
	Severity string
}

// counts leaves out severities of which there are none; name writes a severity.
func counts(b *notifiers.Bundle, name func(string) string) []count {
	var out []count
	for i, n := range b.BySeverity {
		if n > 0 {
			out = append(out, count{n, name("P" + strconv.Itoa(i))})
		}
	}
	return out
}

// Limits of what is said, so that it stays short and fits an address: Twilio takes 4000 characters.
const (
	wordSaid = 40   // characters of a severity's name
	nameSaid = 160  // characters
	sumSaid  = 120  // characters of the summary
	whySaid  = 160  // characters
	saidSize = 2400 // bytes in an address
)

// said is a call's message, without the keys.
func (t *Twilio) said(n notifiers.Notice) string {
	data := spoken{PossibleRepeat: n.PossibleRepeat}
	switch m, ok := n.Message(); {
	case ok:
		data.Text = sayable(sentences(m.Lines))
	case n.Bundle != nil:
		data.Of, data.Total, data.Counts = n.BundleKind(), n.Bundle.Total, counts(n.Bundle, spell)
		fallthrough
	default:
		inc := n.Brief.Incident
		data.Severity, data.Number = spell(inc.Severity.String()), spell(strconv.FormatInt(inc.ID, 10))
		data.SeverityWord = spell(notifiers.Cut(n.Brief.Locale.Severity(inc.Severity), wordSaid))
		data.Name = spell(notifiers.Cut(n.Brief.Name(), nameSaid))
		data.Why = spell(notifiers.Cut(n.Why(), whySaid))
		data.Since = since(n.Brief.Locale, inc.OpenedAt, n.Page.CreatedAt)
		data.Summary = strings.TrimRight(sayable(notifiers.Cut(n.Brief.Summary(), sumSaid)), " .,:;?!")
	}
	return cutEscaped(t.phrase(textKind(n), n.Brief.Locale.Language, data), saidSize)
}

// since is when an incident opened, by its reader's clock: with the day where a page of it was asked for a day
// later or more.
func since(l notifiers.Locale, opened, asked time.Time) string {
	switch {
	case opened.IsZero():
		return ""
	case asked.Sub(opened) >= 24*time.Hour:
		return sayable(l.Time(opened))
	case l.Zone == nil:
		return opened.UTC().Format("15:04")
	}
	return opened.In(l.Zone).Format("15:04")
}

// phrase is one of the texts of calls.
func (t *Twilio) phrase(kind, language string, data spoken) string {
	text, err := t.voice.Execute(string(escalation.Voice), kind, language, data)
	if err != nil { // a text of our own does not fit its data
		t.log.Error("a text for a call cannot be written", "kind", kind, "error", err)
		text = strings.Join([]string{"Tocsin.", data.Severity, data.Number, data.Name, data.Text}, " ")
	}
	return sayable(text)
}

func voiceSamples(kind, _ string) []any {
	first := spoken{Severity: "P 0", SeverityWord: "critical", Number: "4 1 2", Name: "System Down backend"}
	second := first
	second.Since, second.Summary = "14:05", "No answer from health for 2 minutes"
	second.Why, second.PossibleRepeat, second.Acknowledged = "initial response overdue", true, true
	switch kind {
	case "message":
		return []any{spoken{Text: "You are on call for primary.", PossibleRepeat: true}}
	case "bundle":
		first.Total, first.Counts, first.All = 37, []count{{3, "P 0"}, {34, "P 1"}}, true
		return []any{first}
	}
	return []any{first, second}
}
