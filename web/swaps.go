package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
	"tocsin/web/view"
)

// swapAnswers are what may be done about a swap that is asked, or was accepted, by what the address calls it.
func swapAnswers() map[string]escalation.SwapState {
	return map[string]escalation.SwapState{
		"accept": escalation.SwapAccepted, "decline": escalation.SwapDeclined, "withdraw": escalation.SwapWithdrawn,
		"undo": escalation.SwapUndone,
	}
}

// answers is whose answer to a swap it is.
func answers(s escalation.Swap, state escalation.SwapState) []string {
	switch state {
	case escalation.SwapWithdrawn:
		return []string{s.Asker}
	case escalation.SwapUndone:
		return []string{s.Asker, s.Asked}
	}
	return []string{s.Asked}
}

// answerable reports whether a swap stands so that state may follow.
func answerable(s escalation.Swap, state escalation.SwapState, now time.Time) bool {
	if state == escalation.SwapUndone {
		return s.State == escalation.SwapAccepted && !s.Over(now)
	}
	return s.State == escalation.SwapAsked
}

// mayAnswer reports whether it is somebody's to answer a swap: for themselves, or, as a manager, for anybody.
// Whoever asked in another's name may withdraw and undo it.
func mayAnswer(who Identity, s escalation.Swap, state escalation.SwapState) bool {
	mine := slices.Contains(answers(s, state), who.Name)
	switch state {
	case escalation.SwapWithdrawn, escalation.SwapUndone:
		mine = mine || who.Name == s.By
	}
	return who.May(Manager) || who.May(Responder) && mine
}

// swapsFor are swaps with what a reader may do about each.
func swapsFor(who Identity, swaps []escalation.Swap, now time.Time) []view.Swap {
	out := make([]view.Swap, len(swaps))
	for i, s := range swaps {
		out[i].Swap = s
		for _, does := range []string{"accept", "decline", "withdraw", "undo"} {
			if state := swapAnswers()[does]; answerable(s, state, now) && mayAnswer(who, s, state) {
				out[i].Answers = append(out[i].Answers, does)
			}
		}
	}
	return out
}

// carryOutSwap answers a swap for whoever makes the request of ctx. Only the people whom it concerns and
// managers may; the rota decides whether it fits.
func (s *server) carryOutSwap(ctx context.Context, id int64, state escalation.SwapState) (escalation.Swap, error) {
	swaps, err := s.Rota.Swaps(ctx)
	if err != nil {
		return escalation.Swap{}, err
	}
	i := slices.IndexFunc(swaps, func(w escalation.Swap) bool { return w.ID == id })
	if i < 0 {
		return escalation.Swap{}, noSuch(alerting.ErrNotFound, "swap %d", id)
	}
	swap, who := swaps[i], identityOf(ctx)
	if answerable(swap, state, time.Now()) && !mayAnswer(who, swap, state) {
		var whose []string
		for _, id := range answers(swap, state) {
			whose = append(whose, s.named(id))
		}
		return escalation.Swap{}, refuse(http.StatusForbidden, "Only %s, or a manager, can %s: ask them. You are signed in as %s.",
			strings.Join(whose, " or "), map[bool]string{false: "answer this", true: "undo this swap"}[state == escalation.SwapUndone], who.Name)
	}
	return s.Rota.AnswerSwap(ctx, id, state, actorOf(ctx))
}

// carryOutRemoval removes an override for whoever makes the request of ctx. One that is part of a swap is not
// removed alone: the swap is undone, by whoever may do that.
func (s *server) carryOutRemoval(ctx context.Context, id int64) error {
	roster, err := s.Roster.Roster(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(roster.Overrides, func(o oncall.Override) bool { return o.ID == id })
	if i >= 0 && roster.Overrides[i].Swap != 0 {
		_, err := s.carryOutSwap(ctx, roster.Overrides[i].Swap, escalation.SwapUndone)
		return err
	}
	return noSuch(s.Rota.RemoveOverride(ctx, id, actorOf(ctx)), "override %d", id)
}

// named is how somebody is shown.
func (s *server) named(id string) string {
	if name := s.Names[id]; name != "" {
		return name
	}
	return id
}

// askers are for whom somebody may ask for a swap: a person of the directory for themselves, a manager and
// whoever is no such person for anybody.
func askers(p *escalation.Policy, who Identity, people []string) []string {
	if _, person := p.Directory.People[who.Name]; person && !who.May(Manager) {
		return []string{who.Name}
	}
	return people
}
