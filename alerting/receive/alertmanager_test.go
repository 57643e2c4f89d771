package receive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
)

var testNow = time.Date(2026, 11, 23, 12, 50, 0, 0, time.UTC)

// TestCorpusReadsAsBefore compares what every payload of testdata/alertmanager is read as with the
// .golden file beside it. UPDATE_GOLDEN=1 writes those files anew; read the difference.
func TestCorpusReadsAsBefore(t *testing.T) {
	for _, file := range corpus(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			batch := read(t, contents(t, file))
			var got bytes.Buffer
			enc := json.NewEncoder(&got)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			if err := enc.Encode(batch); err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".json") + ".golden"
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := contents(t, golden); !bytes.Equal(got.Bytes(), want) {
				t.Errorf("read as\n%s\nwant\n%s", got.Bytes(), want)
			}
		})
	}
}

// The identity that Tocsin gives an alert is the one that Alertmanager shows.
func TestFingerprintIsAlertmanagers(t *testing.T) {
	for _, file := range corpus(t) {
		var sent struct {
			Alerts []struct{ Fingerprint string }
		}
		body := contents(t, file)
		if !strings.HasPrefix(filepath.Base(file), "v0") {
			continue
		}
		if err := json.Unmarshal(body, &sent); err != nil {
			t.Fatal(err)
		}
		for i, e := range read(t, body).Events {
			if got, want := e.Labels.Fingerprint(), sent.Alerts[i].Fingerprint; got != want {
				t.Errorf("%s: %s has fingerprint %s, Alertmanager says %s", file, e.Labels, got, want)
			}
		}
	}
}

func TestStateIsTheAlertsOwnAndNotTheGroups(t *testing.T) {
	b := read(t, contents(t, "testdata/alertmanager/v0.25-one-resolved.json"))
	if b.Events[0].Status != alerting.Resolved || b.Events[1].Status != alerting.Firing {
		t.Errorf("got %s and %s, want resolved and firing", b.Events[0].Status, b.Events[1].Status)
	}
}

func TestWhenAnAlertHasNoStatusItsEndDecides(t *testing.T) {
	for _, c := range []struct {
		name, fields string
		status       alerting.Status
		end          time.Time
	}{
		{"no end", ``, alerting.Firing, time.Time{}},
		{"Go's zero time", `,"endsAt":"0001-01-01T00:00:00Z"`, alerting.Firing, time.Time{}},
		{"an end in the future", `,"endsAt":"2026-11-23T12:50:00.000001Z"`, alerting.Firing, time.Time{}},
		{"an end at this moment", `,"endsAt":"2026-11-23T12:50:00Z"`, alerting.Resolved, testNow},
		{"an end in another zone", `,"endsAt":"2026-11-23T18:20:00+05:30"`, alerting.Resolved, testNow},
		{"an end that cannot be read", `,"endsAt":"soon"`, alerting.Firing, time.Time{}},
		{"firing, whatever its end", `,"status":"firing","endsAt":"2020-01-01T00:00:00Z"`, alerting.Firing, time.Time{}},
		{"resolved with no end", `,"status":"resolved"`, alerting.Resolved, testNow},
		{"null status", `,"status":null`, alerting.Firing, time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := one(t, `{"labels":{"alertname":"A"}`+c.fields+`}`)
			if e.Status != c.status || !e.EndsAt.Equal(c.end) {
				t.Errorf("got %s, ended %s; want %s, %s", e.Status, e.EndsAt, c.status, c.end)
			}
		})
	}
}

func TestStartIsUTCInMicroseconds(t *testing.T) {
	for sent, want := range map[string]string{
		"2026-11-23T13:43:49.123456789+01:00": "2026-11-23T12:43:49.123456Z",
		"2019-02-28T23:59:59.9999999-11:00":   "2019-03-01T10:59:59.999999Z", // years old
		"2031-01-01T00:00:00Z":                "2031-01-01T00:00:00Z",        // the sender's clock is its own
		"0001-01-01T00:00:00+01:00":           "0001-01-01T00:00:00Z",        // outside the years 1 to 9999
		"9999-12-31T23:30:00-01:00":           "0001-01-01T00:00:00Z",
		"10000-01-01T00:00:00Z":               "0001-01-01T00:00:00Z",
		"1700000000":                          "0001-01-01T00:00:00Z",
	} {
		e := one(t, fmt.Sprintf(`{"labels":{"alertname":"A"},"status":"firing","startsAt":%q}`, sent))
		if got := e.StartsAt.Format(time.RFC3339Nano); got != want {
			t.Errorf("startsAt %s reads as %s, want %s", sent, got, want)
		}
	}
}

