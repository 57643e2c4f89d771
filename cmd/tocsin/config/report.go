package config

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Report is what reading a configuration found: errors, with which nothing is started, and warnings.
// Both are in the order of their lines; what belongs to no line comes last.
type Report struct {
	Errors   []Problem
	Warnings []Problem
}

// Problem is one thing that is wrong, or probably not meant.
type Problem struct {
	Line, Column int    // from 1; 0 if it belongs to no place
	Kind         string // of a warning: one of the Kind constants; empty for errors
	Message      string
	From, Until  time.Time // when it holds; zero if always
}

// Kinds of warning.
const (
	KindToCome      = "to-come"     // read and checked, but this version does not act on it
	KindUnset       = "unset"       // an environment variable that is not set
	KindNoSource    = "no-source"   // nothing can come in
	KindNoToken     = "no-token"    // a source or API token that lets nobody in
	KindNoPassword  = "no-password" // a user who cannot sign in
	KindNoAccount   = "no-account"  // somebody who takes turns and cannot answer a swap
	KindSandbox     = "sandbox"     // a channel that keeps its messages instead of sending them
	KindIncomplete  = "incomplete"  // a channel that works in part
	KindNoChannel   = "no-channel"  // a person who cannot be told anything
	KindUnreachable = "unreachable" // a step that reaches nobody
	KindSilent      = "silent"      // a severity of which nobody is told
	KindDefault     = "default"     // something was left out that is better written
	KindUnused      = "unused"      // a person's rule that never applies
	KindAway        = "away"        // somebody away whose deputy is away too
	KindCalendar    = "calendar"    // what an iCal file says and nobody can make sense of
	KindNoRunbook   = "no-runbook"  // a runbook's file that cannot be read
)

// OK reports whether there are no errors.
func (r Report) OK() bool { return len(r.Errors) == 0 }

// Print writes one line a problem, errors first: "tocsin.yaml:41: unknown role ...". Path is the name
// that the person gave the file.
func (r Report) Print(w io.Writer, path string) error {
	var b strings.Builder
	for _, p := range r.Errors {
		fmt.Fprintf(&b, "%s: %s\n", p.place(path), p.Message)
	}
	for _, p := range r.Warnings {
		fmt.Fprintf(&b, "%s: warning: %s\n", p.place(path), p.Message)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p Problem) place(path string) string {
	if p.Line == 0 {
		return path
	}
	return fmt.Sprintf("%s:%d", path, p.Line)
}

// MarshalJSON writes what `tocsin check --json` prints. Times are null where a problem always holds.
func (r Report) MarshalJSON() ([]byte, error) {
	type fault struct {
		Line    int    `json:"line"`
		Message string `json:"message"`
	}
	type warning struct {
		Kind    string     `json:"kind"`
		Message string     `json:"message"`
		Line    int        `json:"line,omitzero"`
		From    *time.Time `json:"from"`
		Until   *time.Time `json:"until"`
	}
	out := struct {
		Errors   []fault   `json:"errors"`
		Warnings []warning `json:"warnings"`
	}{[]fault{}, []warning{}}
	for _, p := range r.Errors {
		out.Errors = append(out.Errors, fault{p.Line, p.Message})
	}
	for _, p := range r.Warnings {
		out.Warnings = append(out.Warnings, warning{p.Kind, p.Message, p.Line, instant(p.From), instant(p.Until)})
	}
	return json.Marshal(out)
}

// instant is a moment for a program, in whole seconds of UTC; nil if there is none.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC().Truncate(time.Second))
}

// tidy brings both lists in order and drops what was said twice of the same place.
func (r *Report) tidy() {
	r.Errors, r.Warnings = tidied(r.Errors), tidied(r.Warnings)
}

func tidied(ps []Problem) []Problem {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(lineOrLast(a), lineOrLast(b)), cmp.Compare(a.Column, b.Column))
	})
	seen := map[Problem]bool{}
	return slices.DeleteFunc(ps, func(p Problem) bool {
		twice := seen[p]
		seen[p] = true
		return twice
	})
}

func lineOrLast(p Problem) int {
	if p.Line == 0 {
		return int(^uint(0) >> 1)
	}
	return p.Line
}
