package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tocsin/alerting"
)

func TestTheListShowsWhatIsOpenAndWhatIsNext(t *testing.T) {
	_, base := start(t)
	c := signedIn(t, base, "viewer")
	page := get(t, c, base+"/").want(t, 200)
	if n := len(page.find(t, ".row")); n != 3 {
		t.Fatalf("%d rows, want the 3 open ones", n)
	}
	row := page.text(t, "#incident-412")
	for _, want := range []string{"P0 critical", "#412 SystemDown", "backend", "3 alerts", "2 firing", "open", "Nobody has it", "manager in 6 min"} {
		if !strings.Contains(row, want) {
			t.Errorf("the row %q does not say %q", row, want)
		}
	}
	if got := page.text(t, "#incident-411 .overdue"); !strings.HasPrefix(got, "overdue 4 min") {
		t.Errorf("overdue step: %q", got)
	}
}

func TestFiltersLiveInTheAddress(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "viewer")
	page := get(t, c, base+"/?state=all&severity=P1&severity=P9&q=disk&assignee=devops-lead&since=2026-03-01&until=2026-03-29").want(t, 200)
	q := w.queries[len(w.queries)-1]
	// The 29th is the day on which Berlin's clocks go forward: it ends 23 hours after it began.
	if q.States != nil || len(q.Severities) != 1 || q.Text != "disk" || q.Assignee != "devops-lead" ||
		!q.Since.Equal(time.Date(2026, 2, 28, 23, 0, 0, 0, time.UTC)) || !q.Until.Equal(time.Date(2026, 3, 29, 22, 0, 0, 0, time.UTC)) {
		t.Errorf("query %+v", q)
	}
	if v := attr(page.find(t, "#search")[0], "value"); v != "disk" {
		t.Errorf("the search field shows %q", v)
	}
	tab := page.find(t, ".tabs a")[2]
	if href := attr(tab, "href"); !strings.Contains(href, "state=resolved") || !strings.Contains(href, "severity=P1") || strings.Contains(href, "cursor") {
		t.Errorf("a tab leads to %s", href)
	}
	// The form sends its empty fields too; htmx is told the address without them.
	got := send(t, c, "GET", base+"/?state=open&q=&assignee=&since=&until=", request{header: map[string]string{"HX-Request": "true"}}).want(t, 200)
	if to := got.header.Get("HX-Replace-Url"); to != "/" {
		t.Errorf("HX-Replace-Url %q", to)
	}
	get(t, c, base+"/?since=yesterday").want(t, 400)
	get(t, c, base+"/?cursor=nonsense").want(t, 400)
}

func TestTheListIsPaged(t *testing.T) {
	w, base := start(t)
	for id := range int64(60) {
		w.add(small(1000+id, "Many", alerting.P3, alerting.StateAcknowledged, "x", time.Now(), time.Now(), "x"))
	}
	c := signedIn(t, base, "viewer")
	page := get(t, c, base+"/?state=acknowledged").want(t, 200)
	next := page.find(t, ".paging a")
	if len(page.find(t, ".row")) != incidentsOnPage || len(next) != 1 {
		t.Fatalf("%d rows, %d links", len(page.find(t, ".row")), len(next))
	}
	page = get(t, c, base+attr(next[0], "href")).want(t, 200)
	if n := len(page.find(t, ".row")); n != 11 {
		t.Errorf("%d rows on the second page, want 10 of the many and the one of the scene", n)
	}
	if links := page.find(t, ".paging a"); len(links) != 1 || attr(links[0], "href") != "/?state=acknowledged" {
		t.Errorf("links of the last page: %v", links)
	}
}

func TestAnEmptyListSaysWhatToDo(t *testing.T) {
	w := newWorld()
	srv := serve(t, w.options())
	c := signedIn(t, srv.URL, "viewer")
	for address, want := range map[string]string{
		"/": "Nobody is waiting", "/?state=acknowledged": "Nothing under way", "/?state=resolved": "Nothing resolved yet",
		"/?state=all": "/intake/alertmanager", "/?q=x": "Clear them", "/?cursor=1": "Back to the newest",
	} {
		if got := get(t, c, srv.URL+address).want(t, 200).text(t, ".empty"); !strings.Contains(got, want) {
			t.Errorf("%s: %q does not say %q", address, got, want)
		}
	}
	if got := get(t, c, srv.URL+"/outbox").want(t, 200).text(t, ".empty"); !strings.Contains(got, "no credentials") {
		t.Errorf("outbox: %q", got)
	}
}

