package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
	"tocsin/notifiers"
	"tocsin/notifiers/slack"
	"tocsin/web/api"
)

// slackDesk answers what is typed into Slack by the configuration in force, and does it. It implements
// slack.Desk.
type slackDesk struct{ a *app }

// listedAtMost bounds what a list of incidents reads.
const listedAtMost = 500

func (d slackDesk) Person(user string) (escalation.Person, bool) {
	return d.a.policy().Sender(escalation.Slack, user)
}

func (d slackDesk) Locale() notifiers.Locale { return d.a.locale() }

func (d slackDesk) List(ctx context.Context) ([]alerting.Incident, error) {
	cases, _, err := d.a.store.Incidents(ctx, alerting.Query{
		States: []alerting.State{alerting.StateOpen, alerting.StateAcknowledged}, Limit: listedAtMost,
	})
	if err != nil {
		return nil, err
	}
	out := make([]alerting.Incident, len(cases))
	for i, c := range cases {
		out[i] = c.Incident
	}
	slices.SortFunc(out, func(a, b alerting.Incident) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

func (d slackDesk) Show(ctx context.Context, incident int64) (notifiers.Brief, error) {
	c, err := d.a.store.Incident(ctx, incident)
	if err != nil {
		return notifiers.Brief{}, err
	}
	alerts, err := d.a.store.Alerts(ctx, incident)
	if err != nil {
		return notifiers.Brief{}, err
	}
	slices.SortStableFunc(alerts, worstFirst)
	return notifiers.Brief{
		Incident: c.Incident, Plan: c.Plan, Alerts: alerts[:min(len(alerts), notifiers.BriefAlerts)],
		URL: d.a.incidentURL(incident), Locale: d.a.locale(),
	}, nil
}

// worstFirst puts what fires before what does not, then the worse and the newer.
func worstFirst(a, b alerting.Alert) int {
	firing := func(x alerting.Alert) int {
		if x.Status == alerting.Firing {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(firing(a), firing(b)), cmp.Compare(a.Severity, b.Severity), b.StartsAt.Compare(a.StartsAt))
}

func (d slackDesk) Who(_ context.Context, role string) ([]slack.Holder, error) {
	p := d.a.policy()
	if _, ok := p.Directory.Roles[role]; role != "" && !ok {
		return nil, &alerting.Refused{Text: fmt.Sprintf("there is no role %q: the roles are %s", role, roles(p))}
	}
	var out []slack.Holder
	for _, duty := range api.Duties(p, time.Now(), role) {
		out = append(out, heldBy(duty))
	}
	return out, nil
}

// heldBy is who answers for a role: its holders, or who is told in their place while they are away.
func heldBy(d api.Duty) slack.Holder {
	out := slack.Holder{Role: d.Role, Who: answering(d)}
	for _, h := range d.People {
		for _, end := range []*time.Time{h.Until, h.AwayUntil} {
			if end != nil && (out.Until.IsZero() || end.Before(out.Until)) {
				out.Until = *end
			}
		}
	}
	return out
}

// answering are the people who answer for a role, deputies in the place of who is away, each once.
func answering(d api.Duty) []string {
	var out []string
	for _, h := range d.People {
		id := h.Person
		if h.AwayUntil != nil {
			id = h.Deputy
		}
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func (d slackDesk) Override(ctx context.Context, by slack.Caller, rotation, person string, until time.Time) error {
	rota := escalation.NewRota(d.a.store.CommandRoster(by.Key), d.a.policy, d.a.pageURL)
	_, err := rota.AddOverride(ctx, oncall.Override{Rotation: rotation, Person: person, From: time.Now(), Until: until}, by.Actor)
	return err
}

func (d slackDesk) Page(ctx context.Context, by slack.Caller, person, text string) ([]escalation.Channel, error) {
	p := d.a.policy()
	to, ok := p.Directory.People[person]
	if !ok {
		return nil, &alerting.Refused{Text: fmt.Sprintf("there is nobody called %q under people", person)}
	}
	over := pagedOver(p, to)
	if len(over) == 0 {
		return nil, &alerting.Refused{Text: fmt.Sprintf("%s has no address that a P0 would go to", to.Name)}
	}
	message := escalation.Message{
		Person: person, Channels: over, Subject: cmp.Or(by.Person.Name, by.Person.ID) + " asks for you",
		Text: text + "\n", URL: d.a.pageURL("/"),
	}
	_, err := d.a.store.TakeCommand(ctx, by.Key, by.Actor, "page", []escalation.Message{message})
	return over, err
}

// pagedOver are the channels that a person would be told of a P0 over.
func pagedOver(p *escalation.Policy, to escalation.Person) []escalation.Channel {
	return slices.DeleteFunc(slices.Clone(p.Matrix[alerting.P0].Channels), func(c escalation.Channel) bool { return to.Address(c) == "" })
}

func roles(p *escalation.Policy) string {
	return strings.Join(slices.Sorted(maps.Keys(p.Directory.Roles)), ", ")
}
