package slack

import (
	"context"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// noteAction is the callback_id of the shortcut "Add to incident's timeline" and of the form that it opens.
const noteAction = "note"

// A form's parts. Source: docs.slack.dev/reference/views/modal-views.
const (
	incidentField = "incident"
	noteField     = "text"
	noteLength    = 3000 // characters of the field
)

// form is what comes of a form that somebody sent.
type form struct {
	CallbackID string `json:"callback_id"`
	ID         string `json:"id"`
	State      struct {
		Values map[string]map[string]struct {
			Value    string `json:"value"`
			Selected struct {
				Value string `json:"value"`
			} `json:"selected_option"`
		} `json:"values"`
	} `json:"state"`
}

// shortcut puts a message on the timeline of the incident that it stands below. Where it stands elsewhere,
// its person is asked which incident they mean.
func (s *Slack) shortcut(ctx context.Context, in Intake, d delivery, i interaction) error {
	text := read(i.Message.Text)
	if text == "" || in.Threads == nil {
		l, _, _ := in.reader(i.User.ID)
		return s.tell(ctx, i.ResponseURL, wordsOf(l).NoteEmpty)
	}
	thread := i.Message.ThreadTS
	if thread == "" {
		thread = i.Message.TS
	}
	id, ok, err := in.Threads.IncidentOfThread(ctx, i.Channel.ID, thread)
	switch {
	case err != nil:
		return err
	case ok:
		return in.take(ctx, d, escalation.Reply{
			Address: notifiers.Plain(i.User.ID), Incident: id, Verb: escalation.Note, Text: text, Respond: s.responseURL(i.ResponseURL),
		})
	}
	return s.ask(ctx, in, i, text)
}

// ask opens a form with the open incidents and the text.
func (s *Slack) ask(ctx context.Context, in Intake, i interaction, text string) error {
	l, _, known := in.reader(i.User.ID)
	w := wordsOf(l)
	switch {
	case in.Desk == nil:
		return s.tell(ctx, i.ResponseURL, w.NoteNowhere)
	case !known:
		return s.tell(ctx, i.ResponseURL, w.Unknown)
	}
	incidents, err := in.Desk.List(ctx)
	if err != nil {
		return err
	}
	if len(incidents) == 0 {
		return s.tell(ctx, i.ResponseURL, w.NoteNone)
	}
	trip := notifiers.NewTrip(ctx, s.opts.HTTP)
	if _, err := s.client(trip).OpenViewContext(ctx, i.TriggerID, noteView(w, incidents, text)); err != nil {
		return failure(trip, err)
	}
	return nil
}

// tell says something to whoever used a shortcut.
func (s *Slack) tell(ctx context.Context, to, text string) error {
	if !s.ours(to) {
		return nil
	}
	return s.Respond(ctx, to, text)
}

// noteView is the form that asks which incident a note belongs to.
func noteView(w words, incidents []alerting.Incident, text string) slack.ModalViewRequest {
	var options []*slack.OptionBlockObject
	for _, inc := range incidents[:min(len(incidents), optionLimit)] {
		options = append(options, slack.NewOptionBlockObject(strconv.FormatInt(inc.ID, 10), plainText(choiceOf(inc), 75), nil))
	}
	which := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText(w.FormIncident, 75), incidentField, options...)
	words := slack.NewPlainTextInputBlockElement(nil, noteField).WithMultiline(true).WithMaxLength(noteLength).WithInitialValue(notifiers.Cut(text, noteLength))
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: noteAction,
		Title: plainText(w.FormTitle, 24), Submit: plainText(w.FormSend, 24), Close: plainText(w.FormCancel, 24),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock(incidentField, plainText(w.FormIncident, 75), nil, which),
			slack.NewInputBlock(noteField, plainText(w.FormNote, 75), nil, words),
		}},
	}
}

// noteForm stores the note of a form that was sent. A form is sent once, whatever the network makes of it.
func (s *Slack) noteForm(ctx context.Context, in Intake, d delivery, i interaction) error {
	values := i.View.State.Values
	id, ok := incidentNumber(values[incidentField][incidentField].Selected.Value)
	text := strings.TrimSpace(values[noteField][noteField].Value)
	if !ok || text == "" {
		return nil
	}
	if i.View.ID != "" {
		d.id = named("view ", i.View.ID)
	}
	return in.take(ctx, d, escalation.Reply{Address: notifiers.Plain(i.User.ID), Incident: id, Verb: escalation.Note, Text: text})
}
