package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"tocsin/alerting/netguard"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/webhook"
)

var (
	_ notifiers.Sender   = (*webhook.Webhook)(nil)
	_ notifiers.Renderer = (*webhook.Webhook)(nil)
	_ notifiers.Board    = (*notifiers.Place)(nil)
)

// channel may call this host, as only a test's may.
func channel(change ...func(*webhook.Options)) *webhook.Webhook {
	o := webhook.Options{
		Secret: notifierstest.WebhookSecret,
		Guard:  netguard.New(netguard.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}),
	}
	for _, c := range change {
		c(&o)
	}
	return webhook.New(o)
}

func notice(address string) notifiers.Notice {
	n := notifierstest.Notice()
	n.Page.Channel, n.Page.Tries, n.Person.Webhook = "webhook", 1, address
	return n
}

func TestAPageArrivesSignedAndCanBeTold(t *testing.T) {
	fake := notifierstest.NewWebhook(t)
	n := notice(fake.URL + "/hooks/T0KEN?x=1#part")
	if _, err := channel().Send(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	n.AttemptID, n.PossibleRepeat = "another", true
	if _, err := channel().Send(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	posts, err := fake.Wait(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	first, again := posts[0], posts[1]
	for name, want := range map[string]string{
		"Tocsin-Event": "page", "Tocsin-Attempt": "0198f6a2-7c1e-7d30-9c55-2f1f0c8d4b11", "Idempotency-Key": "tocsin-page-7001",
		"User-Agent": "Tocsin", "Content-Type": "application/json",
	} {
		if got := first.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if first.Duplicate || !again.Duplicate {
		t.Error("the receiver cannot tell the repeat by its key")
	}
	if err := webhook.Verify(first.Header.Get("Tocsin-Signature"), first.Body, notifierstest.WebhookSecret, time.Now(), time.Minute); err != nil {
		t.Error(err)
	}
	if !strings.Contains(string(again.Body), `"possible_repeat":true`) {
		t.Errorf("the repeat is not marked: %s", again.Body)
	}
}

func TestEachFaultIsWhatItIs(t *testing.T) {
	for name, c := range map[string]struct {
		fault    notifierstest.Fault
		class    notifiers.FailureClass
		code     string
		retry    time.Duration
		accepted int
	}{
		"a 502 with an HTML body is lost":        {notifierstest.ServerError, notifiers.Lost, "502", 0, 0},
		"a 429 says when to come back":           {notifierstest.RateLimited, notifiers.Temporary, "429", 7 * time.Second, 0},
		"410 Gone is permanent":                  {notifierstest.Refused, notifiers.Permanent, "410", 0, 0},
		"no answer in time is lost":              {notifierstest.Hang, notifiers.Lost, "", 0, 0},
		"a connection closed unanswered is lost": {notifierstest.Drop, notifiers.Lost, "", 0, 0},
		"accepted, the answer lost":              {notifierstest.AcceptAndDrop, notifiers.Lost, "", 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			fake := notifierstest.NewWebhook(t)
			fake.FailNext(1, c.fault)
			fake.RetryAfter(7 * time.Second)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			n := notice(fake.URL + "/SECRETPATH")
			_, err := channel().Send(ctx, n)
			expect(t, err, c.class, c.code)
			if f := notifiers.AsFailure(err); f.RetryAfter != c.retry {
				t.Errorf("to come back after %v, want %v", f.RetryAfter, c.retry)
			}
			if got := len(fake.Posts()); got != c.accepted {
				t.Errorf("%d posts accepted, want %d", got, c.accepted)
			}
			n.AttemptID = "next"
			if _, err := channel().Send(t.Context(), n); err != nil {
				t.Errorf("the next attempt did not go out: %v", err)
			}
		})
	}
}

func TestEveryAnswerOfTwoHundredIsAccepted(t *testing.T) {
	fake := notifierstest.NewWebhook(t)
	for status, class := range map[int]notifiers.FailureClass{
		400: notifiers.Permanent, 401: notifiers.Misconfigured, 404: notifiers.Misconfigured, 422: notifiers.Permanent,
		500: notifiers.Lost, 503: notifiers.Temporary, 302: notifiers.Misconfigured,
	} {
		fake.Answer("/x", status)
		_, err := channel().Send(t.Context(), notice(fake.URL+"/x"))
		expect(t, err, class, fmt.Sprint(status))
	}
	for _, status := range []int{200, 201, 202, 204} {
		fake.Answer("/x", status)
		if _, err := channel().Send(t.Context(), notice(fake.URL+"/x")); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
	fake.FailNext(1, notifierstest.Garbage)
	if _, err := channel().Send(t.Context(), notice(fake.URL+"/y")); err != nil {
		t.Errorf("what a 200 says beside does not matter: %v", err)
	}
}

func TestWithTwoSecretsEitherReceiverIsContent(t *testing.T) {
	fake := notifierstest.NewWebhook(t)
	ch := channel(func(o *webhook.Options) { o.Secret, o.SecretsOld = "new", []string{notifierstest.WebhookSecret} })
	if _, err := ch.Send(t.Context(), notice(fake.URL)); err != nil {
		t.Errorf("a receiver with the old secret: %v", err)
	}
	fake.Expect("new")
	n := notice(fake.URL)
	n.AttemptID = "another"
	if _, err := ch.Send(t.Context(), n); err != nil {
		t.Errorf("a receiver with the new secret: %v", err)
	}
	fake.Expect("a third")
	_, err := ch.Send(t.Context(), n)
	expect(t, err, notifiers.Misconfigured, "401")
}

func TestNothingIsSentUnsigned(t *testing.T) {
	fake := notifierstest.NewWebhook(t)
	_, err := channel(func(o *webhook.Options) { o.Secret = "" }).Send(t.Context(), notice(fake.URL))
	expect(t, err, notifiers.Misconfigured, "secret")
	if fake.Requests() > 0 {
		t.Error("it was sent")
	}
}

func TestThisHostAndPrivateNetworksAreNotCalled(t *testing.T) {
	fake := notifierstest.NewWebhook(t)
	port := fake.URL[strings.LastIndex(fake.URL, ":"):]
	strict := channel(func(o *webhook.Options) { o.Guard = nil })
	for address, code := range map[string]string{
		fake.URL + "/SECRETPATH": "address", "http://localhost" + port + "/SECRETPATH": "guard", "http://169.254.169.254/SECRETPATH": "address",
		"file:///SECRETPATH": "address", "SECRETPATH": "address", "http://a b/SECRETPATH": "address", "": "address",
	} {
		_, err := strict.Send(t.Context(), notice(address))
		expect(t, err, notifiers.Permanent, code)
		if code == "address" && strict.Check(address) == nil {
			t.Errorf("%q passes the check", address)
		}
	}
	if fake.Requests() > 0 {
		t.Error("this host was called")
	}
}

func TestARedirectIsFollowedOnlyWhereAskedAndGuarded(t *testing.T) {
	fake := notifierstest.NewWebhook(t)
	fake.Redirect("/moved", fake.URL+"/new")
	fake.Redirect("/inside", strings.Replace(fake.URL, "127.0.0.1", "[::1]", 1)+"/new")
	fake.Redirect("/round", "/round")
	_, err := channel().Send(t.Context(), notice(fake.URL+"/moved"))
	expect(t, err, notifiers.Misconfigured, "307")
	following := channel(func(o *webhook.Options) { o.FollowRedirects = true })
	if _, err := following.Send(t.Context(), notice(fake.URL+"/moved")); err != nil {
		t.Errorf("the redirect was not followed: %v", err)
	}
	_, err = following.Send(t.Context(), notice(fake.URL+"/inside"))
	expect(t, err, notifiers.Permanent, "guard")
	_, err = following.Send(t.Context(), notice(fake.URL+"/round"))
	expect(t, err, notifiers.Misconfigured, "307")
	if ps := fake.Posts(); len(ps) != 1 || ps[0].Path != "/new" {
		t.Errorf("%d posts were accepted", len(ps))
	}
}

func TestARedirectThatWouldLoseThePageIsNotFollowed(t *testing.T) {
	fake := notifierstest.NewWebhook(t)
	fake.Answer("/landing", 200) // as a page for browsers answers, whatever it is asked
	following := channel(func(o *webhook.Options) { o.FollowRedirects = true })
	for status, loses := range map[int]bool{301: true, 302: true, 303: true, 307: false, 308: false} {
		fake.RedirectBy(status, "/moved", fake.URL+"/landing")
		_, err := following.Send(t.Context(), notice(fake.URL+"/moved"))
		if !loses {
			if err != nil {
				t.Errorf("%d keeps what is posted, and yet: %v", status, err)
			}
			continue
		}
		expect(t, err, notifiers.Misconfigured, fmt.Sprint(status))
		_, err = channel().Send(t.Context(), notice(fake.URL+"/moved"))
		expect(t, err, notifiers.Misconfigured, fmt.Sprint(status))
	}
}

func TestASlowAnswerCountsByItsStatus(t *testing.T) {
	server := notifierstest.NewWebhook(t)
	server.FailNext(1, notifierstest.Slow)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := channel().Send(ctx, notice(server.URL)); err != nil {
		t.Errorf("a slow answer of 200: %v", err)
	}
}

func expect(t *testing.T, err error, class notifiers.FailureClass, code string) {
	t.Helper()
	f, ok := errors.AsType[*notifiers.Failure](err)
	if !ok {
		t.Fatalf("%v is no *Failure", err)
	}
	if f.Class != class || f.Code != code {
		t.Errorf("%v: class %v, code %q; want %v, %q", err, f.Class, f.Code, class, code)
	}
	if strings.Contains(err.Error(), "SECRETPATH") {
		t.Errorf("the error shows the address: %v", err)
	}
}

func TestHostileTextStaysText(t *testing.T) {
	for _, s := range notifierstest.Hostile() {
		for _, n := range []notifiers.Notice{notifierstest.Tainted(s), notifierstest.TaintedMessage(s)} {
			r := channel().Render(n)
			var got map[string]any
			if err := json.Unmarshal(r.Payload, &got); err != nil {
				t.Fatalf("%q: %v", s, err)
			}
			if got["version"] != 1.0 || got["event"] != r.Subject {
				t.Errorf("%q changed the body: %v", s, got)
			}
			for _, link := range []string{"url", "act_url"} {
				if u, _ := got[link].(string); u != "" && notifiers.WebURL(u) != u {
					t.Errorf("%q became the link %q", s, u)
				}
			}
		}
	}
}

func TestWhatIsShownOfAnAddressIsItsHost(t *testing.T) {
	for address, want := range map[string]string{
		"https://user:pw@hooks.example.com:8443/secret?t=x": "https://hooks.example.com:8443", "%%": "an address that cannot be read",
		"secret": "an address that cannot be read",
	} {
		if got := webhook.Mask(address); got != want {
			t.Errorf("%q is shown as %q", address, got)
		}
	}
}
