package web

import (
	"strings"
	"testing"
	"time"

	"tocsin/escalation"
)

func TestAPersonsFeedNamesRotationsAndHasTheEventsOfWhomTheyStandInFor(t *testing.T) {
	p := policy()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	away := escalation.Absence{Person: "devops-lead", From: now.Add(24 * time.Hour), Until: now.Add(20 * 24 * time.Hour), Deputy: "vp-engineering"}
	p.Directory.Absences = []escalation.Absence{away}
	s := &server{}
	inForce := func(e time.Time) bool { return !e.Before(away.From) && e.Before(away.Until) }
	stands := map[string]bool{}
	for _, e := range s.entries(p, feed{feedPerson, "vp-engineering"}, now) {
		stands[e.Summary] = true
		if !inForce(e.From) || e.Says != "Stands in for devops-lead, who is away" {
			t.Errorf("the deputy has %+v", e)
		}
	}
	if len(stands) != 2 || !stands["primary"] || !stands["secondary"] {
		t.Errorf("the deputy has events of %v", stands)
	}
	mine := s.entries(p, feed{feedPerson, "devops-lead"}, now)
	for _, e := range mine {
		if inForce(e.From) || e.Summary != e.Rotation {
			t.Errorf("who is away has %+v", e)
		}
	}
	names := map[string]bool{}
	for _, e := range s.entries(p, feed{feedRotation, "secondary"}, now) {
		names[e.Summary] = true
	}
	if len(mine) == 0 || len(names) != 3 || !names["vp-engineering"] || !names["devops-lead"] || !names["system-admin"] {
		t.Errorf("%d events, the rotation's are %v", len(mine), names)
	}
}

func TestAPersonsFeedIsGivenANewAddressByThemselvesOrAManager(t *testing.T) {
	for who, want := range map[string]int{"responder": 403, "system-admin": 403, "devops-lead": 303, "engineering-manager": 303} {
		w, base := staffed(t)
		c := signedIn(t, base, who)
		page := get(t, c, base+"/oncall?person=devops-lead").want(t, 200)
		if n := len(page.find(t, "#feed-person button")); (n == 1) != (want == 303) {
			t.Errorf("%s is shown %d buttons", who, n)
		}
		got := send(t, c, "POST", base+"/oncall/feeds/person/devops-lead/renew", request{}).want(t, want)
		if want == 403 && !strings.Contains(got.body, "Only DevOps Lead, or a manager, can give this feed a new address") {
			t.Errorf("%s is told %s", who, got.text(t, "#view"))
		}
		if revoked := w.rota.versions["person/devops-lead"] == 1; revoked != (want == 303) {
			t.Errorf("%s: revoked %v", who, revoked)
		}
		send(t, c, "POST", base+"/oncall/feeds/rotation/primary/renew", request{}).want(t, 303)
	}
}
