package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"tocsin/web/api"
)

const overridesAddress = "/overrides"

// overridesCmd is a client of the API: who stands in for whom.
type overridesCmd struct {
	client

	List   listOverridesCmd  `cmd:"" default:"withargs" help:"List those in force or to come."`
	Add    addOverrideCmd    `cmd:"" help:"Put somebody in a rotation's place for a while."`
	Remove removeOverrideCmd `cmd:"" help:"Remove one; one in force ends now. Of one that is part of a swap both halves are undone."`
}

type listOverridesCmd struct{}

func (*listOverridesCmd) run(ctx context.Context, c *cli, e env) error {
	var list struct {
		Overrides []api.Override `json:"overrides"`
	}
	if done, err := c.Overrides.fetch(ctx, e, overridesAddress, &list); done || err != nil {
		return err
	}
	clocks, err := c.Overrides.zones(ctx)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, o := range list.Overrides {
		zone := clocks.of(o.Rotation)
		rows = append(rows, []string{
			strconv.FormatInt(o.ID, 10), o.Rotation, o.Person, localTime(&o.From, zone), localTime(&o.Until, zone), o.By, o.Note,
		})
	}
	return table(e, "ID\tROTATION\tWHO\tFROM\tUNTIL\tBY\tNOTE", rows)
}

type addOverrideCmd struct {
	stretchFlags
	Rotation string `arg:"" help:"Which rotation."`
	Person   string `arg:"" help:"Who stands in, by the name in the configuration."`
	Note     string `help:"Why."`
}

func (cmd *addOverrideCmd) run(ctx context.Context, c *cli, e env) error {
	clocks, err := c.Overrides.zones(ctx)
	if err != nil {
		return err
	}
	zone := clocks.of(cmd.Rotation)
	from, until, err := cmd.in(zone)
	if err != nil {
		return err
	}
	body := map[string]any{"rotation": cmd.Rotation, "person": cmd.Person, "from": from, "until": until, "note": cmd.Note}
	var o api.Override
	return c.Overrides.post(ctx, e, overridesAddress, body, &o, func() string {
		return fmt.Sprintf("override %d: %s stands in for %s, %s", o.ID, o.Person, o.Rotation, stretch(o.From, o.Until, zone))
	})
}

type removeOverrideCmd struct {
	ID int64 `arg:"" help:"The override's number."`
}

func (cmd *removeOverrideCmd) run(ctx context.Context, c *cli, e env) error {
	var list struct {
		Overrides []api.Override `json:"overrides"`
	}
	if err := c.Overrides.call(ctx, http.MethodGet, overridesAddress, nil, nil, &list); err != nil {
		return err
	}
	done := fmt.Sprintf("override %d is removed", cmd.ID)
	for _, o := range list.Overrides {
		if o.ID == cmd.ID && o.Swap != 0 {
			done = fmt.Sprintf("swap %d, which override %d was part of, is undone: what lay ahead of both halves is removed", o.Swap, o.ID)
		}
	}
	return c.Overrides.remove(ctx, e, fmt.Sprintf("%s/%d", overridesAddress, cmd.ID), done)
}
