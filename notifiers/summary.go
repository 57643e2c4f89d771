package notifiers

import (
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"time"

	"tocsin/escalation"
	"tocsin/escalation/due"
)

// Summary is one message in a chat channel for the incidents of a storm that have none of their own there:
// they would come for hours at the channel's pace, and nobody would find in them what matters.
type Summary struct {
	BySeverity [4]int // unresolved incidents, P0 to P3; none: all of them have a message of their own again
	URL        string // of the page with all incidents, absolute
	Locale     Locale
}

// Total is how many incidents it stands for.
func (s Summary) Total() (n int) {
	for _, count := range s.BySeverity {
		n += count
	}
	return n
}

// Summarizer is a Board that can write a Summary. Its errors are a *Failure.
type Summarizer interface {
	PostSummary(ctx context.Context, s Summary) (ref json.RawMessage, err error)
	EditSummary(ctx context.Context, ref json.RawMessage, s Summary) error
}

// Summaries holds the announcements that a summary stands for, and where it stands.
type Summaries interface {
	// GatherSummary looks at the incidents' own messages that wait to be posted for the first time in a
	// channel, but for those of P0. Where more than twice line wait, all but line of them, the worst and
	// oldest, go into the summary; where no more than line wait or are in it, these are taken out of it and
	// posted. An incident that changes waits again. counts are the incidents in it, P0 to P3.
	GatherSummary(ctx context.Context, c escalation.Channel, line int) (counts [4]int, err error)
	// ClaimSummary takes the channel's summary for so long, if it says something else than counts and is due.
	// ref is nil if none stands.
	ClaimSummary(ctx context.Context, c escalation.Channel, counts [4]int, hold time.Duration) (ref json.RawMessage, ok bool, err error)
	// FinishSummary stores what came of it.
	FinishSummary(ctx context.Context, c escalation.Channel, s Summarized) error
}

// Summarized is what came of a claimed summary.
type Summarized struct {
	Ref   json.RawMessage // nil: none stands
	Shown [4]int          // what it says
	Wait  time.Duration   // until it may be written again
}

const (
	summaryLine  = 20               // messages that wait before others go into the summary
	summaryEvery = 5 * time.Second  // between two writes of one
	summaryAgain = time.Minute      // after a failure that may last
	summaryHold  = 30 * time.Second // a claim; longer than writing takes
)

// NewSummaries makes the loop that keeps a channel's summary. board is what writes it at the moment; ok is
// false where there is no place for one, or no pace that would call for one: then every incident has its own
// message again. url is the page with all incidents.
func NewSummaries(c escalation.Channel, store Summaries, board func() (b Summarizer, ok bool), url func() string, locale func() Locale, log *slog.Logger) *due.Loop {
	return due.New("summary "+string(c), log, func(ctx context.Context) (time.Duration, error) {
		b, ok := board()
		line := summaryLine
		if !ok {
			line = math.MaxInt32
		}
		counts, err := store.GatherSummary(ctx, c, line)
		if err != nil || !ok {
			return due.Net, err
		}
		ref, claimed, err := store.ClaimSummary(ctx, c, counts, summaryHold)
		if err != nil || !claimed {
			return due.Net, err
		}
		s := Summary{BySeverity: counts, URL: url(), Locale: locale()}
		return due.Net, summarize(ctx, c, store, b, ref, s, log)
	})
}

// summarize writes a summary and stores what came of it.
func summarize(ctx context.Context, c escalation.Channel, store Summaries, board Summarizer, ref json.RawMessage, s Summary, log *slog.Logger) error {
	ctx, cancel := outlast(ctx, stopGrace)
	defer cancel()
	call, done := context.WithTimeout(ctx, sendTimeout)
	defer done()
	ref, err := writeSummary(call, board, ref, s) // killed before that is stored, another is posted
	result := summarized(ref, s, err)
	if err != nil {
		log.Warn("the summary of a storm is not up to date", "channel", c, "error", Cut(Plain(err.Error()), 500), "again_in", result.Wait)
	}
	return persist(ctx, persistTimeout, func(ctx context.Context) error { return store.FinishSummary(ctx, c, result) })
}

func writeSummary(ctx context.Context, board Summarizer, ref json.RawMessage, s Summary) (at json.RawMessage, err error) {
	defer caught(&err)
	if ref != nil {
		return ref, board.EditSummary(ctx, ref, s)
	}
	if at, err = board.PostSummary(ctx, s); err != nil {
		return nil, err
	}
	return at, nil
}

// summarized is what to store after writing: one that says that there is nothing more to say is done with,
// one that could not be written says nothing yet, and one that cannot be edited any more is posted anew.
func summarized(ref json.RawMessage, s Summary, err error) Summarized {
	if err == nil {
		if s.Total() == 0 {
			ref = nil
		}
		return Summarized{Ref: ref, Shown: s.BySeverity, Wait: summaryEvery}
	}
	f := AsFailure(err)
	w := Summarized{Ref: ref, Shown: [4]int{-1}, Wait: max(f.RetryAfter, summaryEvery)}
	if f.Class != Temporary {
		w.Wait = max(w.Wait, summaryAgain)
	}
	if f.Class == Permanent {
		w.Ref = nil
	}
	return w
}
