package main

import (
	"context"
	"os"
	"slices"
	"strings"

	"tocsin/notifiers/shoutrrr"
)

// servicesCommand is the subcommand by which this program starts itself, to send to services in a process of
// its own.
const servicesCommand = "send-to-services"

// servicesCmd sends the messages that come in over standard input to services.
type servicesCmd struct{}

func (*servicesCmd) run(_ context.Context, _ *cli, e env) error {
	return shoutrrr.Serve(e.stdin, e.stdout)
}

// executable is this program's file. Where the system says, it is the one that runs, though another may have
// taken its place on the disk.
func executable() (string, error) {
	const running = "/proc/self/exe"
	if _, err := os.Stat(running); err == nil {
		return running, nil
	}
	return os.Executable()
}

// trust are those of an environment's variables that say which certificates are believed.
func trust(environ []string) []string {
	return slices.DeleteFunc(environ, func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return name != "SSL_CERT_FILE" && name != "SSL_CERT_DIR"
	})
}
