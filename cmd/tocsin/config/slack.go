package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Slack is Slack's settings.
type Slack struct {
	BotToken      Secret            `json:"bot_token" jsonschema_description:"Bot token (xoxb-...)."`
	SigningSecret Secret            `json:"signing_secret" jsonschema_description:"What Slack signs its requests with; without it, buttons are refused."`
	AppToken      Secret            `json:"app_token" jsonschema_description:"App-level token (xapp-...) for Socket Mode: Slack needs no address of Tocsin's then. Left out: Slack calls Tocsin."`
	Channel       string            `json:"channel" jsonschema:"example=C0INCIDENTS" jsonschema_description:"ID of the channel that shows each incident; without it, only people are told."`
	UserGroups    map[string]string `json:"usergroups" jsonschema_description:"User groups (S...) that are kept to whoever holds a role, by the role's name."`
	TeamID        string            `json:"team_id" jsonschema:"example=T0TEAM" jsonschema_description:"ID of the workspace (T...), where bot_token is one of a whole Enterprise organisation. Left out: the token's own workspace."`
	APIURL        string            `json:"api_url" jsonschema_description:"Another address of the API, up to and with /api/; of GovSlack, https://slack-gov.com/api/. Empty: Slack's."`
	Pace          time.Duration     `json:"pace" jsonschema:"default=1s" jsonschema_description:"Between two messages to one channel or person. Slack takes one a second, and more only of whom it has promised more."`
	KeepOrSend    *bool             `json:"sandbox" jsonschema_description:"true keeps messages at /outbox, false sends them; left out: sends if the credentials are there."`
	Sandbox       bool              `json:"-"` // messages are kept, not sent
}

func readSlack(v value) Slack {
	s := Slack{Pace: time.Second}
	v.object(
		key("bot_token", &s.BotToken, secret),
		key("signing_secret", &s.SigningSecret, secret),
		key("app_token", &s.AppToken, hidden(parseAppToken)),
		key("channel", &s.Channel, text),
		key("usergroups", &s.UserGroups, readUserGroups),
		key("team_id", &s.TeamID, parsed("workspace", parseTeam)),
		key("api_url", &s.APIURL, hidden(parseSlackURL)),
		key("pace", &s.Pace, period),
		key("sandbox", &s.KeepOrSend, choose),
	)
	s.Sandbox = v.sandbox(s.KeepOrSend, "bot_token")
	if !s.Sandbox && s.SigningSecret == "" && s.AppToken == "" {
		v.warn(KindIncomplete, "slack has no signing_secret: its buttons are refused")
	}
	if !s.Sandbox && s.Channel == "" {
		v.warn(KindIncomplete, "slack has no channel: incidents are shown in none, only people are told")
	}
	return s
}

// parseAppToken reads the token of Socket Mode. Its error does not show it.
func parseAppToken(s string) (Secret, error) {
	if !strings.HasPrefix(s, "xapp-") {
		return "", errors.New("this is no app-level token: it begins with xapp-, and is made under Basic Information of the app")
	}
	return Secret(s), nil
}

// readUserGroups reads a group for each of some roles. A group follows one role.
func readUserGroups(v value) map[string]string {
	out, roles := map[string]string{}, map[string]string{}
	for name, child := range v.entries() {
		if !slices.Contains(v.r.names.roles, name) {
			child.fail("unknown role %q%s", name, hint(name, v.r.names.roles))
		}
		group := parsed("user group", parseUserGroup)(child)
		if first := roles[group]; first != "" {
			child.fail("the user group %s follows %s already: it has one role's holders", group, first)
		}
		if group != "" {
			out[name], roles[group] = group, name
		}
	}
	return out
}

var userGroup = regexp.MustCompile(`^S[A-Z0-9]{2,30}$`)

func parseUserGroup(s string) (string, error) {
	if !userGroup.MatchString(s) {
		return "", fmt.Errorf("%q is no user group's ID: it begins with S, as in S0ONCALL, and stands in the group's address", s)
	}
	return s, nil
}

var team = regexp.MustCompile(`^T[A-Z0-9]{2,30}$`)

func parseTeam(s string) (string, error) {
	if !team.MatchString(s) {
		return "", fmt.Errorf("%q is no workspace's ID: it begins with T, as in T0TEAM, and stands in the workspace's address", s)
	}
	return s, nil
}

// parseSlackURL reads a URL that method names are appended to: it ends with a slash.
func parseSlackURL(s string) (string, error) {
	s, err := parseBaseURL(s)
	if err == nil && !strings.HasSuffix(s, "/api") {
		return "", errors.New("this URL must end with /api/")
	}
	return s + "/", err
}
