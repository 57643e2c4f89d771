package storage_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
	"tocsin/storage"
)

// killedAtTheLast ends the connection of whoever writes to the audit log, which commands do last before they commit.
func (w *world) killedAtTheLast() {
	w.t.Helper()
	w.exec(`CREATE FUNCTION cut_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NEW; END $$`)
	w.exec(`CREATE TRIGGER cut_off BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION cut_off()`)
}

func (w *world) spared() { w.t.Helper(); w.exec(`DROP FUNCTION cut_off() CASCADE`) }

// commandsOf are the commands that change something, by what they do: each returns whether it was fresh.
func commandsOf(w *world) map[string]func(s *storage.Store, key string) (bool, error) {
	return map[string]func(*storage.Store, string) (bool, error){
		"page": func(s *storage.Store, key string) (bool, error) {
			return s.TakeCommand(w.context(), key, ada, "page", []escalation.Message{word("bob", "Ada asks for you")})
		},
		"override-add": func(s *storage.Store, key string) (bool, error) {
			o := oncall.Override{Rotation: "primary", Person: "bob", From: w.now, Until: w.now.Add(time.Hour), By: "ada"}
			id, err := s.CommandRoster(key).AddOverride(w.context(), o, []escalation.Message{word("bob", "You are on call")}, ada)
			return id != 0, err
		},
	}
}

// done is how many overrides there are, and pages, and what the audit log has.
func (w *world) done() (overrides, pages int, actions []string) {
	w.t.Helper()
	w.must(w.db.Pool.QueryRow(w.context(), `SELECT count(*), (SELECT count(*) FROM pages) FROM overrides`).Scan(&overrides, &pages))
	return overrides, pages, w.actions()
}

func TestACommandIsDoneOnceHoweverOftenItComesAndWhicheverReplicaTakesIt(t *testing.T) {
	for action := range commandsOf(newWorld(t)) {
		t.Run(action, func(t *testing.T) {
			w := newWorld(t)
			do := commandsOf(w)[action]
			var fresh atomic.Int32
			var all sync.WaitGroup
			for _, s := range []*storage.Store{w.Store, w.another(), w.Store, w.another()} {
				all.Go(func() {
					ok, err := do(s, "slack-1")
					if err != nil {
						t.Error(err)
					}
					if ok {
						fresh.Add(1)
					}
				})
			}
			all.Wait()
			_, pages, actions := w.done()
			if fresh.Load() != 1 || pages != 2 || !slices.Equal(actions, []string{action}) {
				t.Errorf("fresh %d times: %d pages, %v", fresh.Load(), pages, actions)
			}
			if ok, err := do(w.Store, "slack-2"); err != nil || !ok {
				t.Errorf("another command: %v, %v", ok, err)
			}
			if _, pages, actions = w.done(); pages != 4 || len(actions) != 2 {
				t.Errorf("%d pages, %v", pages, actions)
			}
		})
	}
}

func TestACommandThatIsKilledBeforeItCommitsIsDoneOnceWhenItComesAgain(t *testing.T) {
	for action := range commandsOf(newWorld(t)) {
		t.Run(action, func(t *testing.T) {
			w := newWorld(t)
			do := commandsOf(w)[action]
			w.killedAtTheLast()
			if ok, err := do(w.Store, "slack-1"); ok || !errors.Is(err, alerting.ErrUnavailable) {
				t.Fatalf("killed: %v, %v", ok, err)
			}
			w.spared()
			if overrides, pages, actions := w.done(); overrides+pages+len(actions) != 0 || w.roster().Version != 0 {
				t.Errorf("the kill left %d overrides, %d pages, %v, version %d", overrides, pages, actions, w.roster().Version)
			}
			for _, want := range []bool{true, false} {
				if ok, err := do(w.Store, "slack-1"); err != nil || ok != want {
					t.Errorf("fresh %v, %v, want %v", ok, err, want)
				}
			}
			if _, pages, actions := w.done(); pages != 2 || !slices.Equal(actions, []string{action}) {
				t.Errorf("%d pages, %v", pages, actions)
			}
		})
	}
}

func TestACommandsMessagesLeaveAtOnceAndItsAuditSaysWhatWasAsked(t *testing.T) {
	w := newWorld(t)
	woken := make(chan storage.Commit, 1)
	w.OnCommit(func(c storage.Commit) { woken <- c })
	ok, err := w.TakeCommand(w.context(), "slack-1\x00", ada, "page", []escalation.Message{word("bob", "Ada\x00 asks for you")})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if c := <-woken; len(c.Pages) != 2 {
		t.Errorf("woke %+v", c)
	}
	if after := w.last(); after["person"] != "bob" || after["text"] != "Two sentences. Of it." {
		t.Errorf("the audit log has %v", after)
	}
	w.exec(`UPDATE replies SET done_at = done_at - interval '25 hours'`)
	if _, _, waits, err := w.ApplyReply(w.context(), "", w.policy.Reply); err != nil || waits {
		t.Errorf("a command waits to be applied as a reply: %v, %v", waits, err)
	}
	if ok, err = w.TakeCommand(w.context(), "slack-1", ada, "page", nil); err != nil || !ok {
		t.Errorf("a day later: %v, %v", ok, err)
	}
}
