package slack

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// Desk answers and does what commands ask for that no reply can carry. Its errors are *alerting.Refused,
// whose text is shown, alerting.ErrNotFound, and others, which are not shown. It is called with a time limit
// well below Slack's three seconds.
type Desk interface {
	// Person is who of the directory has this Slack user.
	Person(user string) (p escalation.Person, ok bool)
	// List is the unresolved incidents, worst and oldest first.
	List(ctx context.Context) ([]alerting.Incident, error)
	// Show is what there is to say of an incident.
	Show(ctx context.Context, incident int64) (notifiers.Brief, error)
	// Who holds a role, or every role if it is empty, in the order of the roles' names.
	Who(ctx context.Context, role string) ([]Holder, error)
	// Override puts a person in for a rotation from now until a moment.
	Override(ctx context.Context, by Caller, rotation, person string, until time.Time) error
	// Page tells a person a text, over their channels. It returns the channels.
	Page(ctx context.Context, by Caller, person, text string) ([]escalation.Channel, error)
	// Locale is how people are told of times and of one another.
	Locale() notifiers.Locale
}

// Caller is who typed a command. Key names this one command: what is done with it is done once, should the
// command arrive again.
type Caller struct {
	Person escalation.Person
	Actor  alerting.Actor
	Key    string
}

// Holder is who holds a role at the moment.
type Holder struct {
	Role  string
	Who   []string  // people's IDs; empty: nobody
	Until time.Time // when that changes next; zero: not known to
}

// slashCommand is a command as Slack hands it over, whichever way.
// Source: docs.slack.dev/interactivity/implementing-slash-commands.
type slashCommand struct {
	Command     string `json:"command"`
	Text        string `json:"text"`
	User        string `json:"user_id"`
	ResponseURL string `json:"response_url"`
}

// command does what was typed. The answer is nil where a reply was stored: what comes of it is told once it
// has been applied. An error means that nothing was done.
func (s *Slack) command(ctx context.Context, in Intake, d delivery, typed slashCommand) (any, error) {
	c := parseCommand(typed.Text)
	if verb, ok := acting(c.Name); ok {
		return nil, in.take(ctx, d, escalation.Reply{
			Address: notifiers.Plain(typed.User), Incident: c.Incident, Verb: verb, Respond: s.responseURL(typed.ResponseURL),
		})
	}
	l, person, known := in.reader(typed.User)
	w := wordsOf(l)
	switch {
	case c.Name == "help":
		return ephemeral(help(w, typed.Command, c)), nil
	case in.Desk == nil:
		return ephemeral(prose(w.NeedsPage, sectionLimit)), nil
	case !known:
		return ephemeral(prose(w.Unknown, sectionLimit)), nil
	}
	by := Caller{Person: person, Key: d.id, Actor: alerting.Actor{Name: person.ID, Via: string(escalation.Slack), From: d.from}}
	text, err := consult(ctx, in.Desk, by, c, l)
	return ephemeral(orSorry(w, text, c, err)), nil
}

// reader is who of the directory has this Slack user, and how they are told of things. Whoever is not of it
// is told as everybody is.
func (in Intake) reader(user string) (l notifiers.Locale, p escalation.Person, known bool) {
	if in.Desk == nil {
		return l, p, false
	}
	l = in.Desk.Locale()
	if p, known = in.Desk.Person(user); known {
		l = l.For(p)
	}
	return l, p, known
}

func acting(name string) (escalation.Verb, bool) {
	switch name {
	case "ack":
		return escalation.Acknowledge, true
	case "resolve":
		return escalation.Resolve, true
	case "escalate":
		return escalation.Escalate, true
	}
	return "", false
}

// consult is what the desk says to a command, as mrkdwn.
func consult(ctx context.Context, desk Desk, by Caller, c command, l notifiers.Locale) (string, error) {
	switch c.Name {
	case "list":
		incidents, err := desk.List(ctx)
		return listed(l, incidents), err
	case "show":
		b, err := desk.Show(ctx, c.Incident)
		if err != nil {
			return "", err
		}
		b.Locale = l
		return shown(b), nil
	case "who":
		holders, err := desk.Who(ctx, c.Role)
		return held(l, holders), err
	case "override":
		return override(ctx, desk, by, c, l)
	}
	return pagePerson(ctx, desk, by, c, l)
}

func override(ctx context.Context, desk Desk, by Caller, c command, l notifiers.Locale) (string, error) {
	zone := l.Zone
	if zone == nil {
		zone = time.UTC
	}
	w, now := wordsOf(l), time.Now()
	end, err := until(c.Until, now, zone)
	if err != nil {
		return "", &alerting.Refused{Text: w.untilWhen(err, c.Until, now.In(zone))}
	}
	person, err := whom(desk, c.Person, w)
	if err != nil {
		return "", err
	}
	if err := desk.Override(ctx, by, c.Rotation, person, end); err != nil {
		return "", err
	}
	return fmt.Sprintf(w.StandsIn, prose(l.Name(person), 200), code(c.Rotation, 100), date(l, end)), nil
}

func pagePerson(ctx context.Context, desk Desk, by Caller, c command, l notifiers.Locale) (string, error) {
	w := wordsOf(l)
	person, err := whom(desk, c.Person, w)
	if err != nil {
		return "", err
	}
	channels, err := desk.Page(ctx, by, person, read(c.Text))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(w.Told, prose(l.Name(person), 200), over(l, channels)), nil
}

// mention is a Slack user as a command carries it where the app escapes users.
var mention = regexp.MustCompile(`^<@([A-Z0-9]+)(?:\|[^>]*)?>$`)

// whom is the key of the person that somebody named, by that key or by mentioning them.
func whom(desk Desk, named string, w words) (string, error) {
	m := mention.FindStringSubmatch(named)
	if m == nil {
		return read(named), nil
	}
	p, ok := desk.Person(m[1])
	if !ok {
		return "", &alerting.Refused{Text: w.NoSuchUser}
	}
	return p.ID, nil
}

// orSorry is text, or what an error says to whoever typed the command.
func orSorry(w words, text string, c command, err error) string {
	refused, ok := errors.AsType[*alerting.Refused](err)
	switch {
	case err == nil:
		return text
	case ok:
		return fmt.Sprintf(w.NotDone, prose(refused.Text, 1000))
	case errors.Is(err, alerting.ErrNotFound):
		return fmt.Sprintf(w.NoIncident, c.Incident)
	}
	return w.Later
}
