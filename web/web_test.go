package web

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// client is somebody with a browser: it keeps cookies, and shows redirects rather than following them.
func client(t testing.TB) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// signedIn is a browser in which the user of that name has signed in.
func signedIn(t testing.TB, base, name string) *http.Client {
	t.Helper()
	c := client(t)
	got := send(t, c, "POST", base+"/signin", form(url.Values{"name": {name}, "password": {password}}))
	if got.status != http.StatusSeeOther {
		t.Fatalf("sign-in of %s: status %d", name, got.status)
	}
	return c
}

type request struct {
	body   string
	header map[string]string
}

func form(v url.Values) request {
	return request{v.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}
}

func jsonBody(body string) request {
	return request{body, map[string]string{"Content-Type": "application/json"}}
}

func (r request) with(name, value string) request {
	header := map[string]string{}
	maps.Copy(header, r.header)
	header[name] = value
	return request{r.body, header}
}

func bearerToken(token string) request {
	return request{header: map[string]string{"Authorization": "Bearer " + token}}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func send(t testing.TB, c *http.Client, method, address string, r request) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(body)}
}

func get(t testing.TB, c *http.Client, address string) answer {
	t.Helper()
	return send(t, c, "GET", address, request{})
}

func (a answer) want(t testing.TB, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d; body: %.500s", a.status, status, a.body)
	}
	return a
}

// problem is the answer as a problem document.
func (a answer) problem(t testing.TB) problem {
	t.Helper()
	if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
		t.Fatalf("Content-Type %q, want a problem document; body: %.300s", ct, a.body)
	}
	var p problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatal(err)
	}
	if p.Status != a.status || p.Title == "" || p.Detail == "" {
		t.Errorf("problem %+v for status %d: status, title and detail belong in it", p, a.status)
	}
	return p
}

// object is the answer as a JSON object.
func (a answer) object(t testing.TB) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%v in %.300s", err, a.body)
	}
	return v
}

// find is the elements of the answer's page that a CSS selector picks.
func (a answer) find(t testing.TB, selector string) []*html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return cascadia.QueryAll(doc, cascadia.MustCompile(selector))
}

// text is the words of the one element that a selector picks.
func (a answer) text(t testing.TB, selector string) string {
	t.Helper()
	nodes := a.find(t, selector)
	if len(nodes) != 1 {
		t.Fatalf("%d elements for %q, want 1", len(nodes), selector)
	}
	var b strings.Builder
	for n := range nodes[0].Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func start(t testing.TB) (*world, string) {
	t.Helper()
	w := scene(time.Now())
	return w, serve(t, w.options()).URL
}
