package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers/notifierstest"
)

func TestSlackUsersAreFoundByEmailAndAUserGroupFollowsItsRole(t *testing.T) {
	s := newSite(
		t, "email: sysadmin@example.com, slack: U0SYS", "email: sysadmin@example.com",
		"signing_secret: \"${env:SLACK_SIGNING_SECRET}\",", "signing_secret: \"${env:SLACK_SIGNING_SECRET}\", usergroups: {on-call: S0ONCALL},",
	)
	s.slack.Join("sysadmin@example.com", "U0FOUND")
	s.slack.Group("S0ONCALL", "U0BEFORE")
	s.start()
	eventually(t, "the group has who is on call", func() bool { return slices.Equal(s.slack.Members("S0ONCALL"), []string{"U0FOUND"}) })
	s.send(firstAlerts(time.Now())[0])
	_, err := s.slack.WaitFor(patience(t), func(ms []notifierstest.SlackMessage) bool { return len(directTo(ms, "U0FOUND")) == 1 })
	must(t, err)
}

func TestAUserGroupStaysAsItIsWhileItIsNotKnownWhoIsInIt(t *testing.T) {
	s := newSite(
		t, "email: dba@example.com, slack: U0DBA", "email: dba@example.com",
		"signing_secret: \"${env:SLACK_SIGNING_SECRET}\",", "signing_secret: \"${env:SLACK_SIGNING_SECRET}\", usergroups: {senior-engineer: S0SENIOR},",
	)
	s.slack.Join("dba@example.com", "U0DBA")
	s.slack.Group("S0SENIOR", "U0DBA", "U0DEVOPS")
	s.slack.FailNext(1, notifierstest.RateLimited)
	program := s.start()
	eventually(t, "Slack has been asked in vain", func() bool { return strings.Contains(program.log.String(), "are not in step") })
	if got := s.slack.Members("S0SENIOR"); len(got) != 2 || s.slack.Requests() != 1 {
		t.Errorf("the group has %v after %d requests", got, s.slack.Requests())
	}
}

// typed is what somebody is answered at once who types into Slack.
func (s *site) typed(user, words string) string {
	s.t.Helper()
	return s.again(s.slack.Typed(user, "/tocsin", words).Sign(notifierstest.SlackSecret, time.Now()))
}

// again delivers a command, and returns what is answered at once.
func (s *site) again(command notifierstest.SlackRequest) string {
	s.t.Helper()
	resp, err := http.DefaultClient.Do(post(s.t, s.base+"/slack/commands", string(command.Body), command.Header))
	must(s.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(s.t, err)
	if resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s", resp.Status, body)
	}
	return string(body)
}

func TestCommandsInSlackListShowTellWhoAndStandIn(t *testing.T) {
	s := newSite(t)
	s.start()
	s.send(firstAlerts(time.Now())[0])
	id := s.only().ID
	for words, want := range map[string]string{
		"list":                  fmt.Sprintf("#%d", id),
		fmt.Sprint("show ", id): "SystemDown",
		"who on-call":           "System Admin",
		"who nobody":            "there is no role",
		"show 999":              "999",
	} {
		if got := s.typed("U0SYS", words); !strings.Contains(got, want) {
			t.Errorf("%s: %s", words, got)
		}
	}
	if got := s.typed("U0STRANGER", "list"); !strings.Contains(got, "does not know you") {
		t.Errorf("a stranger is told %s", got)
	}

	// A replay changes nothing: one override, made once.
	command := s.slack.Typed("U0SYS", "/tocsin", "override primary devops-lead 8h").Sign(notifierstest.SlackSecret, time.Now())
	for range 2 {
		if got := s.again(command); !strings.Contains(got, "stands in for") {
			t.Errorf("%s", got)
		}
	}
	var made struct{ Overrides []struct{ Person, By string } }
	s.api(http.MethodGet, "/overrides", &made)
	if len(made.Overrides) != 1 || made.Overrides[0].Person != "devops-lead" {
		t.Errorf("%+v", made)
	}
}

func TestACommandInSlackPagesSomebodyOnce(t *testing.T) {
	s := newSite(t)
	s.start()
	command := s.slack.Typed("U0SYS", "/tocsin", "page database-admin come to the war room").Sign(notifierstest.SlackSecret, time.Now())
	for range 2 {
		if got := s.again(command); !strings.Contains(got, "Database Admin is told over") {
			t.Errorf("%s", got)
		}
	}
	sms, err := s.twilio.Wait(patience(t), 1)
	must(t, err)
	if sms[0].To != "+15005550002" || !strings.Contains(sms[0].Body, "come to the war room") {
		t.Errorf("%+v", sms[0])
	}
	eventually(t, "all of it has left", func() bool { return s.unsent(t).all == 0 })
	if n := len(s.twilio.Messages()); n != 1 {
		t.Errorf("%d SMS", n)
	}
}
