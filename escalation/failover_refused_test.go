package escalation_test

import (
	"strings"
	"testing"

	"tocsin/alerting"
	"tocsin/escalation"
)

// withoutFailover is a world whose rows look at nothing that is not refused, with one alert that opens an incident.
func withoutFailover(t *testing.T, alertname string, channels ...escalation.Channel) *world {
	w := newWorld(t, monday)
	for _, sev := range []alerting.Severity{alerting.P0, alerting.P1, alerting.P2} {
		w.rowOf(sev, func(r *escalation.Row) { r.Failover, r.Channels = 0, channels })
	}
	w.Fire(w.Alert("alertname", alertname, "service", "backend"))
	w.Until(0)
	return w
}

func TestAP0OrP1ThatIsRefusedForGoodGoesAnotherWayWithoutFailoverToo(t *testing.T) {
	refused := map[escalation.Channel]string{escalation.SMS: "failed"}
	for _, alertname := range []string{"SystemDown", "HighErrorRate"} {
		w := withoutFailover(t, alertname, escalation.SMS)
		d := w.FailOver(second, refused)
		w.Expect("0s", "system-admin", "sms")
		w.Expect("1s", "system-admin", "voice")
		w.ExpectNothingElse()
		if e := d.Entries[0]; !strings.Contains(e.Text, "sms failed (unknown); voice instead") || e.Reason.Values["accept_by"] != "" {
			t.Errorf("%s: the timeline says %+v", alertname, e)
		}
		if w.FailOver(24*hour, nil).Changed {
			t.Errorf("%s: what is not refused is looked at", alertname)
		}
	}
}

func TestAP1WhoseChannelsAllRefuseItReachesTheNextPersonWithoutFailover(t *testing.T) {
	w := withoutFailover(t, "HighErrorRate", escalation.SMS)
	all := map[escalation.Channel]string{}
	for _, ch := range escalation.Channels {
		all[ch] = "failed"
	}
	told := map[string]bool{}
	for at := second; at < 30*second; at += second {
		w.FailOver(at, all)
	}
	for _, o := range w.orders {
		told[o.order.Person] = true
	}
	if len(told) < 2 {
		t.Errorf("only %v were told", told)
	}
	if last := w.entries[len(w.entries)-1].Text; !strings.HasSuffix(last, "there is nobody else to tell") {
		t.Errorf("the end is not told: %q", last)
	}
}

func TestAChannelThatIsSlowIsLeftItsTimeWithoutFailover(t *testing.T) {
	w := withoutFailover(t, "HighErrorRate", escalation.SMS)
	if d := w.FailOver(hour/100, nil); d.Changed {
		t.Errorf("%+v", d.Pages)
	}
	if text := w.policy.Otherwise(w.c, w.orders[0].order, w.fates(nil, w.start), w.now); text != "" {
		t.Errorf("it is said to go another way: %q", text)
	}
}

func TestALesserPageThatIsRefusedGoesNoOtherWayWithoutFailover(t *testing.T) {
	w := newWorld(t, monday.Add(10*hour))
	w.rowOf(alerting.P2, func(r *escalation.Row) { r.Failover, r.Digest = 0, "" })
	w.Fire(w.Alert("alertname", "Slow", "service", "backend", "severity", "warning"))
	w.Until(48 * hour)
	if len(w.orders) == 0 || !w.orders[0].order.AcceptBy.IsZero() {
		t.Fatalf("ordered %+v", w.orders)
	}
	all := map[escalation.Channel]string{}
	for _, ch := range escalation.Channels {
		all[ch] = "failed"
	}
	if d := w.policy.Failover(w.c, w.fates(all, w.start), w.now); d.Changed {
		t.Errorf("%+v", d.Pages)
	}
}
