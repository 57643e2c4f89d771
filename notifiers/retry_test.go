package notifiers

import (
	"testing"
	"time"

	"tocsin/alerting"

	"pgregory.net/rapid"
)

func severities() *rapid.Generator[alerting.Severity] {
	return rapid.SampledFrom(alerting.Severities[:])
}

func TestBackoffDoublesUpToItsLongest(t *testing.T) {
	for s, want := range map[alerting.Severity][]time.Duration{alerting.P0: {1, 2, 4, 8, 10, 10}, alerting.P1: {1, 2, 4, 8, 16, 30, 30}} {
		for i, seconds := range want {
			if got, ok := Backoff(s, i+1, 0, 1); !ok || got != seconds*time.Second {
				t.Errorf("%s after try %d: %v, %v", s, i+1, got, ok)
			}
		}
	}
	if got, _ := Backoff(alerting.P3, 1, 0, 0); got != 5*time.Second {
		t.Errorf("the spread is over the upper half: %v", got)
	}
}

func TestAP0OrP1IsNeverGivenUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom([]alerting.Severity{alerting.P0, alerting.P1}).Draw(t, "severity")
		tries := rapid.IntRange(6, 1<<31).Draw(t, "tries")
		if wait, ok := Backoff(s, tries, 0, 1); !ok || wait != patienceFor(s).longest {
			t.Fatalf("%v, %v", wait, ok)
		}
	})
	for _, s := range []alerting.Severity{alerting.P2, alerting.P3} {
		if _, ok := Backoff(s, 20, 0, 0); ok {
			t.Errorf("%s is tried without end", s)
		}
	}
}

func TestBackoffStaysWithinItsBoundsAndNeverShrinks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, tries, spread := severities().Draw(t, "severity"), rapid.IntRange(1, 40).Draw(t, "tries"), rapid.Float64Range(0, 0.999).Draw(t, "spread")
		p := patienceFor(s)
		wait, ok := Backoff(s, tries, 0, spread)
		if ok != (tries < p.tries) {
			t.Fatalf("goes on: %v", ok)
		}
		if !ok {
			return
		}
		if wait < p.first/2 || wait > p.longest {
			t.Fatalf("%v is not between %v and %v", wait, p.first/2, p.longest)
		}
		if next, ok := Backoff(s, tries+1, 0, spread); ok && next < wait {
			t.Fatalf("%v after %v", next, wait)
		}
	})
}

func TestBackoffIsNeverBeforeTheProviderAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asked := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "asked"))
		s, tries, spread := severities().Draw(t, "severity"), rapid.IntRange(1, 19).Draw(t, "tries"), rapid.Float64Range(0, 0.999).Draw(t, "spread")
		wait, ok := Backoff(s, tries, asked, spread)
		if plain, _ := Backoff(s, tries, 0, spread); !ok || wait < asked || wait > max(plain, asked+time.Second) {
			t.Fatalf("%v, %v", wait, ok)
		}
	})
}

func TestWorseIsTriedSooner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tries, spread := rapid.IntRange(1, 19).Draw(t, "tries"), rapid.Float64Range(0, 0.999).Draw(t, "spread")
		urgent, _ := Backoff(alerting.P1, tries, 0, spread)
		patient, _ := Backoff(alerting.P2, tries, 0, spread)
		if urgent >= patient {
			t.Fatalf("P1 after %v, P2 after %v", urgent, patient)
		}
	})
}
