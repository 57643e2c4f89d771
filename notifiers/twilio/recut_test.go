package twilio

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// piece is a field.
type piece struct{ name, value string }

// Recut cuts a form into other fields that have the same signature, nil if it did not find any. below draws a
// number from 0 on, below one.
func Recut(form url.Values, below func(n int) int) url.Values {
	var pieces []piece
	for _, name := range slices.Sorted(maps.Keys(form)) {
		pieces = append(pieces, piece{name, form.Get(name)})
	}
	for range 1 + below(3) {
		pieces = cutOnce(pieces, below)
	}
	out := url.Values{}
	for i, p := range pieces {
		if i > 0 && p.name <= pieces[i-1].name {
			return nil
		}
		out.Set(p.name, p.value)
	}
	if maps.EqualFunc(out, form, func(a, b []string) bool { return a[0] == b[0] }) {
		return nil
	}
	return out
}

// cutOnce joins a field to the one before it, makes two of one, or moves the end of its name.
func cutOnce(pieces []piece, below func(n int) int) []piece {
	i := below(len(pieces))
	p := pieces[i]
	switch below(3) {
	case 0:
		if i > 0 {
			pieces[i-1].value += p.name + p.value
			return slices.Delete(pieces, i, i+1)
		}
	case 1:
		if p.value != "" {
			at := below(len(p.value))
			end := at + 1 + below(len(p.value)-at)
			pieces[i].value = p.value[:at]
			return slices.Insert(pieces, i+1, piece{p.value[at:end], p.value[end:]})
		}
	case 2:
		whole := p.name + p.value
		end := 1 + below(len(whole))
		pieces[i] = piece{whole[:end], whole[end:]}
	}
	return pieces
}

// meaning is what a form is taken for, empty if it is refused.
func meaning(t *Twilio, webhook string, form url.Values) string {
	var err error
	var names []string
	switch webhook {
	case "sms":
		if err = checkSMS(form); err == nil && !t.certain(form) {
			return ""
		}
		names = []string{"Body", "From", "MessageSid", "OptOutType", "To"}
	case "report":
		err, names = checkReport(form), []string{"ErrorCode", "MessageSid", "MessageStatus", "To"}
	case "call":
		err, names = checkCall(form), []string{"AnsweredBy", "CallSid", "CallStatus", "Digits", "From", "To"}
	}
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, name := range names {
		b.WriteString(name + "=" + form.Get(name) + "\n")
	}
	return b.String()
}

// shreds are what texts and values are made of: what names and values look like, and what comes close.
func shreds() []string {
	return []string{
		"", " ", "A", "ACK", "ack ", "Ack", "412", "RES 412", " CANCEL THAT", "CK 412", "Body", "BodyACK 412", "From", "From+4930123456", "From123", "To", "To+4930123456", "FromCity",
		"ToCity", "MessageSidSM00000000000000000000000000000002", "MessageSid", "OptOutTypeSTOP", "OptOutType", "STOP", "StopAll", "P", "ErrorCode", "ErrorCode30003", "MessageStatusfailed",
		"Digits", "Digits6", "CallSidCA00000000000000000000000000000002", "CallStatusbusy", "AnsweredByhuman", "CarrierName", "Carrier", "ButtonText", "Direction", "x", "Zz", "To5", "\n", "ü", "\xff", "#4",
	}
}

func documents() map[string]url.Values {
	const (
		message = "SM00000000000000000000000000000001"
		account = "AC00000000000000000000000000000000"
	)
	return map[string]url.Values{
		"sms": {
			"AccountSid": {account}, "ApiVersion": {"2010-04-01"}, "Body": {"ACK 412"}, "From": {"+15005550003"}, "FromCity": {""}, "FromZip": {"10001"},
			"MessageSid": {message}, "NumMedia": {"0"}, "SmsMessageSid": {message}, "SmsSid": {message}, "To": {"+15005550006"}, "ToCity": {""}, "ToZip": {"60601"},
		},
		"report": {
			"AccountSid": {account}, "ApiVersion": {"2010-04-01"}, "From": {"+15005550006"}, "MessageSid": {message}, "MessageStatus": {"sent"},
			"SmsSid": {message}, "SmsStatus": {"sent"}, "To": {"+15005550003"},
		},
		"call": {
			"AccountSid": {account}, "ApiVersion": {"2010-04-01"}, "CallSid": {"CA00000000000000000000000000000001"}, "CallStatus": {"in-progress"}, "Called": {"+15005550003"},
			"CalledCity": {""}, "Digits": {"46"}, "Direction": {"outbound-api"}, "From": {"+15005550006"}, "To": {"+15005550003"}, "ToZip": {""},
		},
	}
}

func TestNoTwoWaysToCutWhatIsSignedAreTakenForDifferentThings(t *testing.T) {
	channel := New(Options{})
	recuts, taken := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		below := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "n") }
		words := func(most int) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(shreds()), 0, most).Draw(t, "words"), "")
		}
		webhook := rapid.SampledFrom([]string{"sms", "sms", "report", "call"}).Draw(t, "webhook")
		form := documents()[webhook]
		for range below(4) { // what Twilio sends besides, or sends otherwise
			name := rapid.SampledFrom([]string{"AddOns", "AnsweredBy", "Body", "ButtonText", "CarrierName", "CallToken", "Digits", "ErrorCode", "ErrorMessage", "ForwardedFrom", "FromCity", "NumMedia", "OptOutType", "ToCity", "Zone", "msg"}).Draw(t, "name")
			form.Set(name, words(3))
		}
		if webhook == "sms" {
			form.Set("Body", words(5))
		}
		first := meaning(channel, webhook, form)
		signed, _ := signedText(form)
		for range 40 {
			other := Recut(form, below)
			if other == nil {
				continue
			}
			if text, _ := signedText(other); text != signed {
				t.Fatalf("%q is not cut of %q", text, signed)
			}
			recuts++
			now := meaning(channel, webhook, other)
			if now == "" {
				continue
			}
			if taken++; first != "" && now != first {
				t.Fatalf("%q\nis taken for\n%sand, as %q, for\n%s", form, first, other, now)
			}
			first = now
		}
	})
	t.Logf("%d other ways to cut what was signed; %d of them are taken for the same", recuts, taken)
}

func FuzzSeams(f *testing.F) {
	for webhook, form := range documents() {
		f.Add(webhook, form.Encode())
	}
	f.Add("sms", "Body=A&CK+412&From=%2B15005550003&To=1")
	f.Add("sms", "Body=From%2B1&To=1")
	f.Add("sms", "Body=&From=&To=1")
	channel := New(Options{})
	f.Fuzz(func(t *testing.T, webhook, raw string) {
		form, err := url.ParseQuery(raw)
		if err != nil || meaning(channel, webhook, form) == "" {
			return
		}
		if form.Get("To") == "" || webhook == "sms" && (form.Get("From") == "" || !form.Has("Body")) {
			t.Errorf("%s: %v is taken", webhook, form)
		}
	})
}
