package modeltest

import (
	"flag"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/escalation/simulator"
)

const (
	sequences = 2000 // unless -rapid.checks says how many
	events    = 50   // of a sequence, about
)

// TestMain chooses how many sequences there are, and a seed that is printed.
func TestMain(m *testing.M) {
	flag.Parse()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]uint64{"rapid.checks": sequences, "rapid.steps": events, "rapid.seed": rand.Uint64()>>16 | 1} {
		if given[name] {
			continue
		}
		if err := flag.Set(name, strconv.FormatUint(value, 10)); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func TestTheMachineDoesWhatTheModelSays(t *testing.T) {
	t.Parallel()
	seed := flag.Lookup("rapid.seed").Value
	t.Logf("%s sequences of about %d events; this seed again: go test ./escalation/modeltest -rapid.seed=%s", flag.Lookup("rapid.checks").Value, events, seed)
	configs := configurations(t)
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2026, time.January, 12, 7, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 7*24*4).Draw(t, "start")) * 15 * time.Minute)
		r := &run{
			t: t, configs: configs, world: simulator.New(configs[0].policy, start), model: newModel(configs[0], start),
			starts: map[string]time.Time{},
		}
		r.world.Assume(r.model.outcome)
		t.Repeat(map[string]func(*rapid.T){"event": func(*rapid.T) { r.event() }, "": func(*rapid.T) { r.compare() }})
		r.world.AdvanceTo(r.model.now.Add(10 * 24 * time.Hour))
		r.model.advance(r.model.now.Add(10 * 24 * time.Hour))
		r.compare()
	})
}
