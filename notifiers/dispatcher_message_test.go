package notifiers

import (
	"testing"
	"testing/synctest"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// handOff is a message that waits in the outbox.
func (p *post) handOff() {
	p.outbox.brief = Brief{}
	p.outbox.add(Page{
		ID: 9, Kind: "message", Person: "ada", Channel: escalation.SMS, Severity: alerting.P2, Until: escalation.UntilResolved,
		Message: &escalation.Message{Person: "ada", Subject: "You are on call: primary", Text: "Before you: Bob.\n"},
	})
	p.d.WakeIn(0)
	synctest.Wait()
}

func TestAMessageLeavesAsAPageDoesWithoutAnIncidentToOpenOrToAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, accept)
		p.d.act = func(int64, string) string { return "https://tocsin.example.com/a/x" }
		p.handOff()
		f, n := p.one(), p.sender.sent()[0]
		m, ok := n.Message()
		if f.State != Sent || !ok || m.Subject != "You are on call: primary" || n.Person.ID != "ada" {
			t.Errorf("%s, %+v", f.State, n)
		}
		if n.Brief.URL != "" || n.ActURL != "" {
			t.Errorf("it leads to %q and %q", n.Brief.URL, n.ActURL)
		}
	})
}

func TestAMessageIsAlwaysNeeded(t *testing.T) {
	p := Page{Kind: "message", Round: 0, Person: "ada", Until: escalation.UntilAcknowledged, Message: &escalation.Message{}}
	for _, state := range []alerting.State{"", alerting.StateAcknowledged, alerting.StateResolved} {
		if why := Unneeded(p, Brief{Incident: alerting.Incident{State: state, Round: 3}}); why != "" {
			t.Errorf("%q: %s", state, why)
		}
	}
}

func TestARefusedMessageIsTriedAgainAsAP2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, failing(Temporary))
		p.handOff()
		if f := p.one(); f.State != Queued || f.Retry < 5*time.Second || f.Retry > 10*time.Second {
			t.Errorf("%s, again in %v", f.State, f.Retry)
		}
		p.pass(24 * time.Hour)
		if done := p.outbox.done(); len(done) != 20 || done[19].State != Failed {
			t.Errorf("%d tries", len(done))
		}
	})
}

func TestAPageSpeaksOfTimesAndPeopleAsItsReaderDoesAtThatMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, accept)
		names := map[string]string{"bob": "Bob"}
		p.d.locale = func() Locale { return Locale{Zone: time.FixedZone("CET", 3600), Names: names} }
		p.page(1)
		names = map[string]string{"bob": "Robert"}
		p.page(2)
		for i, want := range []string{"Bob", "Robert"} {
			if l := p.sender.sent()[i].Brief.Locale; l.Name("bob") != want || l.Time(time.Unix(0, 0)) != "Thu 1 Jan 1970, 01:00 CET" {
				t.Errorf("%s, %s", l.Name("bob"), l.Time(time.Unix(0, 0)))
			}
		}
	})
}
