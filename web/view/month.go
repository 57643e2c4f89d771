package view

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// Month is a rotation's calendar: weeks as rows, days as columns, on the rotation's own clock.
type Month struct {
	Rotation string
	Zone     *time.Location
	First    calendar.Date // of the month
	Weeks    []Week
	Gaps     []Bar    // within the weeks shown: nobody of the rotation is told
	people   []string // in the order of their colours

	from, until time.Time // of the weeks shown
	now         time.Time
}

// Week is one row, from Monday to Sunday.
type Week struct {
	Days   []Day
	Tracks []Track // from the lowest layer to the final line
}

// Day is the head of a column.
type Day struct {
	Date   calendar.Date
	Inside bool   // of the month
	Today  bool   // is now
	Off    bool   // no business day
	Name   string // of a public holiday, or "closed"; empty for a weekend
}

// Kinds of track.
const (
	trackLayer    = "layer"
	trackOverride = "override"
	trackFinal    = "final"
	trackShadow   = "shadow"
)

// Track is one line of bars through a week.
type Track struct {
	Kind string
	Name string // of the layer
	Bars []Bar
}

// Bar is a stretch within a week; X and Width are hundredths of the week's width.
type Bar struct {
	Person      string // empty: nobody
	Away        bool   // then Deputy is told in their place; empty: nobody
	Deputy      string
	From, Until time.Time
	X, Width    float64
}

// ParseMonth reads "2026-12". What is none is the month of now, which is in the zone wanted.
func ParseMonth(text string, now time.Time) calendar.Date {
	at, err := time.Parse("2006-01", text)
	if err != nil || at.Year() < 2000 || at.Year() > 2100 {
		at = now
	}
	return calendar.Date{Year: at.Year(), Month: at.Month(), Day: 1}
}

// NewMonth draws the month that begins on first, its weeks whole, with who is away of those who hold the
// rotation. business says which days are none of business; nil: none is.
func NewMonth(r oncall.Rotation, away []escalation.Absence, business *calendar.Calendar, first calendar.Date, now time.Time) Month {
	zone := cmp.Or(r.Zone, time.UTC)
	m := Month{Rotation: r.Name, Zone: zone, First: first, people: peopleOf(r, away)}
	begin, end := mondayBefore(first), mondayBefore(nextMonth(first).AddDays(-1)).AddDays(7)
	today := calendar.DateOf(now.In(zone))
	span := week{begin, zone}
	m.from, m.until, m.now = span.start(), end.At(0, zone), now
	parts := layered(r, m.from, m.until)
	for day := begin; day != end; day = day.AddDays(7) {
		w := week{day, zone}
		m.Weeks = append(m.Weeks, Week{Days: w.days(first, today, business), Tracks: w.tracks(r, away, parts)})
	}
	m.Gaps = slices.DeleteFunc(m.final(), func(b Bar) bool { return b.told() != "" })
	return m
}

// layered reports whether the final line is made of several: then each is shown.
func layered(r oncall.Rotation, from, until time.Time) bool {
	return len(r.Layers) > 0 || slices.ContainsFunc(r.Overrides, func(o oncall.Override) bool {
		return o.From.Before(until) && o.Until.After(from)
	})
}

// peopleOf are all who may stand in the calendar, in a fixed order.
func peopleOf(r oncall.Rotation, away []escalation.Absence) []string {
	out := slices.Clone(r.People)
	for _, l := range slices.Concat(r.Layers, r.Shadows) {
		out = append(out, l.People...)
	}
	for _, o := range r.Overrides {
		out = append(out, o.Person)
	}
	for _, s := range r.Imported {
		out = append(out, s.Person)
	}
	for _, a := range away {
		if slices.Contains(out, a.Person) && a.Deputy != "" {
			out = append(out, a.Deputy)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Hue is the class of a person's colour.
func (m Month) Hue(person string) string {
	i, _ := slices.BinarySearch(m.people, person)
	return "hue-" + strconv.Itoa(i%hues)
}

// hues is how many colours static/oncall.css has for people.
const hues = 8

// Title is the month in words: "December 2026".
func (m Month) Title() string { return m.First.Month.String() + " " + strconv.Itoa(m.First.Year) }

// address is the page with the calendar of another month, by a day in it.
func (m Month) address(day calendar.Date) string {
	return OnCallURL(m.Rotation, day.String()[:len("2006-01")])
}

func (m Month) before() string { return m.address(m.First.AddDays(-1)) }
func (m Month) after() string  { return m.address(nextMonth(m.First)) }

func mondayBefore(d calendar.Date) calendar.Date { return d.AddDays(-(int(d.Weekday()+6) % 7)) }

func nextMonth(first calendar.Date) calendar.Date {
	d := first.AddDays(31)
	return calendar.Date{Year: d.Year, Month: d.Month, Day: 1}
}

// dayName is what a day is called where it is no ordinary one: a holiday's name without its kind.
func dayName(why string) string {
	for _, kind := range []string{"public holiday ", "bank holiday ", "holiday "} {
		why = strings.TrimPrefix(why, kind)
	}
	return why
}
