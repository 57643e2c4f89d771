package storage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/ledger"
)

func TestVerifyNamesWhatSomebodyDidToTheLedger(t *testing.T) {
	for name, c := range map[string]struct {
		sql  string // $1 is the incident
		want []string
	}{
		"a row edited": {`UPDATE ledger SET at = at - interval '1 minute' WHERE incident_id = $1 AND seq = 5`, []string{"incident #1, row 5, page 1: entry 5 was edited"}},
		"a row edited in what it says": {
			`UPDATE ledger SET data = replace(data, 'delivered', 'failed') WHERE incident_id = $1 AND seq = 6`,
			[]string{"entry 6 was edited", `it came to "failed" as told last, and is now "delivered"`},
		},
		"a row removed in the middle": {`DELETE FROM ledger WHERE incident_id = $1 AND seq = 6`, []string{"row 7, page 2: entry 6 before it was removed"}},
		"the last removed": {
			`DELETE FROM ledger WHERE incident_id = $1 AND seq = 13`,
			[]string{"the last entry, 13, was removed", "anchor 1 holds its entry 13, which is gone"},
		},
		"one inserted at the end": {
			`INSERT INTO ledger (incident_id, seq, at, kind, page_id, person, channel, data, prev, hash)
				SELECT incident_id, 14, at, 'answer', 0, 'bob', 'web', '{"audit": 99}', hash, sha256('x') FROM ledger WHERE incident_id = $1 AND seq = 13`,
			[]string{"entry 14 was edited", "entry 14 was inserted after it", "line 99 of the audit log, which it tells of, is gone"},
		},
		"one inserted in the middle": {
			`UPDATE ledger SET seq = seq + 100 WHERE incident_id = $1 AND seq > 5;
			INSERT INTO ledger (incident_id, seq, at, kind, page_id, attempt_id, person, channel, data, prev, hash)
				SELECT incident_id, 6, at, 'receipt', page_id, attempt_id, person, channel, data, hash, sha256('x') FROM ledger WHERE incident_id = $1 AND seq = 5;
			UPDATE ledger SET seq = seq - 99 WHERE incident_id = $1 AND seq > 100`,
			[]string{"entry 6 was edited", "entry 7 does not follow the one before it", "entry 7 was edited", "entry 14 was inserted after it"},
		},
		"two swapped": {
			`UPDATE ledger SET seq = 99 WHERE incident_id = $1 AND seq = 4;
			UPDATE ledger SET seq = 4 WHERE incident_id = $1 AND seq = 5;
			UPDATE ledger SET seq = 5 WHERE incident_id = $1 AND seq = 99`,
			[]string{"entry 4 does not follow the one before it", "entry 4 was edited", "entry 5 does not follow the one before it", "entry 5 was edited"},
		},
		"the note of the end removed": {`DELETE FROM ledger_heads WHERE incident_id = $1`, []string{"the note of where its chain ends was removed"}},
		"a page of somebody else now": {`UPDATE pages SET person = 'bob' WHERE incident_id = $1 AND channel = 'sms'`, []string{"the page is now for bob over sms"}},
		"a page gone":                 {`DELETE FROM pages WHERE incident_id = $1 AND channel = 'slack'`, []string{"its page is gone"}},
		"a provider's id changed": {
			`UPDATE attempts SET provider_id = 'SM2' WHERE provider_id = 'SM1' AND $1 > 0`,
			[]string{`its provider's id was "SM1" as told last, and is now "SM2"`},
		},
		"an attempt gone": {`DELETE FROM attempts WHERE provider_id = 'SM1' AND $1 > 0`, []string{"its attempt", "is gone"}},
		"a page that nobody was told of": {
			`INSERT INTO pages (incident_id, round, step, kind, role, person, channel, severity, state, until, reason, created_at)
				VALUES ($1, 1, 9, 'page', 'on-call', 'bob', 'sms', 0, 'sent', 'resolved', '{}', tocsin_now())`,
			[]string{"the ledger does not tell that it was meant"},
		},
		"an attempt that was never made": {
			`INSERT INTO attempts (id, page_id, at, outcome) SELECT gen_random_uuid(), id, tocsin_now(), 'delivered' FROM pages WHERE incident_id = $1 AND channel = 'slack'`,
			[]string{"the ledger does not tell that it began"},
		},
		"an answer gone":                        {`DELETE FROM audit WHERE incident = $1`, []string{"line 1 of the audit log, which it tells of, is gone"}},
		"an answer changed":                     {`UPDATE audit SET actor = 'bob' WHERE incident = $1`, []string{`it tells that system-admin did "acknowledge", and line 1 of the audit log now says that bob did`}},
		"an answer told to have come otherwise": {`UPDATE audit SET via = 'sms' WHERE incident = $1`, []string{"it tells of an answer by test at 2026-", "line 1 of the audit log now of one by sms"}},
		"a page's state changed":                {`UPDATE pages SET state = 'failed' WHERE incident_id = $1 AND channel = 'sms'`, []string{`page 1: it was "delivered" as told last, and is now "failed"`}},
		"a page's severity changed":             {`UPDATE pages SET severity = 3 WHERE incident_id = $1`, []string{"its severity was told as P0, and is now P3"}},
		"a page's reason changed":               {`UPDATE pages SET reason = reason || '{"more": 1}' WHERE incident_id = $1`, []string{"its reason is another now than was told"}},
		"a page's time changed":                 {`UPDATE pages SET created_at = created_at - interval '1 hour' WHERE incident_id = $1`, []string{"its time was told as 2026-02-02T09:00:00Z, and is now 2026-02-02T08:00:00Z"}},
		"an attempt's time changed":             {`UPDATE attempts SET at = at - interval '1 hour' WHERE provider_id = 'SM1' AND $1 > 0`, []string{"it began at 2026-02-02T09:00:00Z as told, and now at 2026-02-02T08:00:00Z"}},
		"an attempt's error changed":            {`UPDATE attempts SET error = 'x' WHERE provider_id = 'SM1' AND $1 > 0`, []string{`its error was "" as told last, and is now "x"`}},
		"a receipt taken back":                  {`UPDATE attempts SET reported = NULL WHERE provider_id = 'SM1' AND $1 > 0`, []string{`its provider had reported "delivered" as told last, and now ""`}},
		"all anchors gone":                      {`DELETE FROM anchors WHERE id < $1 + 100`, []string{"anchor 1: it held the end of the chain of #1, entry 13, and is gone"}},
		"the anchor edited":                     {`UPDATE anchors SET at = at + interval '1 day' WHERE id < $1 + 100`, []string{"anchor 1: it was edited"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.history()
			w.anchor()
			if found := w.found(nil); len(found) > 0 {
				t.Fatalf("found %v before anything was done", found)
			}
			w.tamper(c.sql, id)
			found := strings.Join(w.found(nil), "\n")
			for _, want := range c.want {
				if !strings.Contains(found, want) {
					t.Errorf("found\n%s\nwant %s", found, want)
				}
			}
		})
	}
}

