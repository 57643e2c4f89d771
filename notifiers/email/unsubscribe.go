package email

import (
	"fmt"
	"net/mail"
	"net/url"
	"strings"

	"tocsin/notifiers"
)

// unsubscribeURI is what List-Unsubscribe of RFC 2369 names. It is never sent with List-Unsubscribe-Post: who
// gets digests is in the configuration, so that a person has to change it, and no mail program can.
func unsubscribeURI(asked, from string) (string, error) {
	if asked == "" {
		asked = from
	}
	if strings.HasPrefix(asked, "https://") && notifiers.WebURL(asked) != "" {
		return strings.NewReplacer("<", "%3C", ">", "%3E").Replace(notifiers.WebURL(asked)), nil
	}
	to, err := mail.ParseAddress(strings.TrimPrefix(asked, "mailto:"))
	if err != nil {
		return "", fmt.Errorf("email: unsubscribe is %q: write an email address, or an https:// address", asked)
	}
	return (&url.URL{Scheme: "mailto", Opaque: url.PathEscape(to.Address), RawQuery: "subject=No%20more%20digests"}).String(), nil
}
