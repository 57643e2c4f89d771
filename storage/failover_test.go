package storage_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/notifiers"
)

// failing is a world with an incident whose pages go another way after 10 s.
func failing(t *testing.T) (*world, int64) {
	t.Helper()
	w := newWorld(t)
	row := w.policy.Matrix[alerting.P0]
	row.Failover = 10 * time.Second
	w.policy.Matrix[alerting.P0] = row
	return w, w.down()
}

// failover applies all that is due, and returns how many incidents were looked at.
func (w *world) failover() int {
	w.t.Helper()
	for n := 0; ; n++ {
		done, err := w.ApplyFailover(w.context(), w.policy.Failover)
		w.must(err)
		if !done {
			return n
		}
		if n > 10 {
			w.t.Fatal("it does not end")
		}
	}
}

// instead are the pages that went another way: "person channel".
func (w *world) instead(incident int64) []string {
	w.t.Helper()
	rows, err := w.db.Pool.Query(w.context(), `SELECT person || ' ' || channel FROM pages WHERE incident_id = $1 AND instead <> '' ORDER BY 1`, incident)
	w.must(err)
	out := []string{}
	for rows.Next() {
		var s string
		w.must(rows.Scan(&s))
		out = append(out, s)
	}
	w.must(rows.Err())
	return out
}

func TestAPageThatItsChannelDoesNotAcceptGoesAnotherWayOnce(t *testing.T) {
	w, id := failing(t)
	for _, ch := range []escalation.Channel{escalation.Email, escalation.Slack} {
		w.finish(w.one(ch, true), notifiers.Sent, notifiers.OutcomeSent, 0)
	}
	wait, ok, err := w.NextFailover(w.context())
	if w.must(err); !ok || wait != 10*time.Second {
		t.Errorf("due in %s (%v)", wait, ok)
	}
	w.pass(9999 * time.Millisecond)
	if n := w.failover(); n != 0 {
		t.Errorf("%d before its time", n)
	}
	w.pass(time.Millisecond)
	if n := w.failover(); n != 1 || w.failover() != 0 {
		t.Errorf("%d incidents looked at", n)
	}
	if got := w.instead(id); !slices.Equal(got, []string{"system-admin voice"}) {
		t.Errorf("%v", got)
	}
	if w.kinds(id)[alerting.KindFailover] != 1 {
		t.Errorf("%v", w.kinds(id))
	}
	if _, ok, err := w.NextFailover(w.context()); !ok || err != nil {
		t.Errorf("the page that went another way is looked at too: %v %v", ok, err)
	}
}

func TestWhatIsAcceptedGoesNoOtherWay(t *testing.T) {
	w, id := failing(t)
	for _, ch := range []escalation.Channel{escalation.SMS, escalation.Email, escalation.Slack} {
		w.finish(w.one(ch, true), notifiers.Sent, notifiers.OutcomeSent, 0)
	}
	if _, ok, err := w.NextFailover(w.context()); ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
	w.pass(time.Minute)
	if w.failover() != 0 || len(w.instead(id)) > 0 {
		t.Errorf("%v", w.instead(id))
	}
}

func TestWhatFailsForGoodGoesAnotherWayAtOnceWheneverThatIsKnown(t *testing.T) {
	w, id := failing(t)
	c := w.one(escalation.SMS, true)
	w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
	for _, ch := range []escalation.Channel{escalation.Email, escalation.Slack} {
		w.finish(w.one(ch, true), notifiers.Sent, notifiers.OutcomeSent, 0)
	}
	if w.failover() != 0 {
		t.Error("nothing was late")
	}
	w.pass(3 * time.Second)
	w.receipt(c.AttemptID, notifiers.OutcomeFailed) // its provider says that it did not arrive
	wait, ok, err := w.NextFailover(w.context())
	if w.must(err); !ok || wait != 0 {
		t.Errorf("due in %s (%v)", wait, ok)
	}
	if w.failover() != 1 || !slices.Equal(w.instead(id), []string{"system-admin voice"}) {
		t.Errorf("%v", w.instead(id))
	}
}

func TestACallIsAcceptedWhenSomebodyHasAnsweredIt(t *testing.T) {
	w, _ := failing(t)
	for _, ch := range []escalation.Channel{escalation.SMS, escalation.Email, escalation.Slack} {
		w.finish(w.one(ch, true), notifiers.Sent, notifiers.OutcomeSent, 0)
	}
	w.exec(`UPDATE pages SET channel = 'voice' WHERE channel = 'sms'`)
	if _, ok, _ := w.NextFailover(w.context()); !ok {
		t.Error("a call that rings is taken for answered")
	}
	w.exec(`UPDATE pages SET state = 'delivered' WHERE channel = 'voice'`)
	if _, ok, _ := w.NextFailover(w.context()); ok {
		t.Error("a call that was answered is not")
	}
}

func TestAnIncidentThatSomebodyChangesIsLookedAtLater(t *testing.T) {
	w, id := failing(t)
	w.pass(10 * time.Second)
	tx, err := w.db.Pool.Begin(w.context())
	w.must(err)
	_, err = tx.Exec(w.context(), `SELECT FROM incidents WHERE id = $1 FOR UPDATE`, id)
	w.must(err)
	if w.failover() != 0 {
		t.Error("it was not passed over")
	}
	w.must(tx.Rollback(w.context()))
	if w.failover() == 0 {
		t.Error("it was forgotten")
	}
}

func TestAnIncidentThatCannotBeDecidedOnHoldsUpNoFailover(t *testing.T) {
	w, _ := failing(t)
	w.pass(10 * time.Second)
	done, err := w.ApplyFailover(w.context(), func(escalation.Case, []escalation.Fate, time.Time) escalation.Decision { panic("no") })
	if !done || err != nil {
		t.Errorf("%v %v", done, err)
	}
	if w.failover() != 0 {
		t.Error("it comes back")
	}
}

