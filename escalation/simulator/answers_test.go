package simulator_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/escalation/simulator"
)

func run(t *testing.T, r simulator.Request) simulator.Result {
	t.Helper()
	out, err := simulator.Run(policytest.Manual(t), r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSomebodyWhoDoesNotExistAnswersNothing(t *testing.T) {
	for says, a := range map[string]string{
		`nobody called "devops-leed"`:       "acknowledged@1m by devops-leed",
		"comes after the end of what is":    "acknowledged@8d",
		"skip that time":                    "snooze:until 2027-03-28T02:30@1m",
		`nobody called "nemo" under people`: "assign:nemo@1m by devops-lead",
	} {
		if _, err := simulator.Run(policytest.Manual(t), request(t, a)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v, want one with %q", a, err, says)
		}
	}
}

func TestWhatWasSoAlreadyIsNotRefused(t *testing.T) {
	out := run(t, request(t, "acknowledged@1m", "acknowledged@2m"))
	last := out.Story[len(out.Story)-1]
	for _, e := range out.Story {
		if e.Kind == simulator.Unchanged || e.Kind == simulator.Refused {
			last = e
		}
	}
	if last.Kind != simulator.Unchanged || last.Verb != escalation.Acknowledge || !strings.Contains(last.Reason, "already acknowledged") {
		t.Errorf("the second acknowledgement is told as %+v", last)
	}
}

func TestAnAnswerToNothingIsRefused(t *testing.T) {
	r := request(t, "acknowledged@1m", "resolved@11m on 2", "merge:7@12m")
	r.Alerts[0].After = 10 * time.Minute
	var got []string
	for _, e := range run(t, r).Story {
		if e.Kind == simulator.Refused {
			got = append(got, e.Says+": "+e.Reason)
		}
	}
	expect(t, got,
		"acknowledge@1m0s: there is no incident yet that it could be about",
		"resolve@11m0s on 2: there is no incident #2 at this time",
		"merge:7@12m0s: there is no incident #7 at this time")
}

func TestASnoozeUntilMorningEndsAsTheNextDayBegins(t *testing.T) {
	for a, want := range map[string]string{
		"snooze:until morning@1m":                                       "2026-12-25T08:00:00Z", // a holiday: 09:00
		"mute:until Morning@5h":                                         "2026-12-26T08:00:00Z", // 08:00 is less than 4 hours from 09:00
		"snooze:until 2026-12-25T06:30@1m":                              "2026-12-25T05:30:00Z",
		"mute:until 2026-12-25 06:30 Asia/Tokyo@-1m by system-admin":    "",
		"mute:until 2026-12-26 06:30 Asia/Tokyo@1m by system-admin":     "2026-12-25T21:30:00Z",
		"snooze:until 2026-12-25T06:30:00+01:00@1m by database-admin":   "2026-12-25T05:30:00Z",
		"snooze:until 2026-12-25T06:30:00+01:00@1m on 1 by devops-lead": "2026-12-25T05:30:00Z",
	} {
		read, err := simulator.ParseAnswer(a)
		if (err != nil) != (want == "") {
			t.Fatalf("%s: %v", a, err)
		} else if err != nil {
			continue
		}
		r := request(t)
		r.Answers, r.For = []simulator.Answer{read}, 5*time.Hour+time.Minute
		if read.After == time.Minute {
			r.For = 2 * time.Minute
		}
		c := run(t, r).Cases[0]
		end := c.Incident.SnoozedUntil
		if read.Verb == escalation.Mute {
			end = c.Plan.Pause.Until
		}
		if got := end.UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s ends at %s, want %s", a, got, want)
		}
	}
}

func TestStepsThatAreDueTogetherSayWhichOneTells(t *testing.T) {
	p := policytest.Manual(t)
	row := p.Matrix[alerting.P0]
	row.Steps[2].After, row.Steps[2].Role = row.Steps[3].After, "senior-engineer"
	p.Matrix[alerting.P0] = row
	r := request(t)
	r.For = 40 * time.Minute
	out, err := simulator.Run(p, r)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, e := range out.Story {
		if e.Kind == simulator.Nobody {
			t.Errorf("it tells nobody: %+v", e)
		}
		if e.Kind == simulator.Collapse {
			found = true
			if e.Step != 3 || e.Person != "devops-lead" || !strings.HasPrefix(e.Reason, "told by step 4") {
				t.Errorf("the third step is told as %+v", e)
			}
		}
	}
	if !found {
		t.Error("nothing says that the fourth step tells for the third")
	}
}

func TestIncidentsThatAreMergedGoOnInTheOneThatIsNamed(t *testing.T) {
	r := request(t, "merge:1@2m by devops-lead", "acknowledged@3m on 1")
	r.Alerts = append(r.Alerts, simulator.Delivery{After: time.Minute, Manual: &escalation.Manual{Title: "Invoices are printed twice", Severity: alerting.P1, By: alerting.Actor{Name: "devops-lead"}}})
	out := run(t, r)
	if len(out.Cases) != 2 || out.Cases[1].Incident.MergedInto != 1 || out.Cases[0].Incident.State != alerting.StateAcknowledged {
		t.Errorf("the incidents are %+v", out.Cases)
	}
	for _, e := range out.Story {
		if e.Kind == simulator.Refused {
			t.Errorf("refused: %+v", e)
		}
	}
}
