package receive

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func BenchmarkAlertmanager(b *testing.B) {
	for _, n := range []int{1, 64, 500} {
		body := payloadOf(n)
		b.Run(fmt.Sprintf("alerts=%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			now := time.Now()
			for b.Loop() {
				if got, err := Alertmanager("prometheus", body, now); err != nil || len(got.Events) != n {
					b.Fatal(len(got.Events), err)
				}
			}
		})
	}
}

// payloadOf is a payload of n alerts as Alertmanager 0.34 sends it.
func payloadOf(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"receiver":"tocsin","status":"firing","alerts":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"status":"firing","labels":{"alertname":"HighErrorRate","cluster":"eu-1","env":"prod",`+
			`"instance":"10.0.0.%d:9090","job":"backend","service":"backend","severity":"critical","team":"platform"},`+
			`"annotations":{"description":"More than 10%% of the requests to backend have failed for five minutes.\nSee the dashboard.",`+
			`"runbook_url":"https://runbooks.example.com/high-error-rate","summary":"Error rate of 10.0.0.%d is 12.%d%%"},`+
			`"startsAt":"2026-03-04T02:10:%02d.123456789Z","endsAt":"0001-01-01T00:00:00Z",`+
			`"generatorURL":"http://prometheus.example.com:9090/graph?g0.expr=rate%%28errors%%5B5m%%5D%%29\u0026g0.tab=1","fingerprint":"%016x"}`,
			i, i, i%10, i%60, i)
	}
	b.WriteString(`],"notification_reason":"first notification","groupLabels":{"alertname":"HighErrorRate","service":"backend"},` +
		`"commonLabels":{"alertname":"HighErrorRate","env":"prod"},"commonAnnotations":{},"routeLabels":{},` +
		`"externalURL":"http://alertmanager.example.com:9093","version":"4","groupKey":"{}:{alertname=\"HighErrorRate\", service=\"backend\"}","truncatedAlerts":0}` + "\n")
	return []byte(b.String())
}
