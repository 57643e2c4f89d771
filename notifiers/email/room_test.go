package email_test

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/email"
	"tocsin/notifiers/notifierstest"
)

func TestATextOfTheConfigurationStandsInForTheBuiltInOne(t *testing.T) {
	book, err := notifiers.NewTexts(map[string]string{
		"email.subject":      "{{upper .SeverityWord}} {{.Name}}",
		"email.page.de":      "Bitte ansehen: {{.Title}}",
		"email.page.html.en": "<p>{{.Title}}</p>",
	}, email.Room())
	if err != nil {
		t.Fatal(err)
	}
	e := channel(t, email.Options{Texts: book})
	n := notifierstest.Kinds("de")["page"]
	n.Brief.Locale.Severities = map[alerting.Severity]string{0: "Katastrophe"}
	n.Brief.Incident.Title = "<b>"
	r := e.Render(n)
	want(t, r.Subject, "KATASTROPHE SystemDown backend")
	want(t, r.Text, "Bitte ansehen: <b>")
	if !strings.Contains(r.HTML, "&lt;b&gt;</h1>") || !strings.Contains(r.HTML, "Katastrophe") {
		t.Errorf("the German page is not the built-in one: %s", r.HTML)
	}
	n.Brief.Locale.Language = "en"
	want(t, e.Render(n).HTML, "<p>&lt;b&gt;</p>")
}

func TestATextThatFailsDoesNotStopTheMail(t *testing.T) {
	book, err := notifiers.NewTexts(map[string]string{
		"email.page":    `{{if eq .Number 413}}{{index .Alerts 99}}{{end}}x`,
		"email.subject": `{{if ne .Number 413}}x{{end}}`,
	}, email.Room())
	if err != nil {
		t.Fatal(err)
	}
	var failed []string
	book.OnFallback(func(name string, _ error) { failed = append(failed, name) })
	e := channel(t, email.Options{Texts: book})
	n := notifierstest.Notice()
	want(t, e.Render(n).Text, "x")
	n.Brief.Incident.ID = 413
	r := e.Render(n)
	want(t, r.Subject, "[P0] #413 SystemDown backend")
	if !strings.HasPrefix(r.Text, "P0 (critical) #413 SystemDown backend\n") || strings.Join(failed, " ") != "email.page" {
		t.Errorf("%q, failed: %q", r.Text, failed)
	}
}

func TestOnlyADigestCanBeUnsubscribed(t *testing.T) {
	server := notifierstest.NewSMTP(t)
	for asked, header := range map[string]string{
		"":                                   "<mailto:tocsin@example.com?subject=No%20more%20digests>",
		"ops@example.com":                    "<mailto:ops@example.com?subject=No%20more%20digests>",
		"mailto:ops@example.com":             "<mailto:ops@example.com?subject=No%20more%20digests>",
		"https://wiki.example.com/digests?a": "<https://wiki.example.com/digests?a>",
	} {
		e := channel(t, email.Options{SMTP: server.Addr, RootCAs: server.RootCAs, Unsubscribe: asked})
		for kind, n := range notifierstest.Kinds("en") {
			if _, err := e.Send(t.Context(), n); err != nil {
				t.Fatal(err)
			}
			sent := server.Messages()
			h := sent[len(sent)-1].Header
			got, post := h.Get("List-Unsubscribe"), h.Get("List-Unsubscribe-Post")
			if kind == "digest" && got != header || kind != "digest" && got != "" || post != "" {
				t.Errorf("%s with %q: %q %q", kind, asked, got, post)
			}
			if threaded := h.Get("References") != ""; threaded != (kind != "digest" && kind != "bundle" && kind != "message") {
				t.Errorf("%s is in a thread: %v", kind, threaded)
			}
			if urgent := h.Get("Importance") != ""; urgent != (kind == "page" || kind == "remind" || kind == "bundle") {
				t.Errorf("%s is marked as important: %v", kind, urgent)
			}
		}
	}
}

// TestEveryMailCanBeReadInBothThemes holds what stands on what to a contrast of 4.5, as WCAG 2.2 asks for
// text (success criterion 1.4.3).
func TestEveryMailCanBeReadInBothThemes(t *testing.T) {
	e := channel(t, email.Options{})
	html := e.Render(notifierstest.Notice()).HTML
	for ground, colours := range map[string][]string{
		"#ffffff": {"#1b1f24", "#57606a", "#0b57c2"}, // the card, in the light
		"#eef1f4": {"#1b1f24"},                       // labels
		"#1d2127": {"#e8eaed", "#a9b1bb", "#8ab8ff"}, // the card, in the dark
		"#272c34": {"#e8eaed"},
	} {
		for _, colour := range colours {
			if c := contrast(t, ground, colour); c < 4.5 {
				t.Errorf("%s on %s has a contrast of %.1f", colour, ground, c)
			}
			if !strings.Contains(html, ground) || !strings.Contains(html, colour) {
				t.Errorf("%s on %s is not in the mail", colour, ground)
			}
		}
	}
	badge := regexp.MustCompile(`color:#ffffff;background-color:(#[0-9a-f]{6})">(P\d|[A-Za-z])`)
	seen := map[string]bool{}
	for _, n := range notifierstest.Samples() {
		m := badge.FindStringSubmatch(e.Render(n).HTML)
		if m == nil {
			t.Fatal("a mail has no badge with its severity")
		}
		seen[m[1]] = true
		if c := contrast(t, "#ffffff", m[1]); c < 4.5 {
			t.Errorf("white on %s has a contrast of %.1f", m[1], c)
		}
	}
	if len(seen) < 4 {
		t.Errorf("only the colours %v were seen", seen)
	}
	if c := contrast(t, "#ffffff", "#175cd3"); c < 4.5 {
		t.Errorf("the button has a contrast of %.1f", c)
	}
}

// contrast is WCAG's ratio of two colours' relative luminances.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	var out float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		out += weight * c
	}
	return out
}

func TestNoMailLoadsAnything(t *testing.T) {
	e := channel(t, email.Options{})
	for _, language := range []string{"en", "de"} {
		for kind, n := range notifierstest.Kinds(language) {
			r := e.Render(n)
			if regexp.MustCompile(`(?i)<img|<link|url\(|@import|<script|<form|background=`).MatchString(r.HTML) {
				t.Errorf("the %s of kind %s loads or sends something", language, kind)
			}
			if !strings.Contains(r.HTML, `<html lang="`+language+`"`) || len(r.HTML) > 90<<10 {
				t.Errorf("the %s of kind %s is not in its language, or so long (%d bytes) that Gmail cuts it", language, kind, len(r.HTML))
			}
			if _, ok := n.Message(); !ok && n.Bundle == nil && !strings.Contains(r.Text, notifiers.Locale{Language: language}.Severity(n.Brief.Incident.Severity)) {
				t.Errorf("the %s of kind %s does not say its severity in words", language, kind)
			}
		}
	}
}
