package storage_test

import (
	"testing"

	"tocsin/escalation"
	"tocsin/notifiers"
)

func TestAThreadOfTheBoardAndOfADirectMessageIsOfItsIncident(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	a := w.announcement(w.Store)
	a.Ref = []byte(`{"channel": "C0INCIDENTS", "ts": "1.000100", "note": "2.0"}`)
	a.SentRev = a.Brief.Incident.Rev
	w.must(w.FinishAnnouncement(w.context(), notifiers.Announced{Announcement: a}))
	f := finished(w.one(escalation.Slack, true), notifiers.Sent, notifiers.OutcomeSent, 0)
	f.Ref = []byte(`{"channel": "D0SYS", "ts": "1.000200"}`)
	w.must(w.FinishPage(w.context(), f))
	for _, c := range []struct {
		channel, ts string
		want        bool
	}{
		{"C0INCIDENTS", "1.000100", true},
		{"D0SYS", "1.000200", true},
		{"D0SYS", "1.000100", false},
		{"C0INCIDENTS", "2.0", false},
		{"C0INCIDENTS", "", false},
		{"", "", false},
		{"C0\x00", "1", false},
	} {
		got, ok, err := w.IncidentOfThread(w.context(), c.channel, c.ts)
		w.must(err)
		if ok != c.want || ok != (got == id) {
			t.Errorf("%q %q: %d, %v", c.channel, c.ts, got, ok)
		}
	}
}
