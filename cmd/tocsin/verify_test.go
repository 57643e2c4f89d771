package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers/ledger"
)

// verify runs the command on the history's database.
func (h *history) verify(args ...string) (code int, stdout, stderr string) {
	h.t.Helper()
	var out, errs strings.Builder
	getenv := func(name string) string { return map[string]string{"TOCSIN_DATABASE_URL": h.db.URL}[name] }
	args = append([]string{"verify", "-c", filepath.Join(h.dir, "tocsin.yaml")}, args...)
	code = run(h.t.Context(), args, getenv, nil, &out, &errs)
	return code, out.String(), errs.String()
}

func (h *history) sealed() {
	h.t.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = h.Seal(h.t.Context(), 100)
		h.must(err)
	}
	_, _, err := h.Anchor(h.t.Context())
	h.must(err)
}

func (h *history) tamper(sql string) {
	h.t.Helper()
	_, err := h.db.Pool.Exec(h.t.Context(), `SET session_replication_role = replica; `+sql+`; SET session_replication_role = origin`)
	h.must(err)
}

func TestVerifyFindsNothingInALedgerThatNobodyTouched(t *testing.T) {
	h := newHistory(t)
	h.weekend()
	h.sealed()
	file := filepath.Join(t.TempDir(), "heads.json")
	code, out, errs := h.verify("--export", file)
	if code != 0 || !strings.HasSuffix(out, "and 1 anchor: nothing was found\n") || !strings.Contains(errs, "wrote the ends of") {
		t.Fatalf("code %d, %s%s", code, out, errs)
	}
	if code, out, errs := h.verify("--against", file); code != 0 || !strings.Contains(out, "held an export against it: nothing was found") {
		t.Errorf("code %d, %s%s", code, out, errs)
	}
	if code, _, errs := h.verify("--export", file); code != 1 || !strings.Contains(errs, "is there already, and may be evidence") {
		t.Errorf("code %d, %s", code, errs)
	}
	if code, out, _ := h.verify("--incident", "1"); code != 0 || !strings.Contains(out, "in 1 chain,") {
		t.Errorf("code %d, %s", code, out)
	}
	h.after(48 * time.Hour)
	h.sealed()
	if code, out, errs := h.verify("--against", file); code != 0 {
		t.Errorf("a ledger that has grown: code %d, %s%s", code, out, errs)
	}
}

func TestVerifyNamesTheIncidentAndTheRowAndEndsWithOne(t *testing.T) {
	h := newHistory(t)
	h.weekend()
	h.sealed()
	file := filepath.Join(t.TempDir(), "heads.json")
	h.tamper(`UPDATE ledger SET person = 'nobody' WHERE id = 2`)
	code, out, errs := h.verify("--export", file)
	if code != 1 || !strings.Contains(out, "incident #1, row 2, page 2: entry 2 was edited") || !strings.Contains(errs, "the ledger has 2 findings") || !strings.Contains(errs, "was not written") {
		t.Errorf("code %d, %s%s", code, out, errs)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a ledger that is not as it was written was exported")
	}
	code, out, _ = h.verify("--json")
	var got ledger.Report
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	h.must(d.Decode(&got))
	if code != 1 || len(got.Findings) != 2 || got.Findings[0].Incident != 1 || got.Findings[0].Row != 2 {
		t.Errorf("code %d, %+v", code, got)
	}
}

func TestVerifyRefusesAnExportThatIsNone(t *testing.T) {
	h := newHistory(t)
	file := filepath.Join(t.TempDir(), "x.json")
	h.must(os.WriteFile(file, []byte(`{"version": 9}`), 0o600))
	for says, args := range map[string][]string{
		"this is no export of a ledger": {"--against", file}, "no such file": {"--against", file + "x"}, "the ledger is empty": {"--export", file + "y"},
	} {
		if code, out, errs := h.verify(args...); code != 1 || !strings.Contains(errs, says) {
			t.Errorf("%v: code %d, %s%s", args, code, out, errs)
		}
	}
}
