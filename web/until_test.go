package web

import (
	"strings"
	"testing"
	"time"
)

func TestMorningIsTheOrganisationsForWhoeverAsksTheAPI(t *testing.T) {
	for _, verb := range []string{"snooze", "mute"} {
		w, base := start(t)
		before := time.Now()
		call(t, base, "POST", "/api/v1/incidents/412/"+verb, `{"until":"Morning"}`).want(t, 200)
		until := w.answers[len(w.answers)-1].Until
		business := policy().Calendar
		if from, to := business.Morning(before), business.Morning(time.Now()); until.Before(from) || until.After(to) {
			t.Errorf("%s until %s, want %s", verb, until, to)
		}
		got := call(t, base, "POST", "/api/v1/incidents/412/"+verb, `{"until":"evening"}`).want(t, 422)
		if !strings.Contains(got.body, `\"until\" is no time: write it as in \"2026-12-25T09:00:00+01:00\", or \"morning\".`) {
			t.Errorf("%s: %s", verb, got.body)
		}
	}
}

func FuzzUntil(f *testing.F) {
	for _, text := range []string{"morning", "2026-12-25T09:00:00+01:00", "", "soon"} {
		f.Add(text)
	}
	s, now := &server{Options: newWorld().options()}, time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		at, err := s.untilWhen(text, now)
		if p := problemOf(err); err != nil && p.Status != 422 {
			t.Errorf("%q: %v", text, err)
		}
		if strings.EqualFold(strings.TrimSpace(text), "morning") && (err != nil || at.Before(now.Add(4*time.Hour))) {
			t.Errorf("%q: %s, %v", text, at, err)
		}
	})
}
