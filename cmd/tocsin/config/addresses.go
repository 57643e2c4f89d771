package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"go.yaml.in/yaml/v4"
	"tocsin/alerting/netguard"
	"tocsin/escalation"
	"tocsin/notifiers/shoutrrr"
	"tocsin/notifiers/webhook"
)

// address is somewhere that webhooks or services are sent to. What it says may be secret: only where it stands
// is shown.
type address struct {
	at      value
	channel escalation.Channel
	text    Secret
}

// addressOf reads one address of a channel. Whether it may be called is seen once the whole file is read.
func addressOf(c escalation.Channel) func(value) Secret {
	return func(v value) Secret {
		s := strings.TrimSpace(line(v))
		if s == "" {
			return ""
		}
		v.r.addresses = append(v.r.addresses, address{v, c, Secret(s)})
		return Secret(s)
	}
}

// addressesOf reads addresses of a channel, one or a list. One that is filled in with nothing is left out.
func addressesOf(c escalation.Channel) func(value) []Secret {
	return func(v value) []Secret {
		if v.node.Kind != yaml.SequenceNode {
			return []Secret{addressOf(c)(v)}
		}
		var out []Secret
		seen := map[Secret]bool{}
		for _, node := range v.node.Content {
			item := v.at(v.key, node)
			if item.empty() && !item.outsider() {
				item.fail("an item of %s is empty", v.key)
			}
			s := addressOf(c)(item)
			switch {
			case s == "":
			case seen[s]:
				item.fail("this address stands twice in %s", v.key)
			default:
				seen[s] = true
				out = append(out, s)
			}
		}
		return out
	}
}

// checkAddresses refuses what nothing could be sent to, and warns where what is sent is kept instead.
func (c *Config) checkAddresses(r *reader) {
	if len(r.addresses) == 0 {
		return
	}
	post := webhook.New(webhook.Options{Guard: netguard.New(c.Notifiers.Webhook.Guard())})
	service, err := shoutrrr.New(shoutrrr.Options{Allow: c.Notifiers.URL.Guard()})
	if err != nil {
		panic("the texts of the channel url are embedded: " + err.Error())
	}
	for _, a := range r.addresses {
		err := errors.New("this has no address")
		switch a.channel {
		case escalation.Webhook:
			err = post.Check(string(a.text))
			if c.Notifiers.Webhook.Sandbox && c.Notifiers.Webhook.KeepOrSend == nil {
				a.at.warn(KindSandbox, "webhook is a sandbox for want of secret: what it would send is kept at /outbox")
			}
		case escalation.URL:
			err = service.Check(string(a.text))
		}
		if err != nil {
			a.at.fail("%s: %s", a.at.key, oneLine(err))
		}
	}
}

// placeID is what a place is called where its address must not be: "url-3fa29c01".
func placeID(c escalation.Channel, address Secret) string {
	sum := sha256.Sum256([]byte(address))
	return string(c) + "-" + hex.EncodeToString(sum[:])[:8]
}

// places are those of a row that are told of its incidents.
func (r Row) places() []escalation.Place {
	var out []escalation.Place
	add := func(c escalation.Channel, addresses []Secret) {
		for _, a := range addresses {
			out = append(out, escalation.Place{ID: placeID(c, a), Channel: c, Address: string(a)})
		}
	}
	add(escalation.Webhook, r.Webhook)
	add(escalation.URL, r.URL)
	return out
}

// Places are all that rows name, each once, in the order of the file.
func (c *Config) Places() []escalation.Place {
	var out []escalation.Place
	seen := map[string]bool{}
	for _, row := range c.Matrix.bySeverity() {
		for _, p := range row.places() {
			if !seen[p.ID] {
				seen[p.ID] = true
				out = append(out, p)
			}
		}
	}
	return out
}
