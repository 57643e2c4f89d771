package view

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// OnCall is who is on call, and what people change about it.
type OnCall struct {
	Duties    []Duty
	Rotations []string // all, in the order to show
	Month     Month    // of the rotation chosen
	Overrides []oncall.Override
	Absences  []escalation.Absence
	Swaps     []Swap
	Askers    []string // for whom the reader may ask for a swap
	People    []string // by configuration name, in the order to show
	Feeds     []Feed
	Reader    string // whose own feed is shown
	Notice    Notice
	Sent      url.Values // of the form that was refused, to be mended
}

// Duty is who holds a role now, and who comes next.
type Duty struct {
	Role, Rotation string
	Now, Next      []Holder
	Shadows        []string
}

// Holder is somebody who holds a role; zero times: always. An empty Person is nobody.
type Holder struct {
	Person      string
	From, Until time.Time
	Why         string
	Override    bool
	Away        time.Time // until then; zero if not away
	Deputy      string
	Unreachable string    // why neither they nor their deputy are told of a P0 now; empty if they are
	Phone       string    // as the reader may see it; empty if none is known
	NoSMS       time.Time // when they sent STOP; zero if they get SMS
	Zone        *time.Location
}

// Swap is one with what its reader may do about it: "accept", "decline", "withdraw", "undo".
type Swap struct {
	escalation.Swap
	Answers []string
}

// Feed is the address of an iCal feed.
type Feed struct {
	Kind, Name string // "rotation" or "person", and which
	URL        string
	Renew      bool // its reader may give it a new address
}

// OnCallURL is the page with a rotation's month; both may be empty.
func OnCallURL(rotation, month string) string {
	q := url.Values{}
	for name, v := range map[string]string{"rotation": rotation, "month": month} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if len(q) == 0 {
		return "/oncall"
	}
	return "/oncall?" + q.Encode()
}

// month is the month shown, as the address has it.
func (p OnCall) month() string { return p.Month.First.String()[:len("2006-01")] }

// sent is what a refused form said in a field; forms of one page share no field's name but these two.
func (p OnCall) sent(form, field string) string {
	if p.Sent.Get("form") != form {
		return ""
	}
	return p.Sent.Get(field)
}

// In is s with another zone, for what is told on another clock than the page's.
func (s Shell) In(zone *time.Location) Shell {
	if zone != nil {
		s.Zone = zone
	}
	return s
}

// stretch is from when until when, in words of s's zone.
func (s Shell) stretch(from, until time.Time) string {
	return s.Day(from) + " until " + s.Day(until)
}

// barTitle says all of a bar.
func (m Month) barTitle(s Shell, t Track, b Bar) string {
	who, what := "Nobody", ""
	if b.Person != "" {
		who = s.Name(b.Person)
	}
	switch {
	case b.Away && b.Deputy != "":
		what = " is on call and away: " + s.Name(b.Deputy) + " is told instead"
	case b.Away:
		what = " is on call and away, without a deputy"
	case t.Kind == trackOverride:
		what = " stands in"
	case t.Kind == trackShadow:
		what = " shadows"
	case t.Kind == trackFinal:
		what = " is on call"
	case t.Name != "":
		what = " in layer " + t.Name
	}
	return who + what + ", " + s.In(m.Zone).stretch(b.From, b.Until)
}

// barText is what a bar says on itself; where it is narrow, the initials.
func barText(s Shell, t Track, b Bar) (long, short string) {
	if b.told() == "" {
		return "nobody", "!"
	}
	long, short = s.Name(b.told()), s.Initials(b.told())
	if b.Away {
		long += " for " + s.Name(b.Person)
	}
	switch {
	case t.Kind == trackLayer && t.Name != "":
		long = t.Name + ": " + long
	case t.Kind == trackShadow:
		long = "shadow: " + long
	}
	return long, short
}

// narrow is the width, in hundredths of the week, below which a bar has room for initials only, on a
// narrow screen and on any.
const (
	narrowPhone = 40
	narrowDesk  = 11
)

func barRoom(b Bar) string {
	switch {
	case b.Width < 3:
		return "room-none"
	case b.Width < narrowDesk:
		return "room-short"
	case b.Width < narrowPhone:
		return "room-desk"
	}
	return "room-long"
}

// percent is a length in SVG.
func percent(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) + "%" }

func feedURL(f Feed) templ.SafeURL {
	return templ.SafeURL("/oncall/feeds/" + url.PathEscape(f.Kind) + "/" + url.PathEscape(f.Name) + "/renew")
}

func removeURL(what string, id int64) templ.SafeURL {
	return templ.SafeURL("/oncall/" + what + "/" + itoa64(id) + "/remove")
}

// undoes reports whether the reader may undo a swap.
func (p OnCall) undoes(swap int64) bool {
	return slices.ContainsFunc(p.Swaps, func(w Swap) bool { return w.ID == swap && slices.Contains(w.Answers, "undo") })
}

func swapURL(id int64, does string) templ.SafeURL {
	return templ.SafeURL("/oncall/swaps/" + itoa64(id) + "/" + does)
}

// trackName is what a line of bars is, for those who hear the page.
func trackName(t Track) string {
	if t.Kind == trackFinal {
		return "on call"
	}
	return strings.TrimSpace(t.Kind + " " + t.Name)
}

// barHue is the class of a bar's colour; who shadows has none.
func barHue(m Month, t Track, b Bar) string {
	switch {
	case t.Kind == trackShadow:
		return "shadow"
	case b.told() == "":
		return "gap"
	}
	return m.Hue(b.told())
}

// final is the final line of the weeks shown, its parts joined where a week cuts them.
func (m Month) final() []Bar {
	var out []Bar
	for _, w := range m.Weeks {
		for _, t := range w.Tracks {
			if t.Kind == trackFinal {
				out = appendBars(out, t.Bars)
			}
		}
	}
	return out
}

// appendBars joins bars that follow each other and say the same.
func appendBars(out, bars []Bar) []Bar {
	for _, b := range bars {
		if n := len(out); n > 0 && out[n-1].same(b) && !out[n-1].Until.Before(b.From) {
			out[n-1].Until, out[n-1].Width = b.Until, out[n-1].Width+b.Width
			continue
		}
		out = append(out, b)
	}
	return out
}
