package email

import (
	"net/smtp"
	"testing"
)

func TestLOGINAnswersEachPromptAndNothingElse(t *testing.T) {
	a := loginAuth{"tocsin", "secret"}
	if _, _, err := a.Start(&smtp.ServerInfo{Name: "mail.example.com"}); err == nil {
		t.Error("it would sign in over an open line")
	}
	if name, _, err := a.Start(&smtp.ServerInfo{Name: "mail.example.com", TLS: true}); err != nil || name != "LOGIN" {
		t.Errorf("over TLS: %q, %v", name, err)
	}
	for prompt, want := range map[string]string{"Username:": "tocsin", "User Name\x00": "tocsin", "Password:": "secret", "Password\x00": "secret"} {
		if got, err := a.Next([]byte(prompt), true); err != nil || string(got) != want {
			t.Errorf("%q is answered %q, %v", prompt, got, err)
		}
	}
	if _, err := a.Next([]byte("Your cat's name?"), true); err == nil {
		t.Error("it answers any question")
	}
}
