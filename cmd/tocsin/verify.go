package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"tocsin/cmd/tocsin/config"
	"tocsin/notifiers/ledger"
	"tocsin/storage"
)

// verifyCmd looks whether the delivery ledger is as it was written. It changes nothing.
type verifyCmd struct {
	Incident *int64 `placeholder:"N" help:"Only this incident's chain; 0 for messages that belong to none."`
	Export   string `placeholder:"FILE" help:"Write the newest anchor and the ends of all chains to FILE, which must not be there yet. Keep it outside of the database."`
	Against  string `placeholder:"FILE" help:"Hold an earlier export against the ledger: it must be the same with more at its ends."`
	JSON     bool   `help:"Print {\"chains\":...,\"findings\":[...]}."`
}

func (cmd *verifyCmd) run(ctx context.Context, c *cli, e env) error {
	cfg, err := c.load(e, func(config.Problem) {})
	if err != nil {
		return err
	}
	against, err := cmd.against()
	if err != nil {
		return err
	}
	store, done, err := openRecorded(ctx, cfg, e)
	if err != nil {
		return err
	}
	defer done()
	report, err := store.VerifyLedger(ctx, cmd.Incident, against)
	if err != nil {
		return readable(err)
	}
	if err := cmd.print(e.stdout, report); err != nil {
		return err
	}
	if !whole(report) {
		return fmt.Errorf("the ledger has %s: it is not as it was written%s", count(len(report.Findings), "finding"), cmd.unexported())
	}
	if err := cmd.export(ctx, store, e.stderr); err != nil {
		return err
	}
	if n := len(report.Findings); n > 0 {
		return fmt.Errorf("the ledger has %s: it is as it was written, but not of what is stored, or tells of edits", count(n, "finding"))
	}
	return nil
}

// whole reports whether the ledger itself is as it was written, whatever became of what it tells of.
func whole(r ledger.Report) bool {
	return !slices.ContainsFunc(r.Findings, func(f ledger.Finding) bool { return !f.Stored })
}

func (cmd *verifyCmd) against() (*ledger.Export, error) {
	if cmd.Against == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(cmd.Against)
	if err != nil {
		return nil, fmt.Errorf("--against: %w", err)
	}
	x, err := ledger.ParseExport(raw)
	if err != nil {
		return nil, fmt.Errorf("--against %s: %w", cmd.Against, err)
	}
	return &x, nil
}

func (cmd *verifyCmd) print(w io.Writer, r ledger.Report) error {
	if cmd.JSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(r)
	}
	for _, f := range r.Findings {
		fmt.Fprintln(w, f)
	}
	_, err := fmt.Fprintln(w, summary(r, cmd.Incident))
	return err
}

// summary is what was looked at, in a sentence.
func summary(r ledger.Report, only *int64) string {
	text := fmt.Sprintf("looked at %s in %s, %s and %s", entriesText(r.Entries), count(r.Chains, "chain"), count(r.Pages, "page"), count(r.Anchors, "anchor"))
	if r.Unsealed > 0 {
		text += fmt.Sprintf("; %d not sealed yet", r.Unsealed)
	}
	if only != nil {
		text += "; what the anchors hold takes all chains, and was not looked at"
	}
	if r.Against {
		text += "; held an export against it"
	}
	if len(r.Findings) == 0 {
		return text + ": nothing was found"
	}
	return text + ": " + count(len(r.Findings), "finding")
}

func entriesText(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// unexported says that a wished-for export was not written.
func (cmd *verifyCmd) unexported() string {
	if cmd.Export == "" {
		return ""
	}
	return "; " + cmd.Export + " was not written"
}

// export writes what is to be kept elsewhere. It never writes over an earlier one: that is evidence.
func (cmd *verifyCmd) export(ctx context.Context, store *storage.Store, stderr io.Writer) error {
	if cmd.Export == "" {
		return nil
	}
	x, err := store.ExportLedger(ctx)
	if err != nil {
		return err
	}
	if x.Anchor == nil && len(x.Heads) == 0 {
		return fmt.Errorf("the ledger is empty: there is nothing to export, and %s was not written", cmd.Export)
	}
	f, err := os.OpenFile(cmd.Export, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("--export: %s is there already, and may be evidence: name another file", cmd.Export)
	}
	if err != nil {
		return fmt.Errorf("--export: %w", err)
	}
	if err := errors.Join(x.Write(f), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("--export: %w", err)
	}
	fmt.Fprintf(stderr, "wrote the ends of %s to %s: keep it where nobody who may change the database can change it\n", count(len(x.Heads), "chain"), cmd.Export)
	return nil
}
