package main

import (
	"context"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// command does one subcommand's work.
type command func(ctx context.Context, e env) error

// cli is the command line. Each field is a subcommand; interface names are fixed (docs/cli.md).
type cli struct {
	Config string `short:"c" placeholder:"FILE" env:"TOCSIN_CONFIG" default:"tocsin.yaml" help:"The configuration, tocsin.yaml if none is named."`

	Serve        serveCmd        `cmd:"" help:"Run the service. SIGTERM drains and stops."`
	Demo         demoCmd         `cmd:"" help:"Run the operations manual's organisation on a private PostgreSQL, with every channel a sandbox and a first incident under way."`
	Check        checkCmd        `cmd:"" help:"Read the configuration as serve would: every error with its line, then warnings; with --days, who would be told."`
	Simulate     simulateCmd     `cmd:"" help:"Tell who would be told what, when and why, if an alert came at a time."`
	Test         testCmd         `cmd:"" help:"Run scenario files against the configuration: alerts, times, answers, expected pages."`
	Replay       replayCmd       `cmd:"" help:"Tell which pages would have been otherwise under this configuration, by what was recorded."`
	Verify       verifyCmd       `cmd:"" help:"Look whether the delivery ledger is as it was written: no entry edited, removed or inserted."`
	Incidents    incidentsCmd    `cmd:"" help:"List, show and answer incidents of a running Tocsin."`
	OnCall       oncallCmd       `cmd:"" name:"oncall" help:"Say who holds each role, by the configuration or by a running Tocsin."`
	Overrides    overridesCmd    `cmd:"" help:"List, make and remove stand-ins of a running Tocsin."`
	Swaps        swapsCmd        `cmd:"" help:"List, ask for and answer swaps of a running Tocsin."`
	Absences     absencesCmd     `cmd:"" help:"List, note and remove who is away, at a running Tocsin."`
	Send         sendCmd         `cmd:"" help:"Send a test message to a person over a channel."`
	Migrate      migrateCmd      `cmd:"" help:"Bring the database's schema up to date."`
	HashPassword hashPasswordCmd `cmd:"" name:"hash-password" help:"Read a password from standard input and print its argon2id hash for auth.users."`
	Services     servicesCmd     `cmd:"" name:"send-to-services" hidden:"" help:"Send the messages on standard input to services; started by serve and send."`
	Schema       schemaCmd       `cmd:"" help:"Print the JSON Schema of the configuration."`
	Version      versionCmd      `cmd:"" help:"Print the version."`
}

// runner is a subcommand.
type runner interface {
	run(ctx context.Context, c *cli, e env) error
}

// exit carries kong's wish to end (after --help) out of its parser.
type exit int

// parse finds the command that args ask for. It is nil when there is nothing left to do (--help), or
// with an error when args are wrong; code is then the exit code.
func parse(args []string, getenv func(string) string, stdout, stderr io.Writer) (cmd command, code int, err error) {
	defer func() {
		if e, ok := recover().(exit); ok {
			cmd, code, err = nil, int(e), nil
		}
	}()
	var c cli
	parser, err := kong.New(&c,
		kong.Name("tocsin"),
		kong.Description("Tocsin wakes the right person when something breaks, and keeps at it until somebody has it in hand."),
		kong.UsageOnError(), kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.Resolvers(envResolver(getenv)),
	)
	if err != nil {
		return nil, 1, err
	}
	k, err := parser.Parse(args)
	if err != nil {
		return nil, 2, fmt.Errorf("%w (tocsin --help lists what there is)", err)
	}
	selected := k.Selected().Target.Addr().Interface().(runner)
	return func(ctx context.Context, e env) error { return selected.run(ctx, &c, e) }, 0, nil
}

// envResolver reads the variables that flags name from getenv rather than from the process.
func envResolver(getenv func(string) string) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		for _, name := range flag.Envs {
			if v := getenv(name); v != "" {
				return v, nil
			}
		}
		return nil, nil
	})
}
