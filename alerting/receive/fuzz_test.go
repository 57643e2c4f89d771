package receive

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tocsin/alerting"
)

// FuzzAlertmanager holds what the package promises of anything accepted: it can be stored, it is bounded,
// it reads the same each time, and sent on as a payload it reads as the same event.
func FuzzAlertmanager(f *testing.F) {
	for _, file := range corpus(f) {
		f.Add(contents(f, file))
	}
	f.Add(payloadOf(3))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := Alertmanager("prometheus", body, testNow)
		if err != nil {
			if _, ok := errors.AsType[*Malformed](err); !ok {
				t.Fatalf("%v is not *Malformed", err)
			}
			return
		}
		if again := read(t, body); !reflect.DeepEqual(got, again) {
			t.Fatalf("read as %v, then as %v", got, again)
		}
		for _, e := range got.Events {
			checkStorable(t, e)
			if again := read(t, encode(t, e)); len(again.Events) != 1 || !reflect.DeepEqual(again.Events[0], e) {
				t.Fatalf("%#v read again as %#v", e, again)
			}
		}
		for _, r := range got.Rejected {
			if !utf8.ValidString(r.Why) || len(r.Why) > 400 {
				t.Fatalf("reason %q", r.Why)
			}
		}
	})
}

func checkStorable(t *testing.T, e alerting.Event) {
	t.Helper()
	checkLabels(t, e.Labels, maxLabelValue)
	checkLabels(t, e.Group, maxLabelValue)
	checkLabels(t, e.Annotations, maxAnnotation)
	checkText(t, e.GeneratorURL, maxLink)
	for _, at := range []time.Time{e.StartsAt, e.EndsAt} {
		if at.Year() < 1 || at.Year() > 9999 || at.Location() != time.UTC || at != at.Truncate(time.Microsecond) {
			t.Fatalf("time %v", at)
		}
	}
	if e.Status != alerting.Firing && e.Status != alerting.Resolved || e.EndsAt.IsZero() != (e.Status == alerting.Firing) {
		t.Fatalf("%s, ended %s", e.Status, e.EndsAt)
	}
}

func checkLabels(t *testing.T, l alerting.Labels, limit int) {
	t.Helper()
	if len(l) > maxLabels {
		t.Fatalf("%d labels", len(l))
	}
	for n, v := range l {
		checkText(t, n, maxName)
		checkText(t, v, limit)
		if n == "" || v == "" {
			t.Fatalf("label %q=%q", n, v)
		}
	}
}

func checkText(t *testing.T, s string, limit int) {
	t.Helper()
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || len(s) > limit {
		t.Fatalf("%q cannot be stored within %d bytes", s, limit)
	}
}

// encode writes an event as the payload that Alertmanager would send for it.
func encode(t *testing.T, e alerting.Event) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"version": "4", "groupLabels": e.Group,
		"alerts": []any{map[string]any{
			"status": e.Status, "labels": e.Labels, "annotations": e.Annotations,
			"startsAt": e.StartsAt, "endsAt": e.EndsAt, "generatorURL": e.GeneratorURL,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return body
}
