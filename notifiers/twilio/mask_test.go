package twilio_test

import (
	"testing"

	"tocsin/notifiers/twilio"
)

func TestTelephoneNumbersInsideOfASentenceAreMaskedAndOtherNumbersAreNot(t *testing.T) {
	for text, masked := range map[string]string{
		"The 'To' number +15005550003 is not valid":   "The 'To' number +1500•••0003 is not valid",
		"to 4915112345678, from 15005550006":          "to 49151•••5678, from 15005•••0006",
		"+49 (0)30 1234-56 is a landline":             "+4903•••3456 is a landline",
		"code 21610 at 2026-11-23 15:21:09, 412 left": "code 21610 at 2026-11-23 15:21:09, 412 left",
		"SM0123456789abcdef0123456789abcdef":          "SM0123456789abcdef0123456789abcdef",
		"":                                            "",
	} {
		want(t, twilio.MaskAll(text), masked)
	}
}
