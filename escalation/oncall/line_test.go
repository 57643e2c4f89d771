package oncall_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"tocsin/alerting/calendar"
	"tocsin/escalation/oncall"
)

// layered is a week by turns of ada, ben and cyd, with dan at night and eve at weekends.
func layered(t testing.TB) oncall.Rotation {
	t.Helper()
	r := rotation(t, "Europe/Berlin", "1 week", "2026-01-05T09:00")
	hours, err := calendar.ParseHours("22:00-06:00")
	if err != nil {
		t.Fatal(err)
	}
	r.Layers = []oncall.Layer{
		{Name: "nights", People: []string{"dan"}, Turn: oncall.Turn{Days: 7}, Since: r.Since, Restriction: oncall.Restriction{Hours: hours}},
		{
			Name: "weekends", People: []string{"eve"}, Turn: oncall.Turn{Days: 7}, Since: r.Since,
			Restriction: oncall.Restriction{Days: []time.Weekday{time.Saturday, time.Sunday}},
		},
	}
	return r
}

// written is shifts a line each, in local time.
func written(shifts []oncall.Shift) string {
	var b strings.Builder
	for _, s := range shifts {
		fmt.Fprintf(&b, "%s %d %s to %s\n", s.Person, s.Layer, s.From.Format("Mon 02 15:04"), s.Until.Format("Mon 02 15:04"))
	}
	return b.String()
}

func TestALaterLayerGoesBeforeAnEarlierOneWhileItCounts(t *testing.T) {
	r := layered(t)
	got := written(r.Shifts(at(t, r, "2026-01-08T12:00:00"), at(t, r, "2026-01-13T12:00:00")))
	want := `ada 0 Thu 08 12:00 to Thu 08 22:00
dan 1 Thu 08 22:00 to Fri 09 06:00
ada 0 Fri 09 06:00 to Fri 09 22:00
dan 1 Fri 09 22:00 to Sat 10 00:00
eve 2 Sat 10 00:00 to Mon 12 00:00
dan 1 Mon 12 00:00 to Mon 12 06:00
ada 0 Mon 12 06:00 to Mon 12 09:00
ben 0 Mon 12 09:00 to Mon 12 22:00
dan 1 Mon 12 22:00 to Tue 13 06:00
ben 0 Tue 13 06:00 to Tue 13 12:00
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestNightHoursBelongToTheDayOnWhichTheyBegin(t *testing.T) {
	r := layered(t)
	r.Layers = r.Layers[:1]
	r.Layers[0].Restriction.Days = []time.Weekday{time.Friday}
	got := written(r.LayerShifts(1, at(t, r, "2026-01-05T09:00:00"), at(t, r, "2026-01-19T09:00:00")))
	if want := "dan 1 Fri 09 22:00 to Sat 10 06:00\ndan 1 Fri 16 22:00 to Sat 17 06:00\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestAnOverrideGoesBeforeEveryLayerAndTheLaterBeforeTheEarlier(t *testing.T) {
	r := layered(t)
	r.Overrides = []oncall.Override{
		{ID: 1, Person: "fay", From: at(t, r, "2026-01-09T12:00:00"), Until: at(t, r, "2026-01-10T12:00:00")},
		{ID: 2, Person: "gus", From: at(t, r, "2026-01-09T18:00:00"), Until: at(t, r, "2026-01-09T20:00:00")},
		{ID: 3, Person: "", From: at(t, r, "2026-01-09T13:00:00"), Until: at(t, r, "2026-01-09T20:00:00")},
		{ID: 4, Person: "hal", From: at(t, r, "2026-01-09T15:00:00"), Until: at(t, r, "2026-01-09T14:00:00")},
	}
	from, until := at(t, r, "2026-01-09T10:00:00"), at(t, r, "2026-01-11T00:00:00")
	got := written(r.Shifts(from, until))
	want := `ada 0 Fri 09 10:00 to Fri 09 12:00
fay -1 Fri 09 12:00 to Fri 09 18:00
gus -1 Fri 09 18:00 to Fri 09 20:00
fay -1 Fri 09 20:00 to Sat 10 12:00
eve 2 Sat 10 12:00 to Sun 11 00:00
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if s := r.At(at(t, r, "2026-01-09T19:00:00")); s.Override == nil || s.Override.ID != 2 || s.Person != "gus" {
		t.Errorf("at 19:00 it is with %+v", s)
	}
	person, since, end := r.Holder(at(t, r, "2026-01-09T21:00:00"))
	if person != "fay" || !since.Equal(at(t, r, "2026-01-09T20:00:00")) || !end.Equal(at(t, r, "2026-01-10T12:00:00")) {
		t.Errorf("at 21:00 %s holds it from %s until %s", person, since, end)
	}
	if who, when := r.Next(at(t, r, "2026-01-09T19:00:00")); who != "fay" || !when.Equal(at(t, r, "2026-01-09T20:00:00")) {
		t.Errorf("after gus comes %s at %s", who, when)
	}
}

