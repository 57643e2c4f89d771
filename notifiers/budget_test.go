package notifiers

import (
	"slices"
	"testing"
	"time"

	"tocsin/alerting"

	"pgregory.net/rapid"
)

// street is one person's pages of one lane under a rate, on a made-up clock. What waits is looked at when it
// falls due, as the dispatcher does.
type street struct {
	rate   Rate
	urgent bool
	now    time.Time
	left   []time.Time
	waits  []held
	gone   []departure
}

type held struct {
	Waiting
	due time.Time
}

type departure struct {
	at    time.Time
	pages []Waiting
}

// look lets go of what may leave now.
func (s *street) look() {
	var due []Waiting
	var rest []held
	for _, h := range s.waits {
		if h.due.After(s.now) {
			rest = append(rest, h)
		} else {
			due = append(due, h.Waiting)
		}
	}
	l := s.rate.Weigh(s.urgent, s.left, due, s.now)
	for _, m := range l.Messages {
		d := departure{at: s.now}
		for _, i := range m {
			d.pages = append(d.pages, due[i])
		}
		s.gone, s.left = append(s.gone, d), append(s.left, s.now)
	}
	for _, i := range l.Rest {
		rest = append(rest, held{due[i], l.Until})
	}
	s.waits = rest
}

// until runs the clock, looking whenever something falls due.
func (s *street) until(end time.Time) {
	for {
		next := end
		for _, h := range s.waits {
			if h.due.Before(next) {
				next = h.due
			}
		}
		if next.After(s.now) {
			s.now = next
		}
		if s.now.Equal(end) {
			s.look()
			return
		}
		s.look()
	}
}

var epoch = time.Date(2026, 2, 2, 9, 0, 0, 0, time.UTC)

// drawn is a street on which pages fall due at random.
func drawn(t *rapid.T, urgent bool) *street {
	s := &street{rate: Rate{rapid.IntRange(1, 6).Draw(t, "n"), time.Minute}, urgent: urgent, now: epoch}
	for range rapid.IntRange(1, 60).Draw(t, "pages") {
		s.until(s.now.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "gap")) * time.Millisecond))
		w := Waiting{Severity: alerting.P0, Since: s.now}
		if !urgent {
			w.Severity = alerting.Severity(rapid.IntRange(1, 3).Draw(t, "severity"))
			w.Alone, w.Digest = rapid.IntRange(0, 9).Draw(t, "alone") == 0, rapid.IntRange(0, 9).Draw(t, "digest") == 0
		}
		s.waits = append(s.waits, held{w, s.now})
		s.look()
	}
	s.until(s.now.Add(time.Hour))
	return s
}

func TestAP0ThatIsSentAgainWaitsForNobodyAndTakesTheOthersAlong(t *testing.T) {
	left := []time.Time{epoch.Add(-time.Second)}
	due := []Waiting{{Severity: alerting.P0, Since: epoch}, {Severity: alerting.P0, Since: epoch.Add(-time.Minute), Again: true}}
	l := Rate{6, time.Minute}.Weigh(true, left, due, epoch)
	if len(l.Rest) > 0 || len(l.Messages) != 1 || !slices.Equal(l.Messages[0], []int{1, 0}) {
		t.Errorf("%+v", l)
	}
	if l = (Rate{6, time.Minute}).Weigh(true, left, due[:1], epoch); len(l.Messages) > 0 || len(l.Rest) != 1 {
		t.Errorf("without it: %+v", l)
	}
}

func TestAP0LeavesAtOnceUnlessOneLeftWithinTheMinuteAndThenWithinFiveSeconds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t, true)
		var before time.Time
		for _, d := range s.gone {
			for _, p := range d.pages {
				wait := d.at.Sub(p.Since)
				if wait >= 5*time.Second || wait > 0 && p.Since.Sub(before) >= time.Minute {
					t.Fatalf("it waits %s, the one before left %s before it", wait, p.Since.Sub(before))
				}
			}
			if d.at.Sub(before) < gather {
				t.Fatalf("two messages within %s", d.at.Sub(before))
			}
			before = d.at
		}
		if len(s.waits) > 0 {
			t.Fatal("something waits for ever")
		}
	})
}

