package slack

import (
	"context"
	"errors"
	"testing"

	"tocsin/escalation"
)

// pile is an Inbox and the Threads of one incident.
type pile struct{ taken []escalation.Reply }

func (p *pile) TakeReply(_ context.Context, r escalation.Reply) (bool, error) {
	p.taken = append(p.taken, r)
	return true, nil
}

func (*pile) IncidentOfThread(context.Context, string, string) (int64, bool, error) {
	return 412, true, nil
}

func FuzzEnvelope(f *testing.F) {
	for _, s := range []string{
		`{"type":"hello","num_connections":1}`, `{"type":"disconnect","reason":"warning"}`, `null`, `[]`, `{"type":7,"envelope_id":[]}`,
		`{"envelope_id":"e","type":"interactive","payload":{"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"acknowledge","value":"412"}]}}`,
		`{"envelope_id":"e","type":"slash_commands","accepts_response_payload":true,"payload":{"command":"/tocsin","text":"ack 412","user_id":"U1"}}`,
		`{"envelope_id":"e","type":"events_api","payload":{"type":"event_callback","event_id":"E","event":{"type":"message","user":"U1","ts":"2","thread_ts":"1","text":"x"}}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := readEnvelope(text)
		if err != nil {
			return
		}
		p := &pile{}
		_, err = New(Options{}).open(t.Context(), Intake{Inbox: p, Wake: func() {}, Threads: p}, e)
		if err != nil && (!errors.Is(err, errUnreadable) || len(p.taken) > 0) {
			t.Errorf("%q: %v after %+v", text, err, p.taken)
		}
		for _, r := range p.taken {
			if r.Incident <= 0 || r.Verb == "" || r.ID == "" {
				t.Errorf("%q made %+v", text, r)
			}
		}
	})
}
