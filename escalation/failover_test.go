package escalation_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// fates are the world's pages with what has become of each by its channel: "accepted", "failed", or nothing.
// Those that were looked at before have no AcceptBy any more.
func (w *world) fates(by map[escalation.Channel]string, looked time.Time) (out []escalation.Fate) {
	for _, o := range w.orders {
		how := by[o.order.Channel]
		f := escalation.Fate{
			Step: o.order.Step, Person: o.order.Person, Channel: o.order.Channel, AcceptBy: o.order.AcceptBy,
			Accepted: how == "accepted", Failed: how == "failed", Why: "unknown",
			Kind: o.order.Kind, Role: o.order.Role, Until: o.order.Until, Says: o.order.Says,
		}
		if f.Accepted || !f.AcceptBy.After(looked) {
			f.AcceptBy = time.Time{}
		}
		out = append(out, f)
	}
	return out
}

// FailOver lets the world's late pages go another way at a span after the start; by is as of fates.
func (w *world) FailOver(at time.Duration, by map[escalation.Channel]string) escalation.Decision {
	w.Until(at)
	d := w.policy.Failover(w.c, w.fates(by, w.looked), w.now)
	w.looked = w.now
	w.apply(d)
	return d
}

const second = time.Second

func TestAPageThatIsNotAcceptedInTimeGoesOverTheNextChannel(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(0)
	bySMS := map[escalation.Channel]string{escalation.Email: "accepted", escalation.Slack: "accepted", escalation.Voice: "accepted"}
	if d := w.FailOver(9*second, bySMS); d.Changed {
		t.Errorf("before its time is over: %+v", d.Pages)
	}
	d := w.FailOver(10*second, bySMS)
	w.Expect("0m", "system-admin", all...)
	w.Expect("10s", "system-admin", "voice")
	if o := d.Pages[0]; o.Step != 0 || o.Until != escalation.UntilAcknowledged || !o.AcceptBy.Equal(w.start.Add(20*second)) || o.Instead != "voice instead of sms: not accepted within 10 s (unknown)" {
		t.Errorf("the page is %+v", o)
	}
	if e := d.Entries[0]; e.Kind != alerting.KindFailover || e.Text != "system-admin: sms was not accepted within 10 s (unknown); voice instead" || e.Reason.Rule != "matrix.P0.failover" {
		t.Errorf("the timeline says %+v", e)
	}
	w.FailOver(30*second, bySMS)
	w.ExpectNothingElse()
}

func TestEachLatePageGoesOverAChannelOfItsOwn(t *testing.T) {
	w := newWorld(t, monday)
	person := w.policy.Directory.People["system-admin"]
	person.URL, person.Webhook = "telegram://x", "https://example.com/x"
	w.policy.Directory.People["system-admin"] = person
	w.Fire(systemDown(w))
	w.FailOver(10*second, nil)
	w.Expect("0m", "system-admin", all...)
	w.Expect("10s", "system-admin", "voice", "url", "webhook")
	w.ExpectNothingElse()
}

func TestWhereAllOfAPersonsChannelsFailTheNextPersonIsToldAndAtLastCatchAll(t *testing.T) {
	w := newWorld(t, saturday)
	w.policy.Directory.CatchAll = "database-admin" // who is not reached at night but as catch_all
	w.Fire(systemDown(w))
	for _, at := range []time.Duration{10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110} {
		w.FailOver(at*second, nil)
	}
	w.Expect("0s", "system-admin", all...)
	w.Expect("10s", "system-admin", "voice")
	w.Expect("20s", "engineering-manager", all...)
	w.Expect("30s", "engineering-manager", "voice")
	w.Expect("40s", "devops-lead", all...)
	w.Expect("50s", "devops-lead", "voice")
	w.Expect("1m0s", "vp-engineering", all...)
	w.Expect("1m10s", "vp-engineering", "voice")
	w.Expect("1m20s", "database-admin", all...)
	w.Expect("1m30s", "database-admin", "voice")
	w.ExpectNothingElse()
	if last := w.entries[len(w.entries)-1].Text; !strings.HasSuffix(last, "there is nobody else to tell") {
		t.Errorf("the end is not told: %q", last)
	}
	for _, o := range w.orders {
		if o.order.Step != 0 {
			t.Errorf("%v is a page of step %d: that step would tell nobody in its time", o, o.order.Step+1)
		}
	}
}

