package shoutrrr_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/shoutrrr"
)

func TestAddressesThatAServiceTakesPass(t *testing.T) {
	fake := notifierstest.NewServices(t)
	for _, address := range append([]string{
		"ntfy://ntfy.sh/alerts", "ntfy://user:password@ntfy.example.com/alerts?priority=high",
		"gotify://gotify.example.com/AzyoeNS.D4iJLVa", "telegram://110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw@telegram?chats=-1001,@channel",
		"discord://dGhpcyBpcyBhIHRva2Vu@123456789012345678", "pushover://shoutrrr:apiToken@userKey/?devices=phone",
		"generic+https://example.com/hook?template=json", "generic://example.com/hook?@Authorization=x",
		"matrix://:token@" + fake.Addr + "/?rooms=!id:example.com", "matrix://user:password@" + fake.Addr + "/?rooms=!id:example.com&disableTLS=yes",
		"teams://11111111-4444-4444-8444-cccccccccccc@22222222-4444-4444-8444-cccccccccccc/33333333012222222222333333333344/44444444-4444-4444-8444-cccccccccccc/V2ESyij_gAljSoUQHvZoZYzlpAoAXExyOl26dlf1xHEx05?host=example.webhook.office.com",
	}, " ntfy://ntfy.sh/alerts ") {
		if err := shoutrrr.Check(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	if fake.Requests() > 0 {
		t.Error("checking an address called it")
	}
}

func TestAddressesThatNoServiceTakesAreErrorsWithoutTheirSecrets(t *testing.T) {
	for _, address := range []string{
		"", "SECRETPART", "://SECRETPART", "ntfy:SECRETPART", "https://example.com/SECRETPART", "logger://", "nosuch://SECRETPART@host", "ntfy://%zz/SECRETPART",
		"telegram://SECRETPART@telegram?chats=1", "telegram://110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw@telegram", "discord://SECRETPART", "ntfy+https://example.com/SECRETPART",
		"matrix://example.com", "matrix://:SECRETPART@example.com/?rooms=,", "generic://example.com/SECRETPART?template=SECRETPART", "pushover://SECRETPART", "teams://SECRETPART@x/y/z",
		"ntfy://ntfy.sh/x?priority=SECRETPART",
	} {
		err := shoutrrr.Check(address)
		if err == nil {
			t.Errorf("%q passes", address)
		} else if strings.Contains(err.Error(), "SECRETPART") {
			t.Errorf("%q: the error shows the secret: %v", address, err)
		}
	}
}

func TestAnAddressOfAPrivateHostFailsTheChannelsCheck(t *testing.T) {
	ch := channel(t, "serve")
	for address, ok := range map[string]bool{
		"gotify://10.0.0.5/AzyoeNS.D4iJLVa": false, "ntfy://[::1]/x": false, "ntfy://ntfy.sh/x": true, "pushover://shoutrrr:apiToken@userKey": true,
		"generic+http://169.254.169.254/latest": false,
	} {
		if err := ch.Check(address); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestWhatIsShownOfAnAddressIsNoSecret(t *testing.T) {
	for address, want := range map[string]string{
		"ntfy://user:SECRETPART@ntfy.example.com:8080/SECRETPART?x=SECRETPART": "ntfy://ntfy.example.com:8080",
		"generic+https://hooks.example.com/SECRETPART":                         "generic://hooks.example.com",
		"telegram://SECRETPART@telegram?chats=1":                               "telegram",
		"pushover://shoutrrr:SECRETPART@SECRETPART":                            "pushover",
		"discord://SECRETPART@SECRETPART":                                      "discord",
		"SECRETPART://x":                                                       "an unknown service", "SECRETPART": "an unknown service", "": "an unknown service",
		"ntfy://%zz": "ntfy",
	} {
		if got := shoutrrr.Mask(address); got != want {
			t.Errorf("%q is shown as %q, want %q", address, got, want)
		}
	}
}

func TestNoServiceIsOfferedThatReachesNobody(t *testing.T) {
	all := shoutrrr.Services()
	if slices.Contains(all, "logger") || !slices.Contains(all, "teams") || !slices.IsSorted(all) {
		t.Errorf("%v", all)
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range shoutrrr.Services() {
		f.Add(s + "://user:password@host.example/path/part?title=x&rooms=,&chats=1")
	}
	for _, s := range []string{"matrix://", "teams+https://x", "smtp://:@", "generic+:", "ntfy://[", "join://@?", "lark://dummy@", "telegram://1:@telegram"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		masked := shoutrrr.Mask(address)
		if masked == "" || strings.ContainsAny(masked, "\r\n") {
			t.Fatalf("%q is shown as %q", address, masked)
		}
		if err := shoutrrr.Check(address); err != nil && notifiers.Plain(err.Error()) != err.Error() {
			t.Fatalf("%q: the error is no line: %q", address, err)
		}
	})
}
