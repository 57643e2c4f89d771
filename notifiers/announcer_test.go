package notifiers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// wall is both sides of an announcer, in memory: the store of one incident's announcement, and the chat
// channel, which notes what was written to it.
type wall struct {
	mu      sync.Mutex
	a       Announcement // as it is stored
	due     time.Time    // zero: nothing is owed
	away    time.Time
	entries []alerting.Entry
	rev     int64

	locale Locale // of what was posted last
	wrote  []string
	fail   func(call string) error // what a call comes to; nil: well
}

func (w *wall) ClaimAnnouncements(_ context.Context, l Lane, _ int) ([]Announcement, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !l.Urgent || w.due.IsZero() || w.due.After(time.Now()) || w.a.Claim != "" {
		return nil, nil
	}
	w.a.Claim = "c"
	out := w.a
	out.Brief.Incident = alerting.Incident{ID: 412, Rev: w.rev}
	for _, e := range w.entries {
		if e.ID > out.Threaded {
			out.Entries = append(out.Entries, e)
		}
	}
	return []Announcement{out}, nil
}

func (w *wall) FinishAnnouncement(_ context.Context, a Announced) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Now().Before(w.away) {
		return alerting.ErrUnavailable
	}
	if a.Claim != w.a.Claim {
		return nil
	}
	w.a.Ref, w.a.SentRev, w.a.Threaded = a.Ref, a.SentRev, a.Threaded
	if a.Keep {
		return nil
	}
	w.a.Claim, w.due = "", time.Time{}
	if a.Error == "" {
		w.a.Tries = 0
		return nil
	}
	w.a.Tries++
	if a.Retry > 0 {
		w.due = time.Now().Add(a.Retry)
	}
	return nil
}

func (w *wall) NextAnnouncement(_ context.Context, l Lane) (time.Duration, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Until(w.due), l.Urgent && !w.due.IsZero() && w.a.Claim == "", nil
}

func (w *wall) call(what string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrote = append(w.wrote, what)
	if w.fail == nil {
		return nil
	}
	return w.fail(what)
}

func (w *wall) Post(_ context.Context, b Brief) (json.RawMessage, error) {
	w.mu.Lock()
	w.locale = b.Locale
	w.mu.Unlock()
	if err := w.call(fmt.Sprintf("post %d", b.Incident.Rev)); err != nil {
		return nil, err
	}
	return json.RawMessage(`{"ts":"1"}`), nil
}

func (w *wall) Edit(_ context.Context, _ json.RawMessage, b Brief) error {
	return w.call(fmt.Sprintf("edit %d", b.Incident.Rev))
}

func (w *wall) Reply(_ context.Context, _ json.RawMessage, _ Brief, entries []alerting.Entry) error {
	var ids []string
	for _, e := range entries {
		ids = append(ids, fmt.Sprint(e.ID))
	}
	return w.call("reply " + strings.Join(ids, ","))
}

// change is a change of the incident, with one entry on its timeline.
func (w *wall) change() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rev++
	w.entries = append(w.entries, alerting.Entry{ID: w.rev * 10})
	w.due = time.Now()
}

func (w *wall) setFail(fail func(string) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail = fail
}

func (w *wall) expect(t *testing.T, wrote ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.wrote, wrote) {
		t.Errorf("wrote %q, want %q", w.wrote, wrote)
	}
	w.wrote = nil
}

// failOnce makes the first call that begins with a word fail.
func failOnce(word string, err error) func(string) error {
	done := false
	return func(call string) error {
		if done || !strings.HasPrefix(call, word) {
			return nil
		}
		done = true
		return err
	}
}

// announcer runs an announcer on a made-up clock; step lets a change be noticed.
func announcer(t *testing.T, w *wall) (step func(), stop func()) {
	return announcerWith(t, w, true)
}

func announcerWith(t *testing.T, w *wall, place bool) (step func(), stop func()) {
	l := NewAnnouncer(escalation.Slack, w, w, func() bool { return place }, func(int64) string { return "" }, organisation, slog.New(slog.DiscardHandler))
	return startLoop(t, l)
}

// organisation is how people are spoken to in these tests.
func organisation() Locale { return Locale{Names: map[string]string{"ada": "Ada"}} }

func startLoop(t *testing.T, l interface {
	Run(context.Context)
	WakeIn(time.Duration)
},
) (step func(), stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { l.Run(ctx); close(ended) }()
	stop = func() { cancel(); <-ended }
	t.Cleanup(stop)
	synctest.Wait()
	return func() { l.WakeIn(0); synctest.Wait() }, stop
}

func TestAnIncidentsMessageCallsPeopleByTheirNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		step, _ := announcer(t, w)
		w.change()
		step()
		if got := w.locale.Name("ada"); got != "Ada" {
			t.Errorf("ada is called %q", got)
		}
	})
}

