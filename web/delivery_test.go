package web

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strconv"
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

func TestTheExportHasEachAnswerOnce(t *testing.T) {
	at := func(s int) time.Time { return time.Date(2026, 2, 2, 12, 0, s, 0, time.UTC) }
	var entries []ledger.Entry
	add := func(kind ledger.Kind, page int64, person string, when int, data string) {
		entries = append(entries, ledger.Entry{ID: int64(len(entries) + 1), Incident: 412, Kind: kind, Page: page, Attempt: strconv.FormatInt(page, 10), Person: person, Channel: "sms", At: at(when), Data: data})
	}
	for page := range int64(3) { // the first two have left before the answers, the third has not
		add(ledger.Tried, page+1, "ada", int(page), `{}`)
	}
	add(ledger.Accepted, 1, "ada", 3, `{}`)
	add(ledger.Accepted, 2, "ada", 3, `{}`)
	add(ledger.Receipt, 2, "ada", 4, `{"outcome": "failed", "error": "30003 unreachable"}`)
	for i, who := range []string{"ada", "ada", "bob", "bob"} {
		add(ledger.Answered, 0, who, 10+i, `{"action": "acknowledge", "outcome": "changed"}`)
	}
	d := delivered{incident: 412}
	d.pages, d.answers = ledger.Deliveries(entries, at(20))
	rows, err := csv.NewReader(strings.NewReader(string(deliveryCSV(d)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var answered, errors []string
	for _, row := range rows[1:] {
		if cell := row[slices.Index(rows[0], "answered_at")]; cell != "" {
			answered = append(answered, cell[17:19])
		}
		if cell := row[slices.Index(rows[0], "receipt_error")]; cell != "" {
			errors = append(errors, cell)
		}
	}
	if !slices.Equal(answered, []string{"10", "11", "12", "13"}) || !slices.Equal(errors, []string{"30003 unreachable"}) || len(rows) != 1+3+3 {
		t.Errorf("answers of %v, errors %v, %d rows", answered, errors, len(rows))
	}
}

func TestTheTabShowsTheLastHundredTriesAndTheAPIAllInParts(t *testing.T) {
	w, _ := start(t)
	for range 120 {
		w.hour("devops-lead", escalation.Slack, notifiers.Attempt{Outcome: notifiers.OutcomeFailed, Error: "no"})
	}
	base := serve(t, w.options()).URL
	page := get(t, signedIn(t, base, "viewer"), base+"/incidents/412/delivery").want(t, 200)
	if n := len(page.find(t, ".delivered")); n > 100 || !strings.Contains(page.body, "The last 100 attempts; 27 before them") {
		t.Errorf("%d pages are shown", n)
	}
	seen, cursor := 0, ""
	for {
		o := send(t, client(t), "GET", base+"/api/v1/incidents/412/delivery?limit=50&cursor="+cursor, bearerToken("viewer-secret")).want(t, 200).object(t)
		seen += len(o["pages"].([]any))
		if cursor = o["next_cursor"].(string); cursor == "" {
			break
		}
	}
	if seen < 126 {
		t.Errorf("%d pages came in parts", seen)
	}
	got := send(t, client(t), "GET", base+"/api/v1/incidents/412/delivery?format=csv&limit=5", bearerToken("viewer-secret")).want(t, 200)
	if n := strings.Count(got.body, "\r\n"); n != 6 || got.header.Get("Next-Cursor") == "" {
		t.Errorf("%d lines, the next from %q", n, got.header.Get("Next-Cursor"))
	}
	send(t, client(t), "GET", base+"/api/v1/incidents/412/delivery?cursor=x", bearerToken("viewer-secret")).want(t, 400)
}
