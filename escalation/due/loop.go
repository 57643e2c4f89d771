// Package due has the one kind of loop that claims what falls due: steps of plans, pages, messages to
// be brought up to date. It sleeps until the earliest due time, is woken when something earlier comes,
// and looks every Net in any case, so that a lost notice costs a second and not a page.
package due

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Net is the longest that a loop sleeps.
const Net = time.Second

const (
	firstPause = 50 * time.Millisecond // after an error; doubles
	maxPause   = 2 * time.Second

	// held is how soon it looks again at what is due and could not be had: another replica has it locked.
	held = 5 * time.Millisecond
)

// Work does what is due and returns how long from now the next thing falls due, by the clock that it
// asked; Net or more if nothing is known to be.
type Work func(ctx context.Context) (wait time.Duration, err error)

// Loop runs Work when something is due. The zero value is not usable: see New.
type Loop struct {
	name string
	work Work
	log  *slog.Logger
	wake chan struct{}

	mu      sync.Mutex
	planned time.Time // when it will look again; zero while it works
	beat    time.Time // when it last finished a look without error
}

// New makes a loop; Run starts it.
func New(name string, log *slog.Logger, work Work) *Loop {
	return &Loop{name: name, work: work, log: log, wake: make(chan struct{}, 1)}
}

// WakeIn says that something falls due in d. It costs nothing if the loop will have looked by then.
func (l *Loop) WakeIn(d time.Duration) {
	l.mu.Lock()
	later := !l.planned.IsZero() && time.Now().Add(d).After(l.planned)
	l.mu.Unlock()
	if later {
		return
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Name is what the loop is called in logs and health.
func (l *Loop) Name() string { return l.name }

// Beat is when the loop last looked without error; zero before the first time.
func (l *Loop) Beat() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.beat
}

// Run works until ctx ends. Errors are logged and tried again, at most maxPause later; what wakes it
// meanwhile waits for that.
func (l *Loop) Run(ctx context.Context) {
	pause := firstPause
	for ctx.Err() == nil {
		l.plan(time.Time{})
		wait, err := l.work(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			l.log.Error("loop failed, trying again", "loop", l.name, "error", err, "in", pause)
			l.sleep(ctx, pause, nil)
			pause = min(2*pause, maxPause)
		default:
			pause = firstPause
			l.beats()
			l.sleep(ctx, min(max(wait, held), Net), l.wake)
		}
	}
}

// sleep waits, at most until wake.
func (l *Loop) sleep(ctx context.Context, wait time.Duration, wake <-chan struct{}) {
	l.plan(time.Now().Add(wait))
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

func (l *Loop) plan(at time.Time) {
	l.mu.Lock()
	l.planned = at
	l.mu.Unlock()
}

func (l *Loop) beats() {
	l.mu.Lock()
	l.beat = time.Now()
	l.mu.Unlock()
}
