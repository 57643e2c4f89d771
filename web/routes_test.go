package web

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2/memstore"
	"github.com/go-chi/chi/v5"
)

// open are the routes that need no role: they judge their callers themselves, or tell nothing.
var open = map[string]string{
	"GET /healthz":                         "whether the process is alive",
	"GET /readyz":                          "whether it may be sent work",
	"GET /static/{file}":                   "scripts, styles and drawings of the pages",
	"GET /api/openapi.json":                "the description of the API",
	"GET /metrics":                         "the metrics; the peer must be on this machine, or have a viewer's token",
	"GET /signin":                          "the form to sign in",
	"POST /signin":                         "sign in, with name and password",
	"POST /signout":                        "sign out",
	"POST /intake/alertmanager":            "hand in alerts, with a source's token",
	"GET /ical/{kind}/{name}/{secret}.ics": "read a calendar feed, with its secret address",
	"GET /a/{token}":                       "see one incident, with a personal link; changes nothing",
	"POST /a/{token}":                      "acknowledge, escalate or resolve that incident as that person",
}

// right is the least role that a route needs, and what it is for.
type right struct {
	role Role
	does string
}

const answerRoute = "POST /incidents/{id}/{verb:acknowledge|resolve|reopen|escalate|snooze|assign|note|severity|merge|split|jump|mute|unmute}"

// guarded are all other routes.
var guarded = map[string]right{
	"GET /":                              {Viewer, "list incidents"},
	"GET /events":                        {Viewer, "follow changes live"},
	"GET /incidents/{id}":                {Viewer, "see an incident"},
	"GET /incidents/{id}/why":            {Viewer, "see why somebody was paged, and why not"},
	"GET /incidents/{id}/delivery":       {Viewer, "see what became of each page"},
	"GET /oncall":                        {Viewer, "see who is on call"},
	"POST /oncall/overrides":             {Responder, "make an override on the page"},
	"POST /oncall/overrides/{id}/remove": {Responder, "remove an override on the page"},
	"POST /oncall/absences":              {Responder, "say on the page that somebody is away"},
	"POST /oncall/absences/{id}/remove":  {Responder, "remove an absence on the page"},
	"POST /oncall/swaps":                 {Responder, "ask for a swap on the page"},
	"POST /oncall/swaps/{id}/{does:accept|decline|withdraw|undo}": {Responder, "answer a swap on the page"},
	"POST /oncall/feeds/{kind}/{name}/renew":                      {Responder, "give a calendar feed a new address"},
	"GET /whatif":                                                 {Viewer, "ask what would happen"},
	"GET /outbox":                                                 {Viewer, "see what sandboxed channels kept"},
	"GET /outbox/{id}/html":                                       {Viewer, "see a kept email"},
	answerRoute:                                                   {Responder, "answer an incident on its page"},
	"GET /api/v1/incidents":                                       {Viewer, "list incidents"},
	"GET /api/v1/incidents/{id}":                                  {Viewer, "see an incident"},
	"POST /api/v1/incidents":                                      {Responder, "open an incident by hand"},

	"POST /api/v1/incidents/{id}/acknowledge": {Responder, "acknowledge"},
	"POST /api/v1/incidents/{id}/resolve":     {Responder, "resolve"},
	"POST /api/v1/incidents/{id}/reopen":      {Responder, "reopen"},
	"POST /api/v1/incidents/{id}/escalate":    {Responder, "escalate now"},
	"POST /api/v1/incidents/{id}/snooze":      {Responder, "snooze"},
	"POST /api/v1/incidents/{id}/assign":      {Responder, "assign"},
	"POST /api/v1/incidents/{id}/note":        {Responder, "write a note"},
	"POST /api/v1/incidents/{id}/severity":    {Responder, "set the severity"},
	"POST /api/v1/incidents/{id}/merge":       {Responder, "merge into another incident"},
	"POST /api/v1/incidents/{id}/split":       {Responder, "split alerts off"},
	"POST /api/v1/incidents/{id}/jump":        {Responder, "jump to a step"},
	"POST /api/v1/incidents/{id}/mute":        {Responder, "mute"},
	"POST /api/v1/incidents/{id}/unmute":      {Responder, "unmute"},
	"GET /api/v1/incidents/{id}/why":          {Viewer, "see why somebody was paged, and why not"},
	"GET /api/v1/incidents/{id}/delivery":     {Viewer, "see what became of each page"},
	"GET /api/v1/oncall":                      {Viewer, "see who is on call"},
	"GET /api/v1/overrides":                   {Viewer, "list overrides"},
	"POST /api/v1/overrides":                  {Responder, "make an override"},
	"DELETE /api/v1/overrides/{id}":           {Responder, "remove an override"},
	"GET /api/v1/absences":                    {Viewer, "list who is away"},
	"POST /api/v1/absences":                   {Responder, "say that somebody is away"},
	"DELETE /api/v1/absences/{id}":            {Responder, "remove an absence"},
	"GET /api/v1/swaps":                       {Viewer, "list swaps"},
	"POST /api/v1/swaps":                      {Responder, "ask for a swap"},
	"POST /api/v1/swaps/{id}/accept":          {Responder, "accept a swap"},
	"POST /api/v1/swaps/{id}/decline":         {Responder, "decline a swap"},
	"POST /api/v1/swaps/{id}/withdraw":        {Responder, "withdraw a swap"},
	"POST /api/v1/swaps/{id}/undo":            {Responder, "undo a swap"},
	"GET /api/v1/outbox":                      {Viewer, "see what sandboxed channels kept"},
	"GET /api/v1/audit":                       {Admin, "read the audit log"},
	"GET /api/v1/health":                      {Viewer, "see how Tocsin itself is"},
}

