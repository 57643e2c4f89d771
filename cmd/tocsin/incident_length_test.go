package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestASnoozeLastsForALengthOrUntilATime(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 12, 24, 22, 0, 0, 0, zone)
	for until, want := range map[string]string{
		"2026-12-25T03:00":              "2026-12-25T02:00:00Z",
		"2026-12-25 03:00 Asia/Tokyo":   "2026-12-24T18:00:00Z",
		"tomorrow":                      "--until: ",
		"2026-12-25T03:00:00.5+01:00:1": "--until: ",
	} {
		body, err := lengthFlags{Until: until}.body(now, zone)
		if err != nil {
			if !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s: %v", until, err)
			}
		} else if got := body["until"].(time.Time).UTC().Format(time.RFC3339); got != want || len(body) != 1 {
			t.Errorf("%s: %v, want %s", until, body, want)
		}
	}
	if body, err := (lengthFlags{Until: " Morning"}).body(now, zone); err != nil || body["until"] != "morning" || len(body) != 1 {
		t.Errorf("%v, %v: when morning is is the server's to say", body, err)
	}
	if body, err := (lengthFlags{For: time.Hour}).body(now, zone); err != nil || body["for"] != "1h0m0s" || len(body) != 1 {
		t.Errorf("%v, %v", body, err)
	}
}

func TestOneOfForAndUntilIsNeeded(t *testing.T) {
	var path, sent string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		path, sent = r.URL.Path, string(body)
		_, _ = io.WriteString(w, "{}")
	}))
	defer server.Close()
	for _, verb := range []string{"snooze", "mute"} {
		for length, want := range map[string]int{"": 2, "--for 1h --until morning": 2, "--for 1h": 0, "--until 2027-01-01T09:00:00Z": 0, "--until soon": 1} {
			var out, errs bytes.Buffer
			args := append([]string{"incidents", "--server", server.URL, "--token", "t", verb, "7"}, strings.Fields(length)...)
			code := run(t.Context(), args, func(string) string { return "" }, nil, &out, &errs)
			if code != want {
				t.Errorf("%s %s: code %d, %s", verb, length, code, errs.String())
			}
			if strings.HasPrefix(length, "--until 2027") && (!strings.HasSuffix(path, "/7/"+verb) || !strings.Contains(sent, `"until":"2027-01-01T09:00:00Z"`)) {
				t.Errorf("%s %s: sent %s to %s", verb, length, sent, path)
			}
		}
	}
}