func TestWhereTheDeputyOfCatchAllIsNotReachedCatchAllIsToldThoughAway(t *testing.T) {
	w := newWorld(t, monday.Add(12*hour))
	awayCatchAll(w, "database-admin")
	w.Fire(systemDown(w))
	w.FailOver(10*second, nil)
	w.FailOver(20*second, nil)
	w.Expect("0s", "database-admin", all...)
	w.Expect("10s", "database-admin", "voice")
	w.Expect("20s", "engineering-manager", all...)
	w.ExpectNothingElse()
	for _, o := range w.orders {
		want := "nobody reaches nobody, so you are told"
		if o.order.Person == "engineering-manager" {
			want = "" // they are told because the deputy was not reached
		}
		if o.order.Says != want {
			t.Errorf("%s over %s: %q, want %q", o.order.Person, o.order.Channel, o.order.Says, want)
		}
	}
}

func TestInPlaceOfOnePersonOneOtherIsToldAndGivenNothing(t *testing.T) {
	w := newWorld(t, monday)
	person := w.policy.Directory.People["system-admin"]
	person.Phone = ""
	w.policy.Directory.People["system-admin"] = person
	w.rowOf(alerting.P0, func(r *escalation.Row) {
		r.Steps[0].Kind, r.Steps[0].Until = escalation.AssignStep, escalation.UntilAcknowledged
	})
	w.Fire(systemDown(w))
	d := w.FailOver(10*second, nil) // email and slack at once, and nothing is left
	w.Expect("0m", "system-admin", "email", "slack")
	w.Expect("10s", "engineering-manager", all...)
	w.ExpectNothingElse()
	if o := d.Pages[0]; o.Kind != escalation.PageStep || o.Role != "manager" {
		t.Errorf("the manager is told by %+v", o)
	}
}

func TestOneAcceptedPageIsEnoughForAPerson(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	only := map[escalation.Channel]string{escalation.Email: "accepted"}
	w.FailOver(10*second, only)
	w.FailOver(20*second, only)
	w.Expect("0m", "system-admin", all...)
	w.Expect("10s", "system-admin", "voice")
	w.ExpectNothingElse()
}

func TestWhatFailsForGoodGoesAnotherWayAtOnce(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(0)
	d := w.FailOver(second, map[escalation.Channel]string{escalation.SMS: "failed"})
	w.Expect("0m", "system-admin", all...)
	w.Expect("1s", "system-admin", "voice")
	w.ExpectNothingElse()
	if text := d.Entries[0].Text; !strings.Contains(text, "sms failed (unknown); voice instead") {
		t.Errorf("the timeline says %q", text)
	}
}

func TestNothingGoesAnotherWayThatIsNotNeededAnyMore(t *testing.T) {
	for _, verb := range []escalation.Verb{escalation.Acknowledge, escalation.Resolve} {
		w := newWorld(t, monday)
		w.Fire(systemDown(w))
		w.Until(5 * second)
		w.must(w.Answer(verb, "devops-lead"))
		if d := w.FailOver(10*second, nil); d.Changed {
			t.Errorf("%s: %+v", verb, d.Pages)
		}
	}
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(0)
	d, err := w.policy.Apply(w.c, escalation.Answer{Verb: escalation.Mute, Until: w.now.Add(hour), By: alerting.Actor{Name: "ada"}}, w.now)
	if err != nil {
		t.Fatal(err)
	}
	w.apply(d)
	if d := w.FailOver(10*second, nil); d.Changed {
		t.Errorf("muted: %+v", d.Pages)
	}
}

func TestAskedForPagesGoAnotherWayThoughItIsAcknowledged(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(second)
	w.must(w.Answer(escalation.Acknowledge, "devops-lead"))
	w.must(w.Answer(escalation.Escalate, "devops-lead"))
	w.FailOver(11*second, map[escalation.Channel]string{escalation.Email: "accepted", escalation.Slack: "accepted"})
	w.Expect("0s", "system-admin", all...)
	w.Expect("1s", "system-admin", all...)
	w.Expect("11s", "system-admin", "voice")
	w.ExpectNothingElse()
}

