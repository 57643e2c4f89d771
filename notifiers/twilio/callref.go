package twilio

import (
	"net/url"
	"strconv"
	"strings"
)

// callRef is what the addresses that Twilio calls during a call say of it. The message itself is part of
// them, so that a call is spoken though the database is away. Twilio's signature covers them.
type callRef struct {
	attempt  string
	incident int64 // that a key means; 0: none
	all      bool  // a key means all that its reader was told of
	acked    bool  // there is nothing to acknowledge: only escalating is left
	language string
	say      string
	try      int // keys pressed so far that mean nothing
}

// ackedMark stands before the number of an incident that is acknowledged.
const ackedMark = "acknowledged-"

// keys reports whether there is anything to press.
func (c callRef) keys() bool { return c.incident != 0 || c.all }

// address is where Twilio asks next. Its last field says that none is missing: the signature covers the
// address and the form's fields as one string, whose seam could be moved.
func (c callRef) address(base string) string {
	incident := strconv.FormatInt(c.incident, 10)
	switch {
	case c.all:
		incident = "all"
	case c.acked:
		incident = ackedMark + incident
	}
	return base + "?attempt=" + url.QueryEscape(c.attempt) + "&incident=" + incident + "&language=" + url.QueryEscape(c.language) +
		"&say=" + url.QueryEscape(c.say) + "&try=" + strconv.Itoa(c.try) + "&end=1"
}

// parseCallRef reads such an address's query; ok is false for any other.
func parseCallRef(rawQuery string) (c callRef, ok bool) {
	q, err := url.ParseQuery(rawQuery)
	if err != nil || len(q) != 6 || q.Get("end") != "1" || q.Get("attempt") == "" {
		return c, false
	}
	for _, values := range q {
		if len(values) != 1 {
			return c, false
		}
	}
	c = callRef{attempt: q.Get("attempt"), language: q.Get("language"), say: q.Get("say")}
	try, err := strconv.ParseUint(q.Get("try"), 10, 8)
	if err != nil {
		return c, false
	}
	c.try = int(try)
	if c.all = q.Get("incident") == "all"; c.all {
		return c, true
	}
	number, acked := strings.CutPrefix(q.Get("incident"), ackedMark)
	c.acked = acked
	n, err := strconv.ParseUint(number, 10, 63)
	c.incident = int64(n)
	return c, err == nil
}
