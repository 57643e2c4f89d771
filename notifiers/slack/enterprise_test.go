package slack_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

func TestATokenOfAnOrganisationNamesItsWorkspaceWhereSlackWantsIt(t *testing.T) {
	fake := notifierstest.NewSlack(t)
	fake.Org("T0WORK")
	fake.Group("S0ONCALL", "W0OLD")
	fake.Join("ada@example.com", "W0ADA")
	for team, code := range map[string]string{"": "missing_argument", "T0OTHER": "team_not_found"} {
		_, err := slack.New(slack.Options{BotToken: notifierstest.SlackToken, APIURL: fake.URL, TeamID: team}).SetGroup(t.Context(), "S0ONCALL", []string{"W0ADA"})
		if f := notifiers.AsFailure(err); err == nil || f.Code != code || f.Class != notifiers.Misconfigured {
			t.Errorf("%q: %v", team, err)
		}
	}
	s := slack.New(slack.Options{BotToken: notifierstest.SlackToken, APIURL: fake.URL, TeamID: "T0WORK"})
	changed, err := s.SetGroup(t.Context(), "S0ONCALL", []string{"W0ADA"})
	if err != nil || !changed || !slices.Equal(fake.Members("S0ONCALL"), []string{"W0ADA"}) {
		t.Errorf("%v (%v): %v", changed, err, fake.Members("S0ONCALL"))
	}
}

func TestAUserOfAnOrganisationIsToldAndAnswersLikeAnyOther(t *testing.T) {
	ch, fake := desk(t)
	fake.Org("T0WORK")
	n := notifierstest.Notice()
	n.Person.Slack = "W0SYS"
	if _, err := ch.Send(t.Context(), n); err != nil || fake.Messages()[0].User != "W0SYS" {
		t.Errorf("%v: %+v", err, fake.Messages())
	}
	b := &inbox{}
	deliver(ch, b, now(fake.Pressed("W0SYS", "acknowledge", "412")))
	if len(b.taken) != 1 || b.taken[0].Address != "W0SYS" || b.taken[0].Incident != 412 || b.taken[0].Respond == "" {
		t.Errorf("%+v", b.taken)
	}
}

// tripper answers every request itself, and notes where it went.
type tripper struct{ hosts []string }

func (r *tripper) RoundTrip(req *http.Request) (*http.Response, error) {
	r.hosts = append(r.hosts, req.URL.Scheme+"://"+req.URL.Host)
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("ok")), Header: http.Header{}, Request: req}, nil
}

func TestAnswersGoToSlacksHostsAndThatOfGovernmentsAlone(t *testing.T) {
	to := &tripper{}
	s := slack.New(slack.Options{APIURL: "https://slack-gov.com/api/", HTTP: &http.Client{Transport: to}})
	for _, host := range []string{
		"https://hooks.slack.com", "https://hooks.slack-gov.com", "https://slack-gov.com",
		"http://hooks.slack-gov.com", "https://hooks.slack-gov.com.evil.example", "https://evil-slack-gov.com", "https://x@hooks.slack-gov.com",
	} {
		_ = s.Respond(t.Context(), host+"/actions/T0/1/x", "done")
	}
	if want := []string{"https://hooks.slack.com", "https://hooks.slack-gov.com", "https://slack-gov.com"}; !slices.Equal(to.hosts, want) {
		t.Errorf("answers went to %v", to.hosts)
	}
}
