package notifierstest_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"tocsin/notifiers/notifierstest"
)

func TestFaultsComeInTheOrderTheyWereAskedFor(t *testing.T) {
	fake := notifierstest.NewTwilio(t)
	fake.FailBy(func(request int) notifierstest.Fault {
		if request == 3 {
			return notifierstest.Refused
		}
		return notifierstest.NoFault
	})
	fake.FailNext(1, notifierstest.ServerError)
	var got []int
	for range 4 {
		got = append(got, post(t, fake))
	}
	if got[0] != 502 || got[1] != 201 || got[2] != 400 || got[3] != 201 {
		t.Errorf("answered %v", got)
	}
}

func TestWaitEndsWithWhatArrivedOrWithTheContext(t *testing.T) {
	fake := notifierstest.NewTwilio(t)
	arrived := make(chan error)
	go func() {
		_, err := fake.Wait(t.Context(), 2)
		arrived <- err
	}()
	post(t, fake)
	post(t, fake)
	if err := <-arrived; err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if ms, err := fake.Wait(ctx, 3); !errors.Is(err, context.Canceled) || len(ms) != 2 {
		t.Errorf("%d messages, %v", len(ms), err)
	}
}

func TestSlacksLimitsAreChecked(t *testing.T) {
	long := strings.Repeat("x", 3001)
	for name, blocks := range map[string]string{
		"a long header":     `[{"type":"header","text":{"type":"plain_text","text":"` + long[:151] + `"}}]`,
		"a header's mrkdwn": `[{"type":"header","text":{"type":"mrkdwn","text":"x"}}]`,
		"a long section":    `[{"type":"section","text":{"type":"mrkdwn","text":"` + long + `"}}]`,
		"an empty section":  `[{"type":"section"}]`,
		"an empty text":     `[{"type":"section","text":{"type":"mrkdwn","text":""}}]`,
		"a button twice":    `[{"type":"actions","elements":[{"type":"button","action_id":"a","text":{"type":"plain_text","text":"x"}},{"type":"button","action_id":"a","text":{"type":"plain_text","text":"x"}}]}]`,
		"51 blocks":         "[" + strings.TrimSuffix(strings.Repeat(`{"type":"divider"},`, 51), ",") + "]",
		"no list":           `{}`,
	} {
		if notifierstest.CheckBlocks(json.RawMessage(blocks)) == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestTheExampleInTwiliosDocumentationIsSignedAsThere(t *testing.T) {
	form := map[string][]string{
		"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675310"}, "Digits": {"1234"},
		"From": {"+14158675310"}, "To": {"+18005551212"},
	}
	got := notifierstest.TwilioSignature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form)
	if got != "GvWf1cFY/Q7PnoempGyD5oXAezc=" {
		t.Errorf("signed %q", got)
	}
}

func post(t *testing.T, fake *notifierstest.Twilio) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fake.URL+"/2010-04-01/Accounts/"+notifierstest.TwilioSID+"/Messages.json",
		strings.NewReader("To=%2B15005550003&From=%2B15005550006&Body=x"))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(notifierstest.TwilioSID, notifierstest.TwilioToken)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
