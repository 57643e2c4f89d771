// Package shoutrrr is the channel of services that have an address of their own ("ntfy://ntfy.sh/topic",
// "telegram://token@telegram?chats=1"): whatever the library shoutrrr knows. It stores nothing and decides
// nothing.
//
// The library sends with neither a context nor a transport of its caller's, counts some failures as sent
// (Telegram's, where no answer came) and may panic. So it works in processes of its own, one message at a time
// in each: there its HTTP calls are bound to a deadline, guarded and looked at (see Serve), and what hangs all
// the same is ended with its process.
package shoutrrr

import (
	"context"
	"errors"

	"tocsin/alerting"
	"tocsin/alerting/netguard"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// Options say how the channel's processes are started, and what they may call.
type Options struct {
	Command []string         // starts a process that runs Serve on its standard input and output
	Env     []string         // its whole environment, as os/exec's; nothing of this process is handed on
	Allow   netguard.Options // what may be called besides public addresses
	Texts   *notifiers.Texts // nil: the built-in ones
}

// Shoutrrr is a notifiers.Sender and Renderer; Place makes a notifiers.Board. It is safe for concurrent use.
type Shoutrrr struct {
	opts   Options
	texts  *notifiers.Texts
	urgent *pool // a P0 never waits behind another's slow service
	others *pool
}

// At most so many messages are under way at a time.
const (
	urgentSlots = 8
	otherSlots  = 4
)

// New makes the channel. Without a command it still renders, which is all that a sandbox needs.
func New(o Options) (*Shoutrrr, error) {
	texts, err := o.Texts.With(Room())
	if err != nil {
		return nil, err
	}
	return &Shoutrrr{opts: o, texts: texts, urgent: newPool(o, urgentSlots), others: newPool(o, otherSlots)}, nil
}

// Close ends the processes that wait for work; those under way end with their message.
func (s *Shoutrrr) Close() {
	s.urgent.close()
	s.others.close()
}

// Send hands the page to the service at the person's address. When ctx ends first, what may have left is lost.
func (s *Shoutrrr) Send(ctx context.Context, n notifiers.Notice) (notifiers.Receipt, error) {
	address := n.Person.Address(escalation.URL)
	text, err := s.page(schemeOf(address), n)
	if err != nil {
		return notifiers.Receipt{}, err
	}
	return notifiers.Receipt{}, s.send(ctx, n.Page.Severity, address, text)
}

// Render is a page as Send would write it.
func (s *Shoutrrr) Render(n notifiers.Notice) notifiers.Rendered {
	address := n.Person.Address(escalation.URL)
	text, _ := s.page(schemeOf(address), n)
	return notifiers.Rendered{To: Mask(address), Subject: text.title, Text: text.body}
}

func (s *Shoutrrr) send(ctx context.Context, severity alerting.Severity, address string, t text) error {
	if err := s.Check(address); err != nil {
		return &notifiers.Failure{Class: notifiers.Permanent, Code: "address", Err: err}
	}
	if len(s.opts.Command) == 0 {
		return &notifiers.Failure{Class: notifiers.Misconfigured, Code: "command", Err: errors.New("there is no command that starts the process which sends to services")}
	}
	p := s.others
	if severity == alerting.P0 {
		p = s.urgent
	}
	r, err := p.do(ctx, job{Address: address, Title: t.title, Text: t.body, Allow: s.opts.Allow})
	if err != nil {
		return err
	}
	return r.err(Mask(address))
}

// Place makes the board of one address that is told of a severity's incidents, besides people.
func (s *Shoutrrr) Place(address string) *notifiers.Place {
	return &notifiers.Place{
		Tell: func(ctx context.Context, _ notifiers.Telling, b notifiers.Brief) error {
			text, err := s.place(schemeOf(address), b)
			if err != nil {
				return err
			}
			return s.send(ctx, b.Incident.Severity, address, text)
		},
		Render: func(_ notifiers.Telling, b notifiers.Brief) notifiers.Rendered {
			text, _ := s.place(schemeOf(address), b)
			return notifiers.Rendered{To: Mask(address), Subject: text.title, Text: text.body}
		},
	}
}
