package view

import (
	"context"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"
)

func written(t *testing.T, s Shell, text string) string {
	t.Helper()
	var b strings.Builder
	if err := s.prose(text).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func berlin(t *testing.T) Shell {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return Shell{Now: time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC), Zone: zone}
}

func TestAMomentInTextIsShownInThePagesZone(t *testing.T) {
	s := berlin(t)
	for text, want := range map[string]string{
		"acknowledged by x at 2026-03-02 02:14:05 UTC": `acknowledged by x at <time datetime="2026-03-02T02:14:05Z" title="2026-03-02 02:14:05 UTC">03:14:05</time>`,
		"since 2026-03-02 02:14 UTC.":                  `since <time datetime="2026-03-02T02:14:00Z" title="2026-03-02 02:14:00 UTC">03:14</time>.`,
		"until 2026-03-09 08:00:00 UTC, over sms":      `until <time datetime="2026-03-09T08:00:00Z" title="2026-03-09 08:00:00 UTC">Mon 9 Mar 09:00:00</time>, over sms`,
		"at 2026-13-02 02:14:05 UTC and UTC, in UTC":   "at 2026-13-02 02:14:05 UTC and UTC, in UTC",
		"<b>&":                   "&lt;b&gt;&amp;",
		"<2026-03-02 02:14 UTC>": `&lt;<time datetime="2026-03-02T02:14:00Z" title="2026-03-02 02:14:00 UTC">03:14</time>&gt;`,
		"":                       "",
	} {
		if got := written(t, s, text); got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", text, got, want)
		}
	}
}

// Whatever the text, nothing of it becomes markup, and nothing is lost but the spelling of moments.
func FuzzProse(f *testing.F) {
	f.Add("at 2026-03-02 02:14:05 UTC <script>")
	f.Add(" UTC 2026-03-02 02:14 UTC2026-03-02 02:14 UTC")
	tag := regexp.MustCompile(`<time datetime="[-0-9T:Z]+" title="([-0-9]+ [0-9:]+ UTC)">[^<>]*</time>`)
	f.Fuzz(func(t *testing.T, text string) {
		rest := tag.ReplaceAllString(written(t, Shell{Zone: time.UTC}, text), "")
		if strings.ContainsAny(rest, "<>\"'") {
			t.Errorf("%q became %q", text, rest)
		}
		if !strings.Contains(text, " UTC") && html.UnescapeString(rest) != html.UnescapeString(html.EscapeString(text)) {
			t.Errorf("%q became %q", text, rest)
		}
	})
}