// sentTo are the queued pages of a kind: "person channel".
func (w *world) ordered(kind escalation.StepKind) string {
	w.t.Helper()
	var out string
	w.must(w.db.Pool.QueryRow(w.context(), `SELECT coalesce(string_agg(person || ' ' || channel, ', ' ORDER BY person, channel), '') FROM pages WHERE kind = $1`, string(kind)).Scan(&out))
	return out
}

func TestWhoWasToldIsToldThatItIsResolvedOnTheChannelsThatLeft(t *testing.T) {
	w, id := failing(t)
	row := w.policy.Matrix[alerting.P0]
	row.AllClear = true
	w.policy.Matrix[alerting.P0] = row
	w.exec(`UPDATE incidents SET plan = plan || '{"all_clear": true}'`)
	w.finish(w.one(escalation.SMS, true), notifiers.Sent, notifiers.OutcomeSent, 0)
	w.finish(w.one(escalation.Email, true), notifiers.Queued, notifiers.OutcomeFailed, time.Hour)
	slack := w.one(escalation.Slack, true) // under way
	w.receive(policytest.Ended(policytest.Event(w.now, "alertname", "SystemDown", "service", "backend"), w.now))
	if got := w.ordered(escalation.ClearStep); got != "system-admin slack, system-admin sms" {
		t.Fatalf("%q", got)
	}
	w.finish(slack, notifiers.Queued, notifiers.OutcomeFailed, time.Hour) // it has not left after all
	for _, ch := range []escalation.Channel{escalation.SMS, escalation.Slack} {
		c := w.one(ch, false) // not in the lane of P0
		b, held, err := w.Recheck(w.context(), c)
		w.must(err)
		if !held || c.Page.Kind != escalation.ClearStep || b.Untold != (ch == escalation.Slack) {
			t.Errorf("%s: %+v untold %v", ch, c.Page, b.Untold)
		}
	}
	if w.only().Incident.ID != id {
		t.Error("another incident")
	}
}

func TestADigestPageWaitsForItsHour(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	at := w.now.Add(time.Hour)
	_, err := w.Change(w.context(), id, func(c escalation.Case, now time.Time) (escalation.Decision, error) {
		d := escalation.Decision{Case: c, Changed: true}
		d.Case.Incident.Rev++
		d.Pages = []escalation.Order{{Step: -9, Kind: escalation.PageStep, Person: "ada", Channel: escalation.Email, Until: escalation.UntilResolved, NotBefore: at, Digest: true}}
		return d, nil
	})
	w.must(err)
	w.claim(escalation.Email, true)
	w.pass(time.Hour)
	if c := w.one(escalation.Email, true); !c.Digest || c.Page.Person != "ada" {
		t.Errorf("%+v", c)
	}
}

func TestAnIncidentIsToldToItsPlacesUntilTheConfigurationNamesThemNoMore(t *testing.T) {
	w := newWorld(t)
	row := w.policy.Matrix[alerting.P0]
	row.Places = []escalation.Place{{ID: "url-0a1b2c3d", Channel: escalation.URL, Address: "secret"}, {ID: "webhook-0a1b2c3d", Channel: escalation.Webhook}}
	w.policy.Matrix[alerting.P0] = row
	id := w.down()
	due := func(place string) int {
		t.Helper()
		as, err := w.ClaimAnnouncements(w.context(), notifiers.Lane{Channel: escalation.Channel(place), Urgent: true}, 10)
		w.must(err)
		for _, a := range as {
			a.Ref, a.SentRev = []byte(`{}`), a.Brief.Incident.Rev
			w.must(w.FinishAnnouncement(w.context(), notifiers.Announced{Announcement: a}))
		}
		return len(as)
	}
	for _, place := range []string{"url-0a1b2c3d", "webhook-0a1b2c3d", "slack"} {
		if due(place) != 1 {
			t.Errorf("%s is not told", place)
		}
	}
	w.must(w.KeepPlaces(w.context(), []string{"webhook-0a1b2c3d"}))
	w.answer(id, escalation.Acknowledge, "system-admin")
	if due("url-0a1b2c3d") != 0 || due("webhook-0a1b2c3d") != 1 || due("slack") != 1 {
		t.Error("a change is told to other places than the configuration names")
	}
	w.must(w.KeepPlaces(w.context(), []string{"webhook-0a1b2c3d", "url-0a1b2c3d"}))
	if due("url-0a1b2c3d") != 1 || due("webhook-0a1b2c3d") != 0 {
		t.Error("a place that is named again is not brought up to date")
	}
	var held string
	w.must(w.db.Pool.QueryRow(w.context(), `SELECT string_agg(a::text, ' ') FROM announcements a`).Scan(&held))
	if strings.Contains(held, "secret") {
		t.Error("an address is stored")
	}
}

func TestAKillWhileAPageGoesAnotherWayLeavesNothing(t *testing.T) {
	w, id := failing(t)
	w.pass(10 * time.Second)
	before := w.contents()
	_, err := w.ApplyFailover(context.Background(), func(c escalation.Case, fates []escalation.Fate, now time.Time) escalation.Decision {
		w.cutOff()
		return w.policy.Failover(c, fates, now)
	})
	if !errors.Is(err, alerting.ErrUnavailable) || w.contents() != before {
		t.Errorf("%v", err)
	}
	if w.failover() == 0 || len(w.instead(id)) == 0 {
		t.Error("it is forgotten")
	}
}
