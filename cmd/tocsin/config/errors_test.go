package config

import (
	"slices"
	"strings"
	"testing"
)

// Each file has exactly these errors, each in its line.
func TestEveryErrorIsReportedWithItsLine(t *testing.T) {
	for _, tc := range []struct {
		name, add string
		want      []string
	}{
		{"unknown key", "server: {lisen: x}", []string{`5: unknown key "lisen": did you mean "listen"?`}},
		{"unknown section", "peopel: {}", []string{`5: unknown key "peopel": did you mean "people"?`}},
		{"key twice", "catch_all: ada\ncatch_all: ada", []string{`6: "catch_all" stands here twice: first in line 5`}},
		{"merge key", "server: {<<: {listen: x}}", []string{"5: << is not supported: write the keys out"}},
		{"wrong type", "calendar: []\ndata_dir: {}\nprobes: x", []string{
			"5: calendar must be keys with values, not a list", "6: data_dir must be a single value, not keys with values", "7: probes must be keys with values, not a single value",
		}},
		{"no list", "auth: {users: x}", []string{"5: users must be a list: [first, second]"}},
		{"foreign tag", "data_dir: !folder x", []string{"5: the tag !folder of data_dir is not supported: write the plain value"}},
		{"duration", "retention: {incidents: 30x}", []string{`5: incidents: "30x" is no length of time: write it as in 90s, 15m, 1h30m, 30d or 2w`}},
		{"negative duration", "retention: {incidents: -1h}", []string{`5: incidents: "-1h" is negative: a length of time cannot be`}},
		{"no duration", "retention: {incidents: 0s}", []string{`5: incidents: "0s" is too short: it must be more than 0`}},
		{"endless duration", "retention: {incidents: 99999w}", []string{`5: incidents: "99999w" is too long: Tocsin counts up to 290 years`}},
		{"number", "watchdog: {every: [1m]}", []string{"5: every must be a single value, not a list"}},
		{"person", "catch_all: adda", []string{`5: unknown person "adda": did you mean "ada"?`}},
		{"role", "routines: {r: {cron: '@daily', role: oncall}}", []string{`5: unknown role "oncall": did you mean "on-call"?`}},
		{"far from every name", "routines: {r: {cron: '@daily', role: somebody}}", []string{`5: unknown role "somebody": use on-call`}},
		{"section twice", "people: {}", []string{`5: "people" stands here twice: first in line 1`}},
		{"zone", "rotations: {r: {people: [ada], since: 2026-01-05T09:00, timezone: Europe/Berln}}", []string{`5: timezone: "Europe/Berln" is no time zone: write one as in Europe/Berlin or UTC`}},
		{"severity", "classify: {default: P7}", []string{`5: unknown severity "P7": did you mean "P0"?`}},
		{"matcher", "classify: {rules: [{match: ['severity==\"x\"'], severity: P1}]}", []string{`5: match: "severity==\"x\"" is no matcher, write one as in alertname="SystemDown" or severity=~"info|none" (9:10: unexpected =: expected label value)`}},
		{"matcher without label", "classify: {rules: [{match: ['{}'], severity: P1}]}", []string{`5: match: "{}" matches everything: name a label`}},
		{"no matcher", "classify: {rules: [{match: [], severity: P1}]}", []string{"5: match is an empty list"}},
		{"matcher left out", "classify: {rules: [{severity: P1}]}", []string{`5: match is missing: which alerts the rule is for, as in ['severity="critical"']`}},
		{"cron", "suppress: {maintenance: [{name: w, match: [a=b], every: 0 3 * *, lasts: 1h}]}", []string{`5: every: "0 3 * *" is no schedule: write minute, hour, day of the month, month and weekday as in "0 3 * * SUN", and MON#1 or FRIL for the month's first Monday or last Friday`}},
		{"holiday", "calendar: {holidays: dee}", []string{`5: unknown country or region "dee": did you mean "de"?`}},
		{"date", "calendar: {closed: [2026-02-30]}", []string{`5: closed: "2026-02-30" is no date: write year, month and day as in 2026-12-24`}},
		{"day", "calendar: {workdays: [monday]}", []string{`5: unknown day "monday": use sun, mon, tue, wed, thu, fri or sat`}},
		{"day twice", "calendar: {workdays: [mon, mon]}", []string{`5: "mon" stands twice in workdays`}},
		{"no day", "calendar: {workdays: []}", []string{"5: workdays is an empty list"}},
		{"expression", "probes: {p: {host: {disk: [/]}, alerts: [{alert: A, when: 'cpu >'}]}}", []string{`5: when: "cpu >" is no expression: unexpected token EOF (at its letter 5)`}},
		{"two kinds of probe", "probes: {p: {host: {disk: [/]}, http: {url: 'http://x'}}}", []string{"5: the probe p must have exactly one of http, postgres and host"}},
		{"URL", "watchdog: {url: ftp://x}", []string{"5: url: this is no http or https URL: write it as in https://tocsin.example.com"}},
		{"CIDR", "server: {trusted_proxies: [10.0.0.1]}", []string{`5: trusted_proxies: "10.0.0.1" is no network: write it as in 10.0.0.0/8, or 192.0.2.7/32 for a single address`}},
		{"listen", "server: {listen: 8080}", []string{`5: listen: "8080" is no address to listen on: write host and port as in 127.0.0.1:8080`}},
		{"SMTP server", "notifiers: {email: {smtp: localhost}}", []string{`5: smtp: "localhost" is no server: write host and port as in smtp.example.com:587`}},
		{"TLS", "notifiers: {email: {tls: startls}}", []string{`5: unknown tls "startls": did you mean "starttls"?`}},
		{"open line", "notifiers: {email: {smtp: 'mx:25', from: a@b, username: u, password: p, tls: none}}", []string{"5: email would send its password over an open line: set tls to starttls or tls"}},
		{"own host", "notifiers: {email: {smtp: '127.0.0.1:25', from: a@b, username: u, password: p, tls: none}}", nil},
		{"truth", "notifiers: {email: {sandbox: yes}}", []string{"5: sandbox: write true or false"}},
		{"sending without credentials", "notifiers: {slack: {sandbox: false}}", []string{"5: slack cannot send (sandbox: false) without bot_token"}},
		{"auth role", "auth: {users: [{name: m, role: manger}]}", []string{`5: unknown role "manger": did you mean "manager"?`}},
		{"hash", "auth: {users: [{name: m, role: admin, password: hunter2}]}", []string{"5: password: this is no argon2id hash: tocsin hash-password makes one"}},
		{"user twice", "auth:\n  users:\n    - {name: m, role: admin}\n    - {name: m, role: admin}", []string{"8: this name stands twice in users: first in line 7"}},
		{"empty name", "auth: {users: [{name: '', role: admin}]}", []string{"5: name is empty: what they sign in with"}},
		{"empty item", "auth: {users: [~]}", []string{"5: an item of users is empty"}},
		{"database", "database: {url: 'mysql://root:hunter2@x'}", []string{`5: url: this is no PostgreSQL connection: write it as in postgres://user:password@host:5432/database or "host=... dbname=..."`}},
		{"names for keys", "heartbeats: {'a b': {every: 1m}}", []string{`5: "a b" is no name: use letters, digits, '-', '_' and '.'`}},
		{"filling in", "data_dir: ${home}", []string{"5: ${home} is not known: write ${env:NAME} or ${file:/path}, and $${ for a plain ${"}},
		{"open braces", "data_dir: ${env:HOME", []string{"5: ${ is not closed with }: write $${ for a plain ${"}},
		{"unreadable file", "data_dir: ${file:/nowhere/at/all}", []string{"5: /nowhere/at/all cannot be read: there is no such file"}},
		{"nothing wrong", "catch_all: ada", nil},
	} {
		t.Run(tc.name, func(t *testing.T) { expectErrors(t, smallest+tc.add+"\n", tc.want) })
	}
}

