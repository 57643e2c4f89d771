package main

import (
	"context"
	"encoding/json"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// currentSender sends by the configuration that is in force at the moment of sending. What a sandbox
// keeps is read by everybody who may see the outbox: a link to answer by is nobody's to use there.
type currentSender struct {
	a       *app
	channel escalation.Channel
}

func (s currentSender) Send(ctx context.Context, n notifiers.Notice) (notifiers.Receipt, error) {
	c := s.a.current().channels
	if c.sandbox[s.channel] {
		n.ActURL = ""
	}
	return c.senders[s.channel].Send(ctx, n)
}

// currentBoard is the board of the configuration in force.
type currentBoard struct{ a *app }

func (b currentBoard) Post(ctx context.Context, brief notifiers.Brief) (json.RawMessage, error) {
	return b.a.current().channels.board.Post(ctx, brief)
}

func (b currentBoard) Edit(ctx context.Context, ref json.RawMessage, brief notifiers.Brief) error {
	return b.a.current().channels.board.Edit(ctx, ref, brief)
}

func (b currentBoard) Reply(ctx context.Context, ref json.RawMessage, brief notifiers.Brief, entries []alerting.Entry) error {
	return b.a.current().channels.board.Reply(ctx, ref, brief, entries)
}

// Find implements notifiers.Finder. A board that loses no answer has nothing to look for.
func (b currentBoard) Find(ctx context.Context, brief notifiers.Brief, since time.Time) (json.RawMessage, error) {
	if f, ok := b.a.current().channels.board.(notifiers.Finder); ok {
		return f.Find(ctx, brief, since)
	}
	return nil, nil
}

// Below implements notifiers.Finder.
func (b currentBoard) Below(ctx context.Context, ref json.RawMessage, brief notifiers.Brief, since time.Time) ([]int64, error) {
	if f, ok := b.a.current().channels.board.(notifiers.Finder); ok {
		return f.Below(ctx, ref, brief, since)
	}
	return nil, nil
}

// place reports whether incidents have messages of their own in a chat channel.
func (a *app) place() bool { return a.current().channels.place }

// respond tells the sender of a reply what it did.
func (a *app) respond(ctx context.Context, r escalation.Reply, text string) error {
	return a.current().channels.respond(ctx, r, text)
}
