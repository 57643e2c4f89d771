package web

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
	"tocsin/web/api"
	"tocsin/web/view"
)

// oncallPage shows who is on call, and the month and rotation that the address names.
func (s *server) oncallPage(w http.ResponseWriter, r *http.Request) error {
	return s.showOnCall(w, r, http.StatusOK, r.URL.Query(), view.Notice{}, nil)
}

// showOnCall draws the page; asked has the month, rotation and person to show, sent what a refused form said.
func (s *server) showOnCall(w http.ResponseWriter, r *http.Request, status int, asked url.Values, n view.Notice, sent url.Values) error {
	ctx := r.Context()
	sh := s.shell(r, "On call")
	sh.Path = "/oncall"
	first := s.firstOfMonth(asked, sh.Now)
	p, err := s.policySince(ctx, earlier(sh.Now, first.AddDays(-7).At(0, time.UTC)))
	if err != nil {
		return err
	}
	held, err := s.duties(ctx, p, sh.Now, "")
	if err != nil {
		return err
	}
	page := view.OnCall{
		Duties: shownDuties(p, held, s.Zone), Rotations: slices.Sorted(maps.Keys(p.Directory.Rotations)),
		Absences: absences(p, sh.Now), People: s.people(), Notice: n, Sent: sent,
	}
	if rotation, ok := chosen(p, page.Rotations, asked.Get("rotation")); ok {
		page.Month = view.NewMonth(rotation, p.Directory.Absences, p.Calendar, first, sh.Now)
		page.Overrides = page.Month.Around(rotation.Overrides)
	}
	swaps, err := s.Rota.Swaps(ctx)
	if err != nil {
		return err
	}
	who := identityOf(ctx)
	page.Swaps, page.Askers = swapsFor(who, swaps, sh.Now), askers(p, who, page.People)
	page.Reader = reader(p, page.People, asked.Get("person"), sh.User)
	if page.Feeds, err = s.feeds(ctx, who, page.Month.Rotation, page.Reader); err != nil {
		return err
	}
	return s.render(w, r, status, view.OnCallPage(sh, page))
}

// chosen is the rotation asked for, else the first.
func chosen(p *escalation.Policy, names []string, asked string) (oncall.Rotation, bool) {
	if r, ok := p.Directory.Rotations[asked]; ok || len(names) == 0 {
		return r, ok
	}
	return p.Directory.Rotations[names[0]], true
}

func zoneOf(r oncall.Rotation) *time.Location {
	if r.Zone == nil {
		return time.UTC
	}
	return r.Zone
}

// firstOfMonth begins the month asked for, else the one that it is on the clock of the rotation asked for.
func (s *server) firstOfMonth(asked url.Values, now time.Time) calendar.Date {
	p, zone := s.Policy(), s.Zone
	if r, ok := chosen(p, slices.Sorted(maps.Keys(p.Directory.Rotations)), asked.Get("rotation")); ok {
		zone = zoneOf(r)
	}
	return view.ParseMonth(asked.Get("month"), now.In(zone))
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// reader is whose feed is shown: the person asked for, else whoever is signed in, else the first.
func reader(p *escalation.Policy, people []string, candidates ...string) string {
	for _, id := range candidates {
		if _, known := p.Directory.People[id]; known {
			return id
		}
	}
	if len(people) == 0 {
		return ""
	}
	return people[0]
}

// duties are who holds each role, or the one that is named, and how they are reached as who asks may see it.
func (s *server) duties(ctx context.Context, p *escalation.Policy, at time.Time, role string) ([]api.Duty, error) {
	out := api.Duties(p, at, role)
	c := api.Contacts{People: p.Directory.People, Whole: identityOf(ctx).May(Responder)}
	if s.OptOuts != nil {
		var err error
		if c.OptOuts, err = s.OptOuts.OptOuts(ctx); err != nil {
			return nil, err
		}
	}
	c.Add(out)
	return out, nil
}

// shownDuties have their times on the clock of the role's rotation.
func shownDuties(p *escalation.Policy, held []api.Duty, zone *time.Location) []view.Duty {
	var out []view.Duty
	for _, d := range held {
		in := zone
		if r, ok := p.Directory.Rotations[d.Rotation]; ok {
			in = zoneOf(r)
		}
		out = append(out, view.Duty{Role: d.Role, Rotation: d.Rotation, Now: holders(d.People, in), Next: holders(d.Next, in), Shadows: d.Shadows})
	}
	return out
}

func holders(in []api.Holder, zone *time.Location) []view.Holder {
	out := make([]view.Holder, len(in))
	for i, h := range in {
		out[i] = view.Holder{
			Person: h.Person, From: value(h.From), Until: value(h.Until), Why: h.Why, Override: h.Override != 0,
			Away: value(h.AwayUntil), Deputy: h.Deputy, Unreachable: h.Unreachable, Zone: zone,
			Phone: h.Phone, NoSMS: value(h.NoSMSSince),
		}
	}
	return out
}

// value is *t, zero for nil.
func value(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// feeds are the addresses of the feeds of a rotation and of a person, as somebody sees them; an empty name has
// none.
func (s *server) feeds(ctx context.Context, who Identity, rotation, person string) ([]view.Feed, error) {
	var out []view.Feed
	for _, f := range []feed{{feedRotation, rotation}, {feedPerson, person}} {
		if f.name == "" {
			continue
		}
		version, err := s.Feeds.Version(ctx, f.kind, f.name)
		if err != nil {
			return nil, err
		}
		out = append(out, view.Feed{Kind: f.kind, Name: f.name, URL: s.PublicURL.JoinPath(s.pageKey.feedPath(f, version)).String(), Renew: mayRenew(who, f)})
	}
	return out, nil
}
