package web

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tocsin/alerting"
)

// opened shows a link's screen as if it had been opened a moment ago, so that nobody need wait.
func opened(t *testing.T, tab context.Context, url string) {
	t.Helper()
	do(t, tab, chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS("button[value=acknowledge]")))
	run(t, tab, `document.querySelector("[name=nonce]").value = "`+linkKey.nonce(herLink, purposePage, time.Now().Add(-5*time.Second))+`"`)
}

// run evaluates a script in the page, as the page's own would be: no person has touched it.
func run(t *testing.T, tab context.Context, script string) {
	t.Helper()
	if _, err := chromedp.Run(tab, chromedp.Evaluate[bool]("(() => {"+script+"})(), true")); err != nil {
		t.Fatal(err)
	}
}

func TestAThumbOnALinkAcknowledges(t *testing.T) {
	w := scene(time.Now())
	base := serve(t, w.options()).URL
	tab := window(t, browser(t))
	do(t, tab, chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	opened(t, tab, base+"/a/"+herLink)
	eventually(t, tab, `[...document.querySelectorAll("button")].every(b => b.getBoundingClientRect().bottom <= innerHeight)`) // one screen
	do(t, tab, chromedp.Click(chromedp.CSS("button[value=acknowledge]")), chromedp.WaitVisible(chromedp.CSS(".is-acknowledged")))
	eventually(t, tab, `document.querySelector(".state").innerText.startsWith("You have it since")`)
	if got := w.cases[412].Incident; got.State != alerting.StateAcknowledged || got.AcknowledgedBy != "system-admin" {
		t.Errorf("incident %+v", got)
	}
}

// A scanner that runs scripts and sends forms, in a real browser: whatever it tries without a hand on
// the page, nothing is changed.
func TestAScriptOnALinkChangesNothing(t *testing.T) {
	w := scene(time.Now())
	base := serve(t, w.options()).URL
	tab, cancel := chromedp.NewContext(browser(t)) // not window: the browser complains of what is refused
	defer cancel()
	for name, script := range map[string]string{
		"submit":        `document.forms[0].submit()`,
		"requestSubmit": `document.forms[0].requestSubmit(document.querySelector("button[value=acknowledge]"))`,
		"click":         `document.querySelector("button[value=acknowledge]").click()`,
		"made-up event": `document.querySelector("button[value=acknowledge]").dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}))`,
		"every button":  `for (const b of document.querySelectorAll("button")) b.click()`,
		"a field":       `const f = document.forms[0], v = document.createElement("input"); v.name = "verb"; v.value = "acknowledge"; f.append(v); f.submit()`,
		"fetch":         `fetch(location.href, {method: "POST", body: new URLSearchParams([...new FormData(document.forms[0]), ["verb", "acknowledge"]])}).catch(() => {})`,
		"beacon":        `navigator.sendBeacon(location.href, new URLSearchParams([...new FormData(document.forms[0]), ["verb", "acknowledge"]]))`,
		"frame":         `const i = document.createElement("iframe"); i.name = "x"; document.body.append(i); document.forms[0].target = "x"; document.querySelector("button[value=acknowledge]").click()`,
	} {
		opened(t, tab, base+"/a/"+herLink)
		run(t, tab, script)
		time.Sleep(200 * time.Millisecond) // what should not come cannot be waited for
		w.mu.Lock()
		n := len(w.answers)
		w.mu.Unlock()
		if n > 0 {
			t.Fatalf("%s acted: %+v", name, w.answers)
		}
	}
}

// The second page: a script that sends it too finds its box empty; a person ticks it.
func TestAScriptDoesNotGetPastTheSecondPage(t *testing.T) {
	w := scene(time.Now())
	base := serve(t, w.options()).URL
	tab, cancel := chromedp.NewContext(browser(t))
	defer cancel()
	opened(t, tab, base+"/a/"+herLink)
	run(t, tab, `document.querySelector("button[value=acknowledge]").click()`)
	do(t, tab, chromedp.WaitVisible(chromedp.CSS("form.sure")))
	nonce := linkKey.nonce(herLink, purposeSure+"acknowledge", time.Now().Add(-5*time.Second))
	run(t, tab, `document.forms[0].className = ""; document.querySelector("[name=nonce]").value = "`+nonce+`"; const v = document.createElement("input"); v.name = "verb"; v.value = "acknowledge"; document.forms[0].append(v); document.forms[0].submit()`)
	do(t, tab, chromedp.WaitVisible(chromedp.CSS("form.sure")))
	eventually(t, tab, `document.querySelector(".notice").innerText.includes("tick the box")`)
	if len(w.answers) > 0 {
		t.Fatal("it acted")
	}
	run(t, tab, `document.querySelector("[name=nonce]").value = "`+nonce+`"`)
	do(t, tab, chromedp.Click(chromedp.CSS("[name=sure]")), chromedp.Click(chromedp.CSS("button[value=acknowledge]")),
		chromedp.WaitVisible(chromedp.CSS(".is-acknowledged")))
}

// link.js sees a hand where the browser does not say so; what a script clicks it does not take for one.
func TestTheScriptOfALinkTellsAHandFromAScript(t *testing.T) {
	base := serve(t, scene(time.Now()).options()).URL
	tab := window(t, browser(t))
	opened(t, tab, base+"/a/"+herLink)
	run(t, tab, `document.forms[0].addEventListener("submit", e => { e.preventDefault(); window.hand = document.querySelector("[name=hand]").value })`)
	run(t, tab, `document.querySelector("button[value=acknowledge]").click()`)
	eventually(t, tab, `window.hand === ""`)
	do(t, tab, chromedp.Click(chromedp.CSS("button[value=acknowledge]")))
	eventually(t, tab, `window.hand === "pressed"`)
}

func TestANoteIsKeptWhileThePageFollows(t *testing.T) {
	w := scene(time.Now())
	base := serve(t, w.options()).URL
	tab := window(t, browser(t))
	signInAs(t, tab, base, "responder")
	do(t, tab, chromedp.EmulateViewport(390, 844), chromedp.Navigate(base+"/incidents/412"),
		chromedp.Click(chromedp.CSS("#more-actions summary")),
		chromedp.SendKeys(chromedp.CSS("#note"), "the load balancer is fine"))
	eventually(t, tab, `document.querySelector("#live")._htmx?.sse != null`)
	if _, _, err := w.Answer(t.Context(), 412, escalationAcknowledge("devops-lead")); err != nil {
		t.Fatal(err)
	}
	eventually(t, tab, `document.querySelector(".case .state-acknowledged") != null`)
	eventually(t, tab, `document.querySelector("#more-actions").open && document.querySelector("#note").value === "the load balancer is fine"`)
	do(t, tab, chromedp.Click(chromedp.CSS("#do-note button")), chromedp.WaitVisible(chromedp.CSS(".said")))
	eventually(t, tab, `document.querySelector(".said")?.innerText === "the load balancer is fine" && document.querySelector("#note").value === ""`)
	do(t, tab, chromedp.Click(chromedp.CSS("#more-actions summary")), chromedp.Click(chromedp.CSS("#do-snooze button[value='1h']")),
		chromedp.WaitVisible(chromedp.CSS(".badges .snoozed")))
	eventually(t, tab, `document.querySelector(".badges .snoozed")?.innerText.startsWith("snoozed until")`)
	if strings.Join(verbs(w), " ") != "acknowledge note snooze" {
		t.Errorf("answers %v", verbs(w))
	}
}
