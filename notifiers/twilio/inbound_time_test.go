package twilio_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/escalation"
)

// slow is an inbox whose store takes its time, and which never comes to applying.
type slow time.Duration

func (s slow) TakeReply(ctx context.Context, _ escalation.Reply) (bool, error) {
	select {
	case <-time.After(time.Duration(s)):
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

func (slow) apply(ctx context.Context, _ string) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

func TestAnSMSIsAnsweredBeforeTwiliosPatienceEnds(t *testing.T) {
	for store, status := range map[time.Duration]int{
		9 * time.Second: http.StatusOK, // stored, so it is promised
		time.Hour:       http.StatusServiceUnavailable,
	} {
		synctest.Test(t, func(t *testing.T) {
			r := signed(publicURL+"/twilio/sms", sms("ACK 412"))
			w := httptest.NewRecorder()
			start := time.Now()
			account().InboundHandler(slow(store), slow(store).apply).ServeHTTP(w, r)
			if took := time.Since(start); w.Code != status || took > 10*time.Second {
				t.Errorf("the store takes %s: answered %d after %s", store, w.Code, took)
			}
			if status == http.StatusOK && !strings.Contains(w.Body.String(), "Tocsin has your reply") {
				t.Errorf("answered %q", w.Body)
			}
		})
	}
}
