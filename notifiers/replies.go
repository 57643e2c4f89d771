package notifiers

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tocsin/escalation"
	"tocsin/escalation/due"
)

// Decide says what a reply that arrived at a moment does now: escalation.Policy's Reply.
type Decide = func(r escalation.Reply, in escalation.Incidents, arrived, now time.Time) (escalation.Answered, error)

// ReplyStore holds replies that wait to be applied.
type ReplyStore interface {
	// ApplyReply takes one waiting reply (the one with this id, or the oldest if id is empty), lets decide
	// say what it does, and stores that in one transaction. ok is false if none waits, or another replica
	// has it in hand.
	ApplyReply(ctx context.Context, id string, decide Decide) (r escalation.Reply, a escalation.Answered, ok bool, err error)
	// Answer is the sentence for the sender of a reply; ok is false while it has not been applied.
	Answer(ctx context.Context, id string) (text string, ok bool, err error)
}

// Respond hands the sentence for its sender to the channel that a reply came over. It is called only for
// replies that say where (escalation.Reply.Respond). It honours ctx's deadline.
type Respond func(ctx context.Context, r escalation.Reply, text string) error

const (
	applyTimeout   = 5 * time.Second // for one whose sender waits
	applyAgain     = 50 * time.Millisecond
	respondTimeout = 5 * time.Second // one try
	respondTries   = 3
	responders     = 8 // sentences under way
)

// Replies applies what came back over the channels, each reply once, and tells its sender what it did.
type Replies struct {
	*due.Loop
	store   ReplyStore
	policy  func() *escalation.Policy
	respond Respond
	locale  func() Locale // nil: everybody is answered in English
	log     *slog.Logger

	slots     chan struct{}
	sentences sync.WaitGroup
	root      context.Context // of sentences: outlives the loop, so that it can drain
	cancel    context.CancelFunc
}

// NewReplies makes the loop that applies stored replies; policy gives the configuration in force. Run
// works until its context ends; Drain then waits for the sentences under way.
func NewReplies(store ReplyStore, policy func() *escalation.Policy, respond Respond, log *slog.Logger) *Replies {
	l := &Replies{store: store, policy: policy, respond: respond, log: log, slots: make(chan struct{}, responders)}
	l.root, l.cancel = context.WithCancel(context.Background())
	l.Loop = due.New("replies", log, l.applyAll)
	return l
}

// In makes senders be answered in the language of this locale, or in their own where they have one. It is to be
// called before anything else.
func (l *Replies) In(locale func() Locale) *Replies {
	l.locale = locale
	return l
}

// decide is what the policy decides about a reply, with the sentence in its sender's language.
func (l *Replies) decide(r escalation.Reply, in escalation.Incidents, arrived, now time.Time) (escalation.Answered, error) {
	a, err := l.policy().Reply(r, in, arrived, now)
	a.Text = l.words(r, a)
	return a, err
}

// words are the sentence for a reply's sender, in their language.
func (l *Replies) words(r escalation.Reply, a escalation.Answered) string {
	if l.locale == nil {
		return a.Text
	}
	if text, ok := l.LocaleOf(r.Channel, r.Address).SayAll(a.Said); ok {
		return text
	}
	return a.Text
}

// LocaleOf is how whoever has an address on a channel is spoken to.
func (l *Replies) LocaleOf(c escalation.Channel, address string) Locale {
	if l.locale == nil {
		return Locale{}
	}
	locale := l.locale()
	if person, ok := l.policy().Sender(c, address); ok {
		locale = locale.For(person)
	}
	return locale
}

// Apply applies the stored reply with this id, unless that is done, and returns the sentence for its
// sender, who waits for it. After an error the loop applies it as soon as that can be done.
func (l *Replies) Apply(ctx context.Context, id string) (text string, err error) {
	ctx, cancel := context.WithTimeout(ctx, applyTimeout)
	defer cancel()
	for {
		if text, ok, err := l.applyOne(ctx, id); ok || err != nil {
			return text, err
		}
		if text, ok, err := l.store.Answer(ctx, id); ok || err != nil {
			return text, err
		}
		select { // another has it in hand
		case <-ctx.Done():
			return "", fmt.Errorf("reply %s is not applied yet: %w", id, ctx.Err())
		case <-time.After(applyAgain):
		}
	}
}

func (l *Replies) applyAll(ctx context.Context) (time.Duration, error) {
	for {
		if _, ok, err := l.applyOne(ctx, ""); !ok || err != nil {
			return due.Net, err
		}
	}
}

// applyOne applies one reply; its sender is told by the way.
func (l *Replies) applyOne(ctx context.Context, id string) (text string, ok bool, err error) {
	r, a, ok, err := l.store.ApplyReply(ctx, id, l.decide)
	if !ok || err != nil {
		return "", false, err
	}
	a.Text = l.words(r, a) // the store has words of its own for one that it gives up
	l.log.Info("reply applied", "reply", r.ID, "channel", r.Channel, "person", a.Person, "verb", r.Verb, "incident", r.Incident, "changed", a.Decision.Changed)
	if r.Respond != "" && a.Text != "" {
		l.sentences.Go(func() { l.tell(r, a.Text) })
	}
	return a.Text, true, nil
}

// tell hands a sentence to its channel, in a few tries. That it could not be is only logged: what the
// reply did shows in the incident's message.
func (l *Replies) tell(r escalation.Reply, text string) {
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	case <-l.root.Done():
		return
	}
	for try := 1; ; try++ {
		err := l.tryTell(r, text)
		if err == nil {
			return
		}
		f := AsFailure(err)
		if f.Class == Permanent || try == respondTries || l.root.Err() != nil {
			l.log.Warn("the sender of a reply was not told what it did", "reply", r.ID, "channel", r.Channel, "error", err)
			return
		}
		select {
		case <-time.After(min(max(f.RetryAfter, time.Duration(try)*500*time.Millisecond), respondTimeout)):
		case <-l.root.Done():
		}
	}
}

func (l *Replies) tryTell(r escalation.Reply, text string) error {
	ctx, cancel := context.WithTimeout(l.root, respondTimeout)
	defer cancel()
	return l.respond(ctx, r, text)
}

// Drain waits for the sentences under way, at most until ctx ends; what is then still under way is cut
// off. The loop and everybody who calls Apply must have stopped.
func (l *Replies) Drain(ctx context.Context) {
	done := make(chan struct{})
	go func() { l.sentences.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
	l.cancel()
	<-done
}
