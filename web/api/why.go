package api

import (
	"time"

	"tocsin/escalation"
)

// Because is why somebody was paged at a moment, or why not.
type Because struct {
	At     time.Time `json:"at"`
	Step   int       `json:"step" doc:"of the plan, counted from 1; 0 or less: beside it"`
	Paged  bool      `json:"paged"`
	ToCome bool      `json:"to_come" doc:"the step has not fired yet: text says what it would do as things stand"`
	Text   string    `json:"text"`
	Rule   string    `json:"rule" doc:"the configuration's path to what decided"`
	Tried  []Tried   `json:"tried" doc:"each rule looked at, and what it said"`
}

// OfBecause is a list of them.
func OfBecause(in []escalation.Because) []Because {
	return each(in, func(b escalation.Because) Because {
		return Because{At: b.At.UTC(), Step: b.Step, Paged: b.Paged, ToCome: b.ToCome, Text: b.Text, Rule: b.Rule, Tried: ofTried(b.Tried)}
	})
}
