package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"tocsin/alerting"
	"tocsin/cmd/tocsin/config"
	"tocsin/cmd/tocsin/scenario"
	"tocsin/notifiers"
)

// testCmd runs scenario files against the configuration, and prints what `go test` would.
type testCmd struct {
	Files   []string `arg:"" name:"file" help:"Scenario files (docs/scenarios.md)."`
	Verbose bool     `short:"v" help:"Name each scenario as it runs."`
	Run     string   `placeholder:"REGEXP" help:"Only scenarios whose names match."`
	Source  string   `placeholder:"NAME" help:"Which source the alerts are of (default: the first)."`
}

func (cmd *testCmd) run(_ context.Context, c *cli, e env) error {
	only, err := regexp.Compile(cmd.Run)
	if err != nil {
		return fmt.Errorf("--run: %q is no regular expression: %w", cmd.Run, err)
	}
	cfg, err := c.load(e, func(config.Problem) {})
	if err != nil {
		return err
	}
	failed := false
	for _, file := range cmd.Files {
		ok, err := cmd.file(cfg, e, file, only)
		if err != nil {
			fmt.Fprintln(e.stdout, err)
			fmt.Fprintf(e.stdout, "FAIL\t%s [not run]\n", file)
		}
		failed = failed || !ok
	}
	if failed {
		fmt.Fprintln(e.stdout, "FAIL")
		return errReported
	}
	return nil
}

// file runs one file's scenarios. The error is what is wrong with the file itself.
func (cmd *testCmd) file(cfg *config.Config, e env, file string, only *regexp.Regexp) (ok bool, err error) {
	began := time.Now()
	scenarios, runner, err := cmd.read(cfg, file)
	if err != nil {
		return false, err
	}
	ran, failed := 0, false
	for _, s := range scenarios {
		if only.MatchString(s.Name) {
			ran++
			failed = !cmd.one(runner, s, e, file) || failed
		}
	}
	took := time.Since(began).Seconds()
	switch {
	case failed:
		fmt.Fprintf(e.stdout, "FAIL\t%s\t%.3fs\n", file, took)
		return false, nil
	case ran == 0:
		fmt.Fprintf(e.stdout, "ok\t%s\t%.3fs [no scenarios to run]\n", file, took)
		return true, nil
	case cmd.Verbose:
		fmt.Fprintln(e.stdout, "PASS")
	}
	fmt.Fprintf(e.stdout, "ok\t%s\t%.3fs\n", file, took)
	return true, nil
}

func (cmd *testCmd) read(cfg *config.Config, file string) ([]scenario.Scenario, scenario.Runner, error) {
	r := scenario.Runner{Policy: cfg.Policy(), Dir: filepath.Dir(file), Zone: cfg.Timezone}
	source, err := sourceNamed(cfg, cmd.Source)
	if err != nil {
		return nil, r, err
	}
	r.Source = source.Name
	r.Decode = func(body []byte, at time.Time) ([]alerting.Event, error) {
		return decodeAlerts(cfg, cmd.Source, body, at)
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, r, err
	}
	scenarios, err := scenario.Parse(src, r.Policy, cfg.Timezone)
	if faults, ok := errors.AsType[scenario.Faults](err); ok {
		return nil, r, placed(file, faults)
	}
	return scenarios, r, err
}

// placed is each fault with its file and line.
func placed(file string, faults scenario.Faults) error {
	var errs []error
	for _, f := range faults {
		errs = append(errs, fmt.Errorf("%s:%d: %s", file, f.Line, notifiers.Plain(f.Message)))
	}
	return errors.Join(errs...)
}

// one runs one scenario and prints what became of it.
func (cmd *testCmd) one(r scenario.Runner, s scenario.Scenario, e env, file string) bool {
	name := notifiers.Plain(s.Name)
	if cmd.Verbose {
		fmt.Fprintf(e.stdout, "=== RUN   %s\n", name)
	}
	began := time.Now()
	difference, err := r.Run(s)
	took := time.Since(began).Seconds()
	if err == nil && len(difference) == 0 {
		if cmd.Verbose {
			fmt.Fprintf(e.stdout, "--- PASS: %s (%.2fs)\n", name, took)
		}
		return true
	}
	fmt.Fprintf(e.stdout, "--- FAIL: %s (%.2fs)\n", name, took)
	if err != nil {
		fmt.Fprintf(e.stdout, "    %s:%d: %s\n", file, s.Line, notifiers.Plain(err.Error()))
		return false
	}
	fmt.Fprintf(e.stdout, "    %s:%d: it came otherwise (- missing, + not expected, ~ besides):\n", file, s.Line)
	for _, line := range difference {
		fmt.Fprintf(e.stdout, "        %s\n", line)
	}
	return false
}
