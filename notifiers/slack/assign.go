package slack

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"tocsin/notifiers"
)

const (
	optionLimit = 100 // options of a choice
	valueLimit  = 150 // characters of an option's value
)

// assignBlock starts the block's name where a workspace's users are to choose from: such a choice carries no
// value, so the incident's number is in it.
const assignBlock = "assign:"

// assignable is the choice of whom to give an incident to: the directory's people by name, or where they are
// more than Slack lists, the workspace's users, of whom only the directory's are taken. users says which it
// is; the element is nil where there is nobody.
func assignable(l notifiers.Locale, id string, placeholder *slack.TextBlockObject) (e slack.BlockElement, users bool) {
	ids := slices.SortedFunc(maps.Keys(l.Names), func(a, b string) int {
		return cmp.Or(strings.Compare(strings.ToLower(l.Name(a)), strings.ToLower(l.Name(b))), strings.Compare(a, b))
	})
	ids = slices.DeleteFunc(ids, func(person string) bool {
		return l.Name(person) == "" || person != notifiers.Plain(person) || len([]rune(id+" "+person)) > valueLimit
	})
	switch {
	case len(ids) == 0:
		return nil, false
	case len(ids) > optionLimit:
		return slack.NewOptionsSelectBlockElement(slack.OptTypeUser, placeholder, "assign"), true
	}
	options := make([]*slack.OptionBlockObject, len(ids))
	for i, person := range ids {
		options[i] = slack.NewOptionBlockObject(id+" "+person, plainText(l.Name(person), 75), nil)
	}
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, placeholder, "assign", options...), false
}
