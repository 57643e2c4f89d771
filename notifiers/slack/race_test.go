//go:build race

package slack_test

// everySurface is false where the race detector makes each message some ten times as dear: there each hostile
// text goes through one surface of each test, in turn.
const everySurface = false
