package notifiers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
)

// spiteful is a store and a board with something for each hostile text, which every error of theirs says.
type spiteful struct {
	mu               sync.Mutex
	texts            []string
	pages, incidents int // handed out
}

func (s *spiteful) ClaimPages(_ context.Context, _ notifiers.Lane, slots notifiers.Slots, _ notifiers.Rate) ([]notifiers.Claim, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []notifiers.Claim
	for ; len(out) < slots.Messages && s.pages < len(s.texts); s.pages++ {
		out = append(out, notifiers.Claim{Page: notifiers.Page{ID: int64(s.pages), Person: fmt.Sprint(s.pages), Channel: escalation.SMS}})
	}
	return out, nil
}

func (s *spiteful) Recheck(_ context.Context, c notifiers.Claim) (notifiers.Brief, bool, error) {
	return notifiers.Brief{}, true, errors.New(s.texts[c.Page.ID])
}

func (s *spiteful) Gathered(context.Context, notifiers.Claim) ([]notifiers.Brief, bool, error) {
	return nil, false, nil
}
func (s *spiteful) FinishPage(context.Context, notifiers.Finish) error { return nil }
func (s *spiteful) NextPage(context.Context, notifiers.Lane, []string) (time.Duration, bool, error) {
	return 0, false, nil
}

func (s *spiteful) ClaimAnnouncements(_ context.Context, _ notifiers.Lane, limit int) ([]notifiers.Announcement, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []notifiers.Announcement
	for ; len(out) < limit && s.incidents < len(s.texts); s.incidents++ {
		out = append(out, notifiers.Announcement{Brief: notifiers.Brief{Incident: alerting.Incident{ID: int64(s.incidents), Rev: 1}}})
	}
	return out, nil
}

func (s *spiteful) FinishAnnouncement(context.Context, notifiers.Announced) error { return nil }
func (s *spiteful) NextAnnouncement(context.Context, notifiers.Lane) (time.Duration, bool, error) {
	return 0, false, nil
}

func (s *spiteful) Post(_ context.Context, b notifiers.Brief) (json.RawMessage, error) {
	return nil, &notifiers.Failure{Class: notifiers.Permanent, Err: errors.New(s.texts[b.Incident.ID])}
}

func (s *spiteful) Edit(context.Context, json.RawMessage, notifiers.Brief) error { return nil }
func (s *spiteful) Reply(context.Context, json.RawMessage, notifiers.Brief, []alerting.Entry) error {
	return nil
}

func TestFiveHundredHostileTextsAreEachOneValueOfOneLineOfTheJSONLog(t *testing.T) {
	s, out := &spiteful{texts: notifierstest.Hostile()}, &bytes.Buffer{}
	synctest.Test(t, func(t *testing.T) {
		log := slog.New(slog.NewJSONHandler(out, nil))
		ctx, cancel := context.WithCancel(t.Context())
		d := notifiers.NewDispatcher(notifiers.Lane{Channel: escalation.SMS}, notifiers.Options{
			Outbox: s, Breaker: notifiers.NewBreaker(escalation.SMS), Log: log,
			Person: func(string) (escalation.Person, bool) { return escalation.Person{}, false },
			URL:    func(int64) string { return "" },
			Seen:   func(notifiers.Finish, time.Duration) {},
		})
		a := notifiers.NewAnnouncer(escalation.Slack, s, s, func() bool { return true }, func(int64) string { return "" }, func() notifiers.Locale { return notifiers.Locale{} }, log)
		var loops sync.WaitGroup
		loops.Go(func() { d.Run(ctx) })
		loops.Go(func() { a.Run(ctx) })
		synctest.Wait()
		time.Sleep(time.Minute) // of the bubble
		cancel()
		loops.Wait()
		d.Drain(context.Background())
	})
	read := map[string][]string{}
	for line := range strings.Lines(out.String()) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("%.200q is no JSON: %v", line, err)
		}
		for _, name := range slices.Sorted(maps.Keys(record)) {
			if !slices.Contains([]string{"time", "level", "msg", "lane", "page", "incident", "error", "again_in", "outcome"}, name) {
				t.Errorf("a text made a field of its own: %q", name)
			}
		}
		text, _ := record["error"].(string)
		read[record["msg"].(string)] = append(read[record["msg"].(string)], text)
	}
	var whole, plain []string
	for _, text := range s.texts {
		whole = append(whole, strings.ToValidUTF8(text, "\ufffd"))
		plain = append(plain, notifiers.Cut(notifiers.Plain(text+" (permanent)"), 500))
	}
	expectAll(t, read["a page cannot be read"], whole)
	expectAll(t, read["an incident's message is not up to date"], plain)
	if len(read) != 2 {
		t.Errorf("also logged: %v", slices.Collect(maps.Keys(read)))
	}
}

// expectAll compares texts in whatever order; invalid bytes may be shown by one mark each or one together.
func expectAll(t *testing.T, got, want []string) {
	t.Helper()
	normal := func(texts []string) []string {
		var out []string
		for _, s := range texts {
			for strings.Contains(s, "\ufffd\ufffd") {
				s = strings.ReplaceAll(s, "\ufffd\ufffd", "\ufffd")
			}
			out = append(out, s)
		}
		slices.Sort(out)
		return out
	}
	g, w := normal(got), normal(want)
	if len(g) != len(w) {
		t.Fatalf("%d texts were read back, %d were logged", len(g), len(w))
	}
	for i := range w {
		if g[i] != w[i] {
			t.Fatalf("%.200q was read back, %.200q was logged", g[i], w[i])
		}
	}
}
