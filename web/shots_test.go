package web

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tocsin/alerting"
	"tocsin/escalation"
)

// TestShots writes screenshots of every page, in both sizes and both themes, to the folder that
// TOCSIN_SHOTS names. They are for looking at.
func TestShots(t *testing.T) {
	dir := os.Getenv("TOCSIN_SHOTS")
	if dir == "" {
		t.Skip("TOCSIN_SHOTS names no folder")
	}
	w := scene(time.Now())
	srv := serve(t, w.options())
	tab := window(t, browser(t))
	shoot(t, tab, dir, "link", srv.URL+"/a/"+herLink, "")
	shoot(t, tab, dir, "signin", srv.URL+"/signin", "")
	signInAs(t, tab, srv.URL, "manager")
	shoot(t, tab, dir, "incidents", srv.URL+"/", "")
	shoot(t, tab, dir, "incidents-all", srv.URL+"/?state=all", "")
	shoot(t, tab, dir, "incidents-filter", srv.URL+"/?state=all&severity=P0,P1", "")
	shoot(t, tab, dir, "incidents-none", srv.URL+"/?q=nothing+like+this", "")
	shoot(t, tab, dir, "incident", srv.URL+"/incidents/412", "")
	shoot(t, tab, dir, "incident-open", srv.URL+"/incidents/412", "document.querySelectorAll('details').forEach(d => d.open = true)")
	shoot(t, tab, dir, "delivery", srv.URL+"/incidents/412/delivery", "")
	shoot(t, tab, dir, "outbox", srv.URL+"/outbox", "document.querySelectorAll('details').forEach(d => d.open = true)")
	changed(t, w)
	if _, err := w.AddAbsence(t.Context(), escalation.Absence{
		Person: "devops-lead", From: time.Date(2026, 12, 2, 8, 0, 0, 0, time.UTC), Until: time.Date(2026, 12, 4, 8, 0, 0, 0, time.UTC),
	}, alerting.Actor{Name: "manager"}); err != nil {
		t.Fatal(err)
	}
	shoot(t, tab, dir, "oncall", srv.URL+"/oncall?month=2026-12", "")
	shoot(t, tab, dir, "oncall-daily", srv.URL+"/oncall?month=2026-12&rotation=secondary", "document.querySelectorAll('details').forEach(d => d.open = true)")
	shoot(t, tab, dir, "whatif", srv.URL+"/whatif?"+question().Encode(), "")
	shoot(t, tab, dir, "why", srv.URL+"/incidents/412/why?person=system-admin", "")
	do(t, tab, chromedp.Navigate(srv.URL+"/incidents/411"), chromedp.Click(chromedp.CSS("#more-actions summary")),
		chromedp.Click(chromedp.CSS("#do-mute button[value='4h']")), chromedp.WaitVisible(chromedp.CSS(".notice.pause")))
	shoot(t, tab, dir, "incident-paused", srv.URL+"/incidents/411", "")
	shoot(t, tab, dir, "incidents-paused", srv.URL+"/", "")
	do(t, tab, chromedp.Navigate(srv.URL+"/incidents/412"), chromedp.Click(chromedp.CSS("#do-acknowledge button")),
		chromedp.WaitVisible(chromedp.CSS("#do-resolve.first")))
	shoot(t, tab, dir, "incident-acknowledged", srv.URL+"/incidents/412", "")
	shoot(t, tab, dir, "link-acknowledged", srv.URL+"/a/"+herLink, "")
	do(t, tab, chromedp.Navigate(srv.URL+"/incidents/412"), chromedp.Click(chromedp.CSS("#more-actions summary")),
		chromedp.SendKeys(chromedp.CSS("#note"), "Restarted backend-2: no change.\nThe load balancer is fine."),
		chromedp.Click(chromedp.CSS("#do-note button")), chromedp.WaitVisible(chromedp.CSS(".said")),
		chromedp.Click(chromedp.CSS("#more-actions summary")), chromedp.Click(chromedp.CSS("#do-snooze button[value='30m']")),
		chromedp.WaitVisible(chromedp.CSS(".badges .snoozed")))
	shoot(t, tab, dir, "incident-snoozed", srv.URL+"/incidents/412", "document.querySelector('#more-actions').open = true")
	shoot(t, tab, dir, "incidents-snoozed", srv.URL+"/?state=acknowledged", "")
	do(t, tab, chromedp.Navigate(srv.URL+"/incidents/412"), chromedp.Click(chromedp.CSS("#do-resolve button")),
		chromedp.WaitVisible(chromedp.CSS(".case .state-resolved")))
	shoot(t, tab, dir, "link-resolved", srv.URL+"/a/"+herLink, "")
}

func shoot(t *testing.T, tab context.Context, dir, name, url, script string) {
	t.Helper()
	for _, size := range []struct {
		name          string
		width, height int64
		as            []chromedp.EmulateViewportOption
	}{
		{"phone", 390, 844, []chromedp.EmulateViewportOption{chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2)}},
		{"desk", 1440, 900, nil},
	} {
		for _, theme := range []string{"light", "dark"} {
			if _, err := chromedp.Call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
			}); err != nil {
				t.Fatal(err)
			}
			do(t, tab, chromedp.EmulateViewport(size.width, size.height, size.as...), chromedp.Navigate(url))
			if script != "" {
				if _, err := chromedp.Run(tab, chromedp.Evaluate[any](script+"; true")); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(300 * time.Millisecond) // frames load
			file := filepath.Join(dir, name+"-"+size.name+"-"+theme)
			save(t, tab, file+".png", chromedp.CaptureScreenshot())
			save(t, tab, file+"-whole.png", chromedp.FullScreenshot(100))
		}
	}
}

func save(t *testing.T, tab context.Context, file string, shot chromedp.Action[[]byte]) {
	t.Helper()
	png, err := chromedp.Run(tab, shot)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, png, 0o644); err != nil {
		t.Fatal(err)
	}
}
