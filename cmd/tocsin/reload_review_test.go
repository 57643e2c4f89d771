package main

import (
	"os"
	"strings"
	"testing"
)

func TestAReloadThatDropsARoleIsToldOnTheOpenIncidentsThatNameItAndInTheLog(t *testing.T) {
	s := newSite(t)
	p := s.start()
	former := s.inForce()
	s.send(firingOf("SystemDown", "backend"))
	first := s.only()

	text, err := os.ReadFile(s.config)
	must(t, err)
	gone := strings.NewReplacer("  executive: {people: [vp-engineering]}\n", "", "page: executive", "page: manager").Replace(string(text))
	must(t, os.WriteFile(s.config+"~", []byte(gone), 0o600))
	must(t, os.Rename(s.config+"~", s.config))
	now := s.awaitAnother(former)

	want := "names executive, which configuration " + now + " no longer has"
	eventually(t, "the timeline says what is gone", func() bool { return strings.Contains(s.timelineOf(first.ID), want) })
	if !strings.Contains(p.log.String(), want) {
		t.Errorf("the log does not say %q", want)
	}
	s.edit("timezone: Europe/Berlin", "timezone: Europe/Vienna")
	again := s.awaitAnother(now)
	eventually(t, "the next configuration is told of too", func() bool {
		return strings.Contains(s.timelineOf(first.ID), "which configuration "+again+" no longer has")
	})
	if n := strings.Count(s.timelineOf(first.ID), want); n != 1 {
		t.Errorf("the first reload is told %d times", n)
	}
}
