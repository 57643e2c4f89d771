package sandbox_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/sandbox"
)

var (
	_ notifiers.Sender = (*sandbox.Sender)(nil)
	_ notifiers.Board  = (*sandbox.Board)(nil)
)

type shelf struct {
	kept []notifiers.Outgoing
	err  error
}

func (s *shelf) Keep(_ context.Context, out notifiers.Outgoing) error {
	s.kept = append(s.kept, out)
	return s.err
}

// words is a channel whose messages say which method wrote them.
type words struct{}

func (words) Render(n notifiers.Notice) notifiers.Rendered {
	return notifiers.Rendered{To: n.Person.Phone, Text: "page " + n.Brief.Headline()}
}

func (words) RenderBrief(b notifiers.Brief) notifiers.Rendered {
	return notifiers.Rendered{To: "C1", Text: "board " + b.Headline()}
}

func (words) RenderReply(_ notifiers.Brief, entries []alerting.Entry) notifiers.Rendered {
	return notifiers.Rendered{To: "C1", Text: "reply " + entries[0].Text}
}

func TestAPageIsKeptWordForWord(t *testing.T) {
	var s shelf
	n := notifierstest.Notice()
	receipt, err := sandbox.New(escalation.SMS, words{}, &s).Send(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	if receipt.ProviderID != "sandbox-"+n.AttemptID || receipt.Receipts || receipt.Ref != nil {
		t.Errorf("the receipt is %+v", receipt)
	}
	got := s.kept[0]
	if got.At.IsZero() {
		t.Error("it does not say when")
	}
	got.At = n.Brief.Incident.OpenedAt
	want := notifiers.Outgoing{
		At: n.Brief.Incident.OpenedAt, Channel: escalation.SMS, Kind: notifiers.OutgoingPage,
		IncidentID: 412, PageID: 7001, Person: "system-admin",
		Rendered: notifiers.Rendered{To: "+15005550003", Text: "page [P0] #412 SystemDown backend"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestAMessageIsKeptAsOneThatBelongsToNoIncident(t *testing.T) {
	var s shelf
	if _, err := sandbox.New(escalation.SMS, words{}, &s).Send(t.Context(), notifierstest.Messages()["swap"]); err != nil {
		t.Fatal(err)
	}
	if got := s.kept[0]; got.Kind != notifiers.OutgoingMessage || got.IncidentID != 0 || got.PageID != 7002 || got.Person != "system-admin" {
		t.Errorf("%+v", got)
	}
}

func TestABoardKeepsPostEditAndReply(t *testing.T) {
	var s shelf
	b, brief := sandbox.NewBoard(escalation.Slack, words{}, &s), notifierstest.Notice().Brief
	at, err := b.Post(t.Context(), brief)
	if err != nil || len(at) == 0 {
		t.Fatal(at, err)
	}
	if err := errors.Join(b.Edit(t.Context(), at, brief), b.Reply(t.Context(), at, brief, notifierstest.Entries()), b.Reply(t.Context(), at, brief, nil)); err != nil {
		t.Fatal(err)
	}
	var got []notifiers.OutgoingKind
	for _, out := range s.kept {
		got = append(got, out.Kind)
	}
	if want := []notifiers.OutgoingKind{notifiers.OutgoingPost, notifiers.OutgoingEdit, notifiers.OutgoingReply}; !reflect.DeepEqual(got, want) {
		t.Errorf("kept %v, want %v", got, want)
	}
}

func TestAPageThatCannotBeKeptIsTriedAgain(t *testing.T) {
	s := shelf{err: alerting.ErrUnavailable}
	_, err := sandbox.New(escalation.SMS, words{}, &s).Send(t.Context(), notifierstest.Notice())
	if f := notifiers.AsFailure(err); f.Class != notifiers.Temporary || !errors.Is(err, alerting.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}
