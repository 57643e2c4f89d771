// Package sandbox stands in for a channel that has no credentials: it keeps what would have gone out,
// word for word as the channel itself renders it.
package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// Keeper stores what a sandbox would have sent.
type Keeper interface {
	Keep(ctx context.Context, out notifiers.Outgoing) error
}

// Sender is a notifiers.Sender that sends nothing.
type Sender struct {
	channel  escalation.Channel
	renderer notifiers.Renderer
	keep     Keeper
}

// New makes a sandbox of the channel that renderer writes for.
func New(channel escalation.Channel, renderer notifiers.Renderer, keep Keeper) *Sender {
	return &Sender{channel: channel, renderer: renderer, keep: keep}
}

// Send keeps the page, or all that leave with it in one message. A page that cannot be kept is a temporary failure.
func (s *Sender) Send(ctx context.Context, n notifiers.Notice) (notifiers.Receipt, error) {
	out := notifiers.Outgoing{
		At: time.Now().UTC(), Channel: s.channel, Kind: kind(n),
		IncidentID: n.Brief.Incident.ID, PageID: n.Page.ID, Person: n.Person.ID,
		Rendered: s.renderer.Render(n),
	}
	if err := keepOutgoing(ctx, s.keep, out); err != nil {
		return notifiers.Receipt{}, err
	}
	// Nobody will ever tell what became of it: what is kept has arrived.
	return notifiers.Receipt{ProviderID: "sandbox-" + n.AttemptID, Delivered: s.channel == escalation.Voice}, nil
}

func kind(n notifiers.Notice) notifiers.OutgoingKind {
	if _, ok := n.Message(); ok {
		return notifiers.OutgoingMessage
	}
	return notifiers.OutgoingPage
}

// BoardRenderer writes a board's messages without sending them.
type BoardRenderer interface {
	RenderBrief(b notifiers.Brief) notifiers.Rendered
	RenderReply(b notifiers.Brief, entries []alerting.Entry) notifiers.Rendered
}

// Board is a notifiers.Board that posts nothing.
type Board struct {
	channel  escalation.Channel
	renderer BoardRenderer
	keep     Keeper
}

// NewBoard makes a sandbox of the board that renderer writes for.
func NewBoard(channel escalation.Channel, renderer BoardRenderer, keep Keeper) *Board {
	return &Board{channel: channel, renderer: renderer, keep: keep}
}

// Post keeps the incident's message. The reference that it returns is one of this board only: a real
// channel refuses it, so that a message which never was is not edited.
func (b *Board) Post(ctx context.Context, brief notifiers.Brief) (json.RawMessage, error) {
	if err := b.hold(ctx, notifiers.OutgoingPost, brief, b.renderer.RenderBrief(brief)); err != nil {
		return nil, err
	}
	return json.RawMessage(fmt.Sprintf(`{"sandbox": %d}`, brief.Incident.ID)), nil
}

// Edit keeps the message as it would read now.
func (b *Board) Edit(ctx context.Context, _ json.RawMessage, brief notifiers.Brief) error {
	return b.hold(ctx, notifiers.OutgoingEdit, brief, b.renderer.RenderBrief(brief))
}

// Reply keeps the timeline entries; without any it keeps nothing.
func (b *Board) Reply(ctx context.Context, _ json.RawMessage, brief notifiers.Brief, entries []alerting.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	return b.hold(ctx, notifiers.OutgoingReply, brief, b.renderer.RenderReply(brief, entries))
}

func (b *Board) hold(ctx context.Context, kind notifiers.OutgoingKind, brief notifiers.Brief, r notifiers.Rendered) error {
	return keepOutgoing(ctx, b.keep, notifiers.Outgoing{
		At: time.Now().UTC(), Channel: b.channel, Kind: kind, IncidentID: brief.Incident.ID, Rendered: r,
	})
}

func keepOutgoing(ctx context.Context, keep Keeper, out notifiers.Outgoing) error {
	if err := keep.Keep(ctx, out); err != nil {
		return &notifiers.Failure{Class: notifiers.Temporary, Err: fmt.Errorf("keeping a sandboxed message: %w", err)}
	}
	return nil
}
