package slack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

// counter is a Desk with one incident, on which somebody has written hostile things.
type counter struct {
	title      string
	err        error
	rotation   string
	person     string
	text       string
	until      time.Time
	by         slack.Caller
	overridden int
}

func (c *counter) Person(user string) (escalation.Person, bool) {
	people := map[string]string{"U0SYS": "system-admin", "U0DEVOPS": "devops-lead"}
	return escalation.Person{ID: people[user], Slack: user}, people[user] != ""
}

func (c *counter) Locale() notifiers.Locale { return notifierstest.Locale() }

func (c *counter) incident() alerting.Incident {
	inc := notifierstest.Notice().Brief.Incident
	inc.Title, inc.Labels = c.title, nil
	return inc
}

func (c *counter) List(context.Context) ([]alerting.Incident, error) {
	return []alerting.Incident{c.incident()}, c.err
}

func (c *counter) Show(_ context.Context, id int64) (notifiers.Brief, error) {
	if id != 412 {
		return notifiers.Brief{}, alerting.ErrNotFound
	}
	b := notifierstest.Notice().Brief
	b.Incident, b.Alerts = c.incident(), nil
	return b, c.err
}

func (c *counter) Who(context.Context, string) ([]slack.Holder, error) {
	return []slack.Holder{{Role: "on-call", Who: []string{"system-admin"}, Until: time.Unix(1_800_000_000, 0)}, {Role: "manager"}}, c.err
}

func (c *counter) Override(_ context.Context, by slack.Caller, rotation, person string, until time.Time) error {
	c.by, c.rotation, c.person, c.until = by, rotation, person, until
	c.overridden++
	return c.err
}

func (c *counter) Page(_ context.Context, by slack.Caller, person, text string) ([]escalation.Channel, error) {
	c.by, c.person, c.text = by, person, text
	return []escalation.Channel{escalation.SMS, escalation.Slack}, c.err
}

