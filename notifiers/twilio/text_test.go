package twilio_test

import (
	"flag"
	"strings"
	"testing"

	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
)

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the golden files")
	m.Run()
}

// smsText is what is written of a notice.
func smsText(n notifiers.Notice) string { return account().Render(n).Text }

func update() bool { return flag.Lookup("update").Value.String() == "true" }

func TestEveryKindOfSMSReadsAsItDid(t *testing.T) {
	for name, n := range notifierstest.Samples() {
		notifierstest.Golden(t, update(), name, smsText(n)+"\n")
	}
	for name, n := range notifierstest.Messages() {
		notifierstest.Golden(t, update(), "message-"+name, smsText(n)+"\n")
	}
}

func TestAPageIsWordForWordAsPromised(t *testing.T) {
	n := notifierstest.Notice()
	n.ActURL, n.Brief.URL = "", ""
	want(t, smsText(n), "P0 #412 SystemDown backend: reply ACK 412")
	n.Page.Says = "initial response overdue"
	want(t, smsText(n), "P0 #412 SystemDown backend: initial response overdue, reply ACK 412")
	n.PossibleRepeat = true
	want(t, smsText(n), "P0 #412 SystemDown backend: initial response overdue, reply ACK 412 (possible repeat)")
}

func TestTheLinkIsThereOnlyWhileItFitsTheSegment(t *testing.T) {
	n := notifierstest.Notice()
	want(t, smsText(n), "P0 #412 SystemDown backend: reply ACK 412 "+n.ActURL)
	n.ActURL = "https://tocsin.example.com/a/" + strings.Repeat("x", 100)
	want(t, smsText(n), "P0 #412 SystemDown backend: reply ACK 412 https://tocsin.example.com/incidents/412")
	n.Brief.URL = "https://tocsin.example.com/" + strings.Repeat("x", 100)
	want(t, smsText(n), "P0 #412 SystemDown backend: reply ACK 412")
}

func TestALongNameIsCutButNeverTheNumber(t *testing.T) {
	n := notifierstest.Notice()
	n.Brief.Incident.ID = 9_000_000_000_000_000_000
	n.Brief.Incident.Labels["alertname"] = strings.Repeat("Long€", 100)
	n.Page.Says = strings.Repeat("says ", 100)
	n.PossibleRepeat = true
	text := smsText(n)
	if !strings.HasPrefix(text, "P0 #9000000000000000000 Long€Long€") || !strings.HasSuffix(text, "reply ACK 9000000000000000000 (possible repeat)") {
		t.Errorf("the number or the answer is not whole: %q", text)
	}
	if got := len(decode(t, text)); got > 160 {
		t.Errorf("%d septets: %q", got, text)
	}
}

func TestHostileTextStaysOneSegmentOnOneLineInGSM7(t *testing.T) {
	for _, s := range notifierstest.Hostile() {
		for _, says := range []string{"", s} {
			n := notifierstest.Tainted(s)
			n.Page.Says = says
			text := smsText(n)
			if got := len(decode(t, text)); got > 160 {
				t.Errorf("%d septets for %.40q", got, s)
			}
			if !strings.HasPrefix(text, "P1 #412") || !strings.Contains(text, "reply ACK 412") || strings.ContainsAny(text, "\r\n\x1b") {
				t.Errorf("%.40q makes %q", s, text)
			}
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range notifierstest.Hostile() {
		f.Add(s, int64(412))
	}
	f.Fuzz(func(t *testing.T, s string, id int64) {
		n := notifierstest.Tainted(s)
		n.Brief.Incident.ID = id
		if text := smsText(n); len(decode(t, text)) > 160 || strings.ContainsAny(text, "\r\n") {
			t.Errorf("%q makes %q", s, text)
		}
		if text := smsText(notifierstest.TaintedMessage(s)); len(decode(t, text)) > 3*152 || text == "" || strings.ContainsAny(text, "\r\n") {
			t.Errorf("%q makes the message %q", s, text)
		}
	})
}

// decode reads text as a phone would: it fails on what the GSM 7-bit alphabet cannot carry, and returns
// the septets. The table is written as in TS 23.038: one row for each value of the low four bits.
func decode(t *testing.T, text string) []byte {
	t.Helper()
	columns := []string{
		"@Δ 0¡P¿p", "£_!1AQaq", "$Φ\"2BRbr", "¥Γ#3CScs", "èΛ¤4DTdt", "éΩ%5EUeu", "ùΠ&6FVfv", "ìΨ'7GWgw",
		"òΣ(8HXhx", "ÇΘ)9IYiy", "\nΞ*:JZjz", "Ø\x1b+;KÄkä", "øÆ,<LÖlö", "\ræ-=MÑmñ", "Åß.>NÜnü", "åÉ/?O§oà",
	}
	extension := map[rune]byte{'^': 0x14, '{': 0x28, '}': 0x29, '\\': 0x2f, '[': 0x3c, '~': 0x3d, ']': 0x3e, '|': 0x40, '€': 0x65}
	basic := map[rune]byte{}
	for low, column := range columns {
		for high, r := range []rune(column) {
			basic[r] = byte(high<<4 | low)
		}
	}
	var out []byte
	for _, r := range text {
		if s, ok := basic[r]; ok {
			out = append(out, s)
		} else if s, ok := extension[r]; ok {
			out = append(out, 0x1b, s)
		} else {
			t.Errorf("GSM-7 has no %q, in %q", r, text)
		}
	}
	return out
}

func want(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
