package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/escalation"
	"tocsin/web/api"
)

const swapsPath = "/api/v1/swaps"

// swapOperations are how people exchange stretches of a rotation.
func (s *server) swapOperations(a huma.API) {
	huma.Register(a, operation(Viewer, http.MethodGet, swapsPath, "list-swaps", "Swaps that are asked, those answered within a month, and those accepted that are not over, newest first"), s.listSwaps)
	huma.Register(a, creates(operation(Responder, http.MethodPost, swapsPath, "create-swap", "Ask somebody to take a stretch of a rotation", http.StatusConflict)), s.createSwap)
	for does, state := range swapAnswers() {
		summary := map[string]string{
			"accept": "Accept a swap: it becomes overrides", "decline": "Decline a swap", "withdraw": "Withdraw a swap that one has asked",
			"undo": "Undo a swap that was accepted: what lies ahead of both halves is as it was before",
		}[does]
		op := operation(Responder, http.MethodPost, swapsPath+"/{id}/"+does, does+"-swap", summary, http.StatusNotFound, http.StatusConflict)
		op.Description = "Needs the role " + Responder.String() + ", and to be the person " + map[string]string{"accept": "asked", "decline": "asked", "withdraw": "who asks", "undo": "who asked or was asked"}[does] + "; a manager may answer for them."
		op.DefaultStatus = http.StatusOK
		huma.Register(a, op, func(ctx context.Context, in *idInput) (*swapOutput, error) {
			swap, err := s.carryOutSwap(ctx, in.ID, state)
			if err != nil {
				return nil, s.failed(ctx, err)
			}
			return &swapOutput{api.OfSwap(swap)}, nil
		})
	}
}

type swapsOutput struct {
	Body struct {
		Swaps []api.Swap `json:"swaps"`
	}
}

func (s *server) listSwaps(ctx context.Context, _ *struct{}) (*swapsOutput, error) {
	swaps, err := s.Rota.Swaps(ctx)
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	var out swapsOutput
	out.Body.Swaps = api.OfSwaps(swaps)
	return &out, nil
}

type swapInput struct {
	Body struct {
		Rotation    string    `json:"rotation" minLength:"1" maxLength:"200"`
		Asker       string    `json:"asker" minLength:"1" maxLength:"200" doc:"whose turn it is"`
		Asked       string    `json:"asked" minLength:"1" maxLength:"200" doc:"who is to take it"`
		From        time.Time `json:"from"`
		Until       time.Time `json:"until" doc:"not included"`
		ReturnFrom  time.Time `json:"return_from,omitzero" doc:"what the asker takes in return; left out: nothing"`
		ReturnUntil time.Time `json:"return_until,omitzero"`
		Note        string    `json:"note,omitempty" maxLength:"500"`
	}
}

type swapOutput struct{ Body api.Swap }

func (s *server) createSwap(ctx context.Context, in *swapInput) (*swapOutput, error) {
	b := in.Body
	swap, err := s.Rota.AskSwap(ctx, escalation.Swap{
		Rotation: b.Rotation, Asker: b.Asker, Asked: b.Asked, From: b.From, Until: b.Until,
		ReturnFrom: b.ReturnFrom, ReturnUntil: b.ReturnUntil, Note: b.Note,
	}, actorOf(ctx))
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	return &swapOutput{api.OfSwap(swap)}, nil
}
