package storage_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

func (w *world) list(q alerting.Query) (ids []int64, next string) {
	w.t.Helper()
	cases, next, err := w.Incidents(w.context(), q)
	w.must(err)
	for _, c := range cases {
		ids = append(ids, c.Incident.ID)
	}
	return ids, next
}

func TestEveryFilterOfTheList(t *testing.T) {
	w := newWorld(t)
	w.receive(policytest.Event(monday, "alertname", "SystemDown", "service", "100%_sure"))
	w.pass(time.Minute)
	w.receive(policytest.Event(w.now, "alertname", "HighErrorRate", "service", `back\slash`))
	w.pass(time.Minute)
	w.receive(policytest.Event(w.now, "alertname", "Slow", "service", "1000 sure", "severity", "warning", "owner", "Ünal"))
	w.pass(time.Minute)
	w.receive(policytest.Event(w.now, "alertname", "Dull", "severity", "info"))
	all, _ := w.list(alerting.Query{})
	if len(all) != 4 {
		t.Fatalf("%d incidents", len(all))
	}
	slices.Reverse(all)
	p0, p1, p2, p3 := all[0], all[1], all[2], all[3]
	w.answer(p0, escalation.Acknowledge, "system-admin")
	w.answer(p3, escalation.Resolve, "system-admin")

	for name, c := range map[string]struct {
		q    alerting.Query
		want []int64
	}{
		"newest first":         {alerting.Query{}, []int64{p3, p2, p1, p0}},
		"open":                 {alerting.Query{States: []alerting.State{alerting.StateOpen}}, []int64{p2, p1}},
		"unresolved":           {alerting.Query{States: []alerting.State{alerting.StateOpen, alerting.StateAcknowledged}}, []int64{p2, p1, p0}},
		"resolved":             {alerting.Query{States: []alerting.State{alerting.StateResolved}}, []int64{p3}},
		"severities":           {alerting.Query{Severities: []alerting.Severity{alerting.P0, alerting.P2}}, []int64{p2, p0}},
		"assignee":             {alerting.Query{Assignee: "system-admin"}, []int64{p0}},
		"assignee of no name":  {alerting.Query{Assignee: "\x00\xff"}, nil},
		"since":                {alerting.Query{Since: monday.Add(time.Minute)}, []int64{p3, p2, p1}},
		"until":                {alerting.Query{Until: monday.Add(time.Minute)}, []int64{p0}},
		"text in the title":    {alerting.Query{Text: "systemdown"}, []int64{p0}},
		"text in a label":      {alerting.Query{Text: "ünal"}, []int64{p2}},
		"a per cent sign":      {alerting.Query{Text: "100%"}, []int64{p0}},
		"an underscore":        {alerting.Query{Text: "%_s"}, []int64{p0}},
		"a backslash":          {alerting.Query{Text: `k\s`}, []int64{p1}},
		"a quote":              {alerting.Query{Text: `' OR true --`}, nil},
		"NUL and broken UTF-8": {alerting.Query{Text: "System\x00Do\xffwn"}, nil},
		"all together": {alerting.Query{
			States: []alerting.State{alerting.StateAcknowledged}, Severities: []alerting.Severity{alerting.P0}, Text: "sure",
			Assignee: "system-admin", Since: monday, Until: monday.Add(time.Second), Limit: 1,
		}, []int64{p0}},
	} {
		t.Run(name, func(t *testing.T) {
			if got, _ := w.list(c.q); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestACursorWalksThroughAllWithoutGapOrRepeat(t *testing.T) {
	w := newWorld(t)
	var events []alerting.Event
	for i := range 120 {
		events = append(events, policytest.Event(monday, "alertname", "SystemDown", "service", fmt.Sprint(i)))
	}
	w.receive(events...)
	for _, limit := range []int{0, 1, 7, 40, 119, 120, 121, 500, 9999} {
		var got []int64
		q := alerting.Query{Limit: limit}
		for pages := 0; ; pages++ {
			ids, next := w.list(q)
			if want := limit; limit == 0 && len(ids) > 50 || want > 0 && len(ids) > want {
				t.Fatalf("limit %d: %d at once", limit, len(ids))
			}
			got = append(got, ids...)
			if q.Cursor = next; next == "" {
				break
			}
			if pages == 3 { // one that comes meanwhile is not shown twice, nor does it push another
				w.receive(policytest.Event(monday, "alertname", "Late", "service", fmt.Sprint(limit)))
			}
		}
		if len(got) < 120 || !slices.IsSortedFunc(got, func(a, b int64) int { return int(b - a) }) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Errorf("limit %d: %d incidents, %v", limit, len(got), got)
		}
	}
}

func TestNoMoreThanFiveHundredAreListed(t *testing.T) {
	w := newWorld(t)
	w.receive(policytest.Event(monday, "alertname", "SystemDown"))
	w.exec(`INSERT INTO incidents (dedup_key, title, severity, state, labels, alert_count, firing_count, round, opened_at, reason, plan)
		SELECT 'k' || n, 't', 0, 'open', 'null', 0, 0, 1, tocsin_now(), '{}', '{}' FROM generate_series(1, 600) AS n`)
	ids, next := w.list(alerting.Query{Limit: 100_000})
	if len(ids) != 500 || next == "" {
		t.Errorf("%d, next %q", len(ids), next)
	}
	if ids, _ := w.list(alerting.Query{Text: "nowhere"}); len(ids) != 0 { // labels may be null
		t.Errorf("%v", ids)
	}
}

func TestACursorThatWasNotGivenOutIsRefused(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.Incidents(w.context(), alerting.Query{Cursor: "1; DROP TABLE incidents"})
	var refused *alerting.Refused
	if !errors.As(err, &refused) {
		t.Errorf("%v", err)
	}
}
