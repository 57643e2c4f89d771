package alerting

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

var groupBy = []string{"alertname", "service"}

func TestDedupKey(t *testing.T) {
	labels := Labels{"alertname": "SystemDown", "service": "backend", "instance": "b1"}
	for _, c := range []struct {
		says string
		e    Event
		want string
	}{
		{"the group's labels", Event{Group: Labels{"service": "backend", "alertname": "SystemDown"}, Labels: labels, DedupKey: "k"}, `prometheus/{alertname="SystemDown", service="backend"}`},
		{"the source's own key", Event{DedupKey: "db/1 \"x\"", Labels: labels}, `prometheus/db/1 "x"`},
		{"the configured labels", Event{Labels: labels}, `prometheus/{alertname="SystemDown", service="backend"}`},
		{"those of them that there are", Event{Labels: Labels{"service": "backend", "instance": "b1"}}, `prometheus/{service="backend"}`},
		{"all labels when there is none of them", Event{Labels: Labels{"instance": "b1", "job": "x"}}, `prometheus/{instance="b1", job="x"}`},
		{"no labels at all", Event{}, `prometheus/{}`},
	} {
		c.e.Source = "prometheus"
		if got := c.e.Arrive(&Classifier{}, groupBy).Key; got != c.want {
			t.Errorf("%s: key %s, want %s", c.says, got, c.want)
		}
	}
}

// A key is indexed, and what differs only beyond its length is still another incident.
func TestLongKeysAreCutAndStayDistinct(t *testing.T) {
	for _, long := range []string{strings.Repeat("é", maxKey), "x" + strings.Repeat("é", maxKey)} {
		a := Event{Source: "apps", DedupKey: long + "1"}.Arrive(&Classifier{}, nil).Key
		b := Event{Source: "apps", DedupKey: long + "2"}.Arrive(&Classifier{}, nil).Key
		if a == b || len(a) > maxKey || !utf8.ValidString(a) || !strings.HasPrefix(a, "apps/"+long[:400]) {
			t.Errorf("keys of %d bytes: %q and %q", len(a), a, b)
		}
	}
	exact := strings.Repeat("x", maxKey-len("apps/"))
	if got := (Event{Source: "apps", DedupKey: exact}).Arrive(&Classifier{}, nil).Key; got != "apps/"+exact {
		t.Errorf("a key of exactly %d bytes became %q", maxKey, got)
	}
}

func TestTitle(t *testing.T) {
	name := Labels{"alertname": "SystemDown", "service": "backend"}
	for _, c := range []struct {
		labels, annotations Labels
		want                string
	}{
		{name, Labels{"summary": "no answer for 5 minutes", "description": "long"}, "SystemDown: no answer for 5 minutes"},
		{name, Labels{"summary": "\n  first line \r\nsecond"}, "SystemDown: first line"},
		{name, Labels{"description": "told\u2028later"}, "SystemDown: told"},
		{name, Labels{"title": "t", "message": "m"}, "SystemDown: t"},
		{name, Labels{"message": "m", "summary": " \n"}, "SystemDown: m"},
		{name, nil, "SystemDown backend"},
		{Labels{"alertname": "SystemDown"}, nil, "SystemDown"},
		{Labels{"service": "backend"}, Labels{"summary": "no answer"}, "no answer"},
		{Labels{"service": "backend", "job": "x"}, nil, `{job="x", service="backend"}`},
		{nil, nil, "Alert from prometheus"},
		{Labels{"alertname": "\u202e\x00"}, nil, "Alert from prometheus"},
		{Labels{"alertname": "a\n\tb\x1b[31m \u202ec"}, nil, "a b[31m c"},
		{Labels{"alertname": "日本", "service": "東京"}, nil, "日本 東京"},
	} {
		e := Event{Source: "prometheus", Labels: c.labels, Annotations: c.annotations}
		if got := e.Arrive(&Classifier{}, groupBy).Title; got != c.want {
			t.Errorf("%v %v: title %q, want %q", c.labels, c.annotations, got, c.want)
		}
	}
}

func TestTitleIsCutToItsLength(t *testing.T) {
	at := func(n int) string { return Event{Annotations: Labels{"summary": strings.Repeat("é", n)}}.title() }
	if got := at(maxTitle); got != strings.Repeat("é", maxTitle) {
		t.Errorf("a title of exactly %d characters became %q", maxTitle, got)
	}
	if got := at(maxTitle + 1); got != strings.Repeat("é", maxTitle-1)+"…" {
		t.Errorf("a title of one more became %q", got)
	}
}

func FuzzTitle(f *testing.F) {
	f.Add("SystemDown", "backend\r\nis down", "b")
	f.Add("", "\u202e", "\xff")
	f.Fuzz(func(t *testing.T, name, summary, service string) {
		e := Event{Source: "s", Labels: Labels{"alertname": name, "service": service}, Annotations: Labels{"summary": summary}}
		got := e.title()
		if got == "" || utf8.RuneCountInString(got) > maxTitle || !utf8.ValidString(got) || strings.ContainsFunc(got, unicode.IsControl) {
			t.Errorf("title %q", got)
		}
	})
}

func BenchmarkArrive(b *testing.B) {
	e := Event{
		Source: "prometheus", Group: Labels{"alertname": "HighErrorRate", "service": "backend"},
		Labels: Labels{
			"alertname": "HighErrorRate", "cluster": "eu-1", "env": "prod", "instance": "10.0.0.1:9090", "job": "backend",
			"service": "backend", "severity": "warning", "team": "platform",
		},
		Annotations: Labels{"summary": "Error rate of 10.0.0.1 is 12.5%", "description": "More than 10% have failed."},
	}
	c := manualsClassifier(b)
	b.ReportAllocs()
	for b.Loop() {
		e.Arrive(c, groupBy)
	}
}
