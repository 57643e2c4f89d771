package alerting

import "time"

// Verdict is what an arrival means for the newest known episode of its fingerprint.
type Verdict uint8

// The verdicts.
const (
	Fires     Verdict = iota // the problem begins, or begins again
	Continues                // a newer episode of an alert that fires anyway: it closes the older one
	Repeats                  // the same episode, still firing
	Ends                     // the firing episode is over
	Tombstone                // the end of something not known to fire: remembered, so that a late firing is known as late
	Confirms                 // the sender's end of what a person had resolved: noted
	Stale                    // older than what is known, or late: changes nothing
)

// Judge compares an arrival with the newest known episode of its fingerprint (nil if there is none).
// Whatever the order in which the deliveries of one history come, the last verdicts leave the same state:
// of a fingerprint the newest episode counts, and an older event never reopens. A firing of an episode
// that ended within window came late; longer ago than that, it is the problem firing again.
func Judge(cur *Alert, a Arrival, now time.Time, window time.Duration) Verdict {
	switch {
	case cur == nil && a.Status == Firing:
		return Fires
	case cur == nil:
		return Tombstone
	case a.Status == Firing:
		return judgeFiring(cur, a, now, window)
	}
	return judgeEnd(cur, a)
}

func judgeFiring(cur *Alert, a Arrival, now time.Time, window time.Duration) Verdict {
	firing := cur.Status == Firing
	switch a.StartsAt.Compare(cur.StartsAt) {
	case -1:
		return Stale
	case 0:
		if firing {
			return Repeats
		}
		if now.Sub(cur.ResolvedAt) > window {
			return Fires
		}
		return Stale
	}
	if firing {
		return Continues
	}
	return Fires
}

func judgeEnd(cur *Alert, a Arrival) Verdict {
	firing := cur.Status == Firing
	older := a.StartsAt.Before(cur.StartsAt)
	switch {
	// Alertmanager moves startsAt back when it merges the alerts of two Prometheus servers: an older
	// start with an end inside the episode ends it.
	case older && firing && a.EndsAt.After(cur.StartsAt):
		return Ends
	case older:
		return Stale
	case firing:
		return Ends
	case a.StartsAt.After(cur.StartsAt):
		return Tombstone
	case cur.EndsAt.IsZero() && cur.IncidentID != 0:
		return Confirms
	}
	return Stale
}
