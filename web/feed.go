package web

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall/ical"
)

// Kinds of feed.
const (
	feedRotation = "rotation"
	feedPerson   = "person"
)

// A feed tells of so many days before and after the moment it is asked for.
const (
	feedPast   = 31
	feedFuture = 366
)

// feed is an iCal feed: of a rotation, or of a person's turns in all of them.
type feed struct{ kind, name string }

// feedSecret is what makes an address of a version its own: whoever does not know it cannot make it up.
func (k nonceKey) feedSecret(f feed, version int64) string {
	mac := hmac.New(sha256.New, k)
	for _, part := range []string{"tocsin ical feed", f.kind, f.name, strconv.FormatInt(version, 10)} {
		mac.Write([]byte(part + "\x00"))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (k nonceKey) feedPath(f feed, version int64) string {
	return "/ical/" + f.kind + "/" + url.PathEscape(f.name) + "/" + k.feedSecret(f, version) + ".ics"
}

// icalFeed answers a calendar program, which cannot sign in. What is wrong about an address is not told.
func (s *server) icalFeed(w http.ResponseWriter, r *http.Request) error {
	f := feed{chi.URLParam(r, "kind"), chi.URLParam(r, "name")}
	if name, err := url.PathUnescape(f.name); err == nil {
		f.name = name
	}
	p := s.Policy()
	if !known(p, f) {
		return s.badFeed(w, r)
	}
	version, err := s.Feeds.Version(r.Context(), f.kind, f.name)
	if err != nil {
		return err
	}
	if !hmac.Equal([]byte(s.pageKey.feedSecret(f, version)), []byte(chi.URLParam(r, "secret"))) {
		return s.badFeed(w, r)
	}
	if p, err = s.policyNow(r.Context()); err != nil {
		return err
	}
	now := time.Now()
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	_, _ = w.Write(ical.Feed(s.feedTitle(f), s.entries(p, f, now), now)) // whoever asked has gone away
	return nil
}

func known(p *escalation.Policy, f feed) bool {
	_, rotation := p.Directory.Rotations[f.name]
	_, person := p.Directory.People[f.name]
	return f.kind == feedRotation && rotation || f.kind == feedPerson && person
}

// badFeed counts and logs a wrong address as a wrong link.
func (s *server) badFeed(w http.ResponseWriter, r *http.Request) error {
	if s.badLinks.OnLimit(w, r, networkOf(r)) {
		return refuse(http.StatusTooManyRequests, "Too many wrong addresses from your network. Wait a minute, then try again.")
	}
	return refuse(http.StatusNotFound, "There is no such page.")
}

func (s *server) feedTitle(f feed) string {
	if f.kind == feedPerson {
		return "On call: " + s.personName(f.name)
	}
	return "On call: " + f.name
}

func (s *server) personName(id string) string {
	if name := s.Names[id]; name != "" {
		return name
	}
	return id
}

// entries are the events of a feed, the earliest first; gaps are nobody's. Whoever stands in for somebody who is
// away has their events, and who is away does not.
func (s *server) entries(p *escalation.Policy, f feed, now time.Time) []ical.Entry {
	var out []ical.Entry
	from, until := now.AddDate(0, 0, -feedPast), now.AddDate(0, 0, feedFuture)
	for name, r := range p.Directory.Rotations {
		if f.kind == feedRotation && name != f.name {
			continue
		}
		begin := from
		if first := r.At(from).From; !first.IsZero() {
			begin = first // whole, so that its event stays the same from one reading to the next
		}
		for _, d := range p.Duties(name, begin, until) {
			if e := s.entry(f, d); e.Summary != "" && d.Until.After(from) {
				out = append(out, e)
			}
		}
	}
	slices.SortFunc(out, func(a, b ical.Entry) int { return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Rotation, b.Rotation)) })
	return out
}

// entry is a duty as a feed tells of it, by the rotation's name in a person's feed and by the person's in a
// rotation's; without a summary if the feed does not.
func (s *server) entry(f feed, d escalation.Duty) ical.Entry {
	e := ical.Entry{Shift: d.Shift, Rotation: d.Rotation}
	if d.Holder != "" && d.Person != "" {
		e.Says = "Stands in for " + s.personName(d.Holder) + ", who is away"
	}
	switch {
	case f.kind == feedPerson && d.Person == f.name:
		e.Summary = d.Rotation
	case f.kind == feedRotation && d.Person != "":
		e.Summary = s.personName(d.Person)
	case f.kind == feedRotation && d.Holder != "":
		e.Summary = "Nobody: " + s.personName(d.Holder) + " is away"
	}
	return e
}

// mayRenew reports whether somebody may give a feed a new address: a person's is theirs and managers'.
func mayRenew(who Identity, f feed) bool {
	return who.May(Manager) || who.May(Responder) && (f.kind != feedPerson || f.name == who.Name)
}

// renewFeed begins a feed's next version: its old address stops.
func (s *server) renewFeed(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	f := feed{chi.URLParam(r, "kind"), chi.URLParam(r, "name")}
	if name, err := url.PathUnescape(f.name); err == nil {
		f.name = name
	}
	if !known(s.Policy(), f) {
		return refuse(http.StatusNotFound, "There is no %s %s.", f.kind, alerting.OneLine(f.name, 200))
	}
	if who := identityOf(r.Context()); !mayRenew(who, f) {
		return refuse(http.StatusForbidden, "Only %s, or a manager, can give this feed a new address: ask them. You are signed in as %s.", s.personName(f.name), who.Name)
	}
	if err := s.Feeds.Revoke(r.Context(), f.kind, f.name, actorOf(r.Context())); err != nil {
		return err
	}
	return backToOnCall(w, r, "#feeds")
}
