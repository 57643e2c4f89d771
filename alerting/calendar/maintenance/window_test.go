package maintenance_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/prometheus/alertmanager/matcher/parse"
	"github.com/prometheus/alertmanager/pkg/labels"

	"tocsin/alerting/calendar/maintenance"
)

const minuteLayout = "Mon 2006-01-02 15:04 MST"

func berlin(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func postgres(t testing.TB) labels.Matchers {
	t.Helper()
	m, err := parse.Matchers(`{service="postgres", env!="test"}`)
	if err != nil {
		t.Fatal(err)
	}
	return labels.Matchers(m)
}

func window(t testing.TB, cron string, lasts time.Duration) maintenance.Window {
	t.Helper()
	w, err := maintenance.Parse("weekly database maintenance", postgres(t), cron, lasts, berlin(t))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAWindowLastsFromItsBeginningToJustBeforeItsEnd(t *testing.T) {
	w := window(t, "0 3 * * SUN", time.Hour)
	sunday := time.Date(2026, 10, 11, 3, 0, 0, 0, berlin(t))
	for at, want := range map[time.Duration]bool{-time.Second: false, 0: true, time.Hour - time.Second: true, time.Hour: false} {
		until, ok := w.Active(sunday.Add(at))
		if ok != want || ok && !until.Equal(sunday.Add(time.Hour)) {
			t.Errorf("%s after its beginning: active %t until %s", at, ok, until)
		}
	}
	if got := w.Begins(sunday).Format(minuteLayout); got != "Sun 2026-10-18 03:00 CEST" {
		t.Errorf("after its beginning it begins again on %s", got)
	}
	if got := w.Begins(sunday.Add(-time.Nanosecond)); !got.Equal(sunday) {
		t.Errorf("just before its beginning it begins on %s", got)
	}
}

func TestAWindowKeepsItsLengthWhereTheClockChanges(t *testing.T) {
	for _, g := range []struct{ name, cron, at, begins, ends string }{
		{"its beginning is skipped", "30 2 * * SUN", "2026-03-28T12:00:00Z", "Sun 2026-03-29 03:00 CEST", "Sun 2026-03-29 04:00 CEST"},
		{"its middle is skipped", "30 1 * * SUN", "2026-03-28T12:00:00Z", "Sun 2026-03-29 01:30 CET", "Sun 2026-03-29 03:30 CEST"},
		{"its beginning is shown twice", "30 2 * * SUN", "2026-10-24T12:00:00Z", "Sun 2026-10-25 02:30 CEST", "Sun 2026-10-25 02:30 CET"},
		{"its end is shown twice", "30 1 * * SUN", "2026-10-24T12:00:00Z", "Sun 2026-10-25 01:30 CEST", "Sun 2026-10-25 02:30 CEST"},
	} {
		t.Run(g.name, func(t *testing.T) {
			w := window(t, g.cron, time.Hour)
			at, err := time.Parse(time.RFC3339, g.at)
			if err != nil {
				t.Fatal(err)
			}
			begin := w.Begins(at)
			until, ok := w.Active(begin)
			if begin.Format(minuteLayout) != g.begins || !ok || until.Format(minuteLayout) != g.ends {
				t.Errorf("it lasts from %s until %s, %t", begin.Format(minuteLayout), until.Format(minuteLayout), ok)
			}
			if next := w.Begins(begin); next.Sub(begin) < 24*time.Hour {
				t.Errorf("it begins again on %s", next)
			}
		})
	}
}

func TestTheZeroWindowNeverBegins(t *testing.T) {
	var w maintenance.Window
	if _, ok := w.Active(time.Now()); ok || !w.Begins(time.Now()).IsZero() {
		t.Error("it lasts, or begins")
	}
}

func TestAWrongWindowIsRefusedWithASentence(t *testing.T) {
	for _, g := range []struct {
		cron  string
		match labels.Matchers
		lasts time.Duration
		want  string
	}{
		{"0 3 * * SUN", nil, time.Hour, "name a label"},
		{"0 3 * * SUN", postgres(t), 0, "as in 1h"},
		{"@every 6h", postgres(t), time.Hour, `"0 3 * * SUN"`},
		{"at night", postgres(t), time.Hour, `"0 3 * * SUN"`},
		{"0 3 30 2 *", postgres(t), time.Hour, "never comes"},
	} {
		_, err := maintenance.Parse("w", g.match, g.cron, g.lasts, time.UTC)
		if err == nil || !strings.Contains(err.Error(), g.want) {
			t.Errorf("%q for %s: %v, want a sentence with %q", g.cron, g.lasts, err, g.want)
		}
	}
}
