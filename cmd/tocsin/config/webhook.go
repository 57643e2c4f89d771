package config

import (
	"errors"

	"tocsin/alerting/netguard"
)

// Webhook is the settings of signed posts.
type Webhook struct {
	Secret          Secret   `json:"secret" jsonschema_description:"What posts are signed with."`
	SecretsOld      []Secret `json:"secrets_old" jsonschema_description:"Former secrets, which posts are signed with besides until receivers know the new one."`
	Allow           []string `json:"allow" jsonschema:"example=10.20.0.0/16,example=hooks.internal" jsonschema_description:"Networks, addresses and hosts that are called although they are not public."`
	FollowRedirects bool     `json:"follow_redirects" jsonschema:"default=false" jsonschema_description:"Whether redirects are followed, at most three."`
	KeepOrSend      *bool    `json:"sandbox" jsonschema_description:"true keeps messages at /outbox, false sends them; left out: sends if there is a secret."`
	Sandbox         bool     `json:"-"` // messages are kept, not sent
}

// URL is the settings of services that have an address of their own.
type URL struct {
	Allow      []string `json:"allow" jsonschema:"example=ntfy.internal" jsonschema_description:"Networks, addresses and hosts that are called although they are not public."`
	KeepOrSend *bool    `json:"sandbox" jsonschema_description:"true keeps messages at /outbox; left out, and with false: sends."`
	Sandbox    bool     `json:"-"` // messages are kept, not sent
}

func readWebhook(v value) Webhook {
	var w Webhook
	v.object(
		key("secret", &w.Secret, secret),
		key("secrets_old", &w.SecretsOld, noneOrMore(secret)),
		key("allow", &w.Allow, unique(noneOrMore(parsed("network, address or host", parseAllowed)))),
		key("follow_redirects", &w.FollowRedirects, truth),
		key("sandbox", &w.KeepOrSend, choose),
	)
	switch chosen := w.KeepOrSend; {
	case chosen != nil && *chosen:
		w.Sandbox = true
	case w.Secret == "" && chosen != nil:
		v.fail("webhook cannot send (sandbox: false) without secret")
	default:
		w.Sandbox = w.Secret == "" // said where somebody is told over it
	}
	return w
}

func readURL(v value) URL {
	var u URL
	v.object(
		key("allow", &u.Allow, unique(noneOrMore(parsed("network, address or host", parseAllowed)))),
		key("sandbox", &u.KeepOrSend, choose),
	)
	u.Sandbox = u.KeepOrSend != nil && *u.KeepOrSend
	return u
}

// truth is true or false.
func truth(v value) bool {
	if t := choose(v); t != nil {
		return *t
	}
	return false
}

func parseAllowed(s string) (string, error) {
	if _, err := netguard.Parse([]string{s}); err != nil {
		return "", errors.New(oneLine(err))
	}
	return s, nil
}

// guarded is what a list under allow, which has been checked, lets through.
func guarded(allow []string) netguard.Options {
	o, err := netguard.Parse(allow)
	if err != nil {
		return netguard.Options{} // each entry was checked when it was read
	}
	return o
}

// Guard is what may be called besides public addresses.
func (w Webhook) Guard() netguard.Options { return guarded(w.Allow) }

// Guard is what may be called besides public addresses.
func (u URL) Guard() netguard.Options { return guarded(u.Allow) }
