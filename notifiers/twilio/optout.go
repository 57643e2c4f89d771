package twilio

import (
	"context"
	"net/url"
	"strings"
	"time"
)

// OptOuts keeps who wants no SMS. Only Twilio can let them in again: what is kept here spares it the
// question, and shows.
type OptOuts interface {
	// OptedOut notes that a number sent STOP at a moment, or START if out is false. Of several the latest
	// counts, whatever their order; of the same moment, out does.
	OptedOut(ctx context.Context, number string, at time.Time, out bool) error
	// OptOut is whether a number wants no SMS, and since when that is known; out is false for one that never
	// sent either.
	OptOut(ctx context.Context, number string) (at time.Time, out bool, err error)
}

// optOutCode is Twilio's code for somebody who has sent STOP.
const optOutCode = "21610"

// optOutTrust is how long what was heard of STOP is believed without asking Twilio again.
const optOutTrust = 24 * time.Hour

// wish is what somebody wants by a word that Twilio answers by itself.
type wish uint8

const (
	noWish  wish = iota
	stop         // no more SMS
	start        // SMS again
	inquiry      // who this is
)

// wishes are Twilio's own words. Source: Twilio's support for opt-out keywords.
var wishes = map[string]wish{
	"STOP": stop, "STOPALL": stop, "UNSUBSCRIBE": stop, "CANCEL": stop, "END": stop, "QUIT": stop, "REVOKE": stop, "OPTOUT": stop,
	"START": start, "YES": start, "UNSTOP": start,
	"HELP": inquiry, "INFO": inquiry,
}

// wishOf is what a message to Twilio itself wants. Twilio says so where it has words of the account's own
// (OptOutType); else such a word counts only alone.
// https://www.twilio.com/docs/messaging/guides/webhook-request
func wishOf(form url.Values) wish {
	if kind := form.Get("OptOutType"); kind != "" {
		if w, ok := wishes[strings.ToUpper(kind)]; ok {
			return w
		}
		return inquiry
	}
	return wordOf(form.Get("Body"))
}

func wordOf(text string) wish { return wishes[strings.ToUpper(strings.TrimSpace(text))] }

// heed notes what somebody wants.
func (t *Twilio) heed(ctx context.Context, number string, w wish) error {
	if t.opts.OptOuts == nil || w == inquiry {
		return nil
	}
	return t.opts.OptOuts.OptedOut(ctx, number, t.now(), w == stop)
}

// learned notes what Twilio's answer to a message says of its addressee: that they opted out, or, where they
// were thought to have, that they are back. What cannot be noted is only logged.
func (t *Twilio) learned(ctx context.Context, number, code string) {
	if t.opts.OptOuts == nil {
		return
	}
	out := code == optOutCode
	if !out {
		if _, was, err := t.opts.OptOuts.OptOut(ctx, number); err != nil || !was || code != "" {
			return
		}
	}
	if err := t.opts.OptOuts.OptedOut(ctx, number, t.now(), out); err != nil {
		t.log.Warn("whether somebody wants SMS is not stored", "to", Mask(number), "out", out, "error", err)
	}
}
