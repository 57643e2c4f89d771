package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/notifiers/notifierstest"
)

const (
	killSenders = 4
	killPause   = 20 * time.Millisecond // a sender's, between its alerts and between its tries
)

// flood is the senders of alerts.
type flood struct {
	next   atomic.Int64 // the number of the next alert
	enough atomic.Bool
	wg     sync.WaitGroup
}

// flood sends alerts until it is ended, each as often as it takes.
func (s *site) flood() *flood {
	f := &flood{}
	for range killSenders {
		f.wg.Go(func() {
			for s.t.Context().Err() == nil && !(f.enough.Load() && f.next.Load() >= killAlerts) {
				s.sendUntilTaken(int(f.next.Add(1) - 1))
				time.Sleep(killPause)
			}
		})
	}
	return f
}

// end returns how many alerts were sent; all of them have been accepted.
func (f *flood) end() int {
	f.enough.Store(true)
	f.wg.Wait()
	return int(f.next.Load())
}

// killedName is the service of an alert, by which it is known everywhere.
func killedName(i int) string { return fmt.Sprintf("killed-%d", i) }

// sendUntilTaken posts one alert of its own, as often as it takes, as Alertmanager would.
func (s *site) sendUntilTaken(i int) {
	labels := map[string]string{"alertname": "SystemDown", "service": killedName(i)}
	body, _ := json.Marshal(map[string]any{
		"version": "4", "status": "firing", "groupLabels": labels,
		"alerts": []any{map[string]any{"status": "firing", "labels": labels, "startsAt": "2026-01-01T00:00:00Z", "endsAt": "0001-01-01T00:00:00Z"}},
	})
	s.untilTaken(func(ctx context.Context) (int, error) {
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/intake/alertmanager", bytes.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+sourceToken)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		return resp.StatusCode, nil
	})
}

// untilTaken sends until the answer is a 2xx.
func (s *site) untilTaken(send func(context.Context) (status int, err error)) {
	for s.t.Context().Err() == nil {
		if code, err := send(s.t.Context()); err == nil && code/100 == 2 {
			return
		}
		time.Sleep(killPause)
	}
}

// answeredOver is the channel over which an alert's incident is acknowledged; most are left alone.
func answeredOver(i int) string {
	return map[int]string{0: "sms", 1: "slack"}[i%5]
}

// people acknowledge some of what they are paged for, over the channel that paged them.
type people struct {
	s      *site
	begun  map[int]bool // by the alert's number
	ended  chan struct{}
	alerts chan int
	wg     sync.WaitGroup
}

func (s *site) answerSome() *people {
	p := &people{s: s, begun: map[int]bool{}, ended: make(chan struct{}), alerts: make(chan int, 1)}
	go p.run()
	return p
}

// run looks at what has arrived until all that should be answered is.
func (p *people) run() {
	defer close(p.ended)
	want := -1 // not known yet
	for p.s.t.Context().Err() == nil && len(p.begun) != want {
		select {
		case alerts := <-p.alerts:
			want = 0
			for i := range alerts {
				if answeredOver(i) != "" {
					want++
				}
			}
		case <-time.After(killPause):
		}
		p.look()
	}
	p.wg.Wait()
}

// end returns once everything was answered that should be, of so many alerts.
func (p *people) end(alerts int) {
	p.alerts <- alerts
	<-p.ended
}

var (
	pagedAlert  = regexp.MustCompile(`killed-([0-9]+)`)
	numberInSMS = regexp.MustCompile(`ACK ([0-9]+)`)
	valueInPost = regexp.MustCompile(`"value":\s*"([0-9]+)"`)
)

func (p *people) look() {
	for _, m := range p.s.twilio.Messages() {
		if id := numberInSMS.FindStringSubmatch(m.Body); id != nil {
			p.answer("sms", m.Body, func(i int) { p.s.replyTwice(i, id[1]) })
		}
	}
	for _, m := range p.s.slack.Messages() {
		if id := valueInPost.FindSubmatch(m.Blocks); id != nil && m.User != "" {
			p.answer("slack", m.Text+string(m.Blocks), func(int) { p.s.pressTwice(string(id[1])) })
		}
	}
}

func (p *people) answer(channel, text string, say func(alert int)) {
	name := pagedAlert.FindStringSubmatch(text)
	if name == nil {
		return
	}
	var i int
	if _, err := fmt.Sscan(name[1], &i); err != nil || p.begun[i] || answeredOver(i) != channel {
		return
	}
	p.begun[i] = true
	p.wg.Go(func() { say(i) })
}

// replyTwice sends one SMS until it is taken, and the same again: Twilio cannot know that it was.
func (s *site) replyTwice(alert int, incident string) {
	sid := fmt.Sprintf("SM%032x", 1<<40+alert) // beyond those of the stand-in
	for range 2 {
		s.untilTaken(func(ctx context.Context) (int, error) {
			code, _, err := s.twilio.Deliver(ctx, s.base+"/twilio/sms", sid, "+15005550003", "ACK "+incident)
			return code, err
		})
	}
}

// pressTwice sends one signed press until it is taken, and the same again.
func (s *site) pressTwice(incident string) {
	press := s.slack.Pressed("U0SYS", "acknowledge", incident).Sign(notifierstest.SlackSecret, time.Now())
	for range 2 {
		s.untilTaken(func(ctx context.Context) (int, error) {
			return press.Send(ctx, s.base+"/slack/actions")
		})
	}
}
