package main

import (
	"context"
	"fmt"
	"strconv"

	"tocsin/web/api"
)

const absencesAddress = "/absences"

// absencesCmd is a client of the API: who is away, and who is told in their place.
type absencesCmd struct {
	client

	List   listAbsencesCmd  `cmd:"" default:"withargs" help:"List who is away, or will be."`
	Add    addAbsenceCmd    `cmd:"" help:"Say that somebody is away."`
	Remove removeAbsenceCmd `cmd:"" help:"Remove one; one that has begun ends now."`
}

type listAbsencesCmd struct{}

func (*listAbsencesCmd) run(ctx context.Context, c *cli, e env) error {
	var list struct {
		Absences []api.Absence `json:"absences"`
	}
	if done, err := c.Absences.fetch(ctx, e, absencesAddress, &list); done || err != nil {
		return err
	}
	clocks, err := c.Absences.zones(ctx)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, a := range list.Absences {
		id := strconv.FormatInt(a.ID, 10)
		if a.ID == 0 {
			id = "" // it stands in the configuration
		}
		rows = append(rows, []string{id, a.Person, localTime(&a.From, clocks.organisation), localTime(&a.Until, clocks.organisation), a.Deputy, a.By, a.Note})
	}
	return table(e, "ID\tWHO\tFROM\tUNTIL\tDEPUTY\tBY\tNOTE", rows)
}

type addAbsenceCmd struct {
	stretchFlags
	Person string `arg:"" help:"Who, by the name in the configuration."`
	Deputy string `placeholder:"PERSON" help:"Who is told in their place."`
	Note   string `help:"Why."`
}

func (cmd *addAbsenceCmd) run(ctx context.Context, c *cli, e env) error {
	clocks, err := c.Absences.zones(ctx)
	if err != nil {
		return err
	}
	from, until, err := cmd.in(clocks.organisation)
	if err != nil {
		return err
	}
	body := map[string]any{"person": cmd.Person, "from": from, "until": until, "deputy": cmd.Deputy, "note": cmd.Note}
	var a api.Absence
	return c.Absences.post(ctx, e, absencesAddress, body, &a, func() string {
		told := "nobody is told in their place"
		if a.Deputy != "" {
			told = a.Deputy + " is told in their place"
		}
		return fmt.Sprintf("absence %d: %s is away, %s; %s", a.ID, a.Person, stretch(a.From, a.Until, clocks.organisation), told)
	})
}

type removeAbsenceCmd struct {
	ID int64 `arg:"" help:"The absence's number. One without a number stands in the configuration: change it there."`
}

func (cmd *removeAbsenceCmd) run(ctx context.Context, c *cli, e env) error {
	return c.Absences.remove(ctx, e, fmt.Sprintf("%s/%d", absencesAddress, cmd.ID), fmt.Sprintf("absence %d is removed", cmd.ID))
}
