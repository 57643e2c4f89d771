package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/cmd/tocsin/config"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
	"tocsin/escalation/policytest"
	"tocsin/escalation/simulator/replay"
	"tocsin/storage"
	"tocsin/storage/embedded"
	"tocsin/storage/storagetest"
)

// friday is a Friday evening, 17:30 in Berlin, when system-admin is on call.
var friday = time.Date(2026, 2, 6, 16, 30, 0, 0, time.UTC)

// history is a real database in which the service's own parts make what is recorded, on a pinned clock.
type history struct {
	*storage.Store
	t      *testing.T
	db     *storagetest.DB
	dir    string
	policy *escalation.Policy
	desk   *escalation.Desk
	now    time.Time
	late   time.Duration // that the engine takes to notice what is due
}

func newHistory(t *testing.T) *history {
	t.Helper()
	h := &history{t: t, db: storagetest.New(t), dir: manualFolder(t)}
	cfg, report := config.Load(filepath.Join(h.dir, "tocsin.yaml"), func(string) string { return "" })
	if !report.OK() {
		t.Fatal(report.Errors)
	}
	h.policy = cfg.Policy()
	var err error
	if h.Store, err = storage.Open(t.Context(), h.db.URL, slog.New(slog.DiscardHandler), storage.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	h.desk = escalation.NewDesk(h, func() *escalation.Policy { return h.policy })
	h.now = friday
	h.db.SetClock(t, h.now)
	return h
}

func (h *history) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// until lets the engine do all that is due until a moment, at its time.
func (h *history) until(at time.Time) {
	h.t.Helper()
	for {
		wait, ok, err := h.NextDue(h.t.Context())
		h.must(err)
		if due := h.now.Add(wait + h.late); ok && !due.After(at) {
			if due.After(h.now) {
				h.now = due
				h.db.SetClock(h.t, due)
			}
			_, err := h.AdvanceDue(h.t.Context(), 100, h.policy.Next)
			h.must(err)
			continue
		}
		h.now = at
		h.db.SetClock(h.t, at)
		return
	}
}

func (h *history) after(d time.Duration) { h.t.Helper(); h.until(h.now.Add(d)) }

func (h *history) receive(events ...alerting.Event) {
	h.t.Helper()
	arrivals := make([]alerting.Arrival, len(events))
	for i, e := range events {
		arrivals[i] = e.Arrive(&h.policy.Classifier, h.policy.GroupBy)
	}
	h.must(h.Admit(h.t.Context(), arrivals, h.policy.Admit))
	h.until(h.now)
}

func (h *history) answer(id int64, a escalation.Answer) escalation.Case {
	h.t.Helper()
	a.By = alerting.Actor{Name: "system-admin", Via: "web"}
	c, _, err := h.desk.Answer(h.t.Context(), id, a)
	h.must(err)
	h.until(h.now)
	return c
}

// newest is the number of the incident that opened last.
func (h *history) newest() int64 {
	h.t.Helper()
	cases, _, err := h.Incidents(h.t.Context(), alerting.Query{})
	h.must(err)
	return cases[0].Incident.ID
}

// weekend makes a history in which everything happens: escalation, answers of every kind, an end, a
// reopening, a merge, a split, an incident opened by hand, an override, business time.
func (h *history) weekend() {
	h.t.Helper()
	_, err := h.AddOverride(h.t.Context(), oncall.Override{Rotation: "primary", Person: "devops-lead", From: friday.Add(20 * time.Hour), Until: friday.Add(30 * time.Hour), By: "manager"}, nil, alerting.Actor{Name: "manager"})
	h.must(err)
	roster, err := h.Roster(h.t.Context())
	h.must(err)
	h.policy = h.policy.With(roster)
	down := policytest.Event(h.now, "alertname", "SystemDown", "service", "backend")
	h.receive(down)
	id := h.newest()
	h.after(17 * time.Minute)
	h.answer(id, escalation.Answer{Verb: escalation.Acknowledge})
	h.after(10 * time.Minute)
	h.answer(id, escalation.Answer{Verb: escalation.Snooze, Until: h.now.Add(time.Hour)})
	h.after(2 * time.Hour)
	h.receive(policytest.Ended(down, h.now))
	h.after(10 * time.Minute)
	again := down
	again.StartsAt = h.now
	h.receive(again)
	h.after(6 * time.Minute)
	h.answer(id, escalation.Answer{Verb: escalation.Resolve})

	h.after(3 * time.Hour) // in the night
	h.receive(policytest.Event(h.now, "alertname", "HighErrorRate", "service", "checkout", "severity", "critical"))
	errors := h.newest()
	h.after(20 * time.Minute)
	h.answer(errors, escalation.Answer{Verb: escalation.Escalate})
	h.after(time.Minute)
	h.answer(errors, escalation.Answer{Verb: escalation.SetSeverity, Severity: alerting.P0})
	h.answer(errors, escalation.Answer{Verb: escalation.Assign, Person: "devops-lead"})
	h.after(time.Minute)
	h.answer(errors, escalation.Answer{Verb: escalation.Jump, Step: 4})
	h.after(time.Minute)
	h.answer(errors, escalation.Answer{Verb: escalation.Acknowledge})

	h.until(friday.Add(22 * time.Hour)) // the override holds
	h.receive(
		policytest.Event(h.now, "alertname", "SlowQueries", "service", "analytics", "instance", "a", "severity", "warning"),
		policytest.Event(h.now, "alertname", "SlowQueries", "service", "analytics", "instance", "b", "severity", "critical"),
	)
	slow := h.newest()
	h.after(5 * time.Minute)
	alerts, err := h.Alerts(h.t.Context(), slow)
	h.must(err)
	for _, al := range alerts {
		if al.Labels["instance"] == "a" {
			h.answer(slow, escalation.Answer{Verb: escalation.Split, Alerts: []string{al.Fingerprint}})
		}
	}
	h.after(time.Minute)
	h.answer(slow, escalation.Answer{Verb: escalation.Merge, Into: errors})

	_, err = h.desk.Open(h.t.Context(), escalation.Manual{Title: "Invoices are printed twice", Severity: alerting.P1, By: alerting.Actor{Name: "manager", Via: "web"}})
	h.must(err)
	byHand := h.newest()
	h.after(2 * time.Minute)
	h.answer(byHand, escalation.Answer{Verb: escalation.Mute, Until: h.now.Add(time.Hour)})
	h.after(30 * time.Minute)
	h.answer(byHand, escalation.Answer{Verb: escalation.Unmute})
	h.until(friday.Add(4 * 24 * time.Hour))
}

// replay runs the program on the history, with its configuration changed.
func (h *history) replay(edit *strings.Replacer, args ...string) string {
	h.t.Helper()
	path := filepath.Join(h.t.TempDir(), "tocsin.yaml")
	h.must(os.CopyFS(filepath.Dir(path), config.ExampleFiles))
	h.must(os.WriteFile(path, []byte(edit.Replace(string(config.Example))), 0o600))
	var out, errs strings.Builder
	getenv := func(name string) string { return map[string]string{"TOCSIN_DATABASE_URL": h.db.URL}[name] }
	args = append([]string{"replay", "-c", path, "--since", "2026-02-06T12:00", "--until", "2026-02-10T12:00"}, args...)
	if code := run(h.t.Context(), args, getenv, nil, &out, &errs); code != 0 {
		h.t.Fatalf("code %d: %s", code, errs.String())
	}
	return out.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || string(want) != got {
		t.Errorf("%s has\n%s\n(%v) and it prints\n%s", path, want, err, got)
	}
}

func TestReplayJoinsThePrivatePostgreSQLOfARunningTocsin(t *testing.T) {
	data := storagetest.Dir(t)
	dir := manualFolder(t)
	path := filepath.Join(dir, "tocsin.yaml")
	edited := strings.Replace(string(config.Example), "data_dir: ./tocsin-data", "data_dir: "+data, 1)
	if err := os.WriteFile(path, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"replay", "--since", "2026-02-06", "--until", "2026-02-07"}
	if code, _, errs := tocsin(t, dir, "", args...); code != 1 || !strings.Contains(errs, "nothing has been recorded") {
		t.Errorf("without a database: code %d, %s", code, errs)
	}
	server, err := embedded.Start(t.Context(), embedded.Options{Dir: data, Logger: slog.New(slog.DiscardHandler), Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop(context.Background()) })
	if code, _, errs := tocsin(t, dir, "", args...); code != 1 || !strings.Contains(errs, "run tocsin migrate") {
		t.Errorf("without a schema: code %d, %s", code, errs)
	}
	store, err := storage.Open(t.Context(), server.URL(), slog.New(slog.DiscardHandler), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := storage.Migrate(t.Context(), store.Pool()); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := tocsin(t, dir, "", args...); code != 0 || !strings.HasPrefix(out, "0 incidents") {
		t.Errorf("code %d, %s%s", code, out, errs)
	}
}

func TestReplayRefusesTimesOfWhichNothingIsRecorded(t *testing.T) {
	dir := manualFolder(t)
	for says, args := range map[string][]string{
		"--since: ": {"--since", "tomorrow"},
		"--until: ": {"--since", "2026-02-06", "--until", "soon"},
		"--until (2026-02-05 00:00 CET) is not after --since (2026-02-06 00:00 CET)": {"--since", "2026-02-06", "--until", "2026-02-05"},
		"what is to come is not":  {"--since", "2199-01-01"},
		"nothing has been record": {"--since", "2026-01-01"},
	} {
		if code, out, errs := tocsin(t, dir, "", append([]string{"replay"}, args...)...); code != 1 || out != "" || !strings.Contains(errs, says) {
			t.Errorf("%v: code %d, %s, %s", args, code, out, errs)
		}
	}
}

func TestUnderTheConfigurationThatRecordedItNothingDiffers(t *testing.T) {
	h := newHistory(t)
	h.weekend()
	golden(t, "replay-same.txt", h.replay(strings.NewReplacer()))
}

// oneFinding is an auditor's store that finds incidents with nothing owed to them, and tells when that is in.
type oneFinding struct {
	*history
	ids  []int64
	told chan struct{}
}

func (f oneFinding) Findings(context.Context) (map[escalation.Finding][]int64, error) {
	return map[escalation.Finding][]int64{escalation.Unowed: f.ids}, nil
}

func (f oneFinding) Admit(ctx context.Context, as []alerting.Arrival, decide func(escalation.Known, []alerting.Arrival) escalation.Admission) error {
	defer close(f.told)
	return f.history.Admit(ctx, as, decide)
}

// audit lets an auditor that has just started look once.
func (h *history) audit(found ...int64) {
	h.t.Helper()
	ctx, stop := context.WithTimeout(h.t.Context(), 30*time.Second)
	defer stop()
	f := oneFinding{h, found, make(chan struct{})}
	go escalation.NewAuditor(f, f, func() *escalation.Policy { return h.policy }, slog.New(slog.DiscardHandler)).Run(ctx)
	select {
	case <-f.told:
	case <-ctx.Done():
		h.t.Fatal("the auditor does not look")
	}
	h.until(h.now)
}

func TestWhatTocsinTellsOfItselfDiffersInNothingEither(t *testing.T) {
	h := newHistory(t)
	refused := &refusal{at: h.now, problems: []string{"tocsin.yaml:41: unknown role"}}
	h.must(h.Admit(h.t.Context(), []alerting.Arrival{refused.arrival("tocsin.yaml", "c", h.now)}, h.policy.Admit))
	h.after(40 * time.Minute)
	h.audit(h.newest())
	h.after(20 * time.Minute)
	h.audit()
	var mended *refusal
	h.must(h.Admit(h.t.Context(), []alerting.Arrival{mended.arrival("tocsin.yaml", "c", h.now)}, h.policy.Admit))
	h.after(time.Hour)
	got := h.replay(strings.NewReplacer())
	if !strings.HasPrefix(got, "2 incidents, ") || !strings.HasSuffix(got, "Nothing would have been otherwise.\n") {
		t.Error(got)
	}
}

func TestAServiceThatIsLateByMillisecondsIsNoDifference(t *testing.T) {
	h := newHistory(t)
	h.late = 8 * time.Millisecond
	h.weekend()
	golden(t, "replay-same.txt", h.replay(strings.NewReplacer()))
}

func TestAChangedMatrixSaysWhoWouldBePagedInstead(t *testing.T) {
	h := newHistory(t)
	h.weekend()
	golden(t, "replay-matrix.txt", h.replay(strings.NewReplacer(
		"- {after: 5m, page: on-call, says: initial response overdue}", "- {after: 10m, page: on-call, says: initial response overdue}",
		"- {after: 15m, page: manager}", "- {after: 15m, page: senior-engineer}",
		"- {after: 1h, page: executive, until: resolved}", "- {after: 1h, page: executive}",
	)))
}

func TestAChangedClassificationSaysWhichSeveritiesAndPagesDiffer(t *testing.T) {
	h := newHistory(t)
	h.weekend()
	edit := strings.NewReplacer(`alertname=~"SystemDown|DatabaseFailure"`, `alertname="DatabaseFailure"`, `{match: ['severity="critical"'], severity: P1}`, `{match: ['severity="critical"'], severity: P2}`)
	golden(t, "replay-classification.txt", h.replay(edit))
	d := json.NewDecoder(strings.NewReader(h.replay(edit, "--json")))
	d.DisallowUnknownFields()
	var got replayed
	h.must(d.Decode(&got))
	pages := 0
	for _, inc := range got.Incidents {
		pages += len(inc.Pages)
	}
	first := got.Incidents[0]
	if got.Compared != 5 || got.Was.Pages != 53 || got.Now.Pages != 53-got.Fewer+got.More || pages != got.Fewer+got.More+got.Moved {
		t.Errorf("%+v, %d pages listed", got, pages)
	}
	if *first.Was != alerting.P0 || *first.Now != alerting.P2 || first.Pages[0].Was == nil || first.Pages[0].Now != nil || first.Pages[0].Reason == "" {
		t.Errorf("%+v", first)
	}
}

func TestPagesOfOneMinuteAreToldApartByTheirSeconds(t *testing.T) {
	page := func(d time.Duration) replay.Change {
		return replay.Change{Now: &replay.Page{At: friday.Add(d), Person: "ada", Role: "on-call", Step: 1, Channel: escalation.SMS}}
	}
	inc := replay.Incident{ID: 1, Title: "SystemDown", Opened: friday, Changes: []replay.Change{page(5 * time.Second), page(40 * time.Second)}}
	tell := func() string {
		var b strings.Builder
		must(t, tellReplay(&b, replay.Result{Incidents: []replay.Incident{inc}}, time.UTC))
		return b.String()
	}
	if got := tell(); !strings.Contains(got, "16:30:05 UTC") || !strings.Contains(got, "16:30:40 UTC") {
		t.Error(got)
	}
	inc.Changes[1] = page(70 * time.Second)
	if got := tell(); !strings.Contains(got, "16:30 UTC") || strings.Contains(got, ":05 UTC") {
		t.Error(got)
	}
}

func TestADatabaseThatIsAwayEndsACommandAtOnceWithItsAddressAndTheCause(t *testing.T) {
	dir := manualFolder(t)
	getenv := func(name string) string {
		return map[string]string{"TOCSIN_DATABASE_URL": "postgres://ada:secret@127.0.0.1:1/tocsin"}[name]
	}
	for _, args := range [][]string{{"replay", "--since", "7d"}, {"migrate"}} {
		var out, errs strings.Builder
		start := time.Now()
		code := run(t.Context(), append([]string{"-c", filepath.Join(dir, "tocsin.yaml")}, args...), getenv, nil, &out, &errs)
		if code != 1 || !strings.Contains(errs.String(), "127.0.0.1:1: connection refused") || strings.Contains(errs.String(), "secret") || time.Since(start) > 3*time.Second {
			t.Errorf("%v: code %d after %s, %s", args, code, time.Since(start), errs.String())
		}
	}
}
