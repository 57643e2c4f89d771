package webhook

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// version is of the body: it changes when a field loses its meaning, not when one is added.
const version = 1

// body is what is posted. Its fields and those below are documented in docs/webhooks.md.
type body struct {
	Version  int       `json:"version"`
	Event    string    `json:"event"`
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Repeat   bool      `json:"possible_repeat"`
	URL      string    `json:"url,omitempty"`
	ActURL   string    `json:"act_url,omitempty"`
	Incident *incident `json:"incident,omitempty"`
	Page     *page     `json:"page,omitempty"`
	Message  *message  `json:"message,omitempty"`
	Bundle   *bundle   `json:"bundle,omitempty"`
}

type page struct {
	ID       int64  `json:"id"`
	Person   string `json:"person"`
	Role     string `json:"role,omitempty"`
	Severity string `json:"severity"`
	Step     int    `json:"step"`
	Round    int    `json:"round"`
	Attempt  int    `json:"attempt"`
	Why      string `json:"why,omitempty"`
}

type message struct {
	Subject string   `json:"subject"`
	Lines   []string `json:"lines"`
}

type bundle struct {
	Kind       escalation.StepKind `json:"kind"` // page, remind or clear
	Total      int                 `json:"total"`
	Digest     bool                `json:"digest"`
	BySeverity map[string]int      `json:"by_severity"`
	Items      []item              `json:"items"`
}

type item struct {
	Event    string   `json:"event"`
	Repeat   bool     `json:"possible_repeat,omitempty"`
	Page     page     `json:"page"`
	Incident incident `json:"incident"`
}

// pageBody is what a page says, or a message of no incident.
func pageBody(n notifiers.Notice, now time.Time) body {
	b := body{Version: version, Event: event(n), ID: n.AttemptID, At: now.UTC().Truncate(time.Second), Repeat: n.PossibleRepeat, Page: pageOf(n.Page)}
	b.Page.Why = n.Why()
	if m, ok := n.Message(); ok {
		b.Message, b.URL = &message{m.Subject, m.Lines}, m.URL
		return b
	}
	b.Incident, b.URL, b.ActURL = briefOf(n.Brief), notifiers.WebURL(n.Brief.URL), n.ActLink()
	if n.Bundle != nil {
		b.Bundle = bundleOf(*n.Bundle)
	}
	return b
}

// event is the kind of a page: page, assign, remind, clear or message.
func event(n notifiers.Notice) string {
	if n.Page.Message != nil {
		return "message"
	}
	return kind(n.Page)
}

func kind(p notifiers.Page) string {
	if p.Kind == "" {
		return "page"
	}
	return string(p.Kind)
}

func pageOf(p notifiers.Page) *page {
	return &page{
		ID: p.ID, Person: p.Person, Role: p.Role, Severity: p.Severity.String(), Step: p.Step, Round: p.Round,
		Attempt: max(p.Tries, 1), Why: notifiers.Plain(p.Says),
	}
}

func bundleOf(b notifiers.Bundle) *bundle {
	out := &bundle{Kind: cmp.Or(b.Kind, escalation.PageStep), Total: b.Total, Digest: b.Digest, BySeverity: map[string]int{}, Items: []item{}}
	for i, n := range b.BySeverity {
		out.BySeverity[alerting.Severity(i).String()] = n
	}
	for _, each := range b.Items {
		out.Items = append(out.Items, item{kind(each.Page), each.PossibleRepeat, *pageOf(each.Page), *incidentOf(each.Incident)})
	}
	return out
}

// pageKey is the same for each attempt of a page, so that its receiver can drop a repeat. A bundle that has
// grown since is another message.
func pageKey(n notifiers.Notice) string {
	key := fmt.Sprintf("tocsin-page-%d", n.Page.ID)
	if n.Bundle == nil {
		return key
	}
	h := sha256.New()
	fmt.Fprint(h, n.Bundle.Total, n.Bundle.BySeverity)
	for _, each := range n.Bundle.Items {
		fmt.Fprint(h, " ", each.Page.ID)
	}
	return key + "-" + hex.EncodeToString(h.Sum(nil)[:8])
}

func marshal(b body) []byte {
	out, _ := json.Marshal(b) // strings, numbers, times of this era and maps of them
	return out
}
