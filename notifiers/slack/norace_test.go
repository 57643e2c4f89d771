//go:build !race

package slack_test

// everySurface says that each hostile text goes through every surface.
const everySurface = true
