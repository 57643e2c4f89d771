package escalation_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// texts are the words to each person.
func (s *rosters) texts() map[string]string {
	out := map[string]string{}
	for _, m := range s.messages {
		out[m.Person] += m.Text
	}
	return out
}

// ownDuty is a swap of a whole turn of the system administrator with one of the DevOps lead.
func ownDuty(p *escalation.Policy) escalation.Swap {
	from, _ := dutyOf(p, "system-admin")
	back, _ := dutyOf(p, "devops-lead")
	return escalation.Swap{
		Rotation: "primary", Asker: "system-admin", Asked: "devops-lead", From: from, Until: from.Add(24 * hour),
		ReturnFrom: back, ReturnUntil: back.Add(24 * hour),
	}
}

func TestBothSidesOfASwapAreToldWhoActedForThem(t *testing.T) {
	for _, c := range []struct {
		by            alerting.Actor
		state         escalation.SwapState
		asker, asked  string
		alsoTellAsker string
	}{
		{manager, escalation.SwapAsked, "manager asks in your name: DevOps Lead is to take primary from Monday ", "System Admin asks you to take primary from Monday ", "In return you take it from Monday "},
		{manager, escalation.SwapAccepted, "DevOps Lead takes primary from Monday ", "manager has accepted for you: you take primary from Monday ", "manager has accepted for DevOps Lead.\n"},
		{manager, escalation.SwapDeclined, "DevOps Lead does not take primary from Monday ", "manager has declined for you: you do not take primary from Monday ", "manager has declined for DevOps Lead.\n"},
		{manager, escalation.SwapWithdrawn, "manager has withdrawn for you: DevOps Lead is no longer asked to take primary from Monday ", "System Admin no longer asks you to take primary from Monday ", ""},
		{alerting.Actor{Name: "system-admin"}, escalation.SwapAsked, "", "System Admin asks you to take primary from Monday ", ""},
		{alerting.Actor{Name: "devops-lead"}, escalation.SwapAccepted, "DevOps Lead takes primary from Monday ", "", "In return you take it from Monday "},
		{alerting.Actor{Name: "devops-lead"}, escalation.SwapDeclined, "DevOps Lead does not take primary from Monday ", "", ""},
		{alerting.Actor{Name: "system-admin"}, escalation.SwapWithdrawn, "", "System Admin no longer asks you to take primary from Monday ", ""},
	} {
		r, s, p := rota(t)
		asker := c.by
		if c.state != escalation.SwapAsked {
			asker = manager
		}
		if _, err := r.AskSwap(t.Context(), ownDuty(p), asker); err != nil {
			t.Fatal(err)
		}
		if c.state != escalation.SwapAsked {
			if _, err := r.AnswerSwap(t.Context(), 7, c.state, c.by); err != nil {
				t.Fatal(err)
			}
		}
		told := s.texts()
		for person, want := range map[string]string{"system-admin": c.asker, "devops-lead": c.asked} {
			if (told[person] == "") != (want == "") || !strings.HasPrefix(told[person], want) {
				t.Errorf("%s by %s: %s is told %q, want %q", c.state, c.by.Name, person, told[person], want)
			}
		}
		if !strings.Contains(told["system-admin"], c.alsoTellAsker) {
			t.Errorf("%s by %s: the asker is told %q, want %q", c.state, c.by.Name, told["system-admin"], c.alsoTellAsker)
		}
		if strings.Contains(told["devops-lead"], " in their name.\n") != (c.state == escalation.SwapAsked && c.by == manager) {
			t.Errorf("%s by %s: %q", c.state, c.by.Name, told["devops-lead"])
		}
	}
}

func TestTheWordsOfASwapNameOnlyTheDutyThatIsSwappedAStretchALine(t *testing.T) {
	r, s, p := rota(t)
	whole := ownDuty(p)
	whole.Until, whole.ReturnFrom, whole.ReturnUntil = whole.From.Add(4*7*24*hour), time.Time{}, time.Time{}
	s.roster.Overrides = []oncall.Override{{ID: 1, Rotation: "primary", Person: "database-admin", From: whole.From.Add(24 * hour), Until: whole.From.Add(48 * hour)}}
	if _, err := r.AskSwap(t.Context(), whole, alerting.Actor{Name: "system-admin"}); err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, shift := range p.With(s.roster).Directory.Rotations["primary"].Shifts(whole.From, whole.Until) {
		if shift.Person == "system-admin" {
			begin := "And"
			if want == "" {
				begin = "System Admin asks you to take primary"
			}
			want += begin + " from " + shift.From.Format("Monday 2 January, 15:04") + " until " + shift.Until.Format("Monday 2 January, 15:04") + " (Europe/Berlin).\n"
		}
	}
	if got := withoutYears(s.texts()["devops-lead"]); strings.Count(want, "\n") < 3 || !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := r.AnswerSwap(t.Context(), 7, escalation.SwapAccepted, alerting.Actor{Name: "devops-lead"}); err != nil {
		t.Fatal(err)
	}
	want = strings.Replace(strings.Replace(want, "System Admin asks you to take primary", "DevOps Lead takes primary", 1), ".\n", ": your swap is accepted.\n", 1)
	if got := withoutYears(s.texts()["system-admin"]); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// withoutYears leaves out the years that are given where a stretch is of the next one.
func withoutYears(s string) string {
	for year := time.Now().Year(); year < time.Now().Year()+3; year++ {
		s = strings.ReplaceAll(s, time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format(" 2006,"), ",")
	}
	return s
}

func TestMoreThanAFewStretchesAreCounted(t *testing.T) {
	r, s, p := rota(t)
	ask := ownDuty(p)
	ask.Until, ask.ReturnFrom, ask.ReturnUntil = ask.From.Add(11*7*24*hour), time.Time{}, time.Time{}
	if _, err := r.AskSwap(t.Context(), ask, alerting.Actor{Name: "system-admin"}); err != nil {
		t.Fatal(err)
	}
	if got := s.texts()["devops-lead"]; strings.Count(got, "\nAnd from ") != 2 || strings.Count(got, "\nAnd ") != 3 || !strings.Contains(got, " more, the last until ") {
		t.Errorf("%q", got)
	}
}

func TestWhoeverHasNoAccountIsSentToAManagerAndTheAskerIsTold(t *testing.T) {
	for _, none := range []bool{false, true} {
		r, s, p := rota(t)
		asked := p.Directory.People["devops-lead"]
		asked.NoAccount = none
		p.Directory.People["devops-lead"] = asked
		got, err := r.AskSwap(t.Context(), ownDuty(p), alerting.Actor{Name: "system-admin"})
		if err != nil {
			t.Fatal(err)
		}
		words, warning := "Accept or decline it on the on-call page, or ask a manager.\n", ""
		if none {
			words, warning = "You have no account to answer with: ask a manager to accept or decline it.\n", "DevOps Lead has no account to answer with: a manager has to accept or decline it."
		}
		if text := s.texts()["devops-lead"]; !strings.HasSuffix(text, words) || got.Warning != warning {
			t.Errorf("without an account %v: %q, warned %q", none, text, got.Warning)
		}
	}
}
