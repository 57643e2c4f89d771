package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A GET changes nothing, whoever asks, of all that the whole program answers: not a row of any table.
func TestNoGETOfTheWholeProgramChangesARow(t *testing.T) {
	s := siteWithRoles(t)
	a := s.inside()
	s.send(firstAlerts(time.Now())[0])
	eventually(t, "every page has been sent", func() bool { return s.unsent(t).all == 0 && s.count(t, "outgoing") > 0 })

	who := s.everybody()
	link := strings.TrimPrefix(a.actURL(s.number(t, "incidents"), "system-admin"), s.base+"/a/")
	who["a link's token as bearer"] = visitor{http.DefaultClient, link}
	var gets []string
	for _, route := range routesOf(t, a) {
		if address, ok := strings.CutPrefix(route, "GET "); ok {
			gets = append(gets, s.crawled(t, address, link)...)
		}
	}
	before := s.digest(t)
	if len(before) < 10 {
		t.Fatalf("only %d tables were found", len(before))
	}
	for name, v := range who {
		for _, address := range gets {
			for range 3 {
				status := v.get(t, s.base+address)
				if status >= 500 || status >= 400 && name == "session of admin" && !strings.Contains(address, "forged") {
					t.Errorf("GET %s as %s: %d", address, name, status)
				}
			}
		}
		s.unchanged(t, before, "asking for everything as "+name)
		if t.Failed() {
			return
		}
	}
}

// visitor is somebody who asks: with a cookie, with a token, or with neither.
type visitor struct {
	client *http.Client
	token  string
}

func (s *site) everybody() map[string]visitor {
	out := map[string]visitor{"nobody": {http.DefaultClient, ""}, "a forged token": {http.DefaultClient, "forged"}}
	for _, role := range everyRole {
		out["session of "+role] = visitor{s.signedIn(role), ""}
		out["token of "+role] = visitor{http.DefaultClient, roleToken(role)}
	}
	return out
}

// get asks, reads the answer, or as much of it as comes at once, and returns its status.
func (v visitor) get(t *testing.T, address string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	must(t, err)
	if v.token != "" {
		req.Header.Set("Authorization", "Bearer "+v.token)
	}
	resp, err := v.client.Do(req)
	if err != nil {
		t.Fatalf("GET %s: %v", address, err)
	}
	defer resp.Body.Close()
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") { // which does not end
		_, _ = io.Copy(io.Discard, resp.Body)
	}
	return resp.StatusCode
}

var staticFile = regexp.MustCompile(`/static/([^"?]+)`)

// crawled are addresses of a route that name what is there.
func (s *site) crawled(t *testing.T, route, link string) []string {
	t.Helper()
	id := s.number(t, "incidents")
	if strings.HasPrefix(route, "/outbox/") {
		id = s.number(t, "outgoing")
	}
	_, page := fetch(t.Context(), t, http.MethodGet, s.base+"/signin", nil)
	file := staticFile.FindStringSubmatch(page)
	if file == nil {
		t.Fatal("the form to sign in names no file")
	}
	address := strings.NewReplacer("{id}", fmt.Sprint(id), "{token}", link, "{file}", file[1],
		"{kind}", "rotation", "{name}", "primary", "{secret}", "forged").Replace(route)
	if strings.ContainsAny(address, "{*") {
		t.Fatalf("GET %s has a parameter that this test does not know", route)
	}
	if strings.Contains(route, "{token}") {
		return []string{address, strings.Replace(route, "{token}", "forged", 1)}
	}
	if strings.HasSuffix(route, "/why") {
		return []string{address + "?person=system-admin"}
	}
	return []string{address}
}

// number is an id of a table's.
func (s *site) number(t *testing.T, table string) (id int64) {
	t.Helper()
	s.each(t, `SELECT max(id) FROM `+table, func(rows pgx.Rows) error { return rows.Scan(&id) })
	return id
}

func (s *site) count(t *testing.T, table string) (n int) {
	t.Helper()
	s.each(t, `SELECT count(*) FROM `+table, func(rows pgx.Rows) error { return rows.Scan(&n) })
	return n
}
