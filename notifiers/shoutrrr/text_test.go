package shoutrrr_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"strings"
	"testing"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/shoutrrr"
)

var update = flag.Bool("update", false, "write the golden files")

func samples() map[string]notifiers.Notice {
	out := maps.Clone(notifierstest.Samples())
	remind, clear, bundle := out["acknowledged"], out["resolved"], out["first-page"]
	remind.Page.Kind, clear.Page.Kind = "remind", "clear"
	other := bundle.Brief.Incident
	other.ID, other.Severity, other.Title, other.Labels = 415, alerting.P2, "DiskFull db-1", nil
	page := bundle.Page
	page.IncidentID, page.Severity = 415, alerting.P2
	bundle.Bundle = &notifiers.Bundle{Total: 37, BySeverity: [4]int{3, 0, 34, 0}, Items: []notifiers.BundleItem{{Page: bundle.Page, Incident: bundle.Brief.Incident}, {Page: page, Incident: other}}}
	digest := bundle
	digest.Bundle = &notifiers.Bundle{Total: 37, BySeverity: [4]int{0, 0, 37, 0}, Digest: true, Items: bundle.Bundle.Items[1:]}
	out["remind"], out["clear"], out["bundle"], out["digest"] = remind, clear, bundle, digest
	for name, n := range notifierstest.Messages() {
		out["message-"+name] = n
	}
	return out
}

func TestEachKindOfMessageReadsAsItShould(t *testing.T) {
	ch := channel(t, "serve")
	for name, n := range samples() {
		for _, language := range []string{"en", "de"} {
			t.Run(name+"."+language, func(t *testing.T) {
				n.Brief.Locale.Language = language
				n.Person.URL = "ntfy://ntfy.sh/x"
				r := ch.Render(n)
				got := r.To + "\n" + r.Subject + "\n\n" + r.Text + "\n"
				if name == "first-page" {
					n.Person.URL = "telegram://110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw@telegram?chats=1"
					r = ch.Render(n)
					got += "---\n" + r.To + "\n" + r.Subject + "\n\n" + r.Text + "\n---\n"
					r = ch.Place("gotify://gotify.example.com/AzyoeNS.D4iJLVa").RenderBrief(n.Brief)
					got += r.To + "\n" + r.Subject + "\n\n" + r.Text + "\n"
				}
				notifierstest.Golden(t, *update, name+"."+language, got)
			})
		}
	}
}

func TestHostileTextIsNoMarkupAndNoMention(t *testing.T) {
	ch := channel(t, "serve")
	for _, scheme := range shoutrrr.Services() {
		for _, s := range notifierstest.Hostile() {
			for _, n := range []notifiers.Notice{notifierstest.Tainted(s), notifierstest.TaintedMessage(s)} {
				n.Person.URL = scheme + "://x"
				r := ch.Render(n)
				if strings.ContainsAny(r.Subject, "\r\n\x00") || len(r.Text) > 3800 {
					t.Fatalf("%s: %q: title %q, %d bytes", scheme, s, r.Subject, len(r.Text))
				}
				if scheme != "slack" && scheme != "discord" && scheme != "lark" && scheme != "googlechat" && scheme != "matrix" {
					continue
				}
				for line := range strings.SplitSeq(r.Subject+"\n"+r.Text, "\n") {
					if !strings.HasPrefix(line, "http") && strings.ContainsAny(line, "<>@[]*`~|\\") {
						t.Fatalf("%s: %q: the line %q is markup", scheme, s, line)
					}
				}
			}
		}
	}
}

func TestHostileTextArrivesAsOneValidMessage(t *testing.T) {
	ch, fake := withFake(t)
	list := addresses(fake)
	list["telegram"] += "&parsemode=HTML&title=x"
	for i, s := range notifierstest.Hostile() {
		for service, address := range list {
			n := notifierstest.Tainted(s)
			n.Person.URL = address
			if _, err := ch.Send(t.Context(), n); err != nil {
				t.Fatalf("%s: %q: %v", service, s, err)
			}
		}
		if got := len(fake.Messages()); got != (i+1)*len(list) {
			for _, m := range fake.Messages()[i*len(list):] {
				t.Logf("%s: %d bytes, %.60q", m.Service, len(m.Text), m.Text)
			}
			t.Fatalf("%q: %d messages arrived, want %d", s, got, (i+1)*len(list))
		}
	}
	for _, m := range fake.Messages() {
		if m.Service == "telegram" && (m.Title != "" || strings.Contains(m.Text, "@")) {
			t.Fatalf("Telegram reads it as %s, or as a mention: %q", m.Title, m.Text)
		}
		if m.Service == "discord" && !json.Valid([]byte(m.Body)) {
			t.Fatalf("no JSON: %q", m.Body)
		}
	}
}

func TestATextOfTheConfigurationIsWritten(t *testing.T) {
	book, err := notifiers.NewTexts(map[string]string{"url.page": "{{.Severity}} {{.Number}}, now", "url.page.title.de": "Achtung"}, shoutrrr.Room())
	if err != nil {
		t.Fatal(err)
	}
	ch, err := shoutrrr.New(shoutrrr.Options{Texts: book})
	if err != nil {
		t.Fatal(err)
	}
	n := notice("ntfy://ntfy.sh/x")
	n.Brief.Locale.Language = "de"
	if r := ch.Render(n); r.Subject != "Achtung" || r.Text != "P0 412, now" {
		t.Errorf("%+v", r)
	}
}

func TestAPlaceIsToldOfEachStateAndSeverityOnce(t *testing.T) {
	ch, fake := withFake(t)
	place := ch.Place(addresses(fake)["ntfy"])
	b := notifierstest.Notice().Brief
	ref, err := place.Post(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(*alerting.Incident){
		func(in *alerting.Incident) { in.AlertCount = 9 },
		func(in *alerting.Incident) { in.State = alerting.StateAcknowledged },
		func(in *alerting.Incident) { in.Assignee = "devops-lead" },
		func(in *alerting.Incident) { in.Severity = alerting.P1 },
		func(in *alerting.Incident) { in.State = alerting.StateResolved },
	} {
		change(&b.Incident)
		if ref, err = place.Renew(t.Context(), ref, b); err != nil {
			t.Fatal(err)
		}
	}
	if err := place.Edit(t.Context(), ref, b); err != nil {
		t.Fatal(err)
	}
	if err := place.Reply(t.Context(), ref, b, []alerting.Entry{{ID: 1}}); err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, m := range fake.Messages() {
		titles = append(titles, m.Title)
	}
	want := "[P0] #412 SystemDown backend: open, [P0] #412 SystemDown backend: acknowledged, [P1] #412 SystemDown backend: acknowledged, [P1] #412 SystemDown backend: resolved"
	if got := strings.Join(titles, ", "); got != want {
		t.Errorf("told %s", got)
	}
	if _, err := place.Renew(t.Context(), json.RawMessage(`{"sandbox": 412}`), b); notifiers.AsFailure(err).Class != notifiers.Permanent {
		t.Errorf("a reference of another board: %v", fmt.Sprint(err))
	}
}