// plainly changes the database by a statement that any client may send.
func (w *world) plainly(sql string, args ...any) {
	w.t.Helper()
	tag, err := w.db.Pool.Exec(w.context(), sql, args...)
	if w.must(err); tag.RowsAffected() == 0 {
		w.t.Fatalf("nothing was changed by %s", sql)
	}
}

func TestAPlainStatementForgesNothing(t *testing.T) {
	for name, c := range map[string]struct{ sql, want string }{
		"a receipt":         {`UPDATE attempts SET outcome = 'delivered', reported = 'delivered' WHERE id = (SELECT claim FROM pages WHERE incident_id > $1 AND claim IS NOT NULL)`, `outcome from "sending" to "delivered", reported from null to "delivered"`},
		"what came of it":   {`UPDATE attempts SET outcome = 'failed', finished_at = tocsin_now() WHERE provider_id = 'SM1' AND $1 > 0`, `outcome from "delivered" to "failed"`},
		"that it began":     {`INSERT INTO attempts (id, page_id, at, outcome) SELECT gen_random_uuid(), id, at, 'delivered' FROM (SELECT id, created_at AS at FROM pages WHERE incident_id = $1 AND channel = 'slack') AS p`, "was inserted outside Tocsin"},
		"that it never did": {`DELETE FROM attempts WHERE provider_id = 'SM1' AND $1 > 0`, "was removed outside Tocsin"},
		"a page":            {`INSERT INTO pages (incident_id, round, step, kind, role, person, channel, severity, state, until, reason, created_at) VALUES ($1, 1, 9, 'page', 'on-call', 'bob', 'sms', 0, 'sent', 'resolved', '{}', tocsin_now())`, "a page was inserted outside Tocsin"},
		"whose page it was": {`UPDATE pages SET person = 'bob' WHERE incident_id = $1 AND channel = 'slack'`, `person from "system-admin" to "bob"`},
		"that it is done":   {`UPDATE pages SET state = 'skipped', next_attempt_at = NULL, claimed_by = NULL, claim = NULL WHERE incident_id > $1 AND channel = 'slack'`, `state from "queued" to "skipped"`},
		"an answer":         {`INSERT INTO audit (at, actor, via, origin, action, incident, after) VALUES (tocsin_now(), 'bob', 'web', '', 'acknowledge', $1, '{"outcome": "changed"}')`, "line 2 of the audit log was inserted outside Tocsin"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.history()
			w.one(escalation.SMS, true)
			w.plainly(`UPDATE pages SET next_attempt_at = tocsin_now() + interval '1 hour' WHERE next_attempt_at IS NOT NULL`) // is no edit
			w.seal()
			if found := w.found(nil); len(found) > 0 {
				t.Fatalf("found %v before anything was done", found)
			}
			w.plainly(c.sql, id)
			w.seal()
			if found := strings.Join(w.found(nil), "\n"); !strings.Contains(found, c.want) || !strings.Contains(found, "outside Tocsin") {
				t.Errorf("found\n%s\nwant %s", found, c.want)
			}
		})
	}
}

