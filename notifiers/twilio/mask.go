package twilio

import (
	"regexp"
	"strings"
)

// Mask is a telephone number as those see it who need not know it: its beginning, which tells the country,
// and its end, which tells it from others. Of a short one less is shown.
//
//	+15005550001 -> +1500•••0001
func Mask(number string) string {
	switch n := len(number); {
	case n >= 11:
		return number[:5] + "•••" + number[n-4:]
	case n >= 7:
		return number[:2] + "•••" + number[n-2:]
	}
	return "•••"
}

// longNumber is a telephone number inside of a sentence: with a plus as people write it, else its digits.
var longNumber = regexp.MustCompile(`\+[0-9](?:[ ().-]{0,2}[0-9]){6,14}\b|\b[0-9]{7,15}\b`)

// MaskAll masks the telephone numbers in text that somebody else has written, as providers' errors.
func MaskAll(text string) string {
	return longNumber.ReplaceAllStringFunc(text, func(n string) string {
		return Mask(strings.NewReplacer(" ", "", "(", "", ")", "", ".", "", "-", "").Replace(n))
	})
}
