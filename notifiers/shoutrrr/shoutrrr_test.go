package shoutrrr_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"tocsin/alerting/netguard"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/shoutrrr"
)

var (
	_ notifiers.Sender   = (*shoutrrr.Shoutrrr)(nil)
	_ notifiers.Renderer = (*shoutrrr.Shoutrrr)(nil)
	_ notifiers.Board    = (*notifiers.Place)(nil)
)

// The test's own program is the process that sends, where the environment says so.
func TestMain(m *testing.M) {
	switch role, rest, _ := strings.Cut(os.Getenv("TOCSIN_TEST_SERVE"), " "); role {
	case "":
		os.Exit(m.Run())
	case "serve":
		if err := shoutrrr.ServeVia(os.Stdin, os.Stdout, rest); err != nil {
			os.Exit(1)
		}
	case "strange":
		fmt.Println("welcome")
	case "dies":
		fmt.Println("tocsin shoutrrr 1")
		_, _ = os.Stdin.Read(make([]byte, 1))
	case "hangs":
		fmt.Println("tocsin shoutrrr 1")
		time.Sleep(time.Minute)
	}
	os.Exit(0)
}

// channel may call this host, as only a test's may.
func channel(t *testing.T, role string, allow ...netip.Prefix) *shoutrrr.Shoutrrr {
	t.Helper()
	s, err := shoutrrr.New(shoutrrr.Options{
		Command: []string{os.Args[0]}, Env: []string{"TOCSIN_TEST_SERVE=" + role}, Allow: netguard.Options{Allow: allow},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func withFake(t *testing.T) (*shoutrrr.Shoutrrr, *notifierstest.Services) {
	fake := notifierstest.NewServices(t)
	return channel(t, "serve "+fake.TLSAddr, netip.MustParsePrefix("127.0.0.0/8")), fake
}

func notice(address string) notifiers.Notice {
	n := notifierstest.Notice()
	n.Page.Channel, n.Person.URL = "url", address
	return n
}

func addresses(fake *notifierstest.Services) map[string]string {
	discord := strings.Split(notifierstest.DiscordHook, "/")
	return map[string]string{
		"ntfy":     "ntfy://" + fake.Addr + "/alerts?scheme=http",
		"gotify":   "gotify://" + fake.Addr + "/" + notifierstest.ServiceToken + "?disabletls=yes",
		"generic":  "generic://" + fake.Addr + "/generic/SECRETPATH?disabletls=yes",
		"telegram": "telegram://" + notifierstest.TelegramBot + "@telegram?chats=100200300",
		"discord":  "discord://" + discord[4] + "@" + discord[3],
	}
}

func TestAPageArrivesAtEachService(t *testing.T) {
	ch, fake := withFake(t)
	for service, address := range addresses(fake) {
		t.Run(service, func(t *testing.T) {
			before := len(fake.Messages())
			if _, err := ch.Send(t.Context(), notice(address)); err != nil {
				t.Fatal(err)
			}
			ms, err := fake.Wait(t.Context(), before+1)
			if err != nil {
				t.Fatal(err)
			}
			m := ms[before]
			if m.Service != service || !strings.Contains(m.Title+m.Text, "#412 SystemDown backend") || !strings.Contains(m.Text, notifierstest.Notice().ActURL) {
				t.Errorf("arrived: %+v", m)
			}
		})
	}
}

func TestEachFaultIsWhatItIsAtEachService(t *testing.T) {
	faults := map[notifierstest.Fault]notifiers.FailureClass{
		notifierstest.ServerError: notifiers.Lost, notifierstest.RateLimited: notifiers.Temporary, notifierstest.Refused: notifiers.Misconfigured,
		notifierstest.Drop: notifiers.Lost, notifierstest.AcceptAndDrop: notifiers.Lost,
	}
	ch, fake := withFake(t)
	fake.RetryAfter(7 * time.Second)
	for service, address := range addresses(fake) {
		for fault, class := range faults {
			t.Run(fmt.Sprint(service, " ", fault), func(t *testing.T) {
				fake.FailNext(1, fault)
				before := fake.Requests()
				start := time.Now()
				_, err := ch.Send(t.Context(), notice(address))
				f := expect(t, err, class, address)
				if n := fake.Requests() - before; n != 1 {
					t.Errorf("%d requests: the service tries again by itself", n)
				}
				if class == notifiers.Temporary && f.RetryAfter != 7*time.Second {
					t.Errorf("to come back after %v", f.RetryAfter)
				}
				if time.Since(start) > 4*time.Second {
					t.Error("the service waited by itself")
				}
				if _, err := ch.Send(t.Context(), notice(address)); err != nil {
					t.Errorf("the next page did not go out: %v", err)
				}
			})
		}
	}
}

func TestWhatHangsIsLostAtTheDeadline(t *testing.T) {
	ch, fake := withFake(t)
	for service, address := range addresses(fake) {
		fake.FailNext(1, notifierstest.Hang)
		ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
		_, err := ch.Send(ctx, notice(address))
		cancel()
		if f := expect(t, err, notifiers.Lost, address); f == nil {
			t.Error(service)
		}
	}
}

func TestWhatNeverLeftIsTemporaryAndNeverSent(t *testing.T) {
	ch, fake := withFake(t)
	list := addresses(fake)
	fake.Close()
	for service, address := range list {
		if _, err := ch.Send(t.Context(), notice(address)); expect(t, err, notifiers.Temporary, address) == nil {
			t.Error(service) // Telegram's service says that it was sent
		}
	}
}

func TestAProcessThatFailsIsTold(t *testing.T) {
	const address = "ntfy://ntfy.example.com/SECRETPATH"
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err := channel(t, "strange").Send(ctx, notice(address))
	expect(t, err, notifiers.Misconfigured, address)
	_, err = channel(t, "dies").Send(ctx, notice(address))
	expect(t, err, notifiers.Lost, address)
	_, err = channel(t, "hangs").Send(ctx, notice(address))
	expect(t, err, notifiers.Lost, address)
	none, err := shoutrrr.New(shoutrrr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = none.Send(t.Context(), notice(address))
	expect(t, err, notifiers.Misconfigured, address)
}

func TestThisHostIsNotCalled(t *testing.T) {
	fake := notifierstest.NewServices(t)
	strict := channel(t, "serve "+fake.TLSAddr)
	for service, address := range addresses(fake) {
		_, err := strict.Send(t.Context(), notice(address))
		if expect(t, err, notifiers.Permanent, address); notifiers.AsFailure(err).Code == "" {
			t.Error(service)
		}
		byName := strings.Replace(address, "127.0.0.1", "localhost", 1)
		_, err = strict.Send(t.Context(), notice(byName))
		if f := expect(t, err, notifiers.Permanent, byName); f.Code != "guard" {
			t.Errorf("%s: %v", service, err)
		}
	}
	for _, address := range []string{
		"matrix://:TOKENTOKEN@localhost:1/?rooms=!r:x", "mattermost://localhost:1/TOKENTOKEN", "rocketchat://localhost:1/TOKENTOKEN/TOKENTOKEN",
		"bark://:TOKENTOKEN@localhost:1/", "signal://localhost:1/+15005550001/+15005550002",
		"smtp://user:TOKENTOKEN@localhost:1/?from=a@example.com&to=b@example.com",
	} {
		_, err := strict.Send(t.Context(), notice(address))
		if f := expect(t, err, notifiers.Permanent, address); f.Code != "guard" {
			t.Errorf("%s: %v", address, err)
		}
	}
	if fake.Requests() > 0 {
		t.Error("this host was called")
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	ch, fake := withFake(t)
	address := "generic://" + fake.Addr + "/moved/SECRETPATH?disabletls=yes"
	_, err := ch.Send(t.Context(), notice(address))
	expect(t, err, notifiers.Misconfigured, address)
	if len(fake.Messages()) > 0 {
		t.Error("it was followed")
	}
}

func TestOneOfTwoRecipientsMakesTheRestAPossibleRepeat(t *testing.T) {
	ch, fake := withFake(t)
	fake.FailBy(func(request int) notifierstest.Fault {
		if request == 2 {
			return notifierstest.RateLimited
		}
		return notifierstest.NoFault
	})
	address := "telegram://" + notifierstest.TelegramBot + "@telegram?chats=100200300,100200400"
	_, err := ch.Send(t.Context(), notice(address))
	expect(t, err, notifiers.Lost, address)
}

func TestAMailServerIsTalkedTo(t *testing.T) {
	server := notifierstest.NewPlainSMTP(t)
	ch := channel(t, "serve", netip.MustParsePrefix("127.0.0.0/8"))
	host, port, _ := net.SplitHostPort(server.Addr)
	address := "smtp://" + host + ":" + port + "/?from=tocsin@example.com&to=ada@example.com&auth=None&encryption=None&usestarttls=no"
	if _, err := ch.Send(t.Context(), notice(address)); err != nil {
		t.Fatal(err)
	}
	ms, err := server.Wait(t.Context(), 1)
	if err != nil || !strings.Contains(ms[0].Subject, "#412") {
		t.Errorf("%+v, %v", ms, err)
	}
	server.FailNext(1, notifierstest.Refused)
	_, err = ch.Send(t.Context(), notice(address))
	expect(t, err, notifiers.Permanent, address)
}

// expect checks a failure and that it shows nothing of the address that may be a secret.
func expect(t *testing.T, err error, class notifiers.FailureClass, address string) *notifiers.Failure {
	t.Helper()
	f, ok := errors.AsType[*notifiers.Failure](err)
	if !ok {
		t.Fatalf("%s: %v is no *Failure", shoutrrr.Mask(address), err)
	}
	if f.Class != class {
		t.Errorf("%s: %v; want %v", shoutrrr.Mask(address), err, class)
	}
	for _, secret := range []string{"SECRETPATH", "TOKENTOKEN", notifierstest.ServiceToken, notifierstest.TelegramBot, "100200300", "dGhpcyBpcyBhIHRva2Vu", "123456789012345678"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows the address: %v", err)
		}
	}
	return f
}
