package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"tocsin/alerting"
)

// Two windows show one incident. In the first somebody types and has opened a page's attempts; in the
// second somebody acknowledges. The first follows without losing its place. Any script error and
// anything that the content policy forbids fails the test (window).
func TestAnAcknowledgementIsSeenLiveInASecondWindow(t *testing.T) {
	w := scene(time.Now())
	srv := serve(t, w.options())
	ctx := browser(t)
	watching := window(t, ctx)
	signInAs(t, watching, srv.URL, "responder")
	do(t, watching,
		chromedp.Click(chromedp.CSS("#incident-412 .row-title")),
		chromedp.WaitVisible(chromedp.CSS("#do-acknowledge button")),
		chromedp.Click(chromedp.CSS("#page-70 summary")),
		chromedp.Focus(chromedp.CSS("#do-resolve button")))
	eventually(t, watching, `document.querySelector("#live")._htmx?.sse != null`)
	if _, err := chromedp.Run(watching, chromedp.Evaluate[bool](`window.marked = document.querySelector("#page-70 details"); marked.open`)); err != nil {
		t.Fatal(err)
	}

	acting := window(t, watching)
	do(t, acting,
		chromedp.EmulateViewport(390, 844),
		chromedp.Navigate(srv.URL+"/incidents/412"),
		chromedp.Click(chromedp.CSS("#do-acknowledge button")),
		chromedp.WaitVisible(chromedp.CSS(".case .state-acknowledged")))
	eventually(t, acting, `document.querySelector(".case-facts")?.innerText.includes("responder")`)

	eventually(t, watching, `document.querySelector(".case .state-acknowledged") != null`)
	eventually(t, watching, `document.querySelector("#page-70 details")?.open && document.querySelector("#page-70 details") === window.marked`)
	eventually(t, watching, `document.activeElement === document.querySelector("#do-resolve button")`)
	eventually(t, watching, `document.querySelector("#step-2 .step-state")?.innerText === "will be skipped"`)
}

func TestTheListFollowsWhileSomebodyTypes(t *testing.T) {
	w := scene(time.Now())
	srv := serve(t, w.options())
	tab := window(t, browser(t))
	signInAs(t, tab, srv.URL, "viewer")
	do(t, tab, chromedp.SendKeys(chromedp.CSS("#search"), "cache"))
	eventually(t, tab, `location.search === "?q=cache" && document.querySelectorAll(".row").length === 1`)
	w.mu.Lock()
	c := w.cases[411]
	c.Incident.Title = "CacheDegradation again"
	w.cases[411] = c
	w.mu.Unlock()
	w.change(411)
	eventually(t, tab, `document.querySelector(".row-title")?.innerText.includes("again")`)
	eventually(t, tab, `document.activeElement.id === "search" && document.activeElement.value === "cache"`)
	do(t, tab, chromedp.SendKeys(chromedp.CSS("#search"), "zzz"))
	eventually(t, tab, `document.querySelector(".empty h2")?.innerText === "Nothing fits"`)
}

// Somebody writes a note while the incident changes under their hands: the panel stays open, with what
// they wrote.
func TestAnOpenMorePanelSurvivesAChange(t *testing.T) {
	w := scene(time.Now())
	srv := serve(t, w.options())
	tab := window(t, browser(t))
	signInAs(t, tab, srv.URL, "responder")
	do(t, tab,
		chromedp.Navigate(srv.URL+"/incidents/412"),
		chromedp.Click(chromedp.CSS("#more-actions summary")),
		chromedp.SendKeys(chromedp.CSS("#note"), "half a sentence"))
	eventually(t, tab, `document.querySelector("#live")._htmx?.sse != null`)
	w.mu.Lock()
	c := w.cases[412]
	c.Incident.State, c.Incident.AcknowledgedBy, c.Incident.AcknowledgedAt = alerting.StateAcknowledged, "devops-lead", time.Now()
	w.cases[412] = c
	w.mu.Unlock()
	w.change(412)
	eventually(t, tab, `document.querySelector(".case .state-acknowledged") != null`)
	eventually(t, tab, `document.querySelector("#more-actions").open && document.querySelector("#note").value === "half a sentence" && document.activeElement.id === "note"`)
}

// app.js counts in the same words as the server, or times would flicker between two spellings.
func TestBrowserAndServerSayLengthsOfTimeAlike(t *testing.T) {
	w := scene(time.Now())
	srv := serve(t, w.options())
	tab := window(t, browser(t))
	signInAs(t, tab, srv.URL, "viewer")
	eventually(t, tab, `document.querySelector("#incident-410 time[data-count=up]")?.innerText === "1 d 2 h"`)
	eventually(t, tab, `/^in \d min \d\d s$/.test(document.querySelector("#incident-412 .until")?.innerText)`)
	first, err := chromedp.Run(tab, chromedp.TextContent(chromedp.CSS("#incident-412 .until")))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, tab, `document.querySelector("#incident-412 .until")?.innerText !== "`+first+`"`)
	eventually(t, tab, `/^overdue \d+ min \d\d s$/.test(document.querySelector("#incident-411 .until")?.innerText)`)
}

// A page follows whenever its scripts come: what extends htmx may be the last.
func TestAPageFollowsHoweverLateItsScriptsCome(t *testing.T) {
	pages := New(scene(time.Now()).options())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "hx-sse") {
			time.Sleep(300 * time.Millisecond) // a slow network
		}
		pages.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	tab := window(t, browser(t))
	signInAs(t, tab, srv.URL, "viewer")
	if _, err := chromedp.Call(tab, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}); err != nil {
		t.Fatal(err)
	}
	do(t, tab, chromedp.Navigate(srv.URL+"/incidents/412"))
	eventually(t, tab, `document.querySelector("#live")?._htmx?.sse != null`)
}

// A page whose first connection is refused asks again, and says meanwhile that it is not live.
func TestAPageThatIsNotLiveAtFirstComesToBe(t *testing.T) {
	pages := New(scene(time.Now()).options())
	var refused atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.RequestURI(), "/events?incident") && refused.CompareAndSwap(false, true) {
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
		pages.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	tab, cancel := chromedp.NewContext(browser(t)) // not by window: the refusal stands in its console
	t.Cleanup(cancel)
	signInAs(t, tab, srv.URL, "viewer")
	do(t, tab, chromedp.Navigate(srv.URL+"/incidents/412"))
	eventually(t, tab, `document.querySelector("#link").classList.contains("lost")`)
	eventually(t, tab, `document.querySelector("#live")?._htmx?.sse != null && !document.querySelector("#link").classList.contains("lost")`)
}
