package config

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestTheJSONIsWhatCheckPromises(t *testing.T) {
	at := time.Date(2026, 12, 24, 9, 0, 0, 123456789, time.FixedZone("", 3600))
	for _, tc := range []struct {
		report Report
		want   string
	}{
		{Report{}, `{"errors":[],"warnings":[]}`},
		{
			Report{
				Errors:   []Problem{{Line: 41, Column: 3, Message: "unknown role"}},
				Warnings: []Problem{{Kind: "uncovered", Message: "nobody", From: at, Until: at.Add(time.Hour)}, {Line: 7, Kind: "unset", Message: "X"}},
			},
			`{"errors":[{"line":41,"message":"unknown role"}],"warnings":[` +
				`{"kind":"uncovered","message":"nobody","from":"2026-12-24T08:00:00Z","until":"2026-12-24T09:00:00Z"},` +
				`{"kind":"unset","message":"X","line":7,"from":null,"until":null}]}`,
		},
	} {
		got, err := json.Marshal(tc.report)
		if err != nil || string(got) != tc.want {
			t.Errorf("got  %s\nwant %s (%v)", got, tc.want, err)
		}
	}
}

func TestErrorsArePrintedFirstEachWithItsPlace(t *testing.T) {
	r := Report{
		Errors:   []Problem{{Message: "people is missing"}, {Line: 9, Message: "b"}, {Line: 2, Column: 8, Message: "a"}, {Line: 9, Message: "b"}},
		Warnings: []Problem{{Line: 1, Message: "w"}},
	}
	r.tidy()
	var out strings.Builder
	if err := r.Print(&out, "x.yaml"); err != nil {
		t.Fatal(err)
	}
	if want := "x.yaml:2: a\nx.yaml:9: b\nx.yaml: people is missing\nx.yaml:1: warning: w\n"; out.String() != want {
		t.Errorf("got %s", out.String())
	}
}

func TestTheNearestNameIsTheOneMeant(t *testing.T) {
	names := []string{"manager", "engineer", "senior-engineer", "on-call"}
	for wrong, want := range map[string]string{
		"manger": "manager", "Manager": "manager", "mangaer": "manager", "senior-enginer": "senior-engineer",
		"oncall": "on-call", "x": "", "": "", "executive": "", "überall": "",
	} {
		if got := nearest(wrong, names); got != want {
			t.Errorf("%q: got %q, want %q", wrong, got, want)
		}
	}
}
