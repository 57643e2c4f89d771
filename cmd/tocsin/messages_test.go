package main

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

func TestASwapThatIsAskedReachesThePersonOnceOverEachChannelAndOpensNoIncident(t *testing.T) {
	s := siteWithRoles(t)
	a, other := s.inside(), s.replica().inside()
	from := time.Now().Add(24 * time.Hour)
	_, err := a.rota.AskSwap(patience(t), escalation.Swap{
		Rotation: "primary", Asker: "system-admin", Asked: "devops-lead", From: from, Until: from.Add(time.Hour), Note: "a *wedding* <!channel>",
	}, alerting.Actor{Name: "system-admin", Via: "web"})
	must(t, err)
	eventually(t, "the messages have been sent", func() bool {
		return len(s.slack.Messages()) > 0 && len(kept(t, a)) > 0 && s.unsent(t).all == 0
	})
	dm := s.slack.Messages()
	if len(dm) != 1 || dm[0].Edits > 0 || dm[0].User != "U0DEVOPS" || !strings.HasPrefix(dm[0].Text, "System Admin asks you to take primary from ") {
		t.Fatalf("%+v", dm)
	}
	for _, want := range []string{"System Admin asks you to take primary from ", "(Europe/Berlin)", "They say: a \u2217wedding* &lt;!channel&gt;", `"url":"` + s.base + `/oncall"`} {
		if !strings.Contains(strings.ReplaceAll(string(dm[0].Blocks), `\u0026`, "&"), want) {
			t.Errorf("no %q in %s", want, dm[0].Blocks)
		}
	}
	mail := kept(t, other)
	if len(mail) != 1 || mail[0].Kind != notifiers.OutgoingMessage || mail[0].IncidentID != 0 || mail[0].Person != "devops-lead" || !strings.Contains(mail[0].Text, "They say: a *wedding* <!channel>\n") {
		t.Errorf("%+v", mail)
	}
}

// kept is what the sandboxes hold.
func kept(t *testing.T, a *app) []notifiers.Outgoing {
	t.Helper()
	out, err := a.store.Outbox(patience(t), 10)
	must(t, err)
	return out
}
