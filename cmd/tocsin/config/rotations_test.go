package config

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/alerting/calendar"
	"tocsin/escalation/oncall"
)

const withLayers = `timezone: Europe/Berlin
people:
  ada: {email: ada@example.com}
  bob: {phone: "+4930123456"}
  eve: {email: eve@example.com, reach: on-call}
catch_all: ada
rotations:
  primary:
    people: [bob]
    since: 2026-01-05T09:00
    timezone: Europe/London
    layers:
      - {name: nights, people: [ada], turn: 12 hours, since: 2026-01-05T20:00, restriction: {hours: "20:00-08:00"}}
      - {name: weekends, people: [eve], restriction: {days: [sat, sun]}}
    shadows:
      - {people: [bob, eve], turn: 2 weeks}
roles: {on-call: {rotation: primary}}
`

func TestLayersAndShadowsBecomeThoseOfDecisions(t *testing.T) {
	c, r := read(t, withLayers)
	primary := c.Policy().Directory.Rotations["primary"]
	first := oncall.Civil{Year: 2026, Month: 1, Day: 5, Hour: 9}
	want := []oncall.Layer{
		{
			Name: "nights", People: []string{"ada"}, Turn: oncall.Turn{Hours: 12}, Since: oncall.Civil{Year: 2026, Month: 1, Day: 5, Hour: 20},
			Restriction: oncall.Restriction{Hours: []calendar.Span{{From: 20 * 60, To: 32 * 60}}},
		},
		{
			Name: "weekends", People: []string{"eve"}, Turn: oncall.Turn{Days: 7}, Since: first,
			Restriction: oncall.Restriction{Days: []time.Weekday{time.Saturday, time.Sunday}},
		},
	}
	if !reflect.DeepEqual(primary.Layers, want) {
		t.Errorf("layers\n%+v\nwant\n%+v", primary.Layers, want)
	}
	if got := primary.Shadows; !reflect.DeepEqual(got, []oncall.Layer{{People: []string{"bob", "eve"}, Turn: oncall.Turn{Days: 14}, Since: first}}) {
		t.Errorf("shadows %+v", got)
	}
	for at, want := range map[string]string{"2026-11-23T19:59:00Z": "bob", "2026-11-23T20:00:00Z": "ada", "2026-11-28T21:00:00Z": "eve"} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got, _, _ := primary.Holder(moment); got != want {
			t.Errorf("at %s %s holds it, want %s", at, got, want)
		}
	}
	for _, w := range r.Warnings {
		if w.Kind == KindUnreachable || w.Kind == KindToCome {
			t.Errorf("needless: %s", w.Message) // bob has no email, but the layers have
		}
	}
	expectWarning(t, withLayers, "16: bob shadows primary, but has no email or slack: shadows are told over nothing else")
}

func TestErrorsOfLayersAndShadows(t *testing.T) {
	expectErrors(t, `people: {ada: {email: a@example.com}}
roles: {on-call: {rotation: r}}
rotations:
  r:
    people: [ada]
    since: 2026-01-05T09:00
    layers:
      - {name: nights, people: [adda], restriction: {hours: "8-20", days: [weekend]}}
      - {name: nights, turn: often, people: []}
    shadows:
      - {turn: 1 week}
      - {people: [ada], name: x}
`, []string{
		`8: unknown person "adda": did you mean "ada"?`,
		`8: hours: "8-20" are no opening hours: write them as in 09:00-17:00, and several as in 09:00-12:00, 13:00-17:00`,
		`8: unknown day "weekend": use sun, mon, tue, wed, thu, fri or sat`,
		"9: this name stands twice in layers: first in line 8",
		`9: turn: "often" is no turn: write "1 week", "3 days" or "12 hours"`,
		"9: people is an empty list",
		"11: people is missing: who takes turns",
		`12: unknown key "name": use people, turn or since`,
	})
}

func TestTheFilesBesideTheConfigurationAreNamed(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"token", "book.md"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	src := strings.Replace(smallest, "${env:TOKEN}", "${file:token}", 1) + "runbooks: [{match: [a=b], file: book.md}]\n"
	for range 2 { // reading again names the same
		c, _ := Parse([]byte(src), dir, environment)
		if want := []string{filepath.Join(dir, "token"), filepath.Join(dir, "book.md")}; c == nil || !reflect.DeepEqual(c.Files, want) {
			t.Errorf("files %v", c.Files)
		}
	}
}

// TestTheDocumentationsExamplesWork puts the examples of the sections together to one file.
func TestTheDocumentationsExamplesWork(t *testing.T) {
	doc, err := os.ReadFile("../../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "## People\n")
	rest, _, _ = strings.Cut(rest, "## Every key\n")
	src := "timezone: Europe/Berlin\ncatch_all: ada\nexternal: {}\n"
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(rest, -1) {
		src += block[1]
	}
	const row = "{channels: [email], steps: [{after: 0m, page: on-call}]}"
	src = strings.NewReplacer(
		"people:\n  ada:", "people:\n  grace: {email: g@example.com}\n  alan: {email: al@example.com}\n  trainee: {email: t@example.com}\n  ada:",
		"roles:\n", "roles:\n  on-call: {rotation: primary}\n  manager: {people: [ada]}\n",
		"matrix:\n", "matrix:\n  P1: "+row+"\n  P2: "+row+"\n  P3: "+row+"\n",
	).Replace(src)
	c, r := readOn(t, src, map[string]string{"database-oncall.ics": onCall([]string{"ada", "20261123", "20261130"})})
	if !r.OK() {
		t.Fatalf("%s\n%s", strings.Join(lines(r.Errors), "\n"), src)
	}
	p := c.Policy()
	if len(p.Maintenance) != 2 || len(p.Directory.Absences) != 2 || len(p.Directory.Rotations["primary"].Layers) != 2 || p.Matrix[0].Repeat.Times != 3 {
		t.Errorf("%+v", p)
	}
	for _, w := range r.Warnings {
		if w.Kind == KindUnused || w.Kind == KindUnreachable || w.Kind == KindAway {
			t.Errorf("line %d: %s", w.Line, w.Message)
		}
	}
}

func TestTheDocumentationsExamplesOfChannelsWork(t *testing.T) {
	doc, err := os.ReadFile("../../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "## When a channel does not answer, and afterwards\n")
	rest, _, _ = strings.Cut(rest, "## People\n")
	src := "timezone: Europe/Berlin\nroles: {on-call: {people: [ada]}}\n"
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(rest, -1) {
		src += block[1]
	}
	const row = "{channels: [email], steps: [{after: 0m, page: on-call}]}"
	src = strings.Replace(src, "matrix:\n", "matrix:\n  P1: "+row+"\n  P2: "+row+"\n", 1)
	c, r := Parse([]byte(src), t.TempDir(), func(name string) string {
		return map[string]string{"WAR_ROOM": "ntfy://ntfy.sh/room", "STATUS_PAGE_HOOK": "https://hooks.example.com/1"}[name]
	})
	if !r.OK() {
		t.Fatalf("%s\n%s", strings.Join(lines(r.Errors), "\n"), src)
	}
	if p := c.Policy(); len(p.Matrix[0].Places) != 2 || p.Matrix[3].Digest != "09:00" || p.Matrix[3].AllClear || !p.Matrix[1].AllClear {
		t.Errorf("%+v", p.Matrix)
	}
}
