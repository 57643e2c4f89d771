package slack_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

func TestPeopleWithoutASlackUserAreFoundByEmailAndRemembered(t *testing.T) {
	fake := notifierstest.NewSlack(t)
	known := slack.NewKnown()
	open := func() *slack.Slack {
		return slack.New(slack.Options{BotToken: notifierstest.SlackToken, APIURL: fake.URL, Known: known})
	}
	fake.Join("ada@example.com", "U0ADA")
	fake.Join("sysadmin@example.com", "U0SYS")
	people := []escalation.Person{
		{ID: "ada", Email: "Ada@Example.com"},
		{ID: "nobody", Email: "nobody@example.com"},
		{ID: "without"},
		{ID: "twin", Email: "ada@example.com"},
		{ID: "impostor", Email: "sysadmin@example.com"},
		{ID: "system-admin", Email: "sysadmin@example.com", Slack: "U0SYS"},
	}
	want := map[string]string{"ada": "U0ADA"}
	for range 2 { // the second is another configuration's, and asks nobody
		got, err := open().Match(t.Context(), people)
		if err != nil || !maps.Equal(got, want) || fake.Requests() != 3 {
			t.Errorf("got %v (%v) after %d requests", got, err, fake.Requests())
		}
	}
	fake.FailNext(1, notifierstest.RateLimited)
	got, err := open().Match(t.Context(), append(people, escalation.Person{ID: "late", Email: "late@example.com"}))
	if f := notifiers.AsFailure(err); err == nil || f.RetryAfter != time.Second || !maps.Equal(got, want) {
		t.Errorf("got %v (%v)", got, err)
	}
}

func TestUsersThatAreKnownStayKnownWhileSlackCannotBeAsked(t *testing.T) {
	still(t, func(t *testing.T, ch *slack.Slack, fake *notifierstest.Slack) {
		people, want := []escalation.Person{}, map[string]string{}
		for _, name := range []string{"ada", "ben", "eve"} {
			fake.Join(name+"@example.com", "U0"+name)
			people, want[name] = append(people, escalation.Person{ID: name, Email: name + "@example.com"}), "U0"+name
		}
		if got, err := ch.Match(t.Context(), people); err != nil || !maps.Equal(got, want) {
			t.Fatalf("%v (%v)", got, err)
		}
		time.Sleep(25 * time.Hour)
		fake.RetryAfter(7 * time.Second)
		fake.FailNext(2, notifierstest.RateLimited)
		for range 2 {
			got, err := ch.Match(t.Context(), people)
			if f := notifiers.AsFailure(err); err == nil || f.RetryAfter != 7*time.Second || !maps.Equal(got, want) {
				t.Errorf("while Slack asks to wait: %v (%v)", got, err)
			}
		}
		fake.Join("eve@example.com", "U0new")
		want["eve"] = "U0new"
		if got, err := ch.Match(t.Context(), people); err != nil || !maps.Equal(got, want) {
			t.Errorf("when Slack answers again: %v (%v)", got, err)
		}
	})
}

func TestAUserGroupIsWrittenOnlyWhereItDiffers(t *testing.T) {
	ch, fake := channel(t)
	fake.Group("S0ONCALL", "U0SYS", "U0OLD")
	for i, c := range []struct {
		users    []string
		want     []string
		changed  bool
		requests int
	}{
		{[]string{"U0OLD", "U0SYS", "U0SYS", ""}, []string{"U0SYS", "U0OLD"}, false, 1},
		{[]string{"U0DEVOPS"}, []string{"U0DEVOPS"}, true, 3},
		{nil, []string{"U0DEVOPS"}, false, 3},
	} {
		changed, err := ch.SetGroup(t.Context(), "S0ONCALL", c.users)
		if got := fake.Members("S0ONCALL"); err != nil || changed != c.changed || !slices.Equal(got, c.want) || fake.Requests() != c.requests {
			t.Errorf("%d: changed %v (%v), members %v, %d requests", i, changed, err, got, fake.Requests())
		}
	}
	_, err := ch.SetGroup(t.Context(), "S0NONE", []string{"U0SYS"})
	expectFailure(t, err, notifiers.Permanent, "no_such_subteam", 0)
}
