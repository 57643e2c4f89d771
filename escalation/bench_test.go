package escalation_test

import (
	"fmt"
	"testing"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

// BenchmarkAdmit opens 100 incidents in one batch: rows of wall time, and rows of business time.
func BenchmarkAdmit(b *testing.B) {
	for _, severity := range []string{"critical", "warning"} {
		p := policytest.Manual(b)
		known := escalation.Known{Now: monday, Reserved: map[string]int64{}}
		arrivals := make([]alerting.Arrival, 100)
		for i := range arrivals {
			arrivals[i] = policytest.Event(monday, "alertname", "Slow", "service", fmt.Sprint(i), "severity", severity).Arrive(&p.Classifier, p.GroupBy)
			known.Reserved[arrivals[i].Key] = int64(i + 1)
		}
		b.Run(severity, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Admit(known, arrivals)
			}
		})
	}
}
