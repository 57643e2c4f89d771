package email

import (
	"errors"
	"fmt"
	"net/smtp"
	"strings"
)

// loginAuth is the LOGIN mechanism, the only one that some servers offer. As net/smtp's PLAIN it gives
// nothing away over an open line, unless the server is on this host.
type loginAuth struct{ username, password string }

// Start is smtp.Auth's.
func (a loginAuth) Start(server *smtp.ServerInfo) (string, []byte, error) {
	if !server.TLS && !isLocal(server.Name) {
		return "", nil, errors.New("a password is not sent over an open line")
	}
	return "LOGIN", nil, nil
}

// Next is smtp.Auth's.
func (a loginAuth) Next(fromServer []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	switch prompt := strings.ToLower(strings.TrimSpace(string(fromServer))); prompt {
	case "username:", "user name", "user name\x00":
		return []byte(a.username), nil
	case "password:", "password", "password\x00":
		return []byte(a.password), nil
	default:
		return nil, fmt.Errorf("the mail server asked for %q while signing in", prompt)
	}
}
