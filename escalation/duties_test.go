package escalation

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/escalation/oncall"
)

// pair is a rotation of Ada and Ben, a week each from Monday 23 November 2026, 09:00 in Berlin on, and Eve.
func pair(t *testing.T) (*Policy, *time.Location) {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return &Policy{Directory: Directory{
		People: map[string]Person{
			"ada": {ID: "ada", Name: "Ada", Email: "ada@example.com", Reach: ReachAlways},
			"ben": {ID: "ben", Name: "Ben", Phone: "+15005550001", Reach: ReachAlways},
			"eve": {ID: "eve", Name: "Eve", Slack: "U0EVE", Reach: ReachAlways},
		},
		Roles: map[string]Role{"on-call": {Rotation: "primary"}},
		Rotations: map[string]oncall.Rotation{"primary": {
			Name: "primary", People: []string{"ada", "ben"}, Turn: oncall.Turn{Days: 7},
			Since: oncall.Civil{Year: 2026, Month: 11, Day: 23, Hour: 9}, Zone: zone,
		}},
	}}, zone
}

func TestADeputyAnswersForWhoeverIsAwayAndForNobodyWhileTheyAreAwayThemselves(t *testing.T) {
	p, zone := pair(t)
	day := func(d int) time.Time { return time.Date(2026, 11, d, 9, 0, 0, 0, zone) }
	p.Directory.Absences = []Absence{
		{Person: "ada", From: day(25), Until: day(28), Deputy: "eve"},
		{Person: "eve", From: day(27), Until: day(40), Deputy: "ben"},
	}
	var got strings.Builder
	for _, d := range p.Duties("primary", day(23), day(32)) {
		got.WriteString(fmt.Sprintf("%d to %d %s/%s; ", d.From.Day(), d.Until.Day(), d.Person, d.Holder))
	}
	if want := "23 to 25 ada/; 25 to 27 eve/ada; 27 to 28 /ada; 28 to 30 ada/; 30 to 2 ben/; "; got.String() != want {
		t.Errorf("%s\nwant %s", got.String(), want)
	}
}