func expectErrors(t *testing.T, src string, want []string) {
	t.Helper()
	c, r := Parse([]byte(src), t.TempDir(), environment)
	if got := lines(r.Errors); !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
	if (c == nil) != (len(want) > 0) {
		t.Errorf("config is %v", c)
	}
}

func TestErrorsOfPeopleSourcesAndTheMatrix(t *testing.T) {
	for _, tc := range []struct {
		name, src string
		want      []string
	}{
		{"phone, email, reach and only", "people:\n  ada:\n    phone: 030 123456\n    email: ada\n    reach: alwyas\n    only: [P0, P9]\nroles: {on-call: {people: [ada]}}", []string{
			`3: phone: "030 123456" is no telephone number: write it with + and the country, digits only, as in +4930123456`,
			`4: email: "ada" is no email address: write it as in dba@example.com`,
			`5: unknown reach "alwyas": did you mean "always"?`,
			`6: unknown severity "P9": did you mean "P0"?`,
		}},
		{"roles", "people: {ada: {email: a@example.com}}\nroles:\n  on-call: {people: [ada]}\n  both: {people: [ada], rotation: r}\n  none: {}\n  wrong: {rotation: r}", []string{
			`4: the role both has both rotation and people: it stands for one or the other`,
			`4: unknown rotation "r": the file defines none`,
			"5: the role none has neither rotation nor people: say for whom it stands",
			`6: unknown rotation "r": the file defines none`,
		}},
		{"rotations", "people: {ada: {email: a@example.com}}\nroles: {on-call: {rotation: r}}\nrotations:\n  r: {people: [], turn: weekly, since: monday}\n  s: {}", []string{
			"4: people is an empty list",
			`4: turn: "weekly" is no turn: write "1 week", "3 days" or "12 hours"`,
			"4: since:",
			"5: people is missing: who takes turns",
			"5: since is missing: when the first turn begins, as in 2026-01-05T09:00",
		}},
		{"sources", "people: {ada: {email: a@example.com}}\nroles: {on-call: {people: [ada]}}\nintake:\n  sources:\n    - {name: a, kind: alertmanger, token: t}\n    - {name: a, kind: json, token: t}\n  group_by: []\n  flap_after: many", []string{
			`5: unknown kind "alertmanger": did you mean "alertmanager"?`,
			"6: this name stands twice in sources: first in line 5",
			"6: this token stands twice in sources: first in line 5",
			"7: group_by is an empty list",
			`8: flap_after: "many" is no whole number of at least 2`,
		}},
		{"matrix", `people: {ada: {email: a@example.com}}
roles: {on-call: {people: [ada]}}
matrix:
  P0:
    channels: [sms, pigeon]
    steps:
      - {after: soon, page: on-call}
      - {after: 5m}
      - {after: 5m, page: on-call, assign: on-call}
      - {page: nobody, until: done}
  P1: {channels: [], steps: []}
  P2: {steps: []}
`, []string{
			"3: P3 is missing: the matrix needs a row for each of P0, P1, P2 and P3; steps: [] tells nobody",
			`5: unknown channel "pigeon": use sms, voice, email, slack, webhook or url`,
			"7: after:",
			"8: a step has neither page nor assign: name the role that it tells",
			"9: a step has both page and assign: it does one or the other",
			"10: after is missing: when the step is due, as in 15m or 2 business hours",
			`10: unknown role "nobody": use on-call`,
			`10: unknown until "done": use acknowledged, assigned or resolved`,
			"11: channels is an empty list",
			"12: channels is missing: over which channels people are told, as in [sms, email]",
		}},
		{"nobody", "server: {}\n", []string{
			"0: people is missing: say whom Tocsin tells, as in people: {ada: {name: Ada, email: ada@example.com}}",
			"0: matrix is missing, and the operations manual's tells nobody of P0 without the role on-call: define it under roles, or write a matrix",
		}},
		{"people without a person", "people: {}\nmatrix: {P0: &r {channels: [sms], steps: []}, P1: *r, P2: *r, P3: *r}\n", []string{
			"1: people names nobody: Tocsin needs at least one person to tell",
		}},
		{"what replies come from", `people:
  ada: {phone: "+4930123456", slack: U0ADA}
  bob: {phone: "+4930123456", slack: u0ada}
  eve: {phone: "${env:EVES_PHONE}"}
  mal: {phone: "+4930999999", email: ada@example.com}
catch_all: ada
matrix: {P0: &r {channels: [sms], steps: []}, P1: *r, P2: *r, P3: *r}
`, []string{
			`3: the phone "+4930123456" is ada's already: a reply must say who sent it`,
			`3: the Slack user "u0ada" is ada's already: a reply must say who sent it`,
			`4: the phone "${env:EVES_PHONE}" is ada's already: a reply must say who sent it`,
		}},
		{"no last resort", "people: {ada: {email: a@example.com}, bob: {email: b@example.com}}\nroles: {on-call: {people: [ada]}}\n", []string{
			"0: catch_all is missing: name the person who is paged when a step reaches nobody",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, r := Parse([]byte(tc.src), t.TempDir(), environment)
			got := lines(r.Errors)
			ok := len(got) == len(tc.want)
			for i := range min(len(got), len(tc.want)) {
				ok = ok && strings.HasPrefix(got[i], tc.want[i]) // what other packages' parsers add is theirs
			}
			if !ok {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(tc.want, "\n  "))
			}
		})
	}
}