func TestPersonalRulesSayWhichChannelIsNext(t *testing.T) {
	w := newWorld(t, monday)
	person := w.policy.Directory.People["system-admin"]
	person.Rules = map[alerting.Severity][]escalation.Rule{alerting.P0: {{Over: []escalation.Channel{escalation.Slack}}, {Over: []escalation.Channel{escalation.Email}, After: time.Minute}}}
	w.policy.Directory.People["system-admin"] = person
	w.Fire(systemDown(w))
	w.FailOver(10*second, nil)
	w.FailOver(20*second, nil)
	w.Expect("0s", "system-admin", "slack", "email")
	w.Expect("10s", "system-admin", "sms")
	w.Expect("20s", "system-admin", "voice")
	w.ExpectNothingElse()
	if o := w.orders[1].order; !o.AcceptBy.Equal(w.start.Add(70 * second)) {
		t.Errorf("what leaves after a minute is to be accepted by %s", o.AcceptBy)
	}
}

func TestNobodyLooksAfterRowsWithoutFailoverNorAfterShadowsAndReminders(t *testing.T) {
	w := newWorld(t, monday)
	w.rowOf(alerting.P0, func(r *escalation.Row) { r.Remind = time.Minute })
	w.Fire(w.Alert("alertname", "HighErrorRate", "service", "backend"))
	w.Until(0)
	if o := w.orders[0].order; !escalation.WhenRefused(o.AcceptBy) || w.policy.Failover(w.c, w.fates(nil, w.start), w.now.Add(hour)).Changed {
		t.Errorf("P1 has no failover, and %+v", o)
	}
	w = newWorld(t, monday)
	w.rowOf(alerting.P0, func(r *escalation.Row) { r.Remind = time.Minute })
	w.Fire(systemDown(w))
	w.Until(0)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	w.Until(time.Minute)
	if o := w.orders[len(w.orders)-1].order; o.Kind != escalation.RemindStep || !o.AcceptBy.IsZero() {
		t.Errorf("the reminder is %+v", o)
	}
}

func TestOtherwiseSaysWhatWouldComeInstead(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(0)
	if got := w.policy.Otherwise(w.c, w.orders[0].order, w.fates(nil, w.start), w.now); got != "not accepted within 10 s: voice; then engineering-manager" {
		t.Errorf("it says %q", got)
	}
	w.FailOver(10*second, nil)
	if got := w.policy.Otherwise(w.c, w.orders[3].order, w.fates(nil, w.start), w.now); got != "not accepted within 10 s: engineering-manager" {
		t.Errorf("of the last channel it says %q", got)
	}
}

// latePages is a store that has a number of late pages.
type latePages struct {
	left, applied int
	fail          error
}

func (s *latePages) ApplyFailover(_ context.Context, decide func(escalation.Case, []escalation.Fate, time.Time) escalation.Decision) (bool, error) {
	if err := s.fail; err != nil {
		s.fail = nil
		return false, err
	}
	if s.left == 0 {
		return false, nil
	}
	decide(escalation.Case{}, nil, time.Now())
	s.left, s.applied = s.left-1, s.applied+1
	return true, nil
}

func (s *latePages) NextFailover(context.Context) (time.Duration, bool, error) {
	return 100 * time.Millisecond, true, nil
}

func TestTheFailoverLoopTakesAllThatIsLateAndGoesOnAfterAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &latePages{left: 3, fail: errors.New("the database is away")}
		ctx, cancel := context.WithCancel(t.Context())
		loop := escalation.NewFailover(s, func() *escalation.Policy { return &escalation.Policy{} }, slog.New(slog.DiscardHandler))
		go loop.Run(ctx)
		time.Sleep(time.Second)
		synctest.Wait()
		if s.applied != 3 {
			t.Errorf("%d of 3 late pages were looked at", s.applied)
		}
		cancel()
		synctest.Wait()
	})
}

func TestEveryChannelIsInTheOrderOfLastResort(t *testing.T) {
	p := escalation.Person{ID: "x", Phone: "1", Email: "e", Slack: "s", Webhook: "w", URL: "u"}
	for _, ch := range escalation.Channels {
		if p.Address(ch) == "" {
			t.Errorf("%s has no address", ch)
		}
	}
	w := newWorld(t, monday)
	p.Reach = escalation.ReachAlways
	w.policy.Directory.People["x"], w.policy.Directory.Roles["on-call"] = p, escalation.Role{People: []string{"x"}}
	w.Fire(systemDown(w))
	w.FailOver(10*second, nil)
	var got []escalation.Channel
	for _, o := range w.orders {
		got = append(got, o.order.Channel)
	}
	slices.Sort(got)
	if want := slices.Sorted(slices.Values(escalation.Channels)); !slices.Equal(got, want) {
		t.Errorf("tried %v of %v", got, want)
	}
}
