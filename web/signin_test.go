package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/alexedwards/scs/v2/memstore"
	"golang.org/x/net/html"
)

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func TestNextLeadsNowhereButHere(t *testing.T) {
	for next, want := range map[string]string{
		"/incidents/412?tab=x": "/incidents/412?tab=x", "/": "/", "": "/",
		"https://evil.example.com/": "/", "//evil.example.com": "/", `/\evil.example.com`: "/", `\\evil.example.com`: "/",
		"javascript:alert(1)": "/", "incidents": "/", "/\tx": "/", "///evil.example.com": "/", "/signin": "/",
	} {
		if got := localPath(next); got != want {
			t.Errorf("localPath(%q) = %q, want %q", next, got, want)
		}
	}
}

func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{"/a", "//a", "/\\a", "http://a", "/%2f/a", "/a?b=//c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, next string) {
		base := &url.URL{Scheme: "https", Host: "tocsin.example.com", Path: "/signin"}
		to, err := base.Parse(localPath(next))
		if err != nil || to.Host != base.Host || to.Scheme != base.Scheme {
			t.Fatalf("localPath(%q) leads to %v (%v)", next, to, err)
		}
	})
}

func TestAWrongPasswordAndAnUnknownNameLookAlike(t *testing.T) {
	_, base := start(t)
	var bodies []string
	for _, name := range []string{"manager", "nobody-of-that-name"} {
		got := send(t, client(t), "POST", base+"/signin", form(url.Values{"name": {name}, "password": {"wrong"}})).want(t, 401)
		if len(got.header["Set-Cookie"]) > 0 {
			t.Errorf("a cookie for %s", name)
		}
		bodies = append(bodies, strings.ReplaceAll(got.body, name, "NAME"))
	}
	if bodies[0] != bodies[1] {
		t.Error("the answers differ")
	}
}

func TestSigningInRenewsTheSessionAndAChangedPasswordOrRoleEndsIt(t *testing.T) {
	w := newWorld()
	o := w.options()
	o.Sessions = memstore.New()
	srv := serve(t, o)
	c := signedIn(t, srv.URL, "manager")
	first := c.Jar.Cookies(mustURL(t, srv.URL))[0].Value
	get(t, c, srv.URL+"/").want(t, 200)
	send(t, c, "POST", srv.URL+"/signin", form(url.Values{"name": {"manager"}, "password": {password}})).want(t, 303)
	if second := c.Jar.Cookies(mustURL(t, srv.URL))[0].Value; second == first {
		t.Error("the session's token is the one from before")
	}

	// The same store under other configurations.
	with := func(change func(*User)) http.Handler {
		o := o
		o.Users = slices.Clone(o.Users)
		for i := range o.Users {
			change(&o.Users[i])
		}
		return New(o)
	}
	for name, h := range map[string]http.Handler{
		"nothing":      with(func(*User) {}),
		"the password": with(func(u *User) { u.PasswordHash += " " }),
		"a lower role": with(func(u *User) { u.Role = Viewer }),
		"more rights":  with(func(u *User) { u.Role = Admin }),
		"the account":  with(func(u *User) { u.Name += "2" }),
	} {
		want := map[bool]int{true: 200, false: 303}[name == "nothing"]
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(c.Jar.Cookies(mustURL(t, srv.URL))[0])
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if rec.Code != want {
			t.Errorf("%s changed: status %d, want %d", name, rec.Code, want)
		}
	}
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestSignOutEndsTheSession(t *testing.T) {
	_, base := start(t)
	c := signedIn(t, base, "viewer")
	send(t, c, "POST", base+"/signout", request{}).want(t, 303)
	get(t, c, base+"/").want(t, 303)
}

func TestCookiesAreSecureWherePeopleUseHTTPS(t *testing.T) {
	for scheme, want := range map[string]string{
		"https": "__Host-tocsin; Path=/; HttpOnly; Secure; SameSite=Lax", "http": "tocsin; Path=/; HttpOnly; SameSite=Lax",
	} {
		o := newWorld().options()
		o.PublicURL = &url.URL{Scheme: scheme, Host: "tocsin.example.com"}
		r := httptest.NewRequest("POST", "/signin", strings.NewReader("name=viewer&password="+url.QueryEscape(password)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rec := httptest.NewRecorder()
		New(o).ServeHTTP(rec, r)
		c := rec.Result().Cookies()[0]
		got := fmt.Sprintf("%s; Path=%s; HttpOnly", c.Name, c.Path)
		if c.Secure {
			got += "; Secure"
		}
		if c.SameSite == http.SameSiteLaxMode {
			got += "; SameSite=Lax"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", scheme, got, want)
		}
		if hsts := rec.Header().Get("Strict-Transport-Security"); (hsts != "") != (scheme == "https") {
			t.Errorf("%s: HSTS %q", scheme, hsts)
		}
	}
}

func TestANetworkThatGuessesIsSlowedDown(t *testing.T) {
	w := newWorld()
	h := New(w.options())
	try := func(address string) int {
		r := httptest.NewRequest("POST", "/signin", strings.NewReader("name=viewer&password=wrong"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = address
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec.Code
	}
	for i := range signInTries {
		if got := try(fmt.Sprintf("[2001:db8::%x]:9", i)); got != 401 {
			t.Fatalf("try %d: %d", i, got)
		}
	}
	if got := try("[2001:db8::ffff]:9"); got != 429 {
		t.Errorf("one more of the same /64: %d, want 429", got)
	}
	if got := try("192.0.2.1:9"); got != 401 {
		t.Errorf("another network: %d, want 401", got)
	}
}
