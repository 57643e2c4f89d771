package web

import (
	"context"
	"net/http"
	"slices"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/web/view"
)

// swapAnswers are what may be done about a swap that is asked, by what the address calls it.
func swapAnswers() map[string]escalation.SwapState {
	return map[string]escalation.SwapState{
		"accept": escalation.SwapAccepted, "decline": escalation.SwapDeclined, "withdraw": escalation.SwapWithdrawn,
	}
}

// answers is whose answer to a swap it is.
func answers(s escalation.Swap, state escalation.SwapState) string {
	if state == escalation.SwapWithdrawn {
		return s.Asker
	}
	return s.Asked
}

// mayAnswer reports whether somebody may answer a swap: for themselves, or, as a manager, for anybody. Whoever
// asked in another's name may withdraw it.
func mayAnswer(who Identity, s escalation.Swap, state escalation.SwapState) bool {
	mine := who.Name == answers(s, state) || state == escalation.SwapWithdrawn && who.Name == s.By
	return s.State == escalation.SwapAsked && (who.May(Manager) || who.May(Responder) && mine)
}

// swapsFor are swaps with what a reader may do about each.
func swapsFor(who Identity, swaps []escalation.Swap) []view.Swap {
	out := make([]view.Swap, len(swaps))
	for i, s := range swaps {
		out[i].Swap = s
		for _, does := range []string{"accept", "decline", "withdraw"} {
			if mayAnswer(who, s, swapAnswers()[does]) {
				out[i].Answers = append(out[i].Answers, does)
			}
		}
	}
	return out
}

// carryOutSwap answers a swap for whoever makes the request of ctx. Only the person whom it concerns and
// managers may; the rota decides whether it fits.
func (s *server) carryOutSwap(ctx context.Context, id int64, state escalation.SwapState) (escalation.Swap, error) {
	swaps, err := s.Rota.Swaps(ctx)
	if err != nil {
		return escalation.Swap{}, err
	}
	i := slices.IndexFunc(swaps, func(w escalation.Swap) bool { return w.ID == id })
	if i < 0 {
		return escalation.Swap{}, alerting.ErrNotFound
	}
	swap, who := swaps[i], identityOf(ctx)
	if swap.State == escalation.SwapAsked && !mayAnswer(who, swap, state) {
		whose := answers(swap, state)
		return escalation.Swap{}, refuse(http.StatusForbidden, "Only %s, or a manager, can answer this: ask them. You are signed in as %s.", s.named(whose), who.Name)
	}
	return s.Rota.AnswerSwap(ctx, id, state, actorOf(ctx))
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
