package storage_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/notifiers"
	"tocsin/notifiers/ledger"
	"tocsin/notifiers/twilio"
	"tocsin/storage"
)

func (w *world) seal() {
	w.t.Helper()
	for {
		n, err := w.Seal(w.context(), 7)
		w.must(err)
		if n == 0 {
			return
		}
	}
}

func (w *world) anchor() ledger.Anchor {
	w.t.Helper()
	a, _, err := w.Anchor(w.context())
	w.must(err)
	return a
}

// found is what verify says, a sentence each.
func (w *world) found(against *ledger.Export) []string {
	w.t.Helper()
	r, err := w.VerifyLedger(w.context(), nil, against)
	w.must(err)
	var out []string
	for _, f := range r.Findings {
		out = append(out, f.String())
	}
	return out
}

func (w *world) export() *ledger.Export {
	w.t.Helper()
	x, err := w.ExportLedger(w.context())
	w.must(err)
	return &x
}

// tamper changes the database as its owner can, by statements between semicolons.
func (w *world) tamper(sql string, args ...any) {
	w.t.Helper()
	tx, err := w.db.Pool.Begin(w.context())
	w.must(err)
	defer func() { _ = tx.Rollback(w.context()) }()
	_, err = tx.Exec(w.context(), `SET LOCAL session_replication_role = replica`)
	w.must(err)
	for one := range strings.SplitSeq(sql, ";") {
		tag, err := tx.Exec(w.context(), one, args...)
		w.must(err)
		if tag.RowsAffected() == 0 {
			w.t.Fatalf("nothing was tampered with by %s", one)
		}
	}
	w.must(tx.Commit(w.context()))
}

// told is an incident's entries in short: kind, channel, outcome.
func (w *world) entries(incident int64) (out []string) {
	w.t.Helper()
	entries, err := w.Ledger(w.context(), incident)
	w.must(err)
	for _, e := range entries {
		f, err := e.Facts()
		w.must(err)
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", e.Kind, e.Person, e.Channel, f.Outcome)))
	}
	return out
}

// history is an incident that was paged, accepted, reported and acknowledged, and another one.
func (w *world) history() int64 {
	w.t.Helper()
	id := w.down()
	sms := w.one(escalation.SMS, true)
	w.pass(time.Second)
	f := finished(sms, notifiers.Sent, notifiers.OutcomeSent, 0)
	f.ProviderID = "SM1"
	w.must(w.FinishPage(w.context(), f))
	w.pass(time.Second)
	w.receipt(sms.AttemptID, notifiers.OutcomeDelivered)
	email := w.one(escalation.Email, true)
	w.finish(email, notifiers.Unknown, notifiers.OutcomeUnknown, time.Second)
	w.pass(2 * time.Second)
	w.finish(w.one(escalation.Email, true), notifiers.Queued, notifiers.OutcomeFailed, time.Hour)
	w.answer(id, escalation.Acknowledge, "system-admin")
	w.finish(w.one(escalation.Slack, true), notifiers.Skipped, notifiers.OutcomeSkipped, 0)
	w.receive(policytest.Event(w.now, "alertname", "SystemDown", "service", "database"))
	w.advance()
	w.seal()
	return id
}