func TestAnIncidentIsPostedOnceAndEditedAtEachChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		step, _ := announcer(t, w)
		w.change()
		step()
		w.expect(t, "post 1", "reply 10")
		time.Sleep(time.Minute)
		w.expect(t)
		w.change()
		w.change()
		step()
		w.expect(t, "edit 3", "reply 20,30")
	})
}

func TestWhatIsThreadedAlreadyIsNotWrittenAgainWhenTheRestFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		step, _ := announcer(t, w)
		w.change()
		step()
		w.expect(t, "post 1", "reply 10")
		w.setFail(failOnce("reply", errors.New("503")))
		w.change()
		step()
		w.expect(t, "edit 2", "reply 20")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		w.expect(t, "reply 20") // the edit stands
	})
}

func TestAFailureAfterPostingDoesNotPostTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{fail: failOnce("reply", &Failure{Class: Permanent, Err: errors.New("thread_locked")})}
		step, _ := announcer(t, w)
		w.change()
		step()
		w.expect(t, "post 1", "reply 10")
		w.change()
		step()
		w.expect(t, "edit 2", "reply 10,20")
	})
}

func TestAStoreThatIsAwayAfterPostingDoesNotMakeItPostTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{away: time.Now().Add(time.Minute)}
		step, _ := announcer(t, w)
		w.change()
		step()
		w.expect(t, "post 1")
		time.Sleep(62 * time.Second)
		synctest.Wait()
		w.expect(t, "reply 10")
		w.change()
		step()
		w.expect(t, "edit 2", "reply 20")
	})
}

func TestAPermanentFailureWaitsForTheNextChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{fail: failOnce("post", &Failure{Class: Permanent, Err: errors.New("channel_not_found")})}
		step, _ := announcer(t, w)
		w.change()
		step()
		w.expect(t, "post 1")
		time.Sleep(time.Hour)
		w.expect(t)
		w.change()
		step()
		w.expect(t, "post 2", "reply 10,20")
	})
}

func TestWithoutAPlaceNothingIsPostedAndNothingIsOwed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		step, _ := announcerWith(t, w, false)
		w.change()
		step()
		time.Sleep(time.Hour)
		synctest.Wait()
		w.expect(t)
		if w.a.Claim != "" || !w.due.IsZero() || w.a.SentRev != 1 || w.a.Tries != 0 {
			t.Errorf("it is not up to date: %+v, due %v", w.a, w.due)
		}
	})
}

func TestWithoutAPlaceADirectMessageIsEditedAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{a: Announcement{PageID: 7, Ref: json.RawMessage(`{"ts":"1"}`)}}
		step, _ := announcerWith(t, w, false)
		w.change()
		w.entries = nil // none is for below a direct message
		step()
		w.expect(t, "edit 1")
		if w.a.SentRev != 1 || !w.due.IsZero() {
			t.Errorf("it is not up to date: %+v, due %v", w.a, w.due)
		}
	})
}

func TestAMessageThatCannotBeWrittenForLongWaitsForTheNextChange(t *testing.T) {
	for _, class := range []FailureClass{Temporary, Lost, Misconfigured} {
		synctest.Test(t, func(t *testing.T) {
			w := &wall{fail: func(string) error { return &Failure{Class: class, Err: errors.New("no")} }}
			step, _ := announcer(t, w)
			w.change()
			step()
			time.Sleep(time.Hour)
			synctest.Wait()
			if len(w.wrote) != boardTries || !w.due.IsZero() {
				t.Errorf("%v: %d tries, due %v", class, len(w.wrote), w.due)
			}
		})
	}
}

func TestWhatTheProviderAsksToWaitIsWaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{fail: failOnce("post", &Failure{Class: Temporary, RetryAfter: 30 * time.Second, Err: errors.New("429")})}
		step, _ := announcer(t, w)
		w.change()
		step()
		w.expect(t, "post 1")
		time.Sleep(29 * time.Second)
		w.expect(t)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		w.expect(t, "post 1", "reply 10")
	})
}

func TestABoardThatPanicsLosesNoClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		w.fail = func(string) error { w.fail = nil; panic("a label nobody thought of") }
		step, _ := announcer(t, w)
		w.change()
		step()
		w.expect(t, "post 1")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		w.expect(t, "post 1", "reply 10")
	})
}

// slow is a board whose calls take as long as they may.
type slow struct{ *wall }

func (s slow) Post(ctx context.Context, b Brief) (json.RawMessage, error) {
	<-ctx.Done()
	return nil, &Failure{Class: Lost, Err: ctx.Err()}
}

func TestStoppingDoesNotWaitForASlowBoard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		step, stop := startLoop(t, NewAnnouncer(escalation.Slack, w, slow{w}, func() bool { return true }, func(int64) string { return "" }, organisation, slog.New(slog.DiscardHandler)))
		w.change()
		step()
		start := time.Now()
		stop()
		if took := time.Since(start); took != stopGrace {
			t.Errorf("stopping took %v", took)
		}
		if w.a.Claim != "" || w.due.IsZero() {
			t.Errorf("what came of it is not stored: %+v", w.a)
		}
	})
}
