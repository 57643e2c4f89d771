package web

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

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
	p, err := s.policyNow(ctx)
	if err != nil {
		return err
	}
	sh := s.shell(r, "On call")
	sh.Path = "/oncall"
	page := view.OnCall{
		Duties: duties(p, sh.Now, s.Zone), Rotations: slices.Sorted(maps.Keys(p.Directory.Rotations)),
		Absences: absences(p, sh.Now), People: s.people(), Notice: n, Sent: sent,
	}
	if rotation, ok := chosen(p, page.Rotations, asked.Get("rotation")); ok {
		zone := zoneOf(rotation)
		page.Month = view.NewMonth(rotation, p.Calendar, view.ParseMonth(asked.Get("month"), sh.Now.In(zone)), sh.Now)
		page.Overrides = toCome(rotation.Overrides, sh.Now)
	}
	if page.Swaps, err = s.Rota.Swaps(ctx); err != nil {
		return err
	}
	page.Reader = reader(p, page.People, asked.Get("person"), sh.User)
	if page.Feeds, err = s.feeds(ctx, page.Month.Rotation, page.Reader); err != nil {
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

// toCome are the overrides that are not over, the earliest first.
func toCome(list []oncall.Override, now time.Time) []oncall.Override {
	out := slices.DeleteFunc(slices.Clone(list), func(o oncall.Override) bool { return !o.Until.After(now) })
	slices.SortStableFunc(out, func(a, b oncall.Override) int { return a.From.Compare(b.From) })
	return out
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

// duties are who holds each role, with times on the clock of the role's rotation.
func duties(p *escalation.Policy, now time.Time, zone *time.Location) []view.Duty {
	var out []view.Duty
	for _, d := range api.Duties(p, now, "") {
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
			Away: value(h.AwayUntil), Deputy: h.Deputy, Zone: zone,
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

// feeds are the addresses of the feeds of a rotation and of a person; an empty name has none.
func (s *server) feeds(ctx context.Context, rotation, person string) ([]view.Feed, error) {
	var out []view.Feed
	for _, f := range []feed{{feedRotation, rotation}, {feedPerson, person}} {
		if f.name == "" {
			continue
		}
		version, err := s.Feeds.Version(ctx, f.kind, f.name)
		if err != nil {
			return nil, err
		}
		out = append(out, view.Feed{Kind: f.kind, Name: f.name, URL: s.PublicURL.JoinPath(s.pageKey.feedPath(f, version)).String()})
	}
	return out, nil
}
