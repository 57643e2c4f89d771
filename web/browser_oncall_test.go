package web

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Somebody makes an override by hand, on a phone and at a desk, and sees it in the calendar.
func TestAnOverrideMadeIsSeenInTheCalendar(t *testing.T) {
	w := scene(time.Now())
	srv := serve(t, w.options())
	tab := window(t, browser(t))
	signInAs(t, tab, srv.URL, "responder")
	for i, width := range []int64{390, 1440} {
		do(t, tab,
			chromedp.EmulateViewport(width, 900),
			chromedp.Navigate(srv.URL+"/oncall?month=2026-12&rotation=primary"),
			chromedp.Click(chromedp.CSS("#new-override summary")),
			chromedp.WaitVisible(chromedp.CSS("#new-override [name=from]")))
		day := 8 + 7*i
		fill := fmt.Sprintf(`{
			const f = document.querySelector("#new-override form");
			f.elements.person.value = "vp-engineering"; f.elements.from.value = "2026-12-%02dT09:00"; f.elements.until.value = "2026-12-%02dT21:00"; true }`, day, day)
		if _, err := chromedp.Run(tab, chromedp.Evaluate[bool](fill)); err != nil {
			t.Fatal(err)
		}
		do(t, tab, chromedp.Click(chromedp.CSS("#new-override button[type=submit]")), chromedp.WaitVisible(chromedp.CSS(fmt.Sprintf("#override-%d", i+1))))
		eventually(t, tab, fmt.Sprintf(`document.querySelectorAll(".track-override .bar-fill").length === %d`, i+1))
		eventually(t, tab, `document.documentElement.scrollWidth <= innerWidth`)
	}
}

func TestEveryTabFitsAPhone(t *testing.T) {
	srv := serve(t, scene(time.Now()).options())
	tab := window(t, browser(t))
	signInAs(t, tab, srv.URL, "manager")
	for _, address := range []string{"/", "/oncall", "/whatif", "/outbox"} {
		do(t, tab, chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch), chromedp.Navigate(srv.URL+address))
		eventually(t, tab, `(() => { const n = document.querySelector(".bar nav"); return n.scrollWidth <= n.clientWidth && n.lastElementChild.getBoundingClientRect().right <= document.querySelector(".bar-end").getBoundingClientRect().left })()`)
		if address == "/whatif" {
			eventually(t, tab, `getComputedStyle(document.querySelector(".empty h2")).justifyContent === "center"`)
		}
	}
}
