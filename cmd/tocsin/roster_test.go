package main

import (
	"maps"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation/oncall"
	"tocsin/web"
)

func TestAnOverrideIsInForceOnEveryReplicaAndEndsWhenItIsRemoved(t *testing.T) {
	s := siteWithRoles(t)
	replicas := []*app{s.inside(), s.replica().inside()}
	by := alerting.Actor{Name: "manager", Via: "web"}
	before := replicas[0].holder("primary")
	now := time.Now()
	o, err := replicas[0].rota.AddOverride(patience(t), oncall.Override{
		Rotation: "primary", Person: "engineering-manager", From: now.Add(-time.Minute), Until: now.Add(time.Hour),
	}, by)
	must(t, err)
	for _, a := range replicas {
		eventually(t, "the override is in force", func() bool { return a.holder("primary") == "engineering-manager" })
	}
	must(t, replicas[1].rota.RemoveOverride(patience(t), o.ID, by))
	for _, a := range replicas {
		eventually(t, "the rotation is its own again", func() bool { return a.holder("primary") == before })
	}
}

func TestAReloadKeepsTheOverridesThatAreInForce(t *testing.T) {
	s := siteWithRoles(t)
	a := s.inside()
	now := time.Now()
	_, err := a.rota.AddOverride(patience(t), oncall.Override{
		Rotation: "primary", Person: "engineering-manager", From: now.Add(-time.Minute), Until: now.Add(time.Hour),
	}, alerting.Actor{Name: "manager", Via: "web"})
	must(t, err)
	eventually(t, "the override is in force", func() bool { return a.holder("primary") == "engineering-manager" })
	former := a.current().cfg.Hash
	s.edit("timezone: Europe/Berlin", "timezone: Europe/Vienna")
	eventually(t, "the changed file is in force", func() bool { return a.current().cfg.Hash != former })
	if got := a.holder("primary"); got != "engineering-manager" {
		t.Errorf("after the reload %q holds primary", got)
	}
}

func TestAReloadThatDropsAPersonPassesOverTheirOverridesAndSaysSo(t *testing.T) {
	s := siteWithRoles(t)
	a := s.inside()
	before := a.holder("primary")
	now := time.Now()
	o, err := a.rota.AddOverride(patience(t), oncall.Override{
		Rotation: "primary", Person: "engineering-manager", From: now, Until: now.Add(time.Hour),
	}, alerting.Actor{Name: "manager", Via: "web"})
	must(t, err)
	eventually(t, "the override is in force", func() bool { return a.holder("primary") == "engineering-manager" })
	if c := a.rosterHealth(); c.Status != web.Healthy {
		t.Errorf("%+v", c)
	}
	a.amend(func(g *generation) {
		rules := *g.rules
		rules.Directory.People = maps.Clone(rules.Directory.People)
		delete(rules.Directory.People, "engineering-manager")
		g.rules = &rules
	})
	if got := a.holder("primary"); got != before {
		t.Errorf("%q holds primary, want %q", got, before)
	}
	if c := a.rosterHealth(); c.Status != web.Degraded || !strings.Contains(c.Error, `nobody called "engineering-manager"`) {
		t.Errorf("%+v", c)
	}
	must(t, a.rota.RemoveOverride(patience(t), o.ID, alerting.Actor{Name: "manager"}))
	eventually(t, "health is good again", func() bool { return a.rosterHealth().Status == web.Healthy })
}

// holder is who holds a rotation now, by the policy in force.
func (a *app) holder(rotation string) string {
	person, _, _ := a.policy().Directory.Rotations[rotation].Holder(time.Now())
	return person
}
