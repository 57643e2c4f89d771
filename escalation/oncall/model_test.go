package oncall_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/alerting/calendar"
	"tocsin/escalation/oncall"
)

// model decides minute by minute, by nothing but what the clock on the wall has shown: at a moment the latest
// local time that it has shown so far.
type model struct {
	r      oncall.Rotation
	shown  time.Time   // as if it were UTC
	firsts []time.Time // when each layer began, the base last
}

// step tells the model of a minute that has come, and answers who holds the rotation and by which layer.
func (m *model) step(now time.Time) (person string, layer int) {
	if c := civil(now.In(m.r.Zone)); c.After(m.shown) {
		m.shown = c
	}
	layers := append([]oncall.Layer{{People: m.r.People, Turn: m.r.Turn, Since: m.r.Since}}, m.r.Layers...)
	if m.firsts == nil {
		m.firsts = make([]time.Time, len(layers))
	}
	for _, o := range slices.Backward(m.r.Overrides) {
		if person == "" && !now.Before(o.From) && now.Before(o.Until) {
			person, layer = o.Person, -1
		}
	}
	for i, l := range slices.Backward(layers) {
		if p := m.layer(l, i, now); person == "" && p != "" {
			person, layer = p, i
		}
	}
	if person == "" {
		return "", -1
	}
	return person, layer
}

func (m *model) layer(l oncall.Layer, i int, now time.Time) string {
	since := civilDay(l.Since)
	if m.shown.Before(since) {
		return ""
	}
	if m.firsts[i].IsZero() {
		m.firsts[i] = now
	}
	turn := int(m.shown.Sub(since) / (24 * time.Hour))
	if l.Turn.Days > 0 {
		turn /= l.Turn.Days
	} else {
		turn = int(now.Sub(m.firsts[i])/time.Hour) / l.Turn.Hours
	}
	if !m.counts(l.Restriction) {
		return ""
	}
	return l.People[turn%len(l.People)]
}

func (m *model) counts(r oncall.Restriction) bool {
	hours := r.Hours
	if len(hours) == 0 {
		hours = []calendar.Span{{From: 0, To: 24 * 60}}
	}
	for _, back := range []int{0, 1} { // hours of the day, and of the day before
		day := m.shown.AddDate(0, 0, -back)
		minute := m.shown.Hour()*60 + m.shown.Minute() + back*24*60
		if len(r.Days) > 0 && !slices.Contains(r.Days, day.Weekday()) {
			continue
		}
		for _, h := range hours {
			if h.From <= minute && minute < h.To {
				return true
			}
		}
	}
	return false
}

// restless are zones and the first of days in which their clocks did something; and an ordinary one.
var restless = []struct{ zone, day string }{
	{"Europe/Berlin", "2026-03-27"},
	{"Europe/Berlin", "2026-10-23"},
	{"America/New_York", "2026-03-06"},
	{"America/New_York", "2026-10-30"},
	{"Australia/Lord_Howe", "2026-04-03"},
	{"Australia/Lord_Howe", "2026-10-02"},
	{"Pacific/Apia", "2011-12-28"},
	{"Africa/Cairo", "2026-04-22"},
	{"America/St_Johns", "2010-03-12"},
	{"UTC", "2028-02-27"},
}

func drawLayer(t *rapid.T, start time.Time) oncall.Layer {
	since := start.AddDate(0, 0, rapid.IntRange(-5, 2).Draw(t, "since"))
	return oncall.Layer{
		People: rapid.SliceOfN(rapid.SampledFrom([]string{"ada", "ben", "cyd"}), 1, 4).Draw(t, "people"),
		Turn:   rapid.SampledFrom([]oncall.Turn{{Days: 1}, {Days: 2}, {Days: 7}, {Hours: 1}, {Hours: 9}, {Hours: 24}}).Draw(t, "turn"),
		Since: oncall.Civil{
			Year: since.Year(), Month: since.Month(), Day: since.Day(),
			Hour: rapid.IntRange(0, 23).Draw(t, "hour"), Minute: rapid.SampledFrom([]int{0, 15, 30}).Draw(t, "minute"),
		},
	}
}

func drawRestriction(t *rapid.T) oncall.Restriction {
	day := rapid.Map(rapid.IntRange(0, 6), func(d int) time.Weekday { return time.Weekday(d) })
	hours := rapid.SampledFrom([][]calendar.Span{
		nil,
		{{From: 0, To: 24 * 60}},
		{{From: 22 * 60, To: 30 * 60}},
		{{From: 9 * 60, To: 17 * 60}},
		{{From: 2*60 + 15, To: 2*60 + 45}},
		{{From: 0, To: 2*60 + 30}, {From: 12 * 60, To: 24 * 60}},
	})
	return oncall.Restriction{Days: rapid.SliceOfN(day, 0, 5).Draw(t, "days"), Hours: hours.Draw(t, "hours")}
}

func drawRotation(t *rapid.T, zone *time.Location, start time.Time) oncall.Rotation {
	base := drawLayer(t, start)
	r := oncall.Rotation{Name: "primary", People: base.People, Turn: base.Turn, Since: base.Since, Zone: zone}
	for range rapid.IntRange(0, 3).Draw(t, "layers") {
		l := drawLayer(t, start)
		l.Restriction = drawRestriction(t)
		r.Layers = append(r.Layers, l)
	}
	for range rapid.IntRange(0, 4).Draw(t, "overrides") {
		from := start.Add(time.Duration(rapid.IntRange(-600, 5000).Draw(t, "from")) * time.Minute)
		until := from.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "minutes")) * time.Minute)
		r.Overrides = append(r.Overrides, oncall.Override{Person: rapid.SampledFrom([]string{"dan", "eve", "ada"}).Draw(t, "person"), From: from, Until: until})
	}
	return r
}

