// Command tocsin takes alerts in, works out what they mean, and keeps telling the right people until
// somebody has it in hand.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the build.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// run is the program: 0 for success, 1 for failure, 2 for wrong usage. Errors are one sentence on stderr.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	cmd, code, err := parse(args, getenv, stdout, stderr)
	if err == nil && cmd != nil {
		err = cmd(ctx, env{getenv, stdin, stdout, stderr})
		code = 1
	}
	switch {
	case err == nil && cmd == nil:
		return code
	case err == nil:
		return 0
	case !errors.Is(err, errReported):
		fmt.Fprintln(stderr, "tocsin:", err)
	}
	return code
}

// errReported says that what went wrong has been printed already.
var errReported = errors.New("reported")

// env is what a command sees of the world around it.
type env struct {
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
}
