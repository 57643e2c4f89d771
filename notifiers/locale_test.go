package notifiers_test

import (
	"testing"
	"time"

	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/notifiers"
)

func TestATimeIsToldInTheReadersZoneElseInTheOrganisationsElseInUTC(t *testing.T) {
	at := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	berlin := notifiers.Locale{Zone: zone("Europe/Berlin")}
	in := func(name string) escalation.Person {
		return escalation.Person{Calendar: &calendar.Calendar{Zone: zone(name)}}
	}
	for want, l := range map[string]notifiers.Locale{
		"Sun 25 Oct 2026, 00:30 UTC":    {},
		"Sun 25 Oct 2026, 02:30 CEST":   berlin.For(escalation.Person{Calendar: &calendar.Calendar{}}),
		"Sun 25 Oct 2026, 09:30 JST":    berlin.For(in("Asia/Tokyo")),
		"Sat 24 Oct 2026, 21:30 UTC-03": berlin.For(in("America/Sao_Paulo")),
	} {
		if got := l.Time(at); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := berlin.For(escalation.Person{}).Time(at.Add(time.Hour)); got != "Sun 25 Oct 2026, 02:30 CET" {
		t.Errorf("an hour later it is %q", got)
	}
}

func TestPeopleAreCalledByTheirNamesAndOthersByTheirIDs(t *testing.T) {
	l := notifiers.Locale{Names: map[string]string{"ada": "Ada\nLovelace\u202e", "bob": ""}}
	for id, want := range map[string]string{"ada": "Ada Lovelace", "bob": "bob", "deploy\nbot": "deploy bot", "": ""} {
		if got := l.Name(id); got != want {
			t.Errorf("%q is called %q, want %q", id, got, want)
		}
	}
}