func TestTheIncidentsPageTellsWhatWhyWhoAndNext(t *testing.T) {
	_, base := start(t)
	page := get(t, signedIn(t, base, "responder"), base+"/incidents/412").want(t, 200)
	for selector, want := range map[string]string{
		".case h1": "SystemDown", ".case .sev": "P0 critical", ".case .case-why": "classify.rules[0]", ".next-box": "Page manager in 6 min",
		"#step-0": "Page on call fired at once System Admin over SMS, email, Slack", "#step-4": "1h after opening · over SMS, email, Slack unless resolved by then",
		"#step-0 .why .because": "nobody had acknowledged.",
		"#page-73":              "possible repeat", "#page-74": "550 mailbox unavailable",
		".alert:nth-child(3)": "resolved backend-3 does not answer",
	} {
		if got := page.text(t, selector); !strings.Contains(got, want) {
			t.Errorf("%s: %q does not say %q", selector, got, want)
		}
	}
	if links := page.find(t, ".alert .links a"); len(links) != 9 || attr(links[1], "href") != "https://runbooks.example.com/system-down" {
		t.Errorf("%d links", len(links))
	}
	if people := page.find(t, ".entry.by-person"); len(people) != 2 {
		t.Errorf("%d entries by people, want 2", len(people))
	}
	if title := attr(page.find(t, ".case-facts time")[0], "title"); !strings.HasSuffix(title, " UTC") {
		t.Errorf("a time's title is %q", title)
	}
}

func TestButtonsFitTheStateAndTheRole(t *testing.T) {
	_, base := start(t)
	buttons := func(role string) (out []string) {
		for _, f := range get(t, signedIn(t, base, role), base+"/incidents/412").want(t, 200).find(t, ".actions form") {
			out = append(out, strings.TrimPrefix(attr(f, "action"), "/incidents/412/"))
		}
		return out
	}
	if got := strings.Join(buttons("responder"), " "); got != "acknowledge escalate resolve" {
		t.Errorf("open, responder: %s", got)
	}
	if got := buttons("viewer"); got != nil {
		t.Errorf("open, viewer: %v", got)
	}
	c := signedIn(t, base, "responder")
	got := send(t, c, "POST", base+"/incidents/412/acknowledge", request{}).want(t, 303)
	if to := got.header.Get("Location"); to != "/incidents/412" {
		t.Errorf("sent to %s", to)
	}
	if got := strings.Join(buttons("responder"), " "); got != "resolve escalate" {
		t.Errorf("acknowledged: %s", got)
	}
	page := get(t, c, base+"/incidents/412").want(t, 200)
	if got := page.text(t, "#step-2"); !strings.Contains(got, "will be skipped") || !strings.Contains(got, "Acknowledged by responder") {
		t.Errorf("a step that is no longer needed: %q", got)
	}
	if got := page.text(t, ".next-box"); !strings.Contains(got, "Page executive") {
		t.Errorf("next: %q", got)
	}
	again := send(t, c, "POST", base+"/incidents/412/acknowledge", request{}).want(t, 200)
	if got := again.text(t, ".notice"); !strings.Contains(got, "Already acknowledged by responder at") {
		t.Errorf("twice: %q", got)
	}
}

func TestARefusalIsShownOverTheIncidentAsItIs(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "responder")
	w.answerErr = &alerting.Refused{Text: "the incident is resolved: reopen it first"}
	got := send(t, c, "POST", base+"/incidents/412/escalate", request{}).want(t, 409)
	if text := got.text(t, ".notice.refused"); text != "The incident is resolved: reopen it first." {
		t.Errorf("notice %q", text)
	}
	w.answerErr = alerting.ErrUnavailable
	if text := send(t, c, "POST", base+"/incidents/412/escalate", request{}).want(t, 503).text(t, "#view"); !strings.Contains(text, "Nothing was changed") {
		t.Errorf("page %q", text)
	}
}

// hostile is what somebody may put into a label, an annotation or a title.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}${x}' onclick='alert(1)`

func TestHostileTextStaysText(t *testing.T) {
	w, base := start(t)
	c := w.cases[412]
	c.Incident.Title, c.Incident.Assignee = hostile, hostile
	c.Incident.Labels = alerting.Labels{hostile: hostile, "service": hostile}
	c.Incident.Reason = alerting.Reason{Text: hostile, Rule: hostile, Values: map[string]string{hostile: hostile}}
	w.cases[412] = c
	a := &w.alerts[412][0]
	a.Labels = alerting.Labels{hostile: hostile}
	a.Annotations = alerting.Labels{"summary": hostile, hostile: hostile, "runbook_url": "javascript:alert(1)", "dashboard_url": "data:text/html,x", "x_url": `https://a.example.com/"onmouseover="alert(1)`}
	a.GeneratorURL = "javascript:alert(1)"
	w.timeline[412][0].Text, w.timeline[412][0].Actor.Name = hostile+" at 2026-03-02 02:14:05 UTC "+hostile, hostile
	w.pages[412][0].Person, w.pages[412][0].Attempts[0].Error = hostile, hostile
	w.outbox[0].Text, w.outbox[0].To, w.outbox[0].Person = hostile, hostile, hostile
	w.outbox[1].Payload = []byte(`[{"type":"section","text":{"type":"mrkdwn","text":"<javascript:alert(1)|x> *<b>* <https://ok.example.com|<script>> &lt;script&gt;"}}]`)
	w.outbox[2].Subject, w.outbox[2].Text = hostile, hostile

	browser := signedIn(t, base, "responder")
	for _, address := range []string{"/", "/incidents/412", "/outbox", "/?q=" + strings.ReplaceAll(hostile, " ", "+"), "/incidents/" + hostile} {
		page := send(t, browser, "GET", base+strings.ReplaceAll(address, " ", "%20"), request{})
		for _, n := range page.find(t, "*") {
			checkHarmless(t, address, n)
		}
	}
}

