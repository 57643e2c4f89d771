package webhook_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers/webhook"
)

// verifiers are the snippets of the documentation, by language, as commands that run them.
func verifiers(t *testing.T) map[string][]string {
	b, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for language, run := range map[string][]string{"sh": {"sh"}, "python": {"python3"}, "go": {"go", "run"}} {
		_, rest, ok := strings.Cut(string(b), "\n```"+language+"\n")
		code, _, closed := strings.Cut(rest, "\n```\n")
		if !ok || !closed {
			t.Fatalf("the documentation has no snippet for %s", language)
		}
		file := filepath.Join(t.TempDir(), "verify."+language)
		if err := os.WriteFile(file, []byte(code+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		out[language] = append(run, file)
	}
	return out
}

func TestTheDocumentedVerifiersBelieveWhatTocsinSignedAndNothingElse(t *testing.T) {
	const body = `{"version":1,"event":"page"}` + "\n"
	now := time.Now()
	for language, command := range verifiers(t) {
		for _, needed := range []string{command[0], "openssl"} {
			if _, err := exec.LookPath(needed); err != nil {
				t.Logf("%s is not tried: there is no %s", language, needed)
				command = nil
				break
			}
		}
		if command == nil {
			continue
		}
		for name, c := range map[string]struct {
			at     time.Time
			secret string
			body   string
			ok     bool
		}{
			"the secret":     {now, "new", body, true},
			"the old secret": {now, "old", body, true},
			"another secret": {now, "other", body, false},
			"another body":   {now, "new", body + " ", false},
			"an old post":    {now.Add(-time.Hour), "new", body, false},
		} {
			cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
			cmd.Env = append(os.Environ(), "SECRET="+c.secret, "SIGNATURE="+webhook.Sign(c.at, []byte(body), "new", "old"))
			cmd.Stdin = strings.NewReader(c.body)
			if out, err := cmd.CombinedOutput(); (err == nil) != c.ok {
				t.Errorf("%s, %s: %v\n%s", language, name, err, out)
			}
		}
	}
}
