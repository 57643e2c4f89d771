package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func TestATokenMayStandInTheConfigurationAsItsHash(t *testing.T) {
	w, _ := start(t)
	o := w.options()
	o.Tokens = []Token{{Name: "ci", Role: Viewer, Secret: hashOf("clear")}, {Name: "broken", Role: Admin, Secret: "sha256:abc"}}
	o.Sources = []Source{{Name: "prometheus", Kind: Alertmanager, Tokens: []string{"old", hashOf("new")}}}
	base := serve(t, o).URL
	for token, want := range map[string]int{
		"clear": 200, hashOf("clear"): 401, strings.TrimPrefix(hashOf("clear"), "sha256:"): 401, "sha256:abc": 401, "sha256:": 401, "": 401,
	} {
		send(t, client(t), "GET", base+"/api/v1/incidents", bearerToken(token)).want(t, want)
	}
	for token, want := range map[string]int{"old": 400, "new": 400, hashOf("new"): 401, "older": 401} {
		send(t, client(t), "POST", base+"/intake/alertmanager", bearerToken(token)).want(t, want) // 400: an empty body
	}
}

func TestNoTokenIsKeptInTheClear(t *testing.T) {
	s := newServer(newWorld().options())
	kept := fmt.Sprintf("%+v %+v %+v", s.Options, s.tokens, s.intake)
	for _, clear := range []string{"viewer-secret", "admin-secret", "prometheus-secret", "prometheus-next", "apps-secret"} {
		if strings.Contains(kept, clear) {
			t.Errorf("%s is kept", clear)
		}
	}
	if s.tokens.find("admin-secret").Role != Admin {
		t.Error("the token is not known")
	}
	if got := s.sources("prometheus-next"); got != "prometheus" {
		t.Errorf("the source is %q", got)
	}
}

// sources is whose token it is, among Alertmanager's.
func (s *server) sources(token string) string {
	r, _ := http.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	name, _ := s.intake.source(Alertmanager, r)
	return name
}

func FuzzSecret(f *testing.F) {
	for _, seed := range []string{"", "x", "sha256:", hashOf("x"), strings.ToUpper(hashOf("x")), hashOf("x") + "0"} {
		f.Add(seed, "x")
	}
	f.Fuzz(func(t *testing.T, configured, sent string) {
		got := newSecret(configured).matches(sent)
		want := configured != "" && (configured == sent && !strings.HasPrefix(configured, "sha256:") || strings.EqualFold(configured[min(7, len(configured)):], hashOf(sent)[7:]) && strings.HasPrefix(configured, "sha256:"))
		if got != want {
			t.Fatalf("%q against %q: %v", configured, sent, got)
		}
	})
}
