package view

import (
	"tocsin/escalation"
)

// Why is an incident with what was decided about one person; an empty Person has not been chosen yet.
type Why struct {
	escalation.Case
	People  []string
	Person  string
	Because []escalation.Because // in order of time
}
