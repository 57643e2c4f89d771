package alerting

import (
	"testing"

	"github.com/prometheus/common/model"
	"pgregory.net/rapid"
)

var anyLabels = rapid.MapOf(rapid.String(), rapid.String())

// The identity of an alert is the same here as in Prometheus, Alertmanager and amtool.
func TestFingerprintIsPrometheus(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Labels(anyLabels.Draw(t, "labels"))
		theirs := model.LabelSet{}
		for n, v := range l {
			theirs[model.LabelName(n)] = model.LabelValue(v)
		}
		if got, want := l.Fingerprint(), theirs.Fingerprint().String(); got != want {
			t.Fatalf("%s: fingerprint %s, Prometheus says %s", l, got, want)
		}
	})
}

func TestFingerprintOfKnownLabels(t *testing.T) {
	for want, l := range map[string]Labels{
		"cbf29ce484222325": nil,
		"8dfedc3549fe336a": {"alertname": "SystemDown", "instance": "b1", "service": "backend", "severity": "critical"}, // Alertmanager 0.25 said so
	} {
		if got := l.Fingerprint(); got != want {
			t.Errorf("%s: fingerprint %s, want %s", l, got, want)
		}
	}
}

func TestLabelsPrintAsPrometheusPrintsThem(t *testing.T) {
	for want, l := range map[string]Labels{
		`{}`: nil,
		`{alertname="SystemDown", service="backend"}`: {"service": "backend", "alertname": "SystemDown"},
		`{_x1="c", "città"="b", "host.name"="a"}`:     {"host.name": "a", "città": "b", "_x1": "c"},
		`{"1a"="x", a="\"\n\\"}`:                      {"a": "\"\n\\", "1a": "x"},
		`{""="nameless"}`:                             {"": "nameless"},
	} {
		if got := l.String(); got != want {
			t.Errorf("printed %s, want %s", got, want)
		}
	}
}

// Dedup keys are made of this text: different labels must never print alike.
func TestDifferentLabelsPrintDifferently(t *testing.T) {
	a, b := Labels{`a="x", b`: "y"}, Labels{"a": "x", "b": "y"}
	if a.String() == b.String() {
		t.Errorf("both print as %s", a)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := Labels(anyLabels.Draw(t, "a")), Labels(anyLabels.Draw(t, "b"))
		if a.String() == b.String() && a.Fingerprint() != b.Fingerprint() {
			t.Fatalf("both print as %s", a)
		}
	})
}

func TestOnlyTakesTheNamedLabelsThatThereAre(t *testing.T) {
	l := Labels{"alertname": "A", "service": "b", "env": "prod"}
	if got := l.Only([]string{"service", "zone", "alertname"}).String(); got != `{alertname="A", service="b"}` {
		t.Errorf("got %s", got)
	}
}

func BenchmarkFingerprint(b *testing.B) {
	l := Labels{"alertname": "HighErrorRate", "env": "prod", "instance": "10.0.0.1:9090", "job": "backend", "service": "backend", "severity": "critical"}
	b.ReportAllocs()
	for b.Loop() {
		l.Fingerprint()
	}
}

func BenchmarkLabelsString(b *testing.B) {
	l := Labels{"alertname": "HighErrorRate", "service": "backend"}
	b.ReportAllocs()
	for b.Loop() {
		_ = l.String()
	}
}