func TestWhereNoLayerCountsThereIsAGap(t *testing.T) {
	r := layered(t)
	r.People = nil
	from, until := at(t, r, "2026-01-05T00:00:00"), at(t, r, "2026-01-07T00:00:00")
	gaps := r.Gaps(from, until)
	if got, want := written(gaps), " -1 Mon 05 00:00 to Mon 05 22:00\n -1 Tue 06 06:00 to Tue 06 22:00\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	want := []oncall.Handoff{
		{At: at(t, r, "2026-01-05T22:00:00"), To: "dan"},
		{At: at(t, r, "2026-01-06T06:00:00"), From: "dan"},
		{At: at(t, r, "2026-01-06T22:00:00"), To: "dan"},
	}
	if got := r.Handoffs(from, until); !reflect.DeepEqual(got, want) {
		t.Errorf("hand-offs %+v, want %+v", got, want)
	}
	noon := at(t, r, "2026-01-06T12:00:00")
	if person, since, end := r.Holder(noon); person != "" || !since.Equal(want[1].At) || !end.Equal(want[2].At) {
		t.Errorf("at noon %q holds it from %s until %s", person, since, end)
	}
	if who, when := r.Next(noon); who != "dan" || !when.Equal(want[2].At) {
		t.Errorf("after the gap comes %q at %s", who, when)
	}
	if who, when := r.Next(at(t, r, "2026-01-05T23:00:00")); who != "" || !when.Equal(want[1].At) {
		t.Errorf("after the night comes %q at %s", who, when)
	}
	first, since, end := r.Holder(from)
	if first != "" || !since.IsZero() || !end.Equal(want[0].At) {
		t.Errorf("before the first night %q holds it from %s until %s", first, since, end)
	}
}

func TestAHandOffIsToldAtTheBeginningAndNotAtTheEndOfAStretch(t *testing.T) {
	r := rotation(t, "Europe/Berlin", "1 week", "2026-01-05T09:00")
	first, second := at(t, r, "2026-01-12T09:00:00"), at(t, r, "2026-01-19T09:00:00")
	want := []oncall.Handoff{{At: first, From: "ada", To: "ben"}}
	if got := r.Handoffs(first, second); !reflect.DeepEqual(got, want) {
		t.Errorf("hand-offs %+v, want %+v", got, want)
	}
}

func TestTurnsOfOnePersonAreOneShiftAndNobodyComesNext(t *testing.T) {
	r := rotation(t, "Europe/Berlin", "1 day", "2026-01-05T09:00")
	r.People = []string{"ada"}
	got := written(r.Shifts(at(t, r, "2026-01-05T00:00:00"), at(t, r, "2026-01-09T00:00:00")))
	if want := " -1 Mon 05 00:00 to Mon 05 09:00\nada 0 Mon 05 09:00 to Fri 09 00:00\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if who, when := r.Next(at(t, r, "2026-01-06T00:00:00")); who != "" || !when.IsZero() {
		t.Errorf("after ada comes %q at %s", who, when)
	}
}

