package web

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/ledger"
)

// Ledger tells what became of the pages of the scene: an attempt's answer comes 0.4 s after it, and the receipt
// of what was delivered 2 s after it.
func (w *world) Ledger(_ context.Context, incident int64) ([]ledger.Entry, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []ledger.Entry
	add := func(e ledger.Entry, data map[string]any) {
		raw, _ := json.Marshal(data)
		e.ID, e.Incident, e.Data = int64(len(out)+1), incident, string(raw)
		out = append(out, e)
	}
	for _, p := range w.pages[incident] {
		e := ledger.Entry{Page: p.ID, Person: p.Person, Channel: string(p.Channel), At: p.CreatedAt, Kind: ledger.Intended}
		add(e, map[string]any{"round": p.Round, "step": p.Step, "kind": "page", "role": p.Role, "why": p.Reason.Text})
		for _, a := range p.Attempts {
			e.Attempt, e.At, e.Kind = "attempt-"+a.ID+a.At.Format("150405"), a.At, ledger.Tried
			add(e, map[string]any{"possible_repeat": a.PossibleRepeat})
			e.At, e.Kind = a.At.Add(400*time.Millisecond), kindOf(a.Outcome)
			add(e, map[string]any{"outcome": string(a.Outcome), "provider_id": a.ProviderID, "error": a.Error})
			if a.Outcome == notifiers.OutcomeDelivered {
				e.At, e.Kind = a.At.Add(2*time.Second), ledger.Receipt
				add(e, map[string]any{"outcome": "delivered", "provider_id": a.ProviderID})
			}
		}
	}
	for _, a := range w.timeline[incident] {
		if a.Kind == "acknowledged" {
			add(ledger.Entry{Kind: ledger.Answered, At: a.At, Person: a.Actor.Name, Channel: a.Actor.Via}, map[string]any{"audit": 1, "action": "acknowledge", "outcome": "changed"})
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	last := len(out) - 1 // is not sealed yet
	sealed, _ := ledger.Seal(ledger.Head{Incident: incident}, out[:last])
	return append(sealed, out[last]), nil
}

func kindOf(o notifiers.Outcome) ledger.Kind {
	switch o {
	case notifiers.OutcomeSent, notifiers.OutcomeDelivered:
		return ledger.Accepted
	case notifiers.OutcomeUnknown:
		return ledger.Unknown
	}
	return ledger.Failed
}

// hour is a page of an hour ago to a person over a channel, with its attempt.
func (w *world) hour(person string, channel escalation.Channel, a notifiers.Attempt) {
	a.At = time.Now().Add(-time.Hour)
	w.pages[412] = append(w.pages[412], notifiers.Page{
		ID: 900 + int64(len(w.pages[412])), Round: 1, Role: "on-call", Person: person, Channel: channel, CreatedAt: a.At, Attempts: []notifiers.Attempt{a},
	})
}

func TestTheDeliveryTabTellsAPagesWholeWay(t *testing.T) {
	_, base := start(t)
	c := signedIn(t, base, "viewer")
	page := get(t, c, base+"/incidents/412/delivery").want(t, 200)
	if got := page.text(t, "#delivery-70"); !strings.Contains(got, "System Admin SMS as on call") ||
		!strings.Contains(got, "SM4a1f0c2e9b") || !strings.Contains(got, "delivered") || !strings.Contains(got, "2.00 s") || !strings.Contains(got, "Answer none") {
		t.Errorf("%s", got)
	}
	if got := page.text(t, "#delivery-73"); !strings.Contains(got, "possible repeat") || !strings.Contains(got, "Attempt 2") {
		t.Errorf("%s", got)
	}
	if got := page.text(t, ".chain"); !strings.Contains(got, "19 entries are sealed") || !strings.Contains(got, "1 wait to be sealed") {
		t.Errorf("%s", got)
	}
	if n := len(page.find(t, "time")); n < 12 {
		t.Errorf("%d times", n)
	}
	if got := get(t, c, base+"/incidents/412").want(t, 200); len(got.find(t, `a[href="/incidents/412/delivery"]`)) != 1 {
		t.Error("the incident's page does not lead to it")
	}
	get(t, c, base+"/incidents/99999/delivery").want(t, 404)
}

func TestAReceiptThatIsMissingIsVisibleAsMissing(t *testing.T) {
	w, _ := start(t)
	w.hour("devops-lead", escalation.SMS, notifiers.Attempt{Outcome: notifiers.OutcomeSent, ProviderID: "SM9"})
	w.hour("devops-lead", escalation.Email, notifiers.Attempt{Outcome: notifiers.OutcomeSent, ProviderID: "<9@x>"})
	w.hour("devops-lead", escalation.SMS, notifiers.Attempt{Outcome: notifiers.OutcomeSent, ProviderID: "sandbox-1"})
	base := serve(t, w.options()).URL
	page := get(t, signedIn(t, base, "viewer"), base+"/incidents/412/delivery").want(t, 200)
	missing := page.find(t, ".way .missing")
	// Page 73's last attempt is 4 minutes old or so; only the SMS of an hour ago is overdue.
	if len(missing) != 1 || !strings.Contains(page.text(t, ".way .missing"), "no receipt") {
		t.Errorf("%d receipts are missing", len(missing))
	}
}

func TestTelephoneNumbersInWhatAProviderSaidAreMasked(t *testing.T) {
	w, _ := start(t)
	w.hour("devops-lead", escalation.SMS, notifiers.Attempt{Outcome: notifiers.OutcomeFailed, Error: "The 'To' number +15005550003 and 4915112345678 are not valid"})
	base := serve(t, w.options()).URL
	for _, address := range []string{"/incidents/412/delivery", "/api/v1/incidents/412/delivery", "/api/v1/incidents/412/delivery?format=csv"} {
		got := get(t, signedIn(t, base, "viewer"), base+address).want(t, 200)
		if strings.Contains(got.body, "5550003") || strings.Contains(got.body, "12345678") || !strings.Contains(got.body, "number") {
			t.Errorf("%s tells the number", address)
		}
	}
}

func TestTheAPITellsDeliveries(t *testing.T) {
	_, base := start(t)
	got := send(t, client(t), "GET", base+"/api/v1/incidents/412/delivery", bearerToken("viewer-secret")).want(t, 200)
	if ct := got.header.Get("Content-Type"); ct != "application/json" {
		t.Errorf("Content-Type %q", ct)
	}
	o := got.object(t)
	first := o["pages"].([]any)[0].(map[string]any)
	attempt := first["attempts"].([]any)[0].(map[string]any)
	if first["person"] != "system-admin" || attempt["outcome"] != "accepted" || attempt["receipt"] != "delivered" || o["waiting"] != 1.0 || len(o["end"].(string)) != 64 {
		t.Errorf("%v", first)
	}
	send(t, client(t), "GET", base+"/api/v1/incidents/99999/delivery", bearerToken("viewer-secret")).want(t, 404).problem(t)
	send(t, client(t), "GET", base+"/api/v1/incidents/412/delivery?format=xml", bearerToken("viewer-secret")).want(t, 422)
}

func TestTheExportIsReadBackByASpreadsheetWithNothingThatItTakesForAFormula(t *testing.T) {
	w, _ := start(t)
	for _, evil := range []string{`=HYPERLINK("http://x")`, "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "a,\"b\"\nc"} {
		w.hour("database-admin", escalation.Slack, notifiers.Attempt{Outcome: notifiers.OutcomeFailed, Error: evil, ProviderID: evil})
	}
	base := serve(t, w.options()).URL
	got := send(t, client(t), "GET", base+"/api/v1/incidents/412/delivery?format=csv", bearerToken("viewer-secret")).want(t, 200)
	if ct := got.header.Get("Content-Type"); !strings.HasPrefix(ct, "text/csv") || !strings.Contains(got.header.Get("Content-Disposition"), `filename="tocsin-412-delivery.csv"`) {
		t.Errorf("%v", got.header)
	}
	rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+7+7+1 || !slices.Equal(rows[0], deliveryColumns) { // the scene has six pages with seven rows, and an answer of somebody who got none
		t.Errorf("%d rows", len(rows))
	}
	for _, row := range rows {
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("%s is %q", rows[0][i], cell)
			}
		}
	}
	whole := slices.ContainsFunc(rows, func(row []string) bool { return row[slices.Index(rows[0], "error")] == "a,\"b\"\nc" })
	if !whole {
		t.Error("a cell with quotes and a line break is not read back as it was")
	}
}
