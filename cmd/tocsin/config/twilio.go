package config

import (
	"fmt"
	"strconv"
	"strings"

	"tocsin/notifiers/twilio"
)

// Twilio is Twilio's settings.
type Twilio struct {
	AccountSID   string   `json:"account_sid" jsonschema:"example=AC0123" jsonschema_description:"Account SID."`
	AuthToken    Secret   `json:"auth_token" jsonschema_description:"Auth token; it also checks the signatures of what Twilio sends."`
	From         string   `json:"from" jsonschema:"example=+15005550006" jsonschema_description:"The number that messages and calls come from, in E.164."`
	FromFallback string   `json:"from_fallback" jsonschema:"example=+15005550007" jsonschema_description:"Another number of the account, used where Twilio refuses the first as the sender."`
	Countries    []string `json:"countries" jsonschema:"example=+49" jsonschema_description:"Codes of the countries that may be written to and called. Left out: every country."`
	Daily        int      `json:"daily" jsonschema:"default=0,example=500" jsonschema_description:"SMS a day, and as many calls; what is beyond waits for midnight, but a P0 leaves, and a P1 goes another way. 0: no limit."`
	Reserved     Percent  `json:"reserved_for_p0" jsonschema:"default=0%,example=20%" jsonschema_description:"Share of daily that is kept for P0."`
	Keywords     Keywords `json:"keywords" jsonschema_description:"Words that a reply by SMS may use besides ACK, RES, ESC and ALL, in any language."`
	APIURL       string   `json:"api_url" jsonschema_description:"Another address of the API: scheme and host. Empty: Twilio's."`
	KeepOrSend   *bool    `json:"sandbox" jsonschema_description:"true keeps messages at /outbox, false sends them; left out: sends if the credentials are there."`
	Sandbox      bool     `json:"-"` // messages are kept, not sent
}

// Percent is a share, from 0 to 100.
type Percent int

// Keywords are words of a reply by SMS.
type Keywords struct {
	Acknowledge []string `json:"acknowledge" jsonschema:"example=JA" jsonschema_description:"Words that acknowledge."`
	Resolve     []string `json:"resolve" jsonschema:"example=ERLEDIGT" jsonschema_description:"Words that resolve."`
	Escalate    []string `json:"escalate" jsonschema:"example=WEITER" jsonschema_description:"Words that escalate."`
	All         []string `json:"all" jsonschema:"example=ALLE" jsonschema_description:"Words for all that the sender was told of, in a number's place."`
}

func readTwilio(v value) Twilio {
	var t Twilio
	v.object(
		key("account_sid", &t.AccountSID, text),
		key("auth_token", &t.AuthToken, secret),
		key("from", &t.From, parsed("telephone number", parsePhone)),
		key("from_fallback", &t.FromFallback, parsed("telephone number", parsePhone)),
		key("countries", &t.Countries, unique(oneOrMore(parsed("country code", parseCountry)))),
		key("daily", &t.Daily, count(0)),
		key("reserved_for_p0", &t.Reserved, parsed("percentage", parsePercent)),
		key("keywords", &t.Keywords, readKeywords),
		key("api_url", &t.APIURL, hidden(parseBaseURL)),
		key("sandbox", &t.KeepOrSend, choose),
	)
	if t.FromFallback != "" && t.FromFallback == t.From {
		v.child("from_fallback").fail("from_fallback is the same number as from: name another, or leave it out")
	}
	if t.Reserved > 0 && t.Daily == 0 && v.has("reserved_for_p0") {
		v.child("reserved_for_p0").warn(KindUnused, "reserved_for_p0 is a share of daily, which is not set: nothing is reserved")
	}
	t.Sandbox = v.sandbox(t.KeepOrSend, "account_sid", "auth_token", "from")
	return t
}

// readKeywords reads words. One that an SMS could not be told by is an error.
func readKeywords(v value) Keywords {
	var k Keywords
	words := unique(oneOrMore(text))
	v.object(
		key("acknowledge", &k.Acknowledge, words),
		key("resolve", &k.Resolve, words),
		key("escalate", &k.Escalate, words),
		key("all", &k.All, words),
	)
	if _, err := twilio.NewVocabulary(k.Twilio()); err != nil {
		for line := range strings.Lines(err.Error()) {
			v.fail("%s", strings.TrimSpace(line))
		}
	}
	return k
}

// Twilio is k as the channel takes it.
func (k Keywords) Twilio() twilio.Keywords {
	return twilio.Keywords{Acknowledge: k.Acknowledge, Resolve: k.Resolve, Escalate: k.Escalate, All: k.All}
}

// parseCountry reads the beginning of telephone numbers: "+49".
func parseCountry(s string) (string, error) { return s, twilio.CheckCodes([]string{s}) }

// parsePercent reads a share: "20%" or "20".
func parsePercent(s string) (Percent, error) {
	n, err := strconv.Atoi(strings.TrimSuffix(s, "%"))
	if err != nil || n < 0 || n > 100 {
		return 0, fmt.Errorf("%q is no percentage: write it from 0%% to 100%%, as in 20%%", s)
	}
	return Percent(n), nil
}

// warnOfCountries names who has a number that is neither written to nor called.
func (c *Config) warnOfCountries(file value) {
	for id, p := range c.People {
		if p.Phone == "" {
			continue
		}
		if err := twilio.CheckCountry(c.Notifiers.Twilio.Countries, p.Phone); err != nil {
			file.child("people").child(id).child("phone").warn(KindNoChannel, "%s is neither written to nor called: %s", id, err)
		}
	}
}

// HasPhone reports whether a telephone number is a person's of the directory.
func (c *Config) HasPhone(number string) bool {
	for _, p := range c.People {
		if number != "" && p.Phone == number {
			return true
		}
	}
	return false
}
