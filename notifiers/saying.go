package notifiers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers/texts"
)

// Sentence is what a text of one sentence is given: plain values in the reader's language, none of them escaped for
// a format. Which of them a sentence has is its own affair; the others are empty.
type Sentence struct {
	Number, Into    int64 // of incidents
	Title           string
	Severity, Was   string // "P0"; what it was before
	By, Who, Other  string // people: who did it, to whom, and who else is concerned
	Role, Rotation  string
	Does            string // what a step does: "manager is paged"
	At, Until, Span string // moments; from when until when
	Way             string // a channel: "SMS", "phone"
	Address         string // what people are known by on a channel: "telephone number"
	Window          string // a maintenance window's name
	Text            string // what somebody wrote
	Step            int    // of the plan, counted from 1
	Count, More     int
	List            []string // incidents, alerts, or people with the ways to them
	What            string   // a sentence within this one
	Words           texts.Words
}

// SentenceRooms are the rooms of all sentences: "answer.acknowledged", "entry.resolved", "handoff.begins",
// "swap.asked", "why.escalated" and so on, each of at most 1,000 characters.
func SentenceRooms() []Room {
	var rooms []Room
	for _, group := range [...]string{"answer", "entry", "handoff", "swap", "why"} {
		rooms = append(rooms, sentenceRoom(group))
	}
	return rooms
}

func sentenceRoom(group string) Room {
	lines, err := texts.Sentences(group)
	if err != nil {
		panic(err) // they are embedded
	}
	return Room{Channel: group, Lines: lines, Limit: 1000, Samples: sampleSentences}
}

// Say is a sentence in the locale's language; ok is false if there is none of its kind, as when a newer release
// stored it. It is Plain.
func (l Locale) Say(s alerting.Said) (text string, ok bool) {
	group, kind, found := strings.Cut(s.Key, ".")
	if !found {
		return "", false
	}
	data := l.sentence(s)
	if s.What != nil {
		if data.What, ok = l.Say(*s.What); !ok {
			return "", false
		}
	}
	book, err := l.book(group, kind)
	if err == nil {
		text, err = book.Execute(group, kind, l.Language, data)
	}
	text = Plain(text)
	return text, err == nil && text != ""
}

// book has the sentence of a kind: the locale's own, or one made of what is built in.
func (l Locale) book(group, kind string) (*Texts, error) {
	if l.Texts != nil {
		return l.Texts, nil
	}
	all, err := texts.Sentences(group)
	if err != nil {
		return nil, err
	}
	one := map[string]string{}
	for _, language := range texts.Languages {
		if source, ok := all[kind+"."+language]; ok {
			one[kind+"."+language] = source
		}
	}
	return texts.New(nil, Room{Channel: group, Lines: one})
}

// SayAll are sentences one after the other; ok is false if there are none, or not all could be said.
func (l Locale) SayAll(said []alerting.Said) (text string, ok bool) {
	var out []string
	for _, s := range said {
		sentence, ok := l.Say(s)
		if !ok {
			return "", false
		}
		out = append(out, sentence)
	}
	return strings.Join(out, " "), len(out) > 0
}

// sayAll are a message's subject and its lines, each of which ends in \n.
func (l Locale) sayAll(said []alerting.Said) (subject, lines string, ok bool) {
	for i, s := range said {
		text, ok := l.Say(s)
		if !ok {
			return "", "", false
		}
		if i == 0 {
			subject = text
		} else {
			lines += text + "\n"
		}
	}
	return subject, lines, len(said) > 1
}

// sentence fills in a sentence's values.
func (l Locale) sentence(s alerting.Said) Sentence {
	v, w := s.Values, l.Words()
	out := Sentence{
		Title: Plain(v["title"]), Severity: Plain(v["severity"]), Was: Plain(v["was"]), Rotation: Plain(v["rotation"]), Role: l.Role(v["role"]),
		By: l.Name(v["by"]), Who: l.Name(v["who"]), Other: l.Name(v["other"]), Window: Plain(v["window"]), Text: Plain(v["text"]),
		Way: w.Way(Plain(v["channel"])), Address: address(w, v["channel"]), List: l.list(v), Words: w,
	}
	out.Number, _ = strconv.ParseInt(v["id"], 10, 64) // what is no number is none
	out.Into, _ = strconv.ParseInt(v["into"], 10, 64)
	for name, into := range map[string]*int{"count": &out.Count, "more": &out.More, "step": &out.Step} {
		*into, _ = strconv.Atoi(v[name])
	}
	if v["kind"] != "" {
		out.Does = l.does(v["kind"], v["role"])
	}
	out.At, out.Until = l.moment(v, "at"), l.moment(v, "until")
	out.Span = l.moment(v, "from")
	if out.Span != "" && out.Until != "" {
		zone := zoneIn(v)
		out.Span = fmt.Sprintf(w.Span, strings.TrimSuffix(out.Span, zone), out.Until)
	}
	return out
}

func address(w texts.Words, channel string) string {
	switch channel {
	case "sms", "voice":
		return w.PhoneOf
	case "slack":
		return w.SlackOf
	}
	return w.AddressOf
}

// moment is the moment of this name among a sentence's values, as the locale tells it; or where they name a zone,
// by the day and in that zone, with the year where it is not the present one. It is empty if there is none.
func (l Locale) moment(v map[string]string, name string) string {
	t, err := time.Parse(time.RFC3339Nano, v[name])
	if err != nil {
		return ""
	}
	zone, err := time.LoadLocation(v["zone"])
	if v["zone"] == "" || err != nil {
		return l.Time(t)
	}
	w, format := l.Words(), l.Words().DayYearTime
	if now, err := time.Parse(time.RFC3339Nano, v["now"]); err == nil && now.In(zone).Year() == t.In(zone).Year() {
		format = w.DayTime
	}
	t = t.In(zone)
	return fmt.Sprintf(format, w.Days[t.Weekday()], t.Day(), w.MonthNames[t.Month()-1], t.Year(), t.Format("15:04")) + zoneIn(v)
}

func zoneIn(v map[string]string) string { return " (" + Plain(v["zone"]) + ")" }
