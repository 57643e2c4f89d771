package simulator

import "tocsin/escalation"

// unneeded says why a page need not leave any more; empty if it must.
func unneeded(q queued, c escalation.Case) string {
	return escalation.Unneeded(escalation.Queued{Round: q.round, Step: q.Step, Kind: q.Kind, Person: q.Person, Until: q.Until}, c)
}