func checkHarmless(t *testing.T, address string, n *html.Node) {
	t.Helper()
	if n.Data == "script" && attr(n, "src") == "" || n.Data == "img" || n.Data == "style" || n.Data == "base" {
		t.Errorf("%s: a live <%s>", address, n.Data)
	}
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" {
			t.Errorf("%s: <%s %s=%q>", address, n.Data, a.Key, a.Val)
		}
		if isLink := a.Key == "href" || a.Key == "src" || a.Key == "action"; isLink && strings.Contains(a.Val, ":") && !strings.HasPrefix(a.Val, "https://") {
			t.Errorf("%s: <%s %s=%q>", address, n.Data, a.Key, a.Val)
		}
	}
}

func TestEveryPageForbidsInlineScriptsAndForeignFrames(t *testing.T) {
	_, base := start(t)
	c := signedIn(t, base, "viewer")
	for _, address := range []string{"/", "/incidents/412", "/incidents/99999", "/outbox", "/nothing", "/signin", "/api/v1/incidents", "/healthz"} {
		h := get(t, c, base+address).header
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy lacks %s", address, want)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s", address, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" {
			t.Errorf("%s: headers %v", address, h)
		}
	}
}

func TestAKeptEmailIsShownInAFrameWhereNothingRuns(t *testing.T) {
	_, base := start(t)
	c := signedIn(t, base, "viewer")
	frame := get(t, c, base+"/outbox").want(t, 200).find(t, "iframe")[0]
	if _, sandboxed := findAttr(frame, "sandbox"); !sandboxed || attr(frame, "sandbox") != "" {
		t.Error("the frame is not sandboxed")
	}
	got := get(t, c, base+attr(frame, "src")).want(t, 200)
	csp := got.header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "sandbox;") || !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "script-src") {
		t.Errorf("policy %q", csp)
	}
	get(t, c, base+"/outbox/50/html").want(t, 404) // an SMS
	get(t, c, base+"/outbox/99999/html").want(t, 404)
}

func findAttr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func TestErrorsAreShownAsPagesWithoutWhatTheyAre(t *testing.T) {
	var logged bytes.Buffer
	w := scene(time.Now())
	o := w.options()
	o.Logger = slog.New(slog.NewTextHandler(&logged, nil))
	o.Routes = []Route{{"POST", "/hook/{token}", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret-panic") })}}
	srv := serve(t, o)
	c := signedIn(t, srv.URL, "viewer")
	if got := get(t, c, srv.URL+"/incidents/99999").want(t, 404).text(t, ".problem"); !strings.Contains(got, "To the incidents") {
		t.Errorf("not found: %q", got)
	}
	p := send(t, c, "POST", srv.URL+"/hook/token-in-path", request{}).want(t, 500).problem(t)
	if strings.Contains(p.Detail, "secret-panic") || !strings.Contains(logged.String(), p.Instance) || !strings.Contains(logged.String(), "secret-panic") {
		t.Errorf("problem %+v; log %s", p, logged.String())
	}
	if strings.Contains(logged.String(), "token-in-path") || strings.Contains(logged.String(), password) {
		t.Error("the log has a token or a password")
	}
}

func TestAssetsAreKeptForGood(t *testing.T) {
	_, base := start(t)
	page := get(t, client(t), base+"/signin").want(t, 200)
	var addresses []string
	for _, n := range page.find(t, "script[src]") {
		addresses = append(addresses, attr(n, "src"))
	}
	for _, n := range page.find(t, "link[href]") {
		addresses = append(addresses, attr(n, "href"))
	}
	if len(addresses) != 8 {
		t.Fatalf("assets %v", addresses)
	}
	for _, address := range addresses {
		got := send(t, client(t), "GET", base+address, request{header: map[string]string{"Accept-Encoding": "gzip"}}).want(t, 200)
		if !strings.Contains(got.header.Get("Cache-Control"), "immutable") || got.header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %v", address, got.header)
		}
	}
	get(t, client(t), base+"/static/VERSIONS").want(t, 404)
}

func TestAliveAndReady(t *testing.T) {
	w, base := start(t)
	if got := get(t, client(t), base+"/healthz").want(t, 200); got.body != "ok\n" {
		t.Errorf("healthz %q", got.body)
	}
	send(t, client(t), "HEAD", base+"/healthz", request{}).want(t, 200)
	get(t, client(t), base+"/readyz").want(t, 200)
	w.notReady = alerting.ErrUnavailable
	if got := get(t, client(t), base+"/readyz").want(t, 503); !strings.Contains(got.body, "not available") {
		t.Errorf("readyz %q", got.body)
	}
}
