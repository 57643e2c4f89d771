package notifiers

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"tocsin/alerting"
)

// Finder is a Board that can look for what an earlier try wrote whose answer was lost, or after which the program
// was killed. Its errors are a *Failure; a Permanent or Misconfigured one says that it may not look.
type Finder interface {
	// Find returns a reference to the incident's message posted since a time; nil if none was.
	Find(ctx context.Context, b Brief, since time.Time) (ref json.RawMessage, err error)
	// Below returns the IDs of the timeline entries that were written below the message at ref since a time.
	Below(ctx context.Context, ref json.RawMessage, b Brief, since time.Time) (entries []int64, err error)
}

// postAnew posts a message that does not stand yet. Where an earlier try may have posted it, that is looked for and
// brought up to date; where it may not be looked for, the new one is marked as a possible repeat. Of an incident
// that is resolved by now none is posted.
func postAnew(ctx context.Context, board Board, a *Announcement) error {
	finder, ok := board.(Finder)
	if a.Doubt && ok {
		ref, err := finder.Find(ctx, a.Brief, a.Tried)
		if err != nil && !refused(err) {
			return err
		}
		if ref != nil {
			a.Ref, a.Doubt = ref, false
			if ref, err = renewed(ctx, board, ref, a.Brief); err == nil {
				a.Ref, a.SentRev = ref, a.Brief.Incident.Rev
			}
			return err
		}
		a.Brief.Repeat = err != nil
	}
	if a.Brief.Incident.State == alerting.StateResolved {
		a.SentRev = a.Brief.Incident.Rev
		return nil
	}
	ref, err := board.Post(ctx, a.Brief)
	if err != nil {
		a.Doubt = a.Doubt || lost(err)
		return err
	}
	a.Ref, a.SentRev, a.Doubt = ref, a.Brief.Incident.Rev, false
	return nil
}

// thread writes what is new on the timeline below a message that stands. What an earlier try has written is left
// out; where that may not be looked for, all of it is written and marked as a possible repeat.
func thread(ctx context.Context, board Board, a *Announcement) error {
	if a.Ref == nil || len(a.Entries) == 0 {
		return nil
	}
	news := a.Entries
	a.Brief.Repeat = false
	if finder, ok := board.(Finder); a.Doubt && ok {
		below, err := finder.Below(ctx, a.Ref, a.Brief, a.Tried)
		if err != nil && !refused(err) {
			return err
		}
		a.Brief.Repeat = err != nil
		news = slices.DeleteFunc(slices.Clone(news), func(e alerting.Entry) bool { return slices.Contains(below, e.ID) })
	}
	if len(news) > 0 {
		if err := board.Reply(ctx, a.Ref, a.Brief, news); err != nil {
			a.Doubt = a.Doubt || lost(err)
			return err
		}
	}
	a.Doubt = false
	for _, e := range a.Entries {
		a.Threaded = max(a.Threaded, e.ID)
	}
	return nil
}

func lost(err error) bool { return AsFailure(err).Class == Lost }

// refused reports whether a call would fare no better if it were made again.
func refused(err error) bool {
	class := AsFailure(err).Class
	return class == Permanent || class == Misconfigured
}
