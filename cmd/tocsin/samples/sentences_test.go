package samples_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"tocsin/notifiers"
)

// sentences are all of what is said in one sentence, as it is built in, by name.
func sentences(t *testing.T, language string) string {
	t.Helper()
	var b strings.Builder
	for _, room := range notifiers.SentenceRooms() {
		for _, name := range slices.Sorted(maps.Keys(room.Lines)) {
			if kind, ok := strings.CutSuffix(name, "."+language); ok {
				b.WriteString(room.Channel + "." + kind + ": " + room.Lines[name] + "\n")
			}
		}
	}
	return "```text\n" + b.String() + "```\n"
}