func TestAForgedReceiptIsNoReceipt(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	c := w.one(escalation.SMS, true)
	w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
	w.plainly(`UPDATE attempts SET outcome = 'delivered', reported = 'delivered'`)
	w.pass(ledger.ReceiptWithin)
	if try := w.delivery(id, c.AttemptID); try.Receipt != "" || !try.NoReceipt {
		t.Errorf("%+v", try)
	}
	if _, err := w.db.Pool.Exec(w.context(), `INSERT INTO ledger (incident_id, at, kind, page_id, attempt_id, person, channel, data)
		SELECT incident_id, tocsin_now(), 'receipt', page_id, attempt_id, person, channel, '{"outcome": "delivered"}' FROM ledger WHERE kind = 'accepted'`); err == nil || !strings.Contains(err.Error(), "written by triggers alone") {
		t.Errorf("an entry was made up: %v", err)
	}
}

func TestWhatTheFormerReleaseWritesIsNoEdit(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	w.exec(`INSERT INTO replicas (id, started_at, heartbeat_at, config, version) VALUES (gen_random_uuid(), tocsin_now(), tocsin_now(), 'c', 'v')`)
	c := w.one(escalation.SMS, true)
	w.plainly(`UPDATE attempts SET outcome = 'sent', finished_at = tocsin_now() WHERE id = $1`, c.AttemptID)
	w.plainly(`UPDATE attempts SET outcome = 'delivered' WHERE id = $1`, c.AttemptID)
	if got := w.entries(id)[4:]; !slices.Equal(got, []string{"accepted system-admin sms sent", "receipt system-admin sms delivered"}) {
		t.Errorf("%q", got)
	}
}