func TestAnImportStandsInPlaceOfTurnsAndLayers(t *testing.T) {
	r := layered(t)
	r.Imported = []oncall.Shift{
		{Person: "ida", From: at(t, r, "2026-01-05T12:00:00"), Until: at(t, r, "2026-01-07T12:00:00")},
		{Person: "jon", From: at(t, r, "2026-01-07T00:00:00"), Until: at(t, r, "2026-01-08T00:00:00")},
		{Person: "jon", From: at(t, r, "2026-01-08T00:00:00"), Until: at(t, r, "2026-01-09T00:00:00")},
	}
	r.Overrides = []oncall.Override{{Person: "fay", From: at(t, r, "2026-01-06T00:00:00"), Until: at(t, r, "2026-01-06T01:00:00")}}
	from, until := at(t, r, "2026-01-05T00:00:00"), at(t, r, "2026-01-10T00:00:00")
	want := ` -1 Mon 05 00:00 to Mon 05 12:00
ida 0 Mon 05 12:00 to Tue 06 00:00
fay -1 Tue 06 00:00 to Tue 06 01:00
ida 0 Tue 06 01:00 to Wed 07 00:00
jon 0 Wed 07 00:00 to Fri 09 00:00
 -1 Fri 09 00:00 to Sat 10 00:00
`
	shifts := r.Shifts(from, until)
	if got := written(shifts); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	tiled(t, r, shifts, from, until)
	if s := r.At(at(t, r, "2026-01-06T12:00:00")); s.Person != "ida" || !s.Until.Equal(at(t, r, "2026-01-07T00:00:00")) {
		t.Errorf("on Tuesday it is with %+v", s)
	}
	if s := r.At(until); s.Person != "" || !s.From.Equal(at(t, r, "2026-01-09T00:00:00")) || !s.Until.IsZero() {
		t.Errorf("after the import it is with %+v", s)
	}
	if got := r.LayerShifts(1, from, until); got != nil {
		t.Errorf("the nights are still %+v", got)
	}
	if r.Imported = []oncall.Shift{}; r.At(from).Person != "" {
		t.Error("an import of nothing is somebody's")
	}
}

func TestShadowsAreToldAlongAndHoldNothing(t *testing.T) {
	r := layered(t)
	r.Shadows = []oncall.Layer{
		{People: []string{"kim", "ada"}, Turn: oncall.Turn{Days: 7}, Since: r.Since},
		{People: []string{"kim"}, Turn: oncall.Turn{Days: 1}, Since: r.Since},
	}
	for s, want := range map[string][]string{
		"2026-01-05T10:00:00": {"kim"},
		"2026-01-12T10:00:00": {"ada", "kim"},
		"2026-01-26T10:00:00": {"kim"}, // ada holds it
		"2026-02-09T10:00:00": {"ada", "kim"},
		"2026-01-05T08:00:00": nil,
	} {
		if got := r.ShadowsAt(at(t, r, s)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", s, got, want)
		}
	}
	if person, _, _ := r.Holder(at(t, r, "2026-01-05T10:00:00")); person != "ada" {
		t.Errorf("%s holds it", person)
	}
	got := written(r.ShadowShifts(0, at(t, r, "2026-01-05T00:00:00"), at(t, r, "2026-01-13T00:00:00")))
	if want := "kim 0 Mon 05 09:00 to Mon 12 09:00\nada 0 Mon 12 09:00 to Tue 13 00:00\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestARestrictionThatCoversTheWeekRestrictsNothing(t *testing.T) {
	r := rotation(t, "Europe/Berlin", "1 week", "2026-01-05T09:00")
	plain := r.Shifts(at(t, r, "2026-01-01T00:00:00"), at(t, r, "2026-03-01T00:00:00"))
	l := oncall.Layer{People: r.People, Turn: r.Turn, Since: r.Since}
	l.Restriction.Hours = []calendar.Span{{From: 6 * 60, To: 18 * 60}, {From: 18 * 60, To: 30 * 60}}
	r.People, r.Layers = nil, []oncall.Layer{l}
	got := r.Shifts(at(t, r, "2026-01-01T00:00:00"), at(t, r, "2026-03-01T00:00:00"))
	if want := strings.ReplaceAll(written(plain), " 0 ", " 1 "); written(got) != want {
		t.Errorf("got\n%swant\n%s", written(got), want)
	}
	if s := r.At(at(t, r, "2026-01-06T12:00:00")); written([]oncall.Shift{s}) != "ada 1 Mon 05 09:00 to Mon 12 09:00\n" {
		t.Errorf("on Tuesday it is with %+v", s)
	}
}

