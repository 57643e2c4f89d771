package storage_test

import (
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

func TestAPageThatIsRefusedForGoodGoesAnotherWayThoughItsRowHasNoFailover(t *testing.T) {
	w := newWorld(t)
	row := w.policy.Matrix[alerting.P0]
	row.Failover = 0
	w.policy.Matrix[alerting.P0] = row
	id := w.down()
	w.pass(24 * time.Hour)
	if n := w.failover(); n != 0 {
		t.Errorf("%d incidents looked at, though nothing was refused", n)
	}
	w.finish(w.one(escalation.SMS, true), notifiers.Failed, notifiers.OutcomeFailed, 0)
	if wait, ok, err := w.NextFailover(w.context()); wait != 0 || !ok || err != nil {
		t.Errorf("due in %s, %v, %v", wait, ok, err)
	}
	if n := w.failover(); n != 1 || w.failover() != 0 {
		t.Errorf("%d incidents looked at", n)
	}
	if got := w.instead(id); !slices.Equal(got, []string{"system-admin voice"}) {
		t.Errorf("%v", got)
	}
}
