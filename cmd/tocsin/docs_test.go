package main

import (
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func TestNoCommandThatIsThereIsSaidToBeToCome(t *testing.T) {
	text, err := os.ReadFile("../../docs/cli.md")
	must(t, err)
	_, toCome, found := strings.Cut(string(text), "\n## To come\n")
	parser, err := kong.New(&cli{}, kong.Name("tocsin"))
	must(t, err)
	if len(parser.Model.Children) < 10 {
		t.Fatalf("only %d commands are there", len(parser.Model.Children))
	}
	for _, c := range parser.Model.Children {
		if found && strings.Contains(toCome, "`"+c.Name+"`") {
			t.Errorf("docs/cli.md says of %s that it is not there yet", c.Name)
		}
		if !c.Hidden && !strings.Contains(string(text), "tocsin "+c.Name) {
			t.Errorf("docs/cli.md does not tell of %s", c.Name)
		}
	}
}