func TestTheFinalLineIsWhatTheClockOnTheWallSaysMinuteByMinute(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		where := rapid.SampledFrom(restless).Draw(rt, "where")
		day, err := calendar.ParseDate(where.day)
		if err != nil {
			rt.Fatal(err)
		}
		z := zone(t, where.zone)
		start := day.At(0, z)
		r := drawRotation(rt, z, start)
		m := model{r: r}
		for now := start.AddDate(0, 0, -7); now.Before(start); now = now.Add(time.Minute) {
			m.step(now)
		}
		end := start.Add(5 * 24 * time.Hour)
		shifts := r.Shifts(start, end)
		i := 0
		for now := start; now.Before(end); now = now.Add(time.Minute) {
			person, layer := m.step(now)
			for i < len(shifts)-1 && !now.Before(shifts[i].Until) {
				i++
			}
			if s := shifts[i]; s.Person != person || s.Layer != layer || now.Before(s.From) || !now.Before(s.Until) {
				rt.Fatalf("at %s it is with %q by layer %d, and Shifts says %+v", now.In(z), person, layer, s)
			}
			if now.Minute()%7 == 0 {
				agrees(rt, r, shifts[i], now)
			}
		}
		tiled(rt, r, shifts, start, end)
	})
}

// fataler is a test or a property test.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// agrees makes sure that At and Holder say at now what a shift of the line does.
func agrees(t fataler, r oncall.Rotation, s oncall.Shift, now time.Time) {
	t.Helper()
	a := r.At(now)
	if a.Person != s.Person || a.Layer != s.Layer || a.Override != s.Override {
		t.Fatalf("%s: at %s At is %+v and Shifts has %+v", r.Zone, now, a, s)
	}
	if a.From.After(now) || (!a.Until.IsZero() && !a.Until.After(now)) {
		t.Fatalf("%s: at %s it is with %q from %s until %s", r.Zone, now, a.Person, a.From, a.Until)
	}
	if a.Person == "" {
		return // joined
	}
	for _, edge := range []time.Time{a.From, a.Until.Add(-1)} {
		if b := r.At(edge); b != a {
			t.Fatalf("%s: at %s At is %+v, but at its edge %s %+v", r.Zone, now, a, edge, b)
		}
	}
}

// tiled makes sure that shifts cover [from, until) without a hole or an overlap, that neighbours differ, that
// Gaps reports each one of nobody, and Handoffs each change of person.
func tiled(t fataler, r oncall.Rotation, shifts []oncall.Shift, from, until time.Time) {
	t.Helper()
	gaps, handoffs := r.Gaps(from, until), r.Handoffs(from, until)
	for i, s := range shifts {
		if !s.From.Equal(from) || !s.Until.After(from) {
			t.Fatalf("%s: after %s the line goes on with %+v", r.Zone, from, s)
		}
		from = s.Until
		if s.Person == "" {
			if len(gaps) == 0 || gaps[0] != s {
				t.Fatalf("%s: the gap %+v is not reported, %+v is", r.Zone, s, gaps)
			}
			gaps = gaps[1:]
		}
		if i == 0 {
			if len(handoffs) > 0 && handoffs[0].At.Equal(s.From) {
				handoffs = handoffs[1:]
			}
			continue
		}
		before := shifts[i-1]
		if before.Person == s.Person && before.Layer == s.Layer && before.Override == s.Override {
			t.Fatalf("%s: %+v and %+v are one", r.Zone, before, s)
		}
		if before.Person != s.Person {
			want := oncall.Handoff{At: s.From, From: before.Person, To: s.Person}
			if len(handoffs) == 0 || handoffs[0] != want {
				t.Fatalf("%s: %+v is not among the hand-offs %+v", r.Zone, want, handoffs)
			}
			handoffs = handoffs[1:]
		}
	}
	if !from.Equal(until) || len(gaps) > 0 || len(handoffs) > 0 {
		t.Fatalf("%s: the line ends at %s, not %s; gaps %+v and hand-offs %+v are none", r.Zone, from, until, gaps, handoffs)
	}
}

// TestInEveryZoneTenYearsHaveNoGapOrOverlapThatIsNotReported has a base of
// weeks, weekends and a stand-in. Each hand-off of the base is when the clock first shows Monday 09:00.
func TestInEveryZoneTenYearsHaveNoGapOrOverlapThatIsNotReported(t *testing.T) {
	weekend := oncall.Restriction{Days: []time.Weekday{time.Saturday, time.Sunday}}
	for name := range strings.Lines(zones) {
		r := rotation(t, strings.TrimSpace(name), "1 week", "2024-01-01T09:00")
		r.Layers = []oncall.Layer{
			{People: []string{"dan", "eve"}, Turn: oncall.Turn{Days: 7}, Since: r.Since, Restriction: weekend},
		}
		from := time.Date(2023, 12, 1, 0, 0, 0, 0, time.UTC)
		r.Overrides = []oncall.Override{{Person: "gus", From: from.AddDate(1, 2, 0), Until: from.AddDate(1, 2, 9)}}
		until := from.AddDate(10, 0, 0)
		shifts := r.Shifts(from, until)
		tiled(t, r, shifts, from, until)
		for _, s := range r.LayerShifts(0, from, until)[1:] {
			if want := civil(s.From); want.Hour() != 9 || want.Weekday() != time.Monday || !firstShows(s.From, want) {
				t.Fatalf("%s: a hand-off of Monday 09:00 is at %s", r.Zone, s.From)
			}
		}
		for i := 7; i < len(shifts); i += 97 {
			agrees(t, r, shifts[i], shifts[i].From.Add(shifts[i].Until.Sub(shifts[i].From)/2))
		}
	}
}