func TestEveryRouteIsDeclaredHereWithTheRoleItNeeds(t *testing.T) {
	var found []string
	routes := New(newWorld().options()).(chi.Routes)
	err := chi.Walk(routes, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		found = append(found, method+" "+route)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(slices.Collect(maps.Keys(open)), slices.Collect(maps.Keys(guarded)))
	slices.Sort(found)
	slices.Sort(want)
	if !slices.Equal(found, want) {
		t.Errorf("routes\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
}

var update = flag.Bool("update", false, "write the tables of docs/rights.md")

// rightsDoc is read by people; its tables are made here, of what the other tests of this file prove.
const (
	rightsDoc   = "../docs/rights.md"
	tablesBegin = "<!-- tables: made by go test ./web -run Rights -update -->\n"
	tablesEnd   = "<!-- end of tables -->\n"
)

func TestTheDocumentationHasTheRightsAsTheyAre(t *testing.T) {
	raw, err := os.ReadFile(rightsDoc)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(raw), tablesBegin)
	tables, after, found := strings.Cut(rest, tablesEnd)
	if !found {
		t.Fatalf("%s has no room for the tables", rightsDoc)
	}
	want := rightsTables()
	if tables == want {
		return
	}
	if !*update {
		t.Fatalf("%s is out of date: run the test with -update. It should have\n%s", rightsDoc, want)
	}
	if err := os.WriteFile(rightsDoc, []byte(before+tablesBegin+want+tablesEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func rightsTables() string {
	var b strings.Builder
	b.WriteString("\n| to | route | viewer | responder | manager | admin |\n|---|---|---|---|---|---|\n")
	byRole := slices.SortedFunc(maps.Keys(guarded), func(a, b string) int {
		return cmpRoutes(guarded[a].role, a, guarded[b].role, b)
	})
	cell := strings.NewReplacer("|", `\|`)
	patterns := regexp.MustCompile(`(\{\w+):[^}]*\}`) // of a parameter; people read its name
	for _, route := range byRole {
		r := guarded[route]
		fmt.Fprintf(&b, "| %s | `%s` |", r.does, cell.Replace(patterns.ReplaceAllString(route, "$1}")))
		for role := Viewer; role <= Admin; role++ {
			b.WriteString(map[bool]string{true: " yes |", false: " no |"}[role >= r.role])
		}
		b.WriteString("\n")
	}
	b.WriteString("\n| without a role | route |\n|---|---|\n")
	for _, route := range slices.SortedFunc(maps.Keys(open), func(a, b string) int { return cmpRoutes(0, a, 0, b) }) {
		fmt.Fprintf(&b, "| %s | `%s` |\n", open[route], route)
	}
	b.WriteString("\n")
	return b.String()
}

// cmpRoutes orders by role, then by address, then by method.
func cmpRoutes(roleA Role, a string, roleB Role, b string) int {
	key := func(role Role, route string) string {
		method, address, _ := strings.Cut(route, " ")
		return fmt.Sprint(role, address, " ", method)
	}
	return strings.Compare(key(roleA, a), key(roleB, b))
}

// countedSessions counts what changes in the store of sessions.
type countedSessions struct {
	*memstore.MemStore
	changes int
}

func (c *countedSessions) Commit(token string, b []byte, expiry time.Time) error {
	c.changes++
	return c.MemStore.Commit(token, b, expiry)
}

func (c *countedSessions) Delete(token string) error {
	c.changes++
	return c.MemStore.Delete(token)
}

// A GET changes nothing, whoever asks and however often; nor do its silent sisters.
func TestAskingChangesNothing(t *testing.T) {
	w := scene(time.Now())
	o := w.options()
	sessions := &countedSessions{MemStore: memstore.New()}
	o.Sessions = sessions
	base := serve(t, o).URL
	callers := map[string]func(string) answer{}
	for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
		stranger := client(t)
		callers[method+" nobody"] = func(a string) answer { return send(t, stranger, method, base+a, request{}) }
		for _, role := range []Role{Viewer, Responder, Manager, Admin} {
			c := signedIn(t, base, role.String())
			callers[method+" session "+role.String()] = func(a string) answer { return send(t, c, method, base+a, request{}) }
			callers[method+" token "+role.String()] = func(a string) answer {
				return send(t, stranger, method, base+a, bearerToken(role.String()+"-secret"))
			}
		}
	}
	before, sessionsBefore := w.changes(), sessions.changes
	for who, ask := range callers {
		for route := range allRoutes() {
			method, address := sample(route)
			if method != http.MethodGet {
				continue
			}
			for range 3 {
				if got := ask(address); got.status >= 500 {
					t.Errorf("%s %s: status %d", who, address, got.status)
				}
			}
			if n := w.changes() - before; n > 0 {
				t.Fatalf("%s %s made %d changes", who, address, n)
			}
			if n := sessions.changes - sessionsBefore; n > 0 {
				t.Fatalf("%s %s made %d changes to sessions", who, address, n)
			}
		}
	}
}

func allRoutes() map[string]bool {
	out := map[string]bool{}
	for route := range open {
		out[route] = true
	}
	for route := range guarded {
		out[route] = true
	}
	return out
}

// Ids that name nothing are answered alike, and nothing is changed by them.
func TestIdsThatNameNothingGetNothing(t *testing.T) {
	w, base := start(t)
	callers := map[string]*http.Client{"": client(t)}
	for _, role := range []Role{Viewer, Responder, Manager, Admin} {
		callers[role.String()] = signedIn(t, base, role.String())
	}
	for route := range guarded {
		if !strings.Contains(route, "{id}") {
			continue
		}
		for _, id := range []string{"99999", "0", "-1", "abc", "9223372036854775808", "412%20", "412;x", "%2e%2e"} {
			for who, c := range callers {
				method, address := sample(strings.Replace(route, "{id}", id, 1))
				requests := map[string]request{"session": sampleBody(route)}
				if who != "" && strings.HasPrefix(address, "/api/") {
					requests["token"] = sampleBody(route).with("Authorization", "Bearer "+who+"-secret")
				}
				for by, r := range requests {
					got := send(t, c, method, base+address, r)
					if got.status < 300 || got.status >= 500 || strings.Contains(got.body, "SystemDown") {
						t.Errorf("%s %s with a %s of %q: status %d", method, address, by, who, got.status)
					}
				}
			}
		}
	}
	for _, c := range w.cases {
		if c.Incident.ID == 412 && c.Incident.State != "open" || c.Incident.ID == 900 {
			t.Errorf("changed: %+v", c.Incident)
		}
	}
}

func TestARefusalIsOnTheAuditLogWithWhoAndFromWhere(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "viewer")
	send(t, c, "POST", base+"/incidents/412/resolve", request{}).want(t, 403)
	send(t, client(t), "POST", base+"/api/v1/incidents/412/resolve", bearerToken("viewer-secret")).want(t, 403)
	get(t, c, base+"/api/v1/audit").want(t, 403) // a GET leaves nothing
	send(t, client(t), "POST", base+"/incidents/412/resolve", request{}).want(t, 303)
	lines, _ := w.AuditLog(context.Background(), 0, 10)
	var got []string
	for _, l := range lines {
		got = append(got, strings.Join([]string{l.Actor.Name, l.Actor.Via, l.Actor.From, l.Action}, " "))
	}
	want := []string{
		"viewer-token api 127.0.0.1 refused: POST /api/v1/incidents/{id}/resolve",
		"viewer web 127.0.0.1 refused: POST /incidents/{id}/{verb:acknowledge|resolve|reopen|escalate|snooze|assign|note|severity|merge|split|jump|mute|unmute}",
		"viewer web 127.0.0.1 sign-in",
	}
	if !slices.Equal(got, want) {
		t.Errorf("audit log\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
