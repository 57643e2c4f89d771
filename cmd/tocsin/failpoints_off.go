//go:build !failpoints

package main

import (
	"tocsin/notifiers"

	"github.com/jackc/pgx/v5"
)

// failpoints are places at which a test build (-tags failpoints) kills itself; in this build there are none.
var failpoints noFailpoints

type noFailpoints struct{}

func (noFailpoints) tracer() pgx.QueryTracer                       { return nil }
func (noFailpoints) sender(s notifiers.Sender) notifiers.Sender    { return s }
func (noFailpoints) board(b notifiers.Board) notifiers.Board       { return b }
func (noFailpoints) respond(f notifiers.Respond) notifiers.Respond { return f }
