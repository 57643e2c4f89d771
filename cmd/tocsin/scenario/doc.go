// Package scenario reads scenario files and runs them: alerts at a time, what people answer, and who must be
// told. docs/scenarios.md describes the format. It prints nothing; what a scenario got wrong comes back as a
// difference.
package scenario
