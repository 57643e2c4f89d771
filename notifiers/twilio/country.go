package twilio

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var countryCode = regexp.MustCompile(`^\+[1-9][0-9]{0,6}$`)

// CheckCodes is an error if one of the configuration's country codes is none: "+49", or the beginning of
// the numbers of a part of a country, as "+1242".
func CheckCodes(codes []string) error {
	for _, code := range codes {
		if !countryCode.MatchString(code) {
			return fmt.Errorf("%q is no country code: write it with a plus, as in \"+49\"", code)
		}
	}
	return nil
}

// CheckCountry is an error if a number, in E.164, begins with none of the codes. Without codes every country
// is allowed.
func CheckCountry(codes []string, number string) error {
	if len(codes) == 0 || slices.ContainsFunc(codes, func(code string) bool { return strings.HasPrefix(number, code) }) {
		return nil
	}
	return fmt.Errorf("%s is in a country that is not allowed: add its code to notifiers.twilio.countries (%s)", Mask(number), strings.Join(codes, ", "))
}
