package link_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers/link"
	"tocsin/notifiers/notifierstest"
)

var (
	key   = []byte("0123456789abcdef0123456789abcdef")
	start = time.Date(2026, 3, 2, 2, 41, 7, 0, time.UTC)
)

const public = "https://tocsin.example.com/ops"

func token(t testing.TB, s *link.Signer, incident int64, person string) string {
	t.Helper()
	token, ok := strings.CutPrefix(s.URL(incident, person, start.Add(24*time.Hour)), public+"/a/")
	if !ok || token == "" {
		t.Fatalf("no link for %s about %d", person, incident)
	}
	return token
}

func TestALinkSaysWhomItIsForAndAboutWhat(t *testing.T) {
	s := link.New(key, public+"/")
	for _, want := range []link.Claims{
		{Incident: 412, Person: "system-admin"}, {Incident: 1, Person: "x"}, {Incident: 9_000_000_000_000_000_000, Person: "Ünïcödé person"},
	} {
		want.Expires = start.Add(24 * time.Hour)
		got, err := s.Parse(token(t, s, want.Incident, want.Person), start)
		if err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
}

func TestALinkFitsAnSMS(t *testing.T) {
	if got := token(t, link.New(key, public), 99_999, "engineering-manager"); len(got) >= 60 {
		t.Errorf("%d characters: %s", len(got), got)
	}
}

func TestALinkExpiresToTheSecond(t *testing.T) {
	s := link.New(key, public)
	made, expires := token(t, s, 412, "system-admin"), start.Add(24*time.Hour)
	if _, err := s.Parse(made, expires.Add(-time.Nanosecond)); err != nil {
		t.Errorf("just before: %v", err)
	}
	if _, err := s.Parse(made, expires); !errors.Is(err, link.ErrExpired) {
		t.Errorf("at its time: %v", err)
	}
}

func TestForgedLinksAreRefusedAlike(t *testing.T) {
	s := link.New(key, public)
	good := token(t, s, 412, "system-admin")
	raw, _ := base64.RawURLEncoding.DecodeString(good)
	for name, forged := range map[string]string{
		"nothing": "", "a word": "hello", "another key's": token(t, link.New([]byte("another key of 32 bytes or so..."), public), 412, "system-admin"),
		"padded": good + "=", "with a line break": good[:10] + "\n" + good[10:], "with another": good + "\r\n", "with a space": good + " ",
		"in the other alphabet": base64.RawStdEncoding.EncodeToString(raw) + "+", "twice": good + good, "the signature alone": base64.RawURLEncoding.EncodeToString(raw[len(raw)-16:]),
		"no signature": base64.RawURLEncoding.EncodeToString(raw[:len(raw)-16]), "endless": strings.Repeat("A", 1<<20),
		"with other unused bits": good[:len(good)-1] + string(good[len(good)-1]+1),
	} {
		if c, err := s.Parse(forged, start); !errors.Is(err, link.ErrForged) || c != (link.Claims{}) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
		if _, err := s.Parse(forged, start.Add(1000*time.Hour)); !errors.Is(err, link.ErrForged) {
			t.Errorf("%s, long after: %v", name, err)
		}
	}
}

func TestWithoutAKeyThereAreNoLinks(t *testing.T) {
	for _, key := range [][]byte{nil, {}, []byte("short")} {
		s := link.New(key, public)
		if u := s.URL(412, "system-admin", start.Add(time.Hour)); u != "" {
			t.Errorf("%q made %s", key, u)
		}
		if _, err := s.Parse(token(t, link.New(make([]byte, 16), public), 412, "system-admin"), start); !errors.Is(err, link.ErrForged) {
			t.Errorf("%q accepted a link: %v", key, err)
		}
	}
	s := link.New(key, public)
	for _, u := range []string{s.URL(0, "x", start), s.URL(-1, "x", start), s.URL(1, "", start), s.URL(1, "x", time.Time{}), s.URL(1, strings.Repeat("x", 1000), start)} {
		if u != "" {
			t.Errorf("a link about nothing: %s", u)
		}
	}
}

func TestNoMutatedLinkIsAcceptedAndEveryRightOneIs(t *testing.T) {
	t.Parallel()
	s := link.New(key, public)
	random := rand.New(rand.NewPCG(3, 4))
	alphabet := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/\n\r \x00\xff"
	var good string
	mutations, right := notifierstest.TortureRequests(), 0
	for i := range mutations {
		if i%100 == 0 {
			good = token(t, s, 1+random.Int64N(1<<random.IntN(62)), "system-admin"[:1+random.IntN(12)])
			if _, err := s.Parse(good, start); err != nil {
				t.Fatalf("%s: %v", good, err)
			}
			right++
		}
		bad := mutate(random, good, alphabet)
		if bad == good {
			continue
		}
		if c, err := s.Parse(bad, start); !errors.Is(err, link.ErrForged) {
			t.Fatalf("%q for %q: %+v, %v", bad, good, c, err)
		}
	}
	t.Logf("links: %d mutated ones, none accepted; %d right ones, all accepted", mutations, right)
}

func mutate(random *rand.Rand, s, alphabet string) string {
	at := random.IntN(len(s))
	c := string(alphabet[random.IntN(len(alphabet))])
	switch random.IntN(5) {
	case 0:
		return s[:at] + c + s[at+1:]
	case 1:
		return s[:at] + c + s[at:]
	case 2:
		return s[:at] + s[at+1:]
	case 3:
		return s[:at]
	}
	raw, _ := base64.RawURLEncoding.DecodeString(s) // and what has the right shape
	raw = bytes.Clone(raw)
	raw[random.IntN(len(raw))] ^= 1 << random.IntN(8)
	return base64.RawURLEncoding.EncodeToString(raw)
}

func FuzzParse(f *testing.F) {
	s := link.New(key, public)
	good := token(f, s, 412, "system-admin")
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		if c, err := s.Parse(token, start); err == nil && token != good {
			t.Errorf("%q was accepted: %+v", token, c)
		}
	})
}
