package main

import (
	"fmt"
	"os"

	"tocsin/alerting/netguard"
	"tocsin/cmd/tocsin/config"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/sandbox"
	"tocsin/notifiers/shoutrrr"
	"tocsin/notifiers/webhook"
)

func (c *channels) addWebhook(cfg *config.Config, b behind) {
	o := cfg.Notifiers.Webhook
	options := webhook.Options{
		Secret: string(o.Secret), Guard: netguard.New(o.Guard()), FollowRedirects: o.FollowRedirects, UserAgent: "Tocsin/" + version,
	}
	for _, old := range o.SecretsOld {
		options.SecretsOld = append(options.SecretsOld, string(old))
	}
	w := webhook.New(options)
	c.add(escalation.Webhook, w, b.keep, o.Sandbox)
	for _, p := range cfg.Places() {
		if p.Channel == escalation.Webhook {
			c.addPlace(p, w.Place(p.Address), b.keep, o.Sandbox)
		}
	}
}

// addServices adds what shoutrrr knows. It sends in processes of its own: this program's, with a command that
// does nothing else.
func (c *channels) addServices(cfg *config.Config, b behind, texts *notifiers.Texts) error {
	o := cfg.Notifiers.URL
	self, err := executable()
	if err != nil {
		return fmt.Errorf("notifiers.url: %w", err)
	}
	s, err := shoutrrr.New(shoutrrr.Options{Command: []string{self, servicesCommand}, Env: trust(os.Environ()), Allow: o.Guard(), Texts: texts})
	if err != nil {
		return fmt.Errorf("notifiers.url: %w", err)
	}
	c.services = s
	c.add(escalation.URL, s, b.keep, o.Sandbox)
	for _, p := range cfg.Places() {
		if p.Channel == escalation.URL {
			c.addPlace(p, s.Place(p.Address), b.keep, o.Sandbox)
		}
	}
	return nil
}

// placeBoard is a place as webhook and shoutrrr make it.
type placeBoard interface {
	notifiers.Board
	sandbox.BoardRenderer
}

func (c *channels) addPlace(p escalation.Place, board placeBoard, keep sandbox.Keeper, kept bool) {
	c.places[p.ID] = board
	if kept {
		c.places[p.ID] = sandbox.NewBoard(p.Channel, board, keep)
	}
}
