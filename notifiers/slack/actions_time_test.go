package slack_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers/slack"
)

// stuck is a store that answers nobody before their patience ends.
type stuck struct{}

func (stuck) TakeReply(ctx context.Context, _ escalation.Reply) (bool, error) {
	<-ctx.Done()
	return false, ctx.Err()
}

func TestAPressIsAnsweredBeforeSlacksThreeSecondsEndThoughTheStoreHangs(t *testing.T) {
	ch, fake := desk(t)
	press := fake.Pressed("U0SYS", "acknowledge", "412")
	synctest.Test(t, func(t *testing.T) {
		signed := now(press)
		req := httptest.NewRequest(http.MethodPost, "/slack/actions", bytes.NewReader(signed.Body))
		req.Header = signed.Header
		w := httptest.NewRecorder()
		start := time.Now()
		ch.ActionsHandler(slack.Intake{Inbox: stuck{}, Wake: func() { t.Error("what was not stored woke somebody") }}).ServeHTTP(w, req)
		if took := time.Since(start); w.Code != http.StatusServiceUnavailable || took > 2500*time.Millisecond {
			t.Errorf("answered %d after %s", w.Code, took)
		}
	})
}
