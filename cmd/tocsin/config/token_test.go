package config

import (
	"slices"
	"strings"
	"testing"
)

// sha256 of "test".
const testHash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

func withTokens(intake string) string {
	return "timezone: UTC\npeople: {ada: {email: a@example.com}}\nroles: {on-call: {people: [ada]}}\n" + intake
}

func TestASourceMayHaveSeveralTokensInTheClearOrAsHashes(t *testing.T) {
	c, r := read(t, withTokens("intake: {sources: [{name: a, kind: alertmanager, token: one, tokens: ['sha256:"+testHash+"', three]}, {name: b, kind: pagerduty, tokens: [four]}]}"))
	if got := c.Intake.Sources[0].AllTokens(); !slices.Equal(got, []Secret{"one", Secret("sha256:" + testHash), "three"}) {
		t.Errorf("%d tokens", len(got))
	}
	if got := c.Intake.Sources[1].AllTokens(); !slices.Equal(got, []Secret{"four"}) {
		t.Errorf("%d tokens of the second", len(got))
	}
	if warned := lines(r.Warnings); slices.ContainsFunc(warned, func(s string) bool { return strings.Contains(s, "has no token") }) {
		t.Errorf("warnings %v", warned)
	}
}

func TestWhatIsNoTokenIsNamedAndNotShown(t *testing.T) {
	for src, want := range map[string]string{
		"intake: {sources: [{name: a, kind: json, token: 'sha256:hunter2'}]}":                                                       "4: token: sha256: is followed by the token's hash, 64 hexadecimal digits: printf %s TOKEN | sha256sum makes it",
		"auth: {api_tokens: [{name: a, role: viewer, token: 'sha256:" + testHash + "0'}]}":                                          "4: token: sha256: is followed by the token's hash, 64 hexadecimal digits: printf %s TOKEN | sha256sum makes it",
		"intake: {sources: [{name: a, kind: json, tokens: [hunter2, b, c, d]}]}":                                                    "4: tokens lists 4 tokens: 3 at once are the most",
		"intake:\n  sources:\n    - {name: a, kind: json, token: hunter2}\n    - {name: b, kind: json, tokens: [x, hunter2]}":       "7: this token stands twice in sources: first in line 6",
		"intake: {sources: [{name: a, kind: json, token: test, tokens: ['SHA256:x', 'sha256:" + strings.ToUpper(testHash) + "']}]}": "4: this token stands twice in sources: first in line 4",
		"auth: {api_tokens: [{name: a, role: viewer, token: test}, {name: b, role: viewer, token: 'sha256:" + testHash + "'}]}":     "4: this token stands twice in api_tokens: first in line 4",
	} {
		_, r := Parse([]byte(withTokens(src)), "", nothingSet)
		if got := lines(r.Errors); !slices.Contains(got, want) || strings.Contains(strings.Join(got, "\n"), "hunter2") {
			t.Errorf("%s\n  %s\nwant\n  %s", src, strings.Join(got, "\n  "), want)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	for _, seed := range []string{"", "x", "sha256:", "sha256:" + testHash, "sha256:" + testHash[1:], "sha256:" + strings.Repeat("z", 64)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseToken(s)
		if err == nil && string(got) != s {
			t.Fatalf("%q became something else", s)
		}
		if strings.HasPrefix(s, hashedToken) && err == nil && len(s) != len(hashedToken)+64 {
			t.Fatalf("%q is taken for a hash", s)
		}
	})
}
