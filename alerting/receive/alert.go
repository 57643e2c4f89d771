package receive

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/alerting"
)

// alert is one element of the list while it is read.
type alert struct {
	status, startsAt, endsAt, link string

	labels, annotations alerting.Labels
	fault               string // why the labels cannot be read
}

func (a *alert) field(d *jsontext.Decoder, name []byte) (err error) {
	switch string(name) {
	case "status":
		a.status, err = readText(d)
	case "labels":
		if k := d.PeekKind(); k != '{' && k != 'n' {
			a.fault = fmt.Sprintf("its labels are a JSON %s, not an object", kindName(k))
			return d.SkipValue()
		}
		a.fault = ""
		a.labels, err = readLabels(d)
	case "annotations":
		if k := d.PeekKind(); k != '{' && k != 'n' { // worth keeping, and not worth losing the alert for
			var text string
			text, err = readText(d)
			a.annotations = alerting.Labels{"annotations": prose(text)}
			return err
		}
		a.annotations, err = readAnnotations(d)
	case "startsAt":
		a.startsAt, err = readText(d)
	case "endsAt":
		a.endsAt, err = readText(d)
	case "generatorURL":
		a.link, err = readText(d)
	default:
		return d.SkipValue()
	}
	return err
}

// event is the alert as the domain knows it, or the reason why it is none.
func (a *alert) event(now time.Time) (e alerting.Event, fault string) {
	if a.fault != "" {
		return e, a.fault
	}
	e = alerting.Event{
		Labels: orNone(a.labels), Annotations: orNone(a.annotations),
		StartsAt: instant(a.startsAt), EndsAt: instant(a.endsAt), GeneratorURL: link(a.link),
	}
	switch s := a.status; {
	case strings.EqualFold(s, "firing"):
		e.Status = alerting.Firing
	case strings.EqualFold(s, "resolved"):
		e.Status = alerting.Resolved
	case s != "":
		return e, "its status is " + quote(s) + ", neither firing nor resolved"
	case !e.EndsAt.IsZero() && !e.EndsAt.After(now):
		e.Status = alerting.Resolved
	default:
		e.Status = alerting.Firing
	}
	switch {
	case e.Status == alerting.Firing:
		e.EndsAt = time.Time{} // if there is one, it is when the alert would end were no more heard of it
	case e.EndsAt.IsZero():
		e.EndsAt = now.UTC().Truncate(time.Microsecond)
	}
	return e, ""
}

// orNone is l, never nil: a sender that leaves out the labels says the same as one with none.
func orNone(l alerting.Labels) alerting.Labels {
	if l == nil {
		return alerting.Labels{}
	}
	return l
}

// instant reads a time as RFC 3339 writes it. What cannot be read, or lies outside the years 1 to 9999,
// is as if the sender had not said: zero.
func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if t = t.UTC().Truncate(time.Microsecond); err != nil || t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// link keeps s if a browser may be sent there.
func link(s string) string {
	if len(s) > maxLink || !isClean(s) {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return s
}

// quote shows what was sent, shortened.
func quote(s string) string {
	if s == "" {
		return "missing"
	}
	return strconv.Quote(cut(s, 60))
}
