package main

import (
	"encoding/json"
	"io"
	"time"

	"tocsin/alerting"
	"tocsin/escalation/simulator/replay"
)

// printReplay writes the form that programs read; docs/cli.md promises it.
func printReplay(w io.Writer, out replay.Result) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	all := replayed{
		Since: out.Since.UTC(), Until: out.Until.UTC(), Compared: out.Compared, Was: countOf(out.Was), Now: countOf(out.Now),
		Fewer: out.Fewer, More: out.More, Moved: out.Moved, Incidents: []replayedIncident{}, Lost: []replayedLost{}, Unknown: []int64{},
	}
	for _, inc := range out.Incidents {
		all.Incidents = append(all.Incidents, replayedIncidentOf(inc))
	}
	for _, l := range out.Lost {
		all.Lost = append(all.Lost, replayedLost{l.At.UTC(), l.Incident, string(l.Verb), l.By, l.Why})
	}
	all.Unknown = append(all.Unknown, out.Unknown...)
	return enc.Encode(all)
}

type replayed struct {
	Since     time.Time          `json:"since"`
	Until     time.Time          `json:"until"`
	Compared  int                `json:"compared"`
	Was       replayedCount      `json:"recorded"`
	Now       replayedCount      `json:"replayed"`
	Fewer     int                `json:"fewer"`
	More      int                `json:"more"`
	Moved     int                `json:"moved"`
	Incidents []replayedIncident `json:"incidents"`
	Lost      []replayedLost     `json:"lost_answers"`
	Unknown   []int64            `json:"unknown"`
}

type replayedCount struct {
	Pages  int `json:"pages"`
	Night  int `json:"night"`
	Off    int `json:"outside_business_hours"`
	Missed int `json:"deadlines_missed"`
}

func countOf(c replay.Count) replayedCount { return replayedCount{c.Pages, c.Night, c.Off, c.Missed} }

type replayedIncident struct {
	ID       int64              `json:"id"` // 0: it was not there
	Title    string             `json:"title"`
	Opened   time.Time          `json:"opened_at"`
	Was      *alerting.Severity `json:"recorded_severity"`
	Now      *alerting.Severity `json:"severity"`
	Reason   string             `json:"reason"`
	Joins    int64              `json:"joins,omitempty"`
	Recorded int                `json:"recorded_deadlines_missed"`
	Missed   int                `json:"deadlines_missed"`
	Pages    []replayedChange   `json:"pages"`
}

func replayedIncidentOf(inc replay.Incident) replayedIncident {
	out := replayedIncident{
		ID: inc.ID, Title: inc.Title, Opened: inc.Opened.UTC(), Reason: inc.Why.Text, Joins: inc.Joins,
		Recorded: inc.Missed[0], Missed: inc.Missed[1], Pages: []replayedChange{},
	}
	if inc.ID != 0 {
		out.Was = &inc.Was
	}
	if !inc.Gone {
		out.Now = &inc.Now
	}
	for _, c := range inc.Changes {
		out.Pages = append(out.Pages, replayedChange{pageOf(c.Was), pageOf(c.Now), c.Why})
	}
	return out
}

type replayedChange struct {
	Was    *replayedPage `json:"recorded"` // null: in addition
	Now    *replayedPage `json:"replayed"` // null: not sent
	Reason string        `json:"reason"`
}

type replayedPage struct {
	At      time.Time `json:"at"`
	Round   int       `json:"round"`
	Step    int       `json:"step"` // counted from 1; 0: beside the plan
	Role    string    `json:"role"`
	Person  string    `json:"person"`
	Channel string    `json:"channel"`
	Night   bool      `json:"night"`
	Off     bool      `json:"outside_business_hours"`
}

func pageOf(p *replay.Page) *replayedPage {
	if p == nil {
		return nil
	}
	return &replayedPage{p.At.UTC(), p.Round, p.Step, p.Role, p.Person, string(p.Channel), p.Night, p.Off}
}

type replayedLost struct {
	At       time.Time `json:"at"`
	Incident int64     `json:"incident"`
	Verb     string    `json:"verb"`
	By       string    `json:"by"`
	Reason   string    `json:"reason"`
}
