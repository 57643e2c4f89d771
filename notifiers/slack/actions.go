package slack

import (
	"context"
	"net/http"
	"net/url"
)

// ActionsHandler answers POST /slack/actions, where presses, choices, shortcuts and forms arrive: 200 with
// an empty body once the reply is stored. The statuses of a refusal are signedForm's; 400 for a payload that
// cannot be read, 503 if the reply could not be stored within takeTime: whoever pressed then sees that it
// failed. What is no answer is taken and forgotten.
func (s *Slack) ActionsHandler(in Intake) http.Handler {
	return s.signedForm(func(ctx context.Context, d delivery, form url.Values) (any, error) {
		return nil, s.interact(ctx, in, d, []byte(form.Get("payload")))
	})
}

// CommandsHandler answers POST /slack/commands, where /tocsin arrives: 200 with what there is to say to
// whoever typed it, or with an empty body where a reply is stored, which is answered once it is applied.
// Refusals are as ActionsHandler's.
func (s *Slack) CommandsHandler(in Intake) http.Handler {
	return s.signedForm(func(ctx context.Context, d delivery, form url.Values) (any, error) {
		if form.Get("ssl_check") != "" {
			return nil, nil
		}
		return s.command(ctx, in, d, slashCommand{
			Command: form.Get("command"), Text: form.Get("text"), User: form.Get("user_id"), ResponseURL: form.Get("response_url"),
		})
	})
}

// EventsHandler answers POST /slack/events: 200 once a note is stored, or with the challenge by which Slack
// checks the address. Refusals are as ActionsHandler's; Slack sends an event again that was not answered
// 200 within three seconds, which is stored once all the same.
func (s *Slack) EventsHandler(in Intake) http.Handler {
	return s.signedBody("application/json", func(w http.ResponseWriter, r *http.Request, d delivery, body []byte) {
		ctx, cancel := context.WithTimeout(r.Context(), takeTime)
		defer cancel()
		challenge, err := s.event(ctx, in, d, body)
		if err != nil {
			refuse(w, err)
			return
		}
		if challenge != "" {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("X-Content-Type-Options", "nosniff")
			_, _ = w.Write([]byte(challenge))
		}
	})
}
