package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"tocsin/web/api"
)

const swapsAddress = "/swaps"

// swapsCmd is a client of the API: who asks whom to take a stretch of a rotation.
type swapsCmd struct {
	client

	List     listSwapsCmd    `cmd:"" default:"withargs" help:"List those that are asked, those answered within a month, and those accepted that are not over, newest first."`
	Ask      askSwapCmd      `cmd:"" help:"Ask somebody to take a stretch of a rotation."`
	Accept   acceptSwapCmd   `cmd:"" help:"Accept one: it becomes overrides."`
	Decline  declineSwapCmd  `cmd:"" help:"Decline one."`
	Withdraw withdrawSwapCmd `cmd:"" help:"Withdraw one that one has asked."`
	Undo     undoSwapCmd     `cmd:"" help:"Undo one that was accepted: what lies ahead of both halves is as it was before."`
}

type listSwapsCmd struct{}

func (*listSwapsCmd) run(ctx context.Context, c *cli, e env) error {
	var list struct {
		Swaps []api.Swap `json:"swaps"`
	}
	if done, err := c.Swaps.fetch(ctx, e, swapsAddress, &list); done || err != nil {
		return err
	}
	clocks, err := c.Swaps.zones(ctx)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, s := range list.Swaps {
		zone, back := clocks.of(s.Rotation), ""
		if s.ReturnFrom != nil && s.ReturnUntil != nil {
			back = stretch(*s.ReturnFrom, *s.ReturnUntil, zone)
		}
		rows = append(rows, []string{
			strconv.FormatInt(s.ID, 10), string(s.State), s.Rotation, s.Asker, s.Asked, stretch(s.From, s.Until, zone), back, s.Note,
		})
	}
	return table(e, "ID\tSTATE\tROTATION\tFROM WHOM\tTO WHOM\tWHEN\tIN RETURN\tNOTE", rows)
}

type askSwapCmd struct {
	stretchFlags
	Rotation    string `arg:"" help:"Which rotation."`
	Asker       string `arg:"" help:"Whose turn it is, by the name in the configuration."`
	Asked       string `arg:"" help:"Who is to take it."`
	ReturnFrom  string `placeholder:"TIME" help:"What the asker takes in return begins then; left out: nothing."`
	ReturnUntil string `placeholder:"TIME" help:"When that ends."`
	Note        string `help:"A word to who is asked."`
}

func (cmd *askSwapCmd) run(ctx context.Context, c *cli, e env) error {
	clocks, err := c.Swaps.zones(ctx)
	if err != nil {
		return err
	}
	zone := clocks.of(cmd.Rotation)
	body, err := cmd.body(zone)
	if err != nil {
		return err
	}
	var s api.Swap
	return c.Swaps.post(ctx, e, swapsAddress, body, &s, func() string { return swapLine(s, zone) })
}

func (cmd *askSwapCmd) body(zone *time.Location) (map[string]any, error) {
	from, until, err := cmd.in(zone)
	if err != nil {
		return nil, err
	}
	body := map[string]any{"rotation": cmd.Rotation, "asker": cmd.Asker, "asked": cmd.Asked, "from": from, "until": until, "note": cmd.Note}
	if (cmd.ReturnFrom == "") != (cmd.ReturnUntil == "") {
		return nil, errors.New("--return-from and --return-until go together: give both, or neither")
	}
	if cmd.ReturnFrom != "" {
		if body["return_from"], body["return_until"], err = moments("--return-from", cmd.ReturnFrom, "--return-until", cmd.ReturnUntil, zone); err != nil {
			return nil, err
		}
	}
	return body, nil
}

type swapArg struct {
	ID int64 `arg:"" help:"The swap's number."`
}

type (
	acceptSwapCmd   struct{ swapArg }
	declineSwapCmd  struct{ swapArg }
	withdrawSwapCmd struct{ swapArg }
	undoSwapCmd     struct{ swapArg }
)

func (cmd *acceptSwapCmd) run(ctx context.Context, c *cli, e env) error {
	return cmd.answer(ctx, c, e, "accept")
}

func (cmd *declineSwapCmd) run(ctx context.Context, c *cli, e env) error {
	return cmd.answer(ctx, c, e, "decline")
}

func (cmd *withdrawSwapCmd) run(ctx context.Context, c *cli, e env) error {
	return cmd.answer(ctx, c, e, "withdraw")
}

func (cmd *undoSwapCmd) run(ctx context.Context, c *cli, e env) error {
	return cmd.answer(ctx, c, e, "undo")
}

func (a swapArg) answer(ctx context.Context, c *cli, e env, does string) error {
	clocks, err := c.Swaps.zones(ctx)
	if err != nil {
		return err
	}
	var s api.Swap
	return c.Swaps.post(ctx, e, fmt.Sprintf("%s/%d/%s", swapsAddress, a.ID, does), nil, &s, func() string {
		return swapLine(s, clocks.of(s.Rotation))
	})
}

// swapLine is how a swap stands, in a line.
func swapLine(s api.Swap, zone *time.Location) string {
	line := fmt.Sprintf("swap %d is %s: %s takes %s from %s, %s", s.ID, s.State, s.Asked, s.Rotation, s.Asker, stretch(s.From, s.Until, zone))
	if s.ReturnFrom != nil && s.ReturnUntil != nil {
		line += "; in return " + s.Asker + " takes it " + stretch(*s.ReturnFrom, *s.ReturnUntil, zone)
	}
	return line
}
