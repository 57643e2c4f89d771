package config

import (
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
	"tocsin/alerting"
	"tocsin/escalation"
)

// Person is somebody who may be told.
type Person struct {
	Name     string              `json:"name" jsonschema_description:"What messages and pages call them. Left out: the key."`
	Phone    string              `json:"phone" jsonschema:"example=+15005550001" jsonschema_description:"Number in E.164, for SMS and calls; of one person only."`
	Email    string              `json:"email" jsonschema:"example=dba@example.com" jsonschema_description:"Email address."`
	Slack    string              `json:"slack" jsonschema:"example=U0DBA" jsonschema_description:"Slack user ID; of one person only."`
	Webhook  Secret              `json:"webhook" jsonschema:"example=https://hooks.example.com/ada" jsonschema_description:"An address of their own that signed posts go to. May hold secrets."`
	URL      Secret              `json:"url" jsonschema:"example=ntfy://ntfy.sh/topic" jsonschema_description:"Their address at a service that shoutrrr knows. May hold secrets."`
	Language Language            `json:"language" jsonschema_description:"What they are written and spoken to in. Left out: the organisation's."`
	Reach    Reach               `json:"reach" jsonschema:"default=always" jsonschema_description:"When they may be told: always, in business-hours, on-call (while they hold a rotation), or in hours of their own."`
	Only     []alerting.Severity `json:"only" jsonschema_description:"Told of these severities only."`
	Timezone *time.Location      `json:"timezone" jsonschema:"example=Asia/Tokyo" jsonschema_description:"Where they are: the zone of their business time, own hours, quiet hours and absences. Left out: the file's."`
	Calendar OwnCalendar         `json:"calendar" jsonschema_description:"Their business time, where it differs from the file's."`
	Notify   Notify              `json:"notify" jsonschema_description:"Personal rules: over which channels they are told of a severity, and after how long. A severity left out: over the row's channels, at once."`
	Quiet    Quiet               `json:"quiet" jsonschema_description:"Hours in which what is not urgent waits for their end."`
	Away     []Away              `json:"away" jsonschema_description:"Days on which they are told nothing."`
}

// names are those that other parts of the file may use.
type names struct{ people, rotations, roles []string }

func namesIn(file value) names {
	keys := func(section string) []string {
		var out []string
		if v := file.child(section); v.node != nil && v.node.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(v.node.Content); i += 2 {
				out = append(out, v.node.Content[i].Value)
			}
		}
		slices.Sort(out)
		return out
	}
	return names{keys("people"), keys("rotations"), keys("roles")}
}

func person(v value) string   { return v.name("person", v.r.names.people) }
func rotation(v value) string { return v.name("rotation", v.r.names.rotations) }
func role(v value) string     { return v.name("role", v.r.names.roles) }

func readPerson(v value) Person {
	p := Person{Name: v.key, Reach: Reach{Kind: escalation.ReachAlways}}
	v.object(
		key("name", &p.Name, text),
		key("phone", &p.Phone, parsed("telephone number", parsePhone)),
		key("email", &p.Email, parsed("email address", parseMailbox)),
		key("slack", &p.Slack, text),
		key("webhook", &p.Webhook, addressOf(escalation.Webhook)),
		key("url", &p.URL, addressOf(escalation.URL)),
		key("language", &p.Language, language),
		key("reach", &p.Reach, readReach),
		key("only", &p.Only, unique(some(severity))),
		key("timezone", &p.Timezone, parsed("time zone", parseZone)),
		key("calendar", &p.Calendar, readOwnCalendar),
		key("notify", &p.Notify, readNotify),
		key("quiet", &p.Quiet, readQuiet),
		key("away", &p.Away, readAbsences(v.key)),
	)
	if !slices.ContainsFunc([]string{"phone", "email", "slack", "webhook", "url"}, v.has) {
		v.warn(KindNoChannel, "%s has no phone, email, slack, webhook or url and can be told nothing", v.key)
		return p
	}
	v.warnOfRules(p)
	return p
}

// people reads everybody. What a reply comes from says who sends it, so nobody shares it.
func people(v value) map[string]Person {
	out := named(readPerson)(v)
	v.oneOwnerEach("phone", "phone")
	v.oneOwnerEach("slack", "Slack user")
	return out
}

// oneOwnerEach makes sure that no two of the mapping v say the same under key, which people call
// what. Upper and lower case are the same.
func (v value) oneOwnerEach(key, what string) {
	if v.node == nil || v.node.Kind != yaml.MappingNode {
		return
	}
	owners := map[string]string{}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		owner := v.member(i)
		item := owner.child(key)
		if item.empty() || item.node.Kind != yaml.ScalarNode {
			continue
		}
		same := strings.ToUpper(item.node.Value)
		if first, taken := owners[same]; taken && first != owner.key {
			item.fail("the %s %s is %s's already: a reply must say who sent it", what, item.shown(), first)
			continue
		}
		owners[same] = owner.key
	}
}
