package slack_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"tocsin/escalation"
	"tocsin/notifiers/notifierstest"
)

func TestAnIncidentIsAssignedToTheChosenPersonOfTheDirectory(t *testing.T) {
	ch, fake := desk(t)
	for value, want := range map[string]escalation.Reply{
		"412 devops-lead": {Incident: 412, Verb: escalation.Assign, Person: "devops-lead"},
		"412 ":            {}, "412": {}, "x devops-lead": {},
	} {
		b := &inbox{}
		if status := deliver(ch, b, now(fake.Pressed("U0SYS", "assign", value))); status != http.StatusOK {
			t.Fatalf("%q: answered %d", value, status)
		}
		if want.Incident == 0 {
			if len(b.taken) != 0 {
				t.Errorf("%q was taken: %+v", value, b.taken)
			}
			continue
		}
		if len(b.taken) != 1 || b.taken[0].Person != want.Person || b.taken[0].Verb != want.Verb || b.taken[0].Incident != want.Incident {
			t.Errorf("%q: took %+v", value, b.taken)
		}
	}
}

func TestMorePeopleThanSlackListsAreChosenAmongTheWorkspacesUsers(t *testing.T) {
	n := notifierstest.Notice()
	for people, kind := range map[int]string{100: "static_select", 101: "users_select"} {
		n.Brief.Locale.Names = map[string]string{}
		for i := range people {
			n.Brief.Locale.Names[fmt.Sprintf("person-%d", i)] = fmt.Sprintf("Person %d", i)
		}
		r := renderer().Render(n)
		if err := harmless(t, r); err != nil {
			t.Error(err)
		}
		got := ""
		for _, b := range blocks(t, r) {
			for _, e := range b.Elements {
				if e.ActionID == "assign" {
					got = e.Type
				}
			}
		}
		if got != kind {
			t.Errorf("%d people are a %q, want %q", people, got, kind)
		}
	}
	ch, fake := desk(t)
	b := &inbox{}
	text := `{"type":"block_actions","user":{"id":"U0SYS"},"actions":[{"type":"users_select","action_id":"assign","block_id":"assign:412","selected_user":"U0DEVOPS"}]}`
	deliver(ch, b, now(payload(fake, text)))
	if len(b.taken) != 1 || b.taken[0].To != "U0DEVOPS" || b.taken[0].Incident != 412 || b.taken[0].Person != "" {
		t.Errorf("took %+v", b.taken)
	}
	b = &inbox{}
	deliver(ch, b, now(payload(fake, strings.Replace(text, "assign:412", "elsewhere", 1))))
	if len(b.taken) != 0 {
		t.Errorf("a choice of no incident was taken: %+v", b.taken)
	}
}
