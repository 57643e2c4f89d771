package view

import (
	"time"

	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// week is seven days from a Monday on a zone's clock.
type week struct {
	monday calendar.Date
	zone   *time.Location
}

func (w week) start() time.Time { return w.monday.At(0, w.zone) }
func (w week) end() time.Time   { return w.monday.AddDays(7).At(0, w.zone) }

// days are the heads of the columns.
func (w week) days(first, today calendar.Date, business *calendar.Calendar) []Day {
	var out []Day
	for i := range 7 {
		d := w.monday.AddDays(i)
		day := Day{Date: d, Inside: d.Month == first.Month, Today: d == today}
		if business != nil {
			why := business.Why(d)
			if day.Off = why != ""; why != d.Weekday().String() {
				day.Name = dayName(why)
			}
		}
		out = append(out, day)
	}
	return out
}

// tracks are the lines of bars; those that make up the final line only where parts asks for them.
func (w week) tracks(r oncall.Rotation, away []escalation.Absence, parts bool) []Track {
	var out []Track
	if parts {
		for i := range len(r.Layers) + 1 {
			out = appendTrack(out, Track{Kind: trackLayer, Name: layerName(r, i), Bars: w.held(r.LayerShifts(i, w.start(), w.end()))})
		}
		out = appendTrack(out, Track{Kind: trackOverride, Bars: w.overrides(r.Overrides)})
	}
	out = append(out, Track{Kind: trackFinal, Bars: w.present(w.bars(r.Shifts(w.start(), w.end())), away)})
	for i, l := range r.Shadows {
		out = appendTrack(out, Track{Kind: trackShadow, Name: l.Name, Bars: w.held(r.ShadowShifts(i, w.start(), w.end()))})
	}
	return out
}

// appendTrack leaves out a track without bars.
func appendTrack(tracks []Track, t Track) []Track {
	if len(t.Bars) == 0 {
		return tracks
	}
	return append(tracks, t)
}

// layerName is what layer i is called; the lowest is the rotation itself.
func layerName(r oncall.Rotation, i int) string {
	if i == 0 {
		return ""
	}
	return r.Layers[i-1].Name
}

// held are the bars of shifts that somebody has.
func (w week) held(shifts []oncall.Shift) []Bar {
	var out []Bar
	for _, b := range w.bars(shifts) {
		if b.Person != "" {
			out = append(out, b)
		}
	}
	return out
}

func (w week) bars(shifts []oncall.Shift) []Bar {
	var out []Bar
	for _, s := range shifts {
		out = append(out, w.bar(s.Person, s.From, s.Until))
	}
	return out
}

// overrides are the bars of those that touch the week, at most changesShown; the final line has what they do.
func (w week) overrides(list []oncall.Override) []Bar {
	var out []Bar
	for _, o := range list {
		if o.From.Before(w.end()) && o.Until.After(w.start()) && len(out) < changesShown {
			out = append(out, w.bar(o.Person, o.From, o.Until))
		}
	}
	return out
}

func (w week) bar(person string, from, until time.Time) Bar {
	x := w.place(from)
	return Bar{Person: person, From: from, Until: until, X: x, Width: w.place(until) - x}
}

// place is where a moment stands in the week, in hundredths of its width. Each day is as wide as the
// others, however many hours it has.
func (w week) place(t time.Time) float64 {
	switch {
	case !t.After(w.start()):
		return 0
	case !t.Before(w.end()):
		return 100
	}
	i := calendar.DateOf(t.In(w.zone)).DaysSince(w.monday)
	from, until := w.monday.AddDays(i).At(0, w.zone), w.monday.AddDays(i+1).At(0, w.zone)
	if !until.After(from) {
		return 100 * float64(i) / 7
	}
	return 100 * (float64(i) + float64(t.Sub(from))/float64(until.Sub(from))) / 7
}