func TestHoursThatTheClockJoinsAreOneShift(t *testing.T) {
	r := rotation(t, "Europe/Berlin", "1 week", "2026-01-05T09:00")
	hours := []calendar.Span{{From: 0, To: 2 * 60}, {From: 3 * 60, To: 6 * 60}, {From: 22 * 60, To: 23 * 60}}
	l := oncall.Layer{People: []string{"dan"}, Turn: r.Turn, Since: r.Since, Restriction: oncall.Restriction{Hours: hours}}
	r.People, r.Layers = nil, []oncall.Layer{l}
	want := "dan 1 Sun 29 00:00 to Sun 29 06:00\n"
	for _, s := range []string{"2026-03-29T00:30:00", "2026-03-29T04:30:00"} {
		if got := written([]oncall.Shift{r.At(at(t, r, s))}); got != want {
			t.Errorf("%s: %s", s, got)
		}
	}
	if got := written(r.LayerShifts(1, at(t, r, "2026-03-29T00:00:00"), at(t, r, "2026-03-29T12:00:00"))); got != want {
		t.Error(got)
	}
}

func TestHoursThatOverlapAroundTheEndOfTheWeekCountOnce(t *testing.T) {
	r := rotation(t, "Europe/Berlin", "1 week", "2026-01-05T09:00")
	r.Layers = []oncall.Layer{{
		People: []string{"dan"}, Turn: r.Turn, Since: r.Since,
		Restriction: oncall.Restriction{Hours: []calendar.Span{{From: 0, To: 8 * 60}, {From: 22 * 60, To: 30 * 60}}},
	}}
	from, until := at(t, r, "2026-01-11T12:00:00"), at(t, r, "2026-01-12T22:00:00")
	shifts := r.Shifts(from, until)
	tiled(t, r, shifts, from, until)
	want := "ada 0 Sun 11 12:00 to Sun 11 22:00\ndan 1 Sun 11 22:00 to Mon 12 08:00\nada 0 Mon 12 08:00 to Mon 12 09:00\nben 0 Mon 12 09:00 to Mon 12 22:00\n"
	if got := written(shifts); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestATurnWhoseDayIsSkippedIsNoShift(t *testing.T) {
	r := rotation(t, "Pacific/Apia", "1 day", "2011-12-29T00:00")
	got := written(r.Shifts(at(t, r, "2011-12-29T00:00:00"), at(t, r, "2012-01-01T00:00:00")))
	if want := "ada 0 Thu 29 00:00 to Sat 31 00:00\ncyd 0 Sat 31 00:00 to Sun 01 00:00\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestNothingIsAskedOfAnEmptyStretchOrALayerThatIsNone(t *testing.T) {
	r := layered(t)
	now := at(t, r, "2026-01-05T10:00:00")
	if r.Shifts(now, now) != nil || r.Gaps(now, now) != nil || r.Handoffs(now, now) != nil ||
		r.LayerShifts(3, now, now.AddDate(0, 1, 0)) != nil || r.LayerShifts(-1, now, now.AddDate(0, 1, 0)) != nil ||
		r.ShadowShifts(0, now, now.AddDate(0, 1, 0)) != nil {
		t.Error("something is answered")
	}
}

func BenchmarkHolderOfLayers(b *testing.B) {
	r := layered(b)
	now := at(b, r, "2026-10-09T20:00:00")
	b.ReportAllocs()
	for b.Loop() {
		r.Holder(now)
	}
}

func BenchmarkShiftsOf400Days(b *testing.B) {
	r := layered(b)
	r.Layers = append(r.Layers, r.Layers[0], r.Layers[1])
	from := at(b, r, "2026-01-05T20:00:00")
	b.ReportAllocs()
	for b.Loop() {
		r.Shifts(from, from.AddDate(0, 0, 400))
	}
}
