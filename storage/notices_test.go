package storage_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/notifiers"
	"tocsin/storage"
)

// told collects what a store hands on.
func told(s *storage.Store) chan storage.Commit {
	ch := make(chan storage.Commit, 1000)
	s.OnCommit(func(c storage.Commit) { ch <- c })
	return ch
}

func (w *world) next(ch chan storage.Commit) storage.Commit {
	w.t.Helper()
	select {
	case c := <-ch:
		return c
	case <-time.After(10 * time.Second):
		w.t.Fatal("nobody was told")
		return storage.Commit{}
	}
}

// linked runs what replicas tell each other, from the moment at which both listen.
func (w *world) linked(stores ...*storage.Store) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.context())
	ended := make(chan struct{})
	for _, s := range stores {
		for _, loop := range []func(context.Context){s.Tell, s.Listen} {
			go func() { loop(ctx); ended <- struct{}{} }()
		}
	}
	w.t.Cleanup(func() {
		cancel()
		for range 2 * len(stores) {
			<-ended
		}
	})
	for n := 0; n < len(stores); {
		w.must(w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'`).Scan(&n))
	}
}

func TestACommitWakesTheLoopsOfEveryReplica(t *testing.T) {
	w := newWorld(t)
	other := w.another()
	w.beat() // it knows of the other now
	here, there := told(w.Store), told(other)
	w.linked(w.Store, other)

	w.receive(policytest.Event(monday, "alertname", "SystemDown"))
	id := w.only().Incident.ID
	for name, ch := range map[string]chan storage.Commit{"itself": here, "the other": there} {
		if c := w.next(ch); !c.Step || c.StepIn != 0 || !c.Announcements || !slices.Equal(c.Incidents, []int64{id}) {
			t.Errorf("%s was told %+v", name, c)
		}
	}
	w.advance()
	want := []notifiers.Lane{{Channel: escalation.Email, Urgent: true}, {Channel: escalation.Slack, Urgent: true}, {Channel: escalation.SMS, Urgent: true}}
	for name, ch := range map[string]chan storage.Commit{"itself": here, "the other": there} {
		c := w.next(ch)
		slices.SortFunc(c.Pages, func(a, b notifiers.Lane) int { return slices.Compare([]byte(a.String()), []byte(b.String())) })
		if !c.Step || c.StepIn != 5*time.Minute || !slices.Equal(c.Pages, want) {
			t.Errorf("%s was told %+v", name, c)
		}
	}
	select {
	case c := <-here:
		t.Errorf("it heard its own notice: %+v", c)
	default:
	}
}

func TestManyCommitsAreFewNoticesThatFit(t *testing.T) {
	w := newWorld(t)
	other := w.another()
	w.beat()
	there := told(other)
	w.linked(w.Store, other)
	w.exec(`ALTER SEQUENCE incident_numbers RESTART 9000000000000000000`) // numbers at their longest
	const incidents = 600
	for i := range incidents / 100 {
		events := make([]string, 0, 100)
		for k := range 100 {
			events = append(events, string(rune('a'+i))+time.Duration(k).String())
		}
		w.receiveNamed(events...)
	}
	heard := 0
	for c := w.next(there); ; c = w.next(there) {
		if heard++; !c.Step || !c.Announcements || len(c.Incidents) == 0 {
			t.Errorf("%+v", c)
		}
		if len(there) == 0 {
			break
		}
	}
	if heard > incidents/100 {
		t.Errorf("%d notices for %d commits", heard, incidents/100)
	}
}

func (w *world) receiveNamed(services ...string) {
	w.t.Helper()
	events := make([]alerting.Event, len(services))
	for i, service := range services {
		events[i] = policytest.Event(monday, "alertname", "SystemDown", "service", service)
	}
	w.receive(events...)
}

func TestAListenerComesBackAfterItsConnectionIsLost(t *testing.T) {
	w := newWorld(t)
	other := w.another()
	w.beat()
	there := told(other)
	w.linked(w.Store, other)
	w.exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`)
	deadline := time.After(20 * time.Second)
	for i := 0; ; i++ {
		w.receiveNamed(time.Duration(i).String())
		select {
		case <-there:
			return
		case <-deadline:
			t.Fatal("it hears nothing any more")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func TestAReplicaAloneTellsNobody(t *testing.T) {
	w := newWorld(t)
	here := told(w.Store)
	w.linked(w.Store)
	w.receive(policytest.Event(monday, "alertname", "SystemDown"))
	if c := w.next(here); !c.Step {
		t.Errorf("%+v", c)
	}
	var notices int
	w.must(w.db.Pool.QueryRow(w.context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_notify%' AND pid <> pg_backend_pid()`).Scan(&notices))
	if notices != 0 {
		t.Error("a notice was sent to nobody: it serialises commits")
	}
}

func TestReadersAreToldOfIncidentsThatChange(t *testing.T) {
	w := newWorld(t)
	fast, cancel := w.Subscribe()
	slow, cancelSlow := w.Subscribe()
	defer cancelSlow()
	id := w.down()
	if got := <-fast; got != id {
		t.Errorf("incident %d", got)
	}
	for range 200 { // more than a slow reader has room for: nobody waits for it
		w.answer(id, escalation.Resolve, "system-admin")
		w.answer(id, escalation.Reopen, "system-admin")
		for len(fast) > 0 {
			<-fast
		}
	}
	if len(slow) == 0 || <-slow != id {
		t.Error("the slow reader was told nothing")
	}
	cancel()
	w.answer(id, escalation.Resolve, "system-admin")
	if len(fast) != 0 {
		t.Error("a reader that has left is told still")
	}
}
