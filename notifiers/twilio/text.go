package twilio

import (
	"fmt"
	"sort"

	"tocsin/escalation"
	"tocsin/notifiers"
)

// segment is what one SMS holds, in GSM-7 septets.
const segment = 160

// nameFloor is how many septets of the name stay before the reason for the page is cut too.
const nameFloor = 24

// written is what the texts of SMS are given: all of it in GSM-7, on one line.
type written struct {
	Severity       string // "P0"
	SeverityWord   string // "critical", or the organisation's word
	Number         int64  // the incident's
	Name           string
	Why            string // empty: a first page
	By             string // who resolved it, of an all clear
	PossibleRepeat bool
	Text           string // of a message without an incident
	Total          int    // incidents of a bundle
	Of             string // what all of a bundle is: "page", "remind" or "clear"
	Counts         []count
	Items          []item // of a bundle, worst first: those that there is room for
	More           bool   // there are more than Items
}

// item is an incident of a bundle.
type item struct {
	Number int64
	Name   string
}

// text is the page in one GSM-7 segment: severity, number, name, why the page comes, and how to answer; the
// reader's own link where it still fits, else the incident's. Of what does not fit, the name is cut, never
// the number.
//
//	P0 #412 SystemDown backend: reply ACK 412
//	P0 #412 SystemDown backend: initial response overdue, reply ACK 412 (possible repeat)
//
// Several pages in one read as bundleText says, what belongs to no incident as messageText.
func (t *Twilio) text(n notifiers.Notice) string {
	language := n.Brief.Locale.Language
	switch m, ok := n.Message(); {
	case ok:
		return t.messageText(m, language, n.PossibleRepeat)
	case n.Bundle != nil:
		return t.bundleText(n, language)
	}
	inc, kind := n.Brief.Incident, textKind(n)
	data := written{
		Severity: inc.Severity.String(), SeverityWord: severityWord(n), Number: inc.ID, PossibleRepeat: n.PossibleRepeat,
		Name: phrase(n.Brief.Name()), Why: phrase(n.Why()), By: phrase(n.Brief.Locale.Name(inc.ResolvedBy)),
	}
	return t.oneSegment(kind, language, data, n.ActLink(), notifiers.WebURL(n.Brief.URL))
}

// oneSegment writes data so that it fits one segment: reasons and names of people go before the incident's
// name does, down to nameFloor. The first of the links is there that fits too.
func (t *Twilio) oneSegment(kind, language string, data written, links ...string) string {
	shorten := func(field *string, floor int) {
		whole := *field
		*field = cutGSM7(whole, longestThat(floor, septets(whole), func(n int) bool {
			*field = cutGSM7(whole, n)
			return septets(t.sentence(kind, language, data)) <= segment
		}))
	}
	name := min(nameFloor, septets(data.Name))
	whole := data.Name
	data.Name = cutGSM7(data.Name, name)
	shorten(&data.Why, 0)
	shorten(&data.By, 0)
	data.Name = whole
	shorten(&data.Name, 0)
	text := t.sentence(kind, language, data)
	for _, u := range links {
		if fits(text, u) {
			return text + " " + u
		}
	}
	return cutGSM7(text, mostParts*partSeptets) // one of the configuration's may be longer than a segment
}

// longestThat is the greatest number from least to most for which fits holds, least if it holds for none; where
// it holds for one it holds for all that are smaller.
func longestThat(least, most int, fits func(int) bool) int {
	return most - sort.Search(max(0, most-least), func(less int) bool { return fits(most - less) })
}

// severityWord is what the reader's language, or the organisation, calls the incident's severity.
func severityWord(n notifiers.Notice) string {
	return phrase(notifiers.Cut(n.Brief.Locale.Severity(n.Brief.Incident.Severity), wordSaid))
}

// phrase is somebody's words in GSM-7, as much of them as one segment could ever hold.
func phrase(s string) string { return cutGSM7(toGSM7(notifiers.Cut(s, segment)), segment) }

// sentence is one of the texts of SMS, in GSM-7.
func (t *Twilio) sentence(kind, language string, data written) string {
	text, err := t.sms.Execute(string(escalation.SMS), kind, language, data)
	if err != nil { // a text of our own does not fit its data
		t.log.Error("a text for SMS cannot be written", "kind", kind, "error", err)
		text = fmt.Sprintf("%s #%d %s %s", data.Severity, data.Number, data.Name, data.Text)
	}
	return toGSM7(text)
}

// fits reports whether text stays one segment with a link, which GSM-7 must hold unchanged.
func fits(text, u string) bool {
	return u != "" && toGSM7(u) == u && septets(text+" "+u) <= segment
}

func smsSamples(kind, _ string) []any {
	first := written{Severity: "P0", SeverityWord: "critical", Number: 412, Name: "SystemDown backend"}
	second := first
	second.Why, second.By, second.PossibleRepeat = "initial response overdue", "Ada", true
	switch kind {
	case "message":
		return []any{written{Text: "You are on call for primary.", PossibleRepeat: true}}
	case "bundle":
		first.Of, first.Total, first.Counts, first.More = "page", 37, []count{{3, "P0"}, {34, "P1"}}, true
		first.Items = []item{{412, first.Name}, {413, "DiskFull db"}}
		cleared, open := first, first
		cleared.Of, open.Of = "clear", "remind"
		return []any{first, cleared, open}
	}
	return []any{first, second}
}
