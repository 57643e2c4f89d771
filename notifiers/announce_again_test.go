package notifiers

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"tocsin/alerting"
)

// lossy is a board on which one message may stand; looking for it may fail.
type lossy struct {
	queue
	stands json.RawMessage
	fails  error
	edited []alerting.State
}

func (l *lossy) Find(context.Context, Brief, time.Time) (json.RawMessage, error) {
	return l.stands, l.fails
}

func (l *lossy) Below(context.Context, json.RawMessage, Brief, time.Time) ([]int64, error) {
	return nil, l.fails
}

func (l *lossy) Edit(_ context.Context, _ json.RawMessage, b Brief) error {
	l.edited = append(l.edited, b.Incident.State)
	return nil
}

func TestWhatMayStandIsLookedForBeforeItIsPostedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		state  alerting.State
		stands string
		fails  error
		posts  int
		edits  int
		doubt  bool
		repeat bool
	}{
		"it stands":                         {alerting.StateOpen, `{"ts":"1"}`, nil, 0, 1, false, false},
		"it does not":                       {alerting.StateOpen, "", nil, 1, 0, false, false},
		"it stands, and is resolved by now": {alerting.StateResolved, `{"ts":"1"}`, nil, 0, 1, false, false},
		"nor is it posted when resolved":    {alerting.StateResolved, "", nil, 0, 0, false, false},
		"nobody may look":                   {alerting.StateOpen, "", &Failure{Class: Misconfigured, Err: errors.New("missing_scope")}, 1, 0, false, true},
		"it cannot be looked for now":       {alerting.StateOpen, "", &Failure{Class: Temporary, Err: errors.New("ratelimited")}, 0, 0, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			posts, repeat := 0, false
			l := &lossy{fails: c.fails}
			if c.stands != "" {
				l.stands = json.RawMessage(c.stands)
			}
			l.post = func(_ context.Context, b Brief) error {
				posts, repeat = posts+1, b.Repeat
				return nil
			}
			m := messageOf(alerting.P1, 7)
			m.Doubt, m.Brief.Incident.State = true, c.state
			err := bring(t.Context(), l, l, &m)
			if posts != c.posts || len(l.edited) != c.edits || repeat != c.repeat || announced(m, err, 0).Doubt != c.doubt {
				t.Errorf("%d posts (a repeat: %v), edits %v, doubt %v: %v", posts, repeat, l.edited, m.Doubt, err)
			}
		})
	}
}

func TestOnlyALostPostOrReplyLeavesADoubt(t *testing.T) {
	for class, doubt := range map[FailureClass]bool{Temporary: false, Permanent: false, Misconfigured: false, Lost: true} {
		l := &lossy{}
		l.post = func(context.Context, Brief) error { return &Failure{Class: class, Err: errors.New("no")} }
		m := messageOf(alerting.P1, 7)
		err := bring(t.Context(), l, l, &m)
		if got := announced(m, err, 0).Doubt; got != doubt {
			t.Errorf("%v: doubt %v", class, got)
		}
	}
}
