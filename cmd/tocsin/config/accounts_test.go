package config

import (
	"slices"
	"strings"
	"testing"
)

func TestWhoTakesTurnsAndCannotAnswerASwapIsNamed(t *testing.T) {
	file := func(auth, people string) string {
		return "people:\n  ada: {email: a@example.com}\n  ben: {email: b@example.com}\n  cat: {email: c@example.com}\n" +
			"rotations:\n  primary: {people: [" + people + "], since: 2026-01-05T09:00}\nroles: {on-call: {rotation: primary}}\ncatch_all: ada\n" + auth
	}
	account := func(name, role string) string {
		return "    - {name: " + name + ", role: " + role + ", password: '$argon2id$v=19$m=65536,t=1,p=2$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g'}\n"
	}
	for _, c := range []struct{ auth, people, want string }{
		{"", "ada, ben", "ada and ben take turns and have no accounts to answer with"},
		{"", "ada", ""},
		{"auth:\n  users:\n" + account("ada", "responder"), "ada, ben", "ben takes turns and has no account to answer with"},
		{"auth:\n  users:\n" + account("ada", "responder") + account("ben", "viewer"), "ada, ben", "ben takes turns and has no account to answer with"},
		{"auth:\n  users:\n" + account("ada", "responder") + account("ben", "manager"), "ada, ben", ""},
		{"auth:\n  users:\n    - {name: ada, role: responder}\n" + account("ben", "manager"), "ada, ben", "ada takes turns and has no account"},
		{"auth:\n  users:\n" + account("ada", "responder") + "  api_tokens:\n    - {name: ben, role: responder, token: 0123456789abcdef0123456789abcdef}\n", "ada, ben", ""},
	} {
		cfg, r := read(t, file(c.auth, c.people))
		if !r.OK() {
			t.Fatalf("%s", strings.Join(lines(r.Errors), "\n"))
		}
		i := slices.IndexFunc(r.Warnings, func(p Problem) bool { return p.Kind == KindNoAccount })
		if (i >= 0) != (c.want != "") || i >= 0 && !strings.HasPrefix(r.Warnings[i].Message, c.want) {
			t.Errorf("%s: %v", c.auth, lines(r.Warnings))
		}
		if got := cfg.Policy().Directory.People["ben"].NoAccount; c.people != "ada" && got != strings.Contains(c.want, "ben") {
			t.Errorf("%s: ben is without an account: %v", c.auth, got)
		}
	}
}
