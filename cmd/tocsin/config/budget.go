package config

import (
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"
)

// Budget is how many messages one person gets over each channel before they are put together. A channel
// without a Rate has no limit.
type Budget struct {
	SMS     Rate `json:"sms" jsonschema:"default=6 per minute" jsonschema_description:"Over SMS."`
	Voice   Rate `json:"voice" jsonschema:"default=2 per minute" jsonschema_description:"Calls."`
	Email   Rate `json:"email" jsonschema:"default=30 per minute" jsonschema_description:"Over email."`
	Slack   Rate `json:"slack" jsonschema:"default=20 per minute" jsonschema_description:"Direct messages in Slack."`
	Webhook Rate `json:"webhook" jsonschema:"default=none" jsonschema_description:"Posts to the person's webhook."`
	URL     Rate `json:"url" jsonschema:"default=20 per minute" jsonschema_description:"Over the person's service."`
}

// Rate is how many messages may leave in any stretch of a time.
type Rate = notifiers.Rate

func usualBudget() Budget {
	usual := notifiers.DefaultBudget()
	return Budget{
		SMS: usual[escalation.SMS], Voice: usual[escalation.Voice], Email: usual[escalation.Email],
		Slack: usual[escalation.Slack], Webhook: usual[escalation.Webhook], URL: usual[escalation.URL],
	}
}

func readBudget(v value) Budget {
	b := usualBudget()
	rate := parsed("number of messages in a time", parseRate)
	v.object(
		key("sms", &b.SMS, rate),
		key("voice", &b.Voice, rate),
		key("email", &b.Email, rate),
		key("slack", &b.Slack, rate),
		key("webhook", &b.Webhook, rate),
		key("url", &b.URL, rate),
	)
	return b
}

// Budget are the rates that limit something.
func (b Budget) Budget() notifiers.Budget {
	all := notifiers.Budget{
		escalation.SMS: b.SMS, escalation.Voice: b.Voice, escalation.Email: b.Email,
		escalation.Slack: b.Slack, escalation.Webhook: b.Webhook, escalation.URL: b.URL,
	}
	maps.DeleteFunc(all, func(_ escalation.Channel, r Rate) bool { return r.N == 0 })
	return all
}

// longestRate is the longest time that messages are counted over.
const longestRate = 24 * time.Hour

var ratePattern = regexp.MustCompile(`^(\d{1,6}) per (\S+)$`)

// parseRate reads "6 per minute", "100 per hour", "10 per 5m" or "none".
func parseRate(s string) (Rate, error) {
	if s == "none" {
		return Rate{}, nil
	}
	bad := fmt.Errorf("%q is no number of messages in a time: write it as in 6 per minute, 10 per 5m or none", s)
	m := ratePattern.FindStringSubmatch(strings.Join(strings.Fields(s), " "))
	if m == nil {
		return Rate{}, bad
	}
	n, _ := strconv.Atoi(m[1]) // six digits
	per, known := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[m[2]]
	if !known {
		var err error
		if per, err = parseDuration(m[2]); err != nil {
			return Rate{}, bad
		}
	}
	if n == 0 || per < time.Second || per > longestRate {
		return Rate{}, fmt.Errorf("%q: at least 1 message, in a time from 1s to a day; none sets no limit", s)
	}
	return Rate{N: n, Per: per}, nil
}