func TestBrokenYAMLIsExplained(t *testing.T) {
	for src, want := range map[string]string{
		"":                                 "0: the file is empty: it needs at least the section `people:` (docs/configuration.md shows the smallest useful one)",
		"# nothing\n":                      "0: the file is empty: it needs at least the section `people:` (docs/configuration.md shows the smallest useful one)",
		"---\n...\n":                       "0: the file is empty: it needs at least the section `people:` (docs/configuration.md shows the smallest useful one)",
		"- a\n":                            "1: the file must be made of sections such as `people:`, each with its keys",
		"a: 1\n---\nb: 2\n":                "2: a second document begins here: the configuration is one YAML document",
		"a:\n\tb: 1\n":                     "2: this cannot be read as YAML: a value cannot begin with this character (a tab, %, @ or `): use spaces to indent, and put the value in quotes",
		"a: b: c\n":                        "1: this cannot be read as YAML: a colon is not allowed here: check the indentation, or put the value in quotes",
		"a: \"x\nb: 1\n":                   "1: this cannot be read as YAML: the quotation that begins here is not closed",
		"a: [1\nb: 2\n":                    "2: this cannot be read as YAML: the list that opens with [ in line 1 is not closed, or a comma is missing",
		"a: {b: 1\nc: 2\n":                 "2: this cannot be read as YAML: the braces that open in line 1 are not closed, or a comma is missing",
		"a: *b\n":                          "1: this cannot be read as YAML: this names an anchor (*name) that is not defined before it",
		"a: 1\nb: \x00\n":                  "2: the control character U+0000 is not allowed here",
		"a: 1\n\nb: '\xff'\n":              "3: this is not UTF-8: save the file as UTF-8",
		"a:\n  - b\n c: d\n":               "3: this cannot be read as YAML: a key is expected here: check the indentation, and the quotes and colons before it",
		"a: " + strings.Repeat("[", 20000): "1: this cannot be read as YAML: this is nested too deeply",
	} {
		_, r := Parse([]byte(src), "", nothingSet)
		if got := lines(r.Errors); len(got) != 1 || got[0] != want {
			t.Errorf("%.40q:\n got %v\nwant %s", src, got, want)
		}
	}
}

func TestAliasesAreReadButNotForEver(t *testing.T) {
	c, _ := read(t, smallest+"heartbeats:\n  a: &beat {every: 1m}\n  b: *beat\n")
	if c.Heartbeats["b"].Every != c.Heartbeats["a"].Every {
		t.Errorf("b is %+v", c.Heartbeats["b"])
	}
	var bomb strings.Builder
	bomb.WriteString(smallest + "probes:\n  p: &p\n    host: {}\n    alerts: &as\n")
	for range 600 {
		bomb.WriteString("      - {alert: A, when: up}\n")
	}
	for i := range 600 {
		bomb.WriteString("  p" + strings.Repeat("x", i) + "y: *p\n")
	}
	_, r := Parse([]byte(bomb.String()), "", nothingSet)
	if len(r.Errors) == 0 || !strings.Contains(strings.Join(lines(r.Errors), "\n"), "more than 200000 values") {
		t.Errorf("errors are %.300v", lines(r.Errors))
	}
	_, r = Parse([]byte(smallest+"probes: &p {a: *p}\n"), "", nothingSet)
	if r.OK() {
		t.Error("a probe that is the list of probes is accepted")
	}
}
