package escalation

import (
	"context"
	"testing"
	"time"

	"tocsin/escalation/oncall"
)

// tellings keeps what was told.
type tellings map[time.Time][]Message

func (ts tellings) TellHandoff(_ context.Context, _ string, at time.Time, ms []Message) (bool, error) {
	_, known := ts[at]
	if !known {
		ts[at] = ms
	}
	return !known, nil
}

func TestAHandOffTellsBothOnceAndAnOutageOfMoreThanAnHourNobody(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	p := &Policy{Directory: Directory{
		People: map[string]Person{
			"ada": {ID: "ada", Name: "Ada", Email: "ada@example.com"},
			"ben": {ID: "ben", Name: "Ben", Phone: "+15005550001"},
		},
		Rotations: map[string]oncall.Rotation{"primary": {
			Name: "primary", People: []string{"ada", "ben"}, Turn: oncall.Turn{Days: 7},
			Since: oncall.Civil{Year: 2026, Month: 11, Day: 23, Hour: 9}, Zone: zone,
		}},
	}}
	told := tellings{}
	h := &handoffs{store: told, policy: func() *Policy { return p }, url: func(path string) string { return "https://t" + path }, told: map[handoffKey]bool{}}
	off := time.Date(2026, 11, 30, 9, 0, 0, 0, zone)
	for _, at := range []time.Duration{-time.Second, 0, time.Minute, 59 * time.Minute, 2 * time.Hour, 7*24*time.Hour + 2*time.Hour} {
		if err := h.tell(t.Context(), off.Add(at)); err != nil {
			t.Fatal(err)
		}
		if want := min(1, int(at/time.Millisecond)+1); at < time.Hour && len(told) != max(want, 0) {
			t.Errorf("%s after the hand-off %d are told", at, len(told))
		}
	}
	if len(told) != 1 {
		t.Fatalf("%d hand-offs are told", len(told))
	}
	var got []Message
	for _, ms := range told {
		got = ms
	}
	want := "You are on call for primary from Monday 30 November, 09:00 until Monday 7 December, 09:00 (Europe/Berlin).\nBefore you: Ada.\n"
	if len(got) != 2 || got[0].Person != "ben" || got[0].Text != want || got[0].Channels[0] != SMS || got[0].URL != "https://t/oncall" {
		t.Errorf("%+v", got)
	}
	if got[1].Person != "ada" || got[1].Text != "You are no longer on call for primary. Ben is, from Monday 30 November, 09:00 (Europe/Berlin).\n" {
		t.Errorf("%+v", got[1])
	}
	if next := p.nextHandoff(off.Add(-500 * time.Millisecond)); !next.Equal(off) {
		t.Errorf("it looks again at %s", next)
	}
}