func TestTheNewestAnchorsCannotBeDropped(t *testing.T) {
	w := newWorld(t)
	id := w.history()
	for _, v := range []escalation.Verb{escalation.Resolve, escalation.Reopen} {
		w.anchor()
		w.pass(time.Minute)
		w.answer(id, v, "system-admin")
		w.seal()
	}
	w.anchor()
	w.tamper(`DELETE FROM anchors WHERE id = 3`)
	found := w.found(nil)
	if want := fmt.Sprintf("anchor 3: it held the end of the chain of #%d, entry 15, and is gone: it was removed with all after it", id); !slices.Equal(found, []string{want}) {
		t.Errorf("found %q", found)
	}
}

// rewrite makes the incident's chain, its head and all anchors anew, as somebody who knows how can do who owns
// the database: nothing is left that contradicts it.
func (w *world) rewrite(id int64) {
	w.t.Helper()
	w.tamper(`UPDATE pages SET person = 'bob' WHERE incident_id = $1`, id)
	entries, err := w.Ledger(w.context(), id)
	w.must(err)
	for i := range entries {
		if entries[i].Page != 0 {
			entries[i].Person = "bob"
		}
	}
	entries, head := ledger.Seal(ledger.Head{Incident: id}, entries)
	for _, e := range entries {
		w.tamper(`UPDATE ledger SET person = $2, prev = $3, hash = $4 WHERE id = $1`, e.ID, e.Person, e.Prev[:], e.Hash[:])
	}
	w.tamper(`UPDATE ledger_heads SET hash = $2 WHERE incident_id = $1`, id, head.Hash[:])
	x := w.export()
	a := ledger.NewAnchor(ledger.Anchor{}, x.Heads, x.Anchor.At)
	w.tamper(`UPDATE anchors SET digest = $1, hash = $2`, a.Digest[:], a.Hash[:])
}

func TestARewrittenLedgerIsCaughtByAnExportAlone(t *testing.T) {
	w := newWorld(t)
	id := w.history()
	w.anchor()
	kept := w.export()
	w.answer(id, escalation.Resolve, "system-admin")
	w.seal()
	if found := w.found(kept); len(found) > 0 {
		t.Fatalf("a ledger that has grown: %v", found)
	}
	w.tamper(`DELETE FROM ledger WHERE incident_id = $1 AND seq = 14`, id) // back to what was anchored
	w.tamper(`DELETE FROM audit WHERE incident = $1 AND action = 'resolve'`, id)
	w.tamper(`UPDATE ledger_heads SET seq = 13 WHERE incident_id = $1`, id)
	w.rewrite(id)
	if found := w.found(nil); len(found) > 0 {
		t.Fatalf("the rewriting was not consistent: %v", found)
	}
	found := strings.Join(w.found(kept), "\n")
	for _, want := range []string{fmt.Sprintf("incident #%d: its chain was rewritten since the export was made", id), "anchor 1: the anchors were rewritten"} {
		if !strings.Contains(found, want) {
			t.Errorf("found\n%s\nwant %s", found, want)
		}
	}
}

func TestABreakStaysToBeSeenWhenTheChainGoesOn(t *testing.T) {
	for name, sql := range map[string]string{
		"last removed": `DELETE FROM ledger WHERE incident_id = $1 AND seq = 13`,
		"head removed": `DELETE FROM ledger_heads WHERE incident_id = $1`,
		"head put back": `UPDATE ledger_heads h SET seq = 12, hash = (SELECT hash FROM ledger WHERE incident_id = $1 AND seq = 12)
			WHERE incident_id = $1`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.history()
			w.tamper(sql, id)
			w.answer(id, escalation.Resolve, "system-admin")
			w.seal()
			if found := w.found(nil); len(found) == 0 {
				t.Error("nothing was found")
			}
		})
	}
}
