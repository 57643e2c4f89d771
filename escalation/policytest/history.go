package policytest

import (
	"fmt"
	"time"

	"tocsin/alerting"

	"pgregory.net/rapid"
)

// History draws what a sender has to tell of a few alerts of one group, in the order in which it happened:
// each episode begins and ends before the next one begins; the last may go on.
func History(t *rapid.T, start time.Time) []alerting.Event {
	var all []alerting.Event
	for i := range rapid.IntRange(1, 3).Draw(t, "alerts") {
		at := start
		episodes := rapid.IntRange(1, 3).Draw(t, "episodes")
		for k := range episodes {
			e := Event(at, "alertname", "SystemDown", "service", "backend", "instance", fmt.Sprint(i))
			all = append(all, e)
			if k < episodes-1 || rapid.Bool().Draw(t, "ends") {
				at = at.Add(time.Second)
				all = append(all, Ended(e, at))
			}
			at = at.Add(time.Duration(rapid.IntRange(0, 1).Draw(t, "pause")) * time.Second)
			at = at.Add(time.Microsecond)
		}
	}
	return all
}

// Shuffled draws deliveries of a history: in any order, some repeated, some together.
func Shuffled(t *rapid.T, history []alerting.Event) [][]alerting.Event {
	var all []alerting.Event
	for _, e := range history {
		for range rapid.IntRange(1, 2).Draw(t, "deliveries") {
			all = append(all, e)
		}
	}
	var batches [][]alerting.Event
	for _, e := range rapid.Permutation(all).Draw(t, "order") {
		if n := len(batches); n > 0 && rapid.IntRange(0, 3).Draw(t, "together") == 0 {
			batches[n-1] = append(batches[n-1], e)
		} else {
			batches = append(batches, []alerting.Event{e})
		}
	}
	return batches
}

// Unseen counts the alerts of which no firing was taken: each firing came after an end of its own episode
// or of a newer one. They are remembered as ended and have opened or joined no incident; this is the one
// thing that the order of deliveries can change.
func Unseen(batches [][]alerting.Event) int {
	seen, ended := map[string]bool{}, map[string]time.Time{}
	for _, batch := range batches {
		for _, e := range batch { // firings are taken first
			fp := e.Labels.Fingerprint()
			if end, ok := ended[fp]; e.Status == alerting.Firing && (!ok || e.StartsAt.After(end)) {
				seen[fp] = true
			}
		}
		for _, e := range batch {
			fp := e.Labels.Fingerprint()
			if e.Status == alerting.Resolved && !e.StartsAt.Before(ended[fp]) {
				ended[fp] = e.StartsAt
			}
		}
	}
	return len(ended) - countBoth(seen, ended)
}

func countBoth(seen map[string]bool, ended map[string]time.Time) (n int) {
	for fp := range ended {
		if seen[fp] {
			n++
		}
	}
	return n
}