func TestTheLedgerTellsOfAllThatBecameOfAPage(t *testing.T) {
	w := newWorld(t)
	id := w.history()
	want := []string{
		"intended system-admin sms", "intended system-admin email", "intended system-admin slack",
		"attempt system-admin sms", "accepted system-admin sms sent", "receipt system-admin sms delivered",
		"attempt system-admin email", "unknown system-admin email unknown", "attempt system-admin email", "failed system-admin email failed",
		"answer system-admin test changed", "attempt system-admin slack", "skipped system-admin slack skipped",
	}
	got := w.entries(id)
	slices.Sort(got[:3])
	slices.Sort(want[:3])
	if !slices.Equal(got, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	entries, err := w.Ledger(w.context(), id)
	w.must(err)
	repeats := 0
	for _, e := range entries {
		if f, _ := e.Facts(); f.PossibleRepeat {
			repeats++
		}
	}
	if repeats != 1 {
		t.Errorf("%d attempts are marked as possible repeats", repeats)
	}
}

func TestAnUntouchedLedgerIsCleanWhileItIsWrittenSealedAndAnchored(t *testing.T) {
	w := newWorld(t)
	w.history()
	w.db.RunClock(t)
	w.beat()
	others := []func(){
		func() { w.receive(policytest.Event(time.Now(), "alertname", "SystemDown", "service", "s")) },
		func() { w.advance() },
		func() { w.seal() },
		func() { w.anchor() },
		func() {
			for _, c := range w.claim(escalation.Slack, true) {
				w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
			}
		},
	}
	var wg sync.WaitGroup
	for _, work := range others {
		wg.Go(func() {
			for range 20 {
				work()
			}
		})
	}
	for range 10 {
		if found := w.found(nil); len(found) > 0 {
			t.Errorf("found %v", found)
		}
	}
	wg.Wait()
	w.seal()
	if found := w.found(w.export()); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

func TestTwoWhoSealAtOnceMakeOneChain(t *testing.T) {
	w := newWorld(t)
	other := w.another()
	for i := range 20 {
		w.receive(policytest.Event(w.now, "alertname", "SystemDown", "service", fmt.Sprint("s", i)))
	}
	w.advance()
	var wg sync.WaitGroup
	for _, s := range []*storage.Store{w.Store, other, w.Store, other} {
		wg.Go(func() {
			for range 15 {
				if _, err := s.Seal(w.context(), 5); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	w.seal()
	if r, err := w.VerifyLedger(w.context(), nil, nil); err != nil || len(r.Findings) > 0 || r.Chains != 20 || r.Entries != 60 || r.Unsealed != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestTheLedgerRefusesToBeChangedByMistake(t *testing.T) {
	w := newWorld(t)
	w.history()
	w.anchor()
	for _, sql := range []string{
		`UPDATE ledger SET person = 'bob'`, `DELETE FROM ledger`, `TRUNCATE ledger`, `UPDATE anchors SET at = now()`, `DELETE FROM anchors`, `TRUNCATE anchors`,
	} {
		if _, err := w.db.Pool.Exec(w.context(), sql); err == nil || !strings.Contains(err.Error(), "only grows") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestAnAnchorHoldsOnceAMinuteWhatHasGrown(t *testing.T) {
	w := newWorld(t)
	if a := w.anchor(); a.ID != 0 {
		t.Errorf("an empty ledger was anchored: %+v", a)
	}
	id := w.history()
	first := w.anchor()
	if first.ID != 1 || len(first.Held) != 2 {
		t.Errorf("%+v", first)
	}
	w.answer(id, escalation.Resolve, "system-admin")
	w.seal()
	if a, wait, err := w.Anchor(w.context()); err != nil || a.ID != 0 || wait != time.Minute {
		t.Errorf("at once: %+v, %v, %v", a, wait, err)
	}
	w.pass(time.Minute)
	second := w.anchor()
	if second.ID != 2 || second.Prev != first.Hash || len(second.Held) != 1 || second.Held[0] != (ledger.Place{Incident: id, Seq: 14}) {
		t.Errorf("%+v", second)
	}
	w.pass(time.Minute)
	if a := w.anchor(); a.ID != 0 {
		t.Errorf("nothing has grown: %+v", a)
	}
	if found := w.found(w.export()); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

func TestAnEntryThatNobodySealsIsFoundAfterAMinute(t *testing.T) {
	w := newWorld(t)
	w.down()
	if found := w.found(nil); len(found) > 0 {
		t.Errorf("at once: %v", found)
	}
	w.pass(61 * time.Second)
	if found := w.found(nil); len(found) != 3 || !strings.Contains(found[0], `has not been sealed for 1m1s`) {
		t.Errorf("found %v", found)
	}
}

func TestAClaimGivenBackUntriedIsToldAndNothingIsMissed(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	c := w.one(escalation.SMS, true)
	w.must(w.FinishPage(w.context(), notifiers.Finish{Claim: c, State: notifiers.Queued, Outcome: notifiers.OutcomeUntried}))
	w.seal()
	got := w.entries(id)
	if !slices.Equal(got[3:], []string{"attempt system-admin sms", "skipped system-admin sms untried"}) {
		t.Errorf("%v", got)
	}
	if found := w.found(nil); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

func TestAReceiptThatComesBeforeTheAnswerIsToldAsOne(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	c := w.one(escalation.SMS, true)
	w.pass(time.Second)
	w.receipt(c.AttemptID, notifiers.OutcomeDelivered)
	w.receipt(c.AttemptID, notifiers.OutcomeDelivered) // again: nothing new
	w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
	w.seal()
	if got := w.entries(id)[3:]; !slices.Equal(got, []string{"attempt system-admin sms", "receipt system-admin sms delivered", "accepted system-admin sms delivered"}) {
		t.Errorf("%v", got)
	}
	if found := w.found(nil); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

func TestAReceiptThatBearsOutWhatWasKnownIsToldAndOneThatRepeatsItIsNot(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	c := w.one(escalation.SMS, true)
	w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
	w.pass(ledger.ReceiptWithin)
	if !w.delivery(id, c.AttemptID).NoReceipt {
		t.Error("that none has come does not show")
	}
	before := w.kinds(id)
	for _, o := range []notifiers.Outcome{notifiers.OutcomeSent, notifiers.OutcomeSent, notifiers.OutcomeDelivered, notifiers.OutcomeSent, notifiers.OutcomeDelivered} {
		w.receipt(c.AttemptID, o)
		if try := w.delivery(id, c.AttemptID); try.NoReceipt {
			t.Errorf("after %s: %+v", o, try)
		}
	}
	w.seal()
	if got := w.entries(id)[4:]; !slices.Equal(got, []string{"accepted system-admin sms sent", "receipt system-admin sms sent", "receipt system-admin sms delivered"}) {
		t.Errorf("%v", got)
	}
	if n := w.kinds(id)[alerting.KindPageSent]; n != before[alerting.KindPageSent] {
		t.Error("the timeline tells twice that it was sent")
	}
	if found := w.found(nil); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

// delivery is an attempt as the ledger tells it now.
func (w *world) delivery(incident int64, attempt string) ledger.Try {
	w.t.Helper()
	entries, err := w.Ledger(w.context(), incident)
	w.must(err)
	pages, _ := ledger.Deliveries(entries, w.now)
	for _, p := range pages {
		for _, try := range p.Tries {
			if try.Attempt == attempt {
				return try
			}
		}
	}
	w.t.Fatalf("the ledger tells of no attempt %s", attempt)
	return ledger.Try{}
}

func TestAReceiptOfAMessageIsToldOfEachPageThatLeftInIt(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	lead, joined, dropped := w.ring(id, alerting.P0), w.ring(id, alerting.P1), w.ring(id, alerting.P1)
	w.finish(lead, notifiers.Sent, notifiers.OutcomeSent, 0)
	w.finish(joined, notifiers.Sent, notifiers.OutcomeSent, 0)
	w.finish(dropped, notifiers.Skipped, notifiers.OutcomeSkipped, 0)
	w.exec(`UPDATE attempts SET bundle = $2 WHERE id = ANY ($1)`, []string{joined.AttemptID, dropped.AttemptID}, lead.AttemptID)
	for _, report := range []func(){
		func() { w.receipt(lead.AttemptID, notifiers.OutcomeSent) },
		func() { w.note(lead.AttemptID, twilio.CallPlaced) },
	} {
		before := len(w.entries(id))
		report()
		if got := w.entries(id)[before:]; !slices.Equal(got, []string{"receipt system-admin voice sent", "receipt system-admin voice sent"}) {
			t.Errorf("%q", got)
		}
	}
}

func TestMessagesHaveAChainOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	w.handOff()
	w.finish(w.one(escalation.Slack, false), notifiers.Sent, notifiers.OutcomeSent, 0)
	w.seal()
	if got := w.entries(0); len(got) != 4 || got[3] != "accepted bob slack sent" {
		t.Errorf("%v", got)
	}
	if found := w.found(nil); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

func TestOneIncidentIsVerifiedAlone(t *testing.T) {
	w := newWorld(t)
	id := w.history()
	w.anchor()
	kept := w.export()
	w.tamper(`UPDATE ledger SET person = 'bob' WHERE incident_id <> $1 AND incident_id > 0`, id)
	if r, err := w.VerifyLedger(w.context(), &id, kept); err != nil || len(r.Findings) > 0 || r.Chains != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	w.tamper(`UPDATE ledger SET person = 'bob' WHERE incident_id = $1`, id)
	if r, err := w.VerifyLedger(w.context(), &id, kept); err != nil || len(r.Findings) == 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestWhatWasThereWhenTheLedgerBeganIsNotedAsItIs(t *testing.T) {
	w := newWorld(t)
	id := w.history()
	w.exec(`UPDATE pages SET created_at = created_at - interval '30 days' WHERE channel = 'email'`) // is noted after the rest
	w.exec(`UPDATE incidents SET state = 'resolved', resolved_at = tocsin_now(), next_at = NULL`)
	w.exec(`UPDATE attempts SET at = at - interval '30 days', finished_at = finished_at - interval '30 days' WHERE page_id IN (SELECT id FROM pages WHERE channel = 'email')`)
	w.exec(`UPDATE pages SET state = 'failed', next_attempt_at = NULL WHERE channel = 'email'`)
	for _, name := range []string{"00010_ledger_past", "00005_ledger"} {
		_, down := w.migration(name)
		w.exec(down)
	}
	for _, name := range []string{"00005_ledger", "00010_ledger_past"} {
		up, _ := w.migration(name)
		w.exec(up)
	}
	w.seal()
	if found := w.found(nil); len(found) > 0 {
		t.Errorf("found %v", found)
	}
	got := w.entries(id)
	if len(got) != 3+4+4+1 || got[4] != "accepted system-admin sms delivered" || got[6] != "intended system-admin email" {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	w.answer(id, escalation.Reopen, "system-admin")
	w.seal()
	if found := w.found(nil); len(found) > 0 {
		t.Errorf("when it goes on: %v", found)
	}
}

// migration is what a migration does and undoes.
func (w *world) migration(name string) (up, down string) {
	w.t.Helper()
	text, err := os.ReadFile("../migrations/" + name + ".sql")
	w.must(err)
	up, down, _ = strings.Cut(string(text), "-- +goose Down")
	return up, down
}
