package view

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestSpanSaysTheTwoLargestUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 59 * time.Second: "59 s", 60 * time.Second: "1 min 00 s", 599 * time.Second: "9 min 59 s", 600 * time.Second: "10 min",
		time.Hour: "1 h 00 min", 25*time.Hour + time.Minute: "1 d 1 h", 24*time.Hour - time.Second: "23 h 59 min",
	} {
		if got := Span(d); got != want {
			t.Errorf("Span(%s) = %q, want %q", d, got, want)
		}
	}
}

func TestUntilCountsDownThenSaysNowThenOverdue(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := Shell{Now: now}
	for off, want := range map[time.Duration]string{
		time.Minute: "in 1 min 00 s", time.Millisecond: "in 1 s", 0: "now", -9 * time.Second: "now", -10 * time.Second: "overdue 10 s", -time.Hour: "overdue 1 h 00 min",
	} {
		if got := s.Until(now.Add(off)); got != want {
			t.Errorf("%s off: %q, want %q", off, got, want)
		}
	}
}

func TestClockSaysTheDayOnlyWhenItIsAnother(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s := Shell{Now: time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC), Zone: berlin} // already the 2nd in Berlin
	for at, want := range map[time.Time]string{
		time.Date(2026, 3, 1, 23, 15, 0, 0, time.UTC):  "00:15",
		time.Date(2026, 3, 1, 22, 15, 0, 0, time.UTC):  "Sun 1 Mar 23:15",
		time.Date(2025, 12, 31, 12, 0, 0, 0, time.UTC): "31 Dec 2025 13:00",
	} {
		if got := s.Clock(at); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
}

func TestAFilterSurvivesItsAddress(t *testing.T) {
	f := Filter{State: "all", Severities: []string{"P0", "P2"}, Text: "a b&c=d", Assignee: "x", Since: "2026-03-01", Until: "2026-03-02", Cursor: "9"}
	u, err := url.Parse(f.URL())
	if err != nil {
		t.Fatal(err)
	}
	v := u.Query()
	got := Filter{State: v.Get("state"), Severities: strings.Split(v.Get("severity"), ","), Text: v.Get("q"), Assignee: v.Get("assignee"), Since: v.Get("since"), Until: v.Get("until"), Cursor: v.Get("cursor")}
	if fmt.Sprint(got.Clean()) != fmt.Sprint(f) {
		t.Errorf("%+v, want %+v", got, f)
	}
	if got := (Filter{}).Clean().URL(); got != "/" {
		t.Errorf("nothing chosen: %q", got)
	}
}

func TestOnlyWebAddressesBecomeLinks(t *testing.T) {
	for text, want := range map[string]string{
		"https://example.com/a?b=c": "https://example.com/a?b=c", " http://example.com ": "http://example.com",
		"javascript:alert(1)": "", "data:text/html,x": "", "//example.com": "", "/path": "", "ftp://example.com": "",
		"https://user:pass@example.com": "", "no link": "", "https://": "", "": "",
	} {
		if got := link(text); got != want {
			t.Errorf("link(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestMrkdwnIsTakenApart(t *testing.T) {
	got := fmt.Sprint(spans("*P0* at `x` <https://a.example.com|here> &lt;b&gt; <@U1> <javascript:alert(1)|no>"))
	want := "[{bold P0 } {  at  } {code x } {   } {link here https://a.example.com} {  <b>  } { @U1 } {   } { no }]"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func FuzzSpans(f *testing.F) {
	f.Add("*a* `b` <c|d> <https://e|f>")
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range spans(text) {
			if s.href != "" && !strings.HasPrefix(s.href, "http://") && !strings.HasPrefix(s.href, "https://") {
				t.Errorf("%q leads to %q", text, s.href)
			}
		}
	})
}

func FuzzSlackBlocks(f *testing.F) {
	f.Add([]byte(`[{"type":"section","text":{"text":"x"},"elements":[{"text":"a"},{"text":{"text":"b"}}]}]`))
	f.Add([]byte(`{"attachments":[{"blocks":[{"type":"divider"}]}]}`))
	f.Fuzz(func(_ *testing.T, payload []byte) {
		for _, b := range slackBlocks(payload) {
			for _, e := range b.Elements {
				_ = e.words()
			}
		}
	})
}

func TestAStretchSaysItsDays(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s := Shell{Zone: zone, Now: time.Date(2026, 12, 30, 23, 30, 0, 0, zone)}
	for want, at := range map[string]time.Time{
		"today 02:55": time.Date(2026, 12, 30, 2, 55, 0, 0, zone), "tomorrow 09:00": time.Date(2026, 12, 31, 9, 0, 0, 0, zone),
		"Tue 29 Dec 23:30": s.Now.AddDate(0, 0, -1), "1 Jan 2027 09:00": time.Date(2027, 1, 1, 9, 0, 0, 0, zone),
	} {
		if got := s.Day(at); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	s.Now = s.Now.AddDate(0, 0, 1)
	if got := s.stretch(s.Now, s.Now.Add(10*time.Hour)); got != "today 23:30 until tomorrow 09:30" {
		t.Errorf("over the new year: %s", got)
	}
}
