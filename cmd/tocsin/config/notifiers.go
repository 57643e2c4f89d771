package config

import "errors"

// Notifiers are the channels and what they sign in with.
type Notifiers struct {
	Slack    Slack             `json:"slack" jsonschema_description:"Messages in Slack. Needs bot_token."`
	Twilio   Twilio            `json:"twilio" jsonschema_description:"SMS and calls over Twilio. Needs account_sid, auth_token and from."`
	Email    Email             `json:"email" jsonschema_description:"Email. Needs smtp and from; also username and password unless tls is none."`
	Webhook  Webhook           `json:"webhook" jsonschema_description:"Signed posts to programs. Needs secret."`
	URL      URL               `json:"url" jsonschema_description:"Services that have an address of their own (shoutrrr's)."`
	Budget   Budget            `json:"budget" jsonschema_description:"How many messages one person gets over a channel; what is beyond leaves as one message. The first P0 never waits."`
	Language Language          `json:"language" jsonschema:"default=en" jsonschema_description:"What people are written and spoken to in, where they have no language of their own."`
	Names    SeverityNames     `json:"names" jsonschema_description:"What the organisation calls its severities. Left out: the language's words."`
	Texts    map[string]string `json:"texts" jsonschema_description:"Texts of messages in the place of those built in, by CHANNEL.KIND or CHANNEL.KIND.LANGUAGE."`
}

func readNotifiers(v value) Notifiers {
	n := Notifiers{Language: English}
	v.object(
		section("slack", &n.Slack, readSlack),
		section("twilio", &n.Twilio, readTwilio),
		section("email", &n.Email, readEmail),
		section("webhook", &n.Webhook, readWebhook),
		section("url", &n.URL, readURL),
		section("budget", &n.Budget, readBudget),
		key("language", &n.Language, language),
		key("names", &n.Names, readSeverityNames),
		key("texts", &n.Texts, readTexts),
	)
	return n
}

// choose is true or false, where nil says neither.
func choose(v value) *bool {
	return parsed("truth value", func(s string) (*bool, error) {
		switch s {
		case "true", "false":
			return new(s == "true"), nil
		}
		return nil, errors.New("write true or false")
	})(v)
}

// sandbox reports whether the channel v keeps its messages, and warns if that is for want of needs.
func (v value) sandbox(chosen *bool, needs ...string) bool {
	if chosen != nil && *chosen {
		return true
	}
	var missing []string
	for _, key := range needs {
		if !v.has(key) {
			missing = append(missing, key)
		}
	}
	switch {
	case len(missing) == 0:
		return false
	case chosen != nil:
		v.fail("%s cannot send (sandbox: false) without %s", v.key, and(missing))
	default:
		hint := ""
		if v.key == "email" && v.has("smtp") && v.has("from") {
			hint = " (sandbox: false sends without signing in)"
		}
		v.warn(KindSandbox, "%s is a sandbox for want of %s%s: what it would send is kept at /outbox", v.key, and(missing), hint)
	}
	return true
}
