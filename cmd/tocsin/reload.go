package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"tocsin/cmd/tocsin/config"
)

// origin is where the configuration was read, and can be read again. The zero value is nowhere: what was
// read stays in force until the end.
type origin struct {
	path   string
	getenv func(string) string
	hangup <-chan os.Signal // asks for a reload at once
}

// reload reads the configuration, whole, and puts it in force, whole; or it returns why not, and what was
// in force stays so. The warnings are the log's.
func (a *app) reload(ctx context.Context, from origin) *refusal {
	cfg, report := config.Load(from.path, from.getenv)
	if !report.OK() {
		return refusalOf(from.path, report.Errors)
	}
	former := a.current().cfg
	if changes := former.NeedsRestart(cfg); len(changes) > 0 {
		return newRefusal(from.path, changes...)
	}
	for _, w := range report.Warnings {
		a.log.Warn(w.Message, "kind", w.Kind, "file", from.path, "line", w.Line)
	}
	a.imports.meet(ctx, cfg)
	next, err := a.newGeneration(cfg)
	if err != nil {
		return newRefusal(from.path, err.Error())
	}
	a.adopt(next)
	a.log.Info("the configuration has been read again and is in force", "file", from.path, "config", cfg.Hash, "former", former.Hash)
	return nil
}

// refusal is a configuration that was read and not put in force.
type refusal struct {
	at       time.Time
	problems []string // "tocsin.yaml:41: unknown role ..."
}

func newRefusal(path string, sentences ...string) *refusal {
	r := &refusal{at: instant()}
	for _, text := range sentences {
		r.problems = append(r.problems, path+": "+text)
	}
	return r
}

// refusalOf says each error with its line, as tocsin check does.
func refusalOf(path string, errors []config.Problem) *refusal {
	var b strings.Builder
	_ = config.Report{Errors: errors}.Print(&b, path) // a strings.Builder takes everything
	return &refusal{at: instant(), problems: strings.Split(strings.TrimSpace(b.String()), "\n")}
}

// summary is one line: the first problem, and how many more there are.
func (r *refusal) summary() string {
	if r == nil {
		return ""
	}
	text := "the changed configuration is not in force, the former one is: " + r.problems[0]
	if more := len(r.problems) - 1; more > 0 {
		text += fmt.Sprintf(", and %s", count(more, "more error"))
	}
	return text
}

// refuse notes what became of a reload, nil for a good one. Each problem is one line of the log.
func (a *app) refuse(r *refusal) {
	a.refused.Store(r)
	if r == nil {
		return
	}
	for _, p := range r.problems {
		a.log.Error("the configuration is refused, the former one stays in force", "problem", p, "config", a.current().cfg.Hash)
	}
}