// typed hands a command to the handler, and returns the status and what only its sender sees.
func typed(t *testing.T, ch *slack.Slack, in slack.Intake, r notifierstest.SlackRequest) (int, string) {
	t.Helper()
	req := httptest.NewRequest(http.MethodPost, "/slack/commands", bytes.NewReader(r.Body))
	req.Header = r.Header
	w := httptest.NewRecorder()
	ch.CommandsHandler(in).ServeHTTP(w, req)
	if w.Code != http.StatusOK || w.Body.Len() == 0 {
		return w.Code, ""
	}
	var said struct {
		ResponseType string `json:"response_type"`
		Text         string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || said.ResponseType != "ephemeral" {
		t.Fatalf("answered %s", w.Body)
	}
	return w.Code, said.Text
}

func TestCommandsThatActAreStoredAsRepliesOnce(t *testing.T) {
	ch, fake := desk(t)
	for words, want := range map[string]escalation.Verb{
		"ack 412": escalation.Acknowledge, " ACK  #412 ": escalation.Acknowledge, "resolve 412": escalation.Resolve, "escalate 412": escalation.Escalate,
	} {
		b := &inbox{}
		r := now(fake.Typed("U0SYS", "/tocsin", words))
		for range 2 {
			if status, text := typed(t, ch, b.intake(), r); status != http.StatusOK || text != "" {
				t.Errorf("%q: answered %d %q", words, status, text)
			}
		}
		if len(b.taken) != 1 || b.woken != 1 || b.taken[0].Verb != want || b.taken[0].Incident != 412 || b.taken[0].Address != "U0SYS" || b.taken[0].Respond == "" {
			t.Errorf("%q: took %+v", words, b.taken)
		}
	}
	b := &inbox{err: alerting.ErrUnavailable}
	if status, _ := typed(t, ch, b.intake(), now(fake.Typed("U0SYS", "/tocsin", "ack 412"))); status != http.StatusServiceUnavailable {
		t.Errorf("what could not be stored was answered %d", status)
	}
	if status, _ := typed(t, ch, b.intake(), fake.Typed("U0SYS", "/tocsin", "ack 412").Sign("another", time.Now())); status != http.StatusForbidden {
		t.Errorf("a forged command was answered %d", status)
	}
}

func TestCommandsThatAskAreAnsweredToTheirSenderAlone(t *testing.T) {
	ch, fake := desk(t)
	for words, want := range map[string]string{
		"list": "#412", "show 412": "In hand: nobody yet", "show 7": "There is no incident #7.", "who": "`on-call` System Admin until", "who manager": "`manager` nobody",
		"help": "`/tocsin ack 412`", "": "`/tocsin ack 412`", "dance": "is no command of mine", "ack": "by its number", "ack 412 413": "by its number",
		"show": "by its number", "override primary ada": "until when", "override primary ada yesterday": "That was not done", "page ada": "whom to page", "who a b": "one name",
	} {
		b := &inbox{}
		in := b.intake()
		in.Desk = &counter{title: "SystemDown"}
		if status, text := typed(t, ch, in, now(fake.Typed("U0SYS", "/tocsin", words))); status != http.StatusOK || !strings.Contains(text, want) || len(b.taken) != 0 {
			t.Errorf("%q: answered %d %q", words, status, text)
		}
	}
}

func TestAStandInAndAPageAreTheDesksToDo(t *testing.T) {
	ch, fake := desk(t)
	c := &counter{}
	in := (&inbox{}).intake()
	in.Desk = c
	before := time.Now()
	_, text := typed(t, ch, in, now(fake.Typed("U0SYS", "/tocsin", "override primary <@U0DEVOPS|lead> 8h")))
	if c.rotation != "primary" || c.person != "devops-lead" || c.until.Sub(before).Round(time.Minute) != 8*time.Hour || c.by.Actor.Name != "system-admin" || c.by.Key == "" || !strings.Contains(text, "DevOps Lead stands in for `primary`") {
		t.Errorf("%+v: %q", c, text)
	}
	_, text = typed(t, ch, in, now(fake.Typed("U0SYS", "/tocsin", "page devops-lead join &lt;now&gt; &amp; bring <https://x.example|it>")))
	if c.person != "devops-lead" || c.text != "join <now> & bring it (https://x.example)" || text != "DevOps Lead is told over SMS, Slack." {
		t.Errorf("%+v: %q", c, text)
	}
	c.err = &alerting.Refused{Text: "there is no rotation <!channel>"}
	if _, text = typed(t, ch, in, now(fake.Typed("U0SYS", "/tocsin", "override x ada 8h"))); text != "That was not done: there is no rotation &lt;!channel&gt;." {
		t.Errorf("a refusal reads %q", text)
	}
	c.err = errors.New("password=hunter2")
	if _, text = typed(t, ch, in, now(fake.Typed("U0SYS", "/tocsin", "list"))); strings.Contains(text, "hunter2") || !strings.Contains(text, "at the moment") {
		t.Errorf("a fault reads %q", text)
	}
}

func TestWhoIsNotOfTheDirectoryIsToldNothing(t *testing.T) {
	ch, fake := desk(t)
	c := &counter{title: "secret"}
	in := (&inbox{}).intake()
	in.Desk = c
	for _, words := range []string{"list", "show 412", "who", "override primary ada 8h", "page ada hello"} {
		if _, text := typed(t, ch, in, now(fake.Typed("U0NOBODY", "/tocsin", words))); !strings.Contains(text, "does not know you") || strings.Contains(text, "secret") {
			t.Errorf("%q: %q", words, text)
		}
	}
	if c.overridden != 0 || c.text != "" {
		t.Errorf("it was done: %+v", c)
	}
}

func TestAStrangerWhomSomebodyNamesIsNobodyToPageOrToStandIn(t *testing.T) {
	ch, fake := desk(t)
	c := &counter{}
	in := (&inbox{}).intake()
	in.Desk = c
	for _, words := range []string{"override primary <@U0NOBODY|guest> 8h", "page <@U0NOBODY> hello"} {
		if _, text := typed(t, ch, in, now(fake.Typed("U0SYS", "/tocsin", words))); text != "That was not done: nobody of Tocsin's directory has that Slack user." {
			t.Errorf("%q: %q", words, text)
		}
	}
	if c.overridden != 0 || c.text != "" {
		t.Errorf("it was done: %+v", c)
	}
}

func TestWhoIsOfTheDirectoryIsAnsweredInTheirOwnLanguageAndAStrangerInEverybodys(t *testing.T) {
	ch, fake := desk(t)
	in := (&inbox{}).intake()
	in.Desk = polyglot{&counter{title: "SystemDown"}}
	for user, want := range map[string]string{"U0SYS": "noch niemand", "U0DEVOPS": "nobody yet", "U0NOBODY": "does not know you"} {
		if _, text := typed(t, ch, in, now(fake.Typed(user, "/tocsin", "list"))); !strings.Contains(text, want) {
			t.Errorf("%s is answered %q, want %q", user, text, want)
		}
	}
}

// polyglot is a desk of an organisation that speaks English, and whose system administrator reads German.
type polyglot struct{ *counter }

func (d polyglot) Person(user string) (escalation.Person, bool) {
	p, ok := d.counter.Person(user)
	if user == "U0SYS" {
		p.Language = "de"
	}
	return p, ok
}

func TestAnswersToCommandsMentionNobody(t *testing.T) {
	ch, fake := desk(t)
	for _, s := range notifierstest.Hostile() {
		in := (&inbox{}).intake()
		in.Desk = &counter{title: s, err: nil}
		for _, words := range []string{"list", "show 412", s, "who " + s, "page system-admin " + s} {
			if len(words) > 4000 {
				continue
			}
			_, text := typed(t, ch, in, now(fake.Typed("U0SYS", "/tocsin", words)))
			if err := scan(text, 20); err != nil {
				t.Errorf("%.60q: %v", words, err)
			}
		}
	}
}

func TestWhoReadsGermanIsAnsweredInGerman(t *testing.T) {
	ch, fake := desk(t)
	in := (&inbox{}).intake()
	in.Desk = &german{counter{title: "SystemDown"}}
	in.Threads = threads{}
	for words, want := range map[string]string{
		"": "die offenen Vorfälle", "dance": "Das habe ich nicht verstanden: \"dance\" ist keiner meiner Befehle.", "ack": "den Vorfall mit seiner Nummer", "show 412": "Zustand: offen",
		"list": "noch niemand", "who": "`manager` niemand", "show 7": "Einen Vorfall #7 gibt es nicht.", "override primary ada gestern": "Das wurde nicht ausgeführt: bis wann",
		"override primary ada 2020-01-01": "ist vorbei", "override primary ada 400d": "mehr als ein Jahr", "override primary devops-lead 8h": "vertritt `primary` bis",
		"page devops-lead bitte kommen": "wird verständigt über SMS, Slack", "page <@U0NONE> x": "niemand in Tocsins Verzeichnis",
	} {
		if _, text := typed(t, ch, in, now(fake.Typed("U0SYS", "/tocsin", words))); !strings.Contains(text, want) {
			t.Errorf("%q is answered %q, want %q", words, text, want)
		}
	}
	if _, text := typed(t, ch, in, now(fake.Typed("U0NOBODY", "/tocsin", "list"))); !strings.Contains(text, "kennt Sie nicht") {
		t.Errorf("a stranger is answered %q", text)
	}
	act(ch, in, now(used(fake, "U0SYS", "C0OTHER", "1700000005.1", "", "voll")))
	if v := fake.Views(); len(v) != 1 || !strings.Contains(string(v[0]), "Zum Verlauf hinzufügen") {
		t.Errorf("the form reads %s", v)
	}
}

// german is a desk of an organisation that speaks German.
type german struct{ counter }

func (g *german) Locale() notifiers.Locale {
	l := notifierstest.Locale()
	l.Language = "de"
	return l
}