func TestOneBadAlertLosesNoOther(t *testing.T) {
	b := read(t, []byte(`{"version":"4","alerts":[
		{"status":"firing","labels":{"alertname":"A"}}, {"status":"pending","labels":{"alertname":"B"}}, 7,
		{"status":"firing","labels":"none"}, {"status":"resolved","labels":{"alertname":"C"}}]}`))
	if len(b.Events) != 2 || b.Events[0].Labels["alertname"] != "A" || b.Events[1].Labels["alertname"] != "C" {
		t.Errorf("accepted %v, want A and C", b.Events)
	}
	want := []Rejection{
		{1, `its status is "pending", neither firing nor resolved`},
		{2, "the alert is a JSON number, not an object"},
		{3, "its labels are a JSON string, not an object"},
	}
	if fmt.Sprint(b.Rejected) != fmt.Sprint(want) {
		t.Errorf("rejected %v, want %v", b.Rejected, want)
	}
}

func TestOfTwoListsTheLaterCounts(t *testing.T) {
	b := read(t, []byte(`{"alerts":[{"labels":{"alertname":"A"}},0],"version":"4","alerts":[{"labels":{"alertname":"B"}}]}`))
	if len(b.Events) != 1 || b.Events[0].Labels["alertname"] != "B" || len(b.Rejected) != 0 {
		t.Errorf("got %v, want B alone", b)
	}
}

func TestNoAlertsAreNoError(t *testing.T) {
	if b := read(t, []byte(`{"version":"4","alerts":[]}`)); len(b.Events)+len(b.Rejected) > 0 {
		t.Errorf("got %v, want nothing", b)
	}
}

func TestWhatCanNeverBeAcceptedSaysWhy(t *testing.T) {
	for body, want := range map[string]string{
		"":                             "the body is empty",
		" \n":                          "the body is empty",
		"\ufeff":                       "the body is empty",
		"alert":                        "the body is not JSON: ",
		"null":                         "the body is a JSON null, not an object",
		`[{"version":"4"}]`:            "the body is a JSON array, not an object",
		`"4"`:                          "the body is a JSON string, not an object",
		`{"version":"4","alerts":[`:    "the body is not JSON: it ends too early, at byte 25",
		`{"version":"4","alerts":[]}}`: "the body is not JSON: ",
		`{"version":"4","alerts":[],}`: "the body is not JSON: ",
		`{"alerts":[]}`:                `the body's "version" is missing; Alertmanager's webhook sends "4"`,
		`{"version":"3","alerts":[]}`:  `the body's "version" is "3"; Alertmanager's webhook sends "4"`,
		`{"version":"4"}`:              `the body has no list of "alerts"`,
		`{"version":"4","alerts":{}}`:  `the body has no list of "alerts"`,
		`{"version":"4","alerts":[` + strings.Repeat("{},", maxAlerts) + `{}]}`: "the body has more than 50000 alerts",
	} {
		_, err := Alertmanager("prometheus", []byte(body), testNow)
		if _, ok := errors.AsType[*Malformed](err); !ok || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %s", body, err, want)
		}
	}
}

// A group's key changes when the routing does; what makes the identity does not.
func TestGroupIsItsLabelsAndNotItsKey(t *testing.T) {
	const body = `{"version":"4","groupKey":%q,"groupLabels":{"alertname":"A","env":""},"alerts":[{"labels":{"alertname":"A"}}]}`
	a := read(t, fmt.Appendf(nil, body, `{}:{alertname="A"}`))
	b := read(t, fmt.Appendf(nil, body, `{}/{team="x"}:{alertname="A"}`))
	if ga, gb := a.Events[0].Group.String(), b.Events[0].Group.String(); ga != gb || ga != `{alertname="A"}` {
		t.Errorf("groups %s and %s, want {alertname=\"A\"} twice", ga, gb)
	}
}

func TestWhatAlertmanagerLeftOutIsCounted(t *testing.T) {
	if got := read(t, contents(t, "testdata/alertmanager/v0.32-truncated.json")).Truncated; got != 7 {
		t.Errorf("truncated %d, want 7", got)
	}
}

func corpus(t testing.TB) []string {
	files, err := filepath.Glob("testdata/alertmanager/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	return files
}

func contents(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t testing.TB, body []byte) Batch {
	t.Helper()
	b, err := Alertmanager("prometheus", body, testNow)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// one reads a payload of one alert, which must be accepted.
func one(t testing.TB, alert string) alerting.Event {
	t.Helper()
	b := read(t, []byte(`{"version":"4","alerts":[`+alert+`]}`))
	if len(b.Events) != 1 {
		t.Fatalf("not accepted: %v", b.Rejected)
	}
	return b.Events[0]
}
