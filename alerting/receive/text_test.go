package receive

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
)

func TestTextThatPostgreSQLRefusesIsReplaced(t *testing.T) {
	e := one(t, `{"labels":{"alertname":"a\u0000b","tab":"a\tb\nc"},"annotations":{"summary":"\u0000\u001b[1m\u0085 \ud800 x\r\ny\tz"}}`)
	if got := e.Labels["alertname"]; !strings.HasPrefix(got, "a\ufffdb~") {
		t.Errorf("alertname %q, want a\ufffdb and a hash", got)
	}
	if got := e.Labels["tab"]; got != "a\tb\nc" {
		t.Errorf("tab %q, want it as it was sent", got)
	}
	if got, want := e.Annotations["summary"], "\ufffd\ufffd[1m\ufffd \ufffd x\ny\tz"; got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
}

// Two alerts that differed before cleaning and cutting are still two.
func TestWhatDifferedStillDiffers(t *testing.T) {
	long := strings.Repeat("é", maxLabelValue)
	many := func(last string) string {
		var b strings.Builder
		for i := range maxLabels + 40 {
			fmt.Fprintf(&b, `"label%03d":"value%03d",`, i, i)
		}
		return `{` + b.String() + `"alertname":"A","zz_last_and_longest":"` + last + `"}`
	}
	for name, pair := range map[string][2]string{
		"control characters in values": {`{"a":"x\u0001"}`, `{"a":"x\u0002"}`},
		"control characters in names":  {`{"x\u0001":"a"}`, `{"x\u0002":"a"}`},
		"CR LF and LF":                 {`{"a":"x\r\ny"}`, `{"a":"x\ny"}`},
		"ends of long values":          {`{"a":"` + long + `1"}`, `{"a":"` + long + `2"}`},
		"ends of long names":           {`{"` + long + `1":"a"}`, `{"` + long + `2":"a"}`},
		"labels beyond the limit":      {many("one value"), many("two values")},
	} {
		a, b := one(t, `{"labels":`+pair[0]+`}`).Labels, one(t, `{"labels":`+pair[1]+`}`).Labels
		if a.Fingerprint() == b.Fingerprint() {
			t.Errorf("%s: both became %.300s", name, a)
		}
	}
}

func TestNamesThatBecomeEqualKeepBothLabels(t *testing.T) {
	e := one(t, `{"labels":{"a\u0000":"1","a\u0001":"2","a\ufffd":"3"}}`)
	if len(e.Labels) != 3 {
		t.Errorf("got %s, want three labels", e.Labels)
	}
}

func TestEmptyAndNullValuesAreNoLabels(t *testing.T) {
	e := one(t, `{"labels":{"alertname":"A","env":"","zone":null,"job":"x","job":""}}`)
	if got := e.Labels.String(); got != `{alertname="A"}` {
		t.Errorf("labels %s, want only alertname", got)
	}
}

func TestValuesThatAreNoStringsCountByTheirJSON(t *testing.T) {
	e := one(t, `{"labels":{"n":7,"f":1e999,"t":true,"l":[1, "a"],"o":{"k":null}}}`)
	want := map[string]string{"n": "7", "f": "1e999", "t": "true", "l": `[1, "a"]`, "o": `{"k":null}`}
	if !maps.Equal(e.Labels, want) {
		t.Errorf("got %s, want %v", e.Labels, want)
	}
}

func TestOfTooManyLabelsTheLongestGo(t *testing.T) {
	l := map[string]string{"alertname": "A", "severity": "critical"}
	for i := range maxLabels + 40 {
		l[fmt.Sprintf("a_rather_long_name_%03d", i)] = strings.Repeat("x", 40)
	}
	body, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	got := one(t, `{"labels":`+string(body)+`,"annotations":`+string(body)+`}`)
	for _, g := range []map[string]string{got.Labels, got.Annotations} {
		if len(g) != maxLabels || g["alertname"] != "A" || g["severity"] != "critical" || !strings.HasPrefix(g[dropped], "43~") {
			t.Errorf("%d labels, %s=%q; want %d with alertname, severity and 43 dropped", len(g), dropped, g[dropped], maxLabels)
		}
	}
}

func TestLongAnnotationsAreCutBetweenCharacters(t *testing.T) {
	for _, before := range []string{"", "x", "xx"} {
		e := one(t, `{"annotations":{"description":"`+before+strings.Repeat("日", maxAnnotation)+`"}}`)
		got := e.Annotations["description"]
		if len(got) > maxAnnotation || !strings.HasSuffix(got, "日"+cutMark) {
			t.Errorf("%d bytes ending in %q", len(got), got[len(got)-20:])
		}
	}
}

// A generator URL becomes a link on a page.
func TestOnlyWebLinksAreKept(t *testing.T) {
	for sent, keep := range map[string]bool{
		"http://prometheus.example.com/graph?g0.expr=up": true,
		"https://[::1]:9090/":                            true,
		"javascript:alert(1)":                            false,
		"JavaScript://x/%0aalert(1)":                     false,
		"data:text/html,<script>":                        false,
		"//host/path":                                    false,
		"/graph":                                         false,
		"http:///graph":                                  false,
		"http://a\nb/":                                   false,
		"http://a/\u0085":                                false,
		"http://a/" + strings.Repeat("x", maxLink):       false,
	} {
		s, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}
		if got := one(t, `{"generatorURL":`+string(s)+`}`).GeneratorURL; (got == sent) != keep || (got == "") == keep {
			t.Errorf("%.60q was kept as %.60q", sent, got)
		}
	}
}