func TestNoMoreMessagesLeaveInAnyStretchThanTheRateAllowsAndNothingWaitsForEver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t, false)
		for i := s.rate.N; i < len(s.left); i++ {
			if gap := s.left[i].Sub(s.left[i-s.rate.N]); gap <= s.rate.Per {
				t.Fatalf("%d messages in %s", s.rate.N+1, gap)
			}
		}
		if len(s.waits) > 0 {
			t.Fatalf("%d wait for ever", len(s.waits))
		}
		pages := 0
		for _, d := range s.gone {
			pages += len(d.pages)
			if !slices.IsSortedFunc(d.pages, func(a, b Waiting) int { return int(a.Severity) - int(b.Severity) }) {
				t.Fatalf("not the worst first: %v", d.pages)
			}
			if len(d.pages) > 1 && slices.ContainsFunc(d.pages, func(w Waiting) bool { return w.Alone }) {
				t.Fatal("a message that belongs to no incident was joined")
			}
		}
		if len(s.gone) > 0 && pages == 0 {
			t.Fatal("an empty message left")
		}
	})
}

func TestWithoutALimitEachPageLeavesByItselfAndWhatBelongsTogetherTogether(t *testing.T) {
	due := []Waiting{
		{Severity: alerting.P3, Digest: true},
		{Severity: alerting.P1, Bundle: 7},
		{Severity: alerting.P2},
		{Severity: alerting.P3, Digest: true, Alone: true},
		{Severity: alerting.P2, Digest: true},
		{Severity: alerting.P3, Bundle: 7},
	}
	got := Rate{}.Weigh(false, nil, due, epoch)
	want := [][]int{{1, 5}, {4, 0}, {2}, {3}}
	if !slices.EqualFunc(got.Messages, want, slices.Equal) || got.Rest != nil {
		t.Errorf("%+v, want %v", got, want)
	}
}

func TestWhatTheRateDoesNotAllowJoinsOneMessageTheWorstFirst(t *testing.T) {
	due := []Waiting{{Severity: alerting.P3}, {Severity: alerting.P1}, {Severity: alerting.P2}}
	got := Rate{2, time.Minute}.Weigh(false, nil, due, epoch)
	if want := [][]int{{1, 2, 0}}; !slices.EqualFunc(got.Messages, want, slices.Equal) {
		t.Errorf("%v, want %v", got.Messages, want)
	}
}

func TestWhatIsOfTwoKindsLeavesInTwoMessages(t *testing.T) {
	due := []Waiting{
		{Severity: alerting.P1, Kind: "clear", Since: epoch},
		{Severity: alerting.P1, Kind: "page", Since: epoch.Add(time.Minute)},
		{Severity: alerting.P2, Kind: "clear"},
		{Severity: alerting.P3, Kind: "assign"},
		{Severity: alerting.P2, Kind: "remind"},
		{Severity: alerting.P3, Kind: "remind"},
	}
	got := Rate{3, time.Minute}.Weigh(false, nil, due, epoch)
	if want := [][]int{{0, 2}, {1, 3}, {4, 5}}; !slices.EqualFunc(got.Messages, want, slices.Equal) {
		t.Errorf("%v, want %v", got.Messages, want)
	}
}

func TestTheWorstLeavesFirstHoweverOldTheOthersAre(t *testing.T) {
	due := []Waiting{{Severity: alerting.P2, Since: epoch.Add(-time.Hour), Alone: true}, {Severity: alerting.P1, Since: epoch}}
	got := Rate{1, time.Minute}.Weigh(false, nil, due, epoch)
	if want := [][]int{{1}}; !slices.EqualFunc(got.Messages, want, slices.Equal) || !slices.Equal(got.Rest, []int{0}) || got.Why == "" {
		t.Errorf("%+v, want %v", got, want)
	}
}

func TestNothingIsSaidOfNothing(t *testing.T) {
	for _, r := range []Rate{{}, {1, time.Minute}} {
		if l := r.Weigh(true, nil, nil, epoch); l.Messages != nil || l.Rest != nil {
			t.Errorf("%+v", l)
		}
	}
}

func TestADefaultBudgetSparesPeopleWhereAChannelInterrupts(t *testing.T) {
	b := DefaultBudget()
	if b["sms"].N != 6 || b["voice"].N != 2 || b["slack"].N != 20 || b["email"].N != 30 || b.Of(Lane{"email", true}).Limited() || b.Of(Lane{"email", false}).N != 30 || !b.Of(Lane{"sms", true}).Limited() {
		t.Errorf("%v", b)
	}
}
