package ledger_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/notifiers/ledger"
)

var noon = time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)

// chain is a sealed chain of n entries about one page.
func chain(incident int64, n int) ([]ledger.Entry, ledger.Head) {
	entries := make([]ledger.Entry, n)
	for i := range entries {
		entries[i] = ledger.Entry{
			ID: incident*1000 + int64(i), Incident: incident, At: noon.Add(time.Duration(i) * time.Second), Kind: ledger.Receipt, Page: 7,
			Attempt: fmt.Sprintf("0000-%d", i), Person: "ada", Channel: "sms", Data: fmt.Sprintf(`{"outcome": "delivered", "n": %d}`, i),
		}
	}
	return ledger.Seal(ledger.Head{Incident: incident}, entries)
}

func texts(found []ledger.Finding) string {
	var out []string
	for _, f := range found {
		out = append(out, f.String())
	}
	return strings.Join(out, "\n")
}

func TestAHashIsOfEveryFieldAndOfWhereOneEnds(t *testing.T) {
	base := ledger.Entry{ID: 1, Incident: 2, Seq: 3, At: noon, Kind: ledger.Tried, Page: 4, Attempt: "a", Person: "ada", Channel: "sms", Data: "{}"}
	seen := map[ledger.Sum]string{ledger.Hash(ledger.Sum{}, base): "itself"}
	for name, change := range map[string]func(*ledger.Entry){
		"id": func(e *ledger.Entry) { e.ID++ }, "incident": func(e *ledger.Entry) { e.Incident++ }, "seq": func(e *ledger.Entry) { e.Seq++ },
		"at": func(e *ledger.Entry) { e.At = e.At.Add(time.Microsecond) }, "kind": func(e *ledger.Entry) { e.Kind = ledger.Failed },
		"page": func(e *ledger.Entry) { e.Page++ }, "attempt": func(e *ledger.Entry) { e.Attempt = "b" }, "person": func(e *ledger.Entry) { e.Person = "bob" },
		"channel": func(e *ledger.Entry) { e.Channel = "voice" }, "data": func(e *ledger.Entry) { e.Data = "{ }" },
		"person's end in channel": func(e *ledger.Entry) { e.Person, e.Channel = "ad", "asms" },
	} {
		e := base
		change(&e)
		h := ledger.Hash(ledger.Sum{}, e)
		if other, twice := seen[h]; twice {
			t.Errorf("%s has the hash of %s", name, other)
		}
		seen[h] = name
	}
	if _, twice := seen[ledger.Hash(ledger.Sum{1}, base)]; twice {
		t.Error("the entry before is not in it")
	}
	in := base
	in.At = base.At.In(time.FixedZone("", 3600))
	if ledger.Hash(ledger.Sum{}, in) != ledger.Hash(ledger.Sum{}, base) {
		t.Error("it is of the zone too")
	}
}

// The encoding is for ever: what was sealed yesterday must be proved tomorrow.
func TestTheHashOfAnEntryNeverChanges(t *testing.T) {
	e := ledger.Entry{ID: 1, Incident: 2, Seq: 3, At: noon, Kind: ledger.Tried, Page: 4, Attempt: "a", Person: "ada", Channel: "sms", Data: `{"try": 1}`}
	const want = "b1f71ecc8825df49384480dff5d39689ba21e9ada791766535d4113dacb88408"
	if got := ledger.Hash(ledger.Sum{}, e).String(); got != want {
		t.Errorf("%s, was %s", got, want)
	}
}

func TestWhateverIsDoneToAChainIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries, head := chain(1, rapid.IntRange(2, 12).Draw(t, "entries"))
		others, other := chain(2, 3)
		heads := []ledger.Head{head, other}
		anchors := []ledger.Anchor{ledger.NewAnchor(ledger.Anchor{}, heads, noon)}
		all := slices.Concat(entries, others)
		if found := ledger.Verify(all, heads, anchors, noon); len(found) > 0 {
			t.Fatalf("untouched: %s", texts(found))
		}
		i, j := rapid.IntRange(0, len(entries)-1).Draw(t, "one"), rapid.IntRange(0, len(entries)-2).Draw(t, "another")
		if j >= i {
			j++
		}
		switch rapid.SampledFrom([]string{"edit", "edit and hash", "remove", "insert", "swap", "append", "rewrite"}).Draw(t, "what") {
		case "edit":
			all[i].Person = "bob"
		case "edit and hash":
			all[i].Person = "bob"
			all[i].Hash = ledger.Hash(all[i].Prev, all[i])
		case "remove":
			all = slices.Delete(all, i, i+1)
		case "insert":
			e := all[i]
			e.ID = 99
			all = append(all, e)
		case "swap":
			all[i].Seq, all[j].Seq = all[j].Seq, all[i].Seq
			all[i].Prev, all[j].Prev = all[j].Prev, all[i].Prev
			all[i].Hash, all[j].Hash = all[j].Hash, all[i].Hash
		case "append":
			more, _ := ledger.Seal(head, []ledger.Entry{{ID: 99, Incident: 1, At: noon, Kind: ledger.Answered, Data: "{}"}})
			all = append(all, more...)
		case "rewrite":
			all[i].Person = "bob"
			again, h := ledger.Seal(ledger.Head{Incident: 1}, all[:len(entries)])
			all, heads[0] = slices.Concat(again, others), h
		}
		if found := ledger.Verify(all, heads, anchors, noon); len(found) == 0 {
			t.Fatal("nothing was found")
		}
	})
}

func TestAnchorsThatWereRemovedEditedOrSwappedAreFound(t *testing.T) {
	entries, head := chain(1, 3)
	var anchors []ledger.Anchor
	var last ledger.Anchor
	for i := range 4 {
		last = ledger.NewAnchor(last, []ledger.Head{head}, noon.Add(time.Duration(i)*time.Minute))
		anchors = append(anchors, last)
	}
	verify := func(anchors []ledger.Anchor) string {
		return texts(ledger.Verify(entries, []ledger.Head{head}, anchors, noon))
	}
	if found := verify(anchors); found != "" {
		t.Fatal(found)
	}
	if found := verify(slices.Delete(slices.Clone(anchors), 1, 3)); !strings.Contains(found, "anchor 4: anchors 2 to 3 before it were removed") {
		t.Error(found)
	}
	edited := slices.Clone(anchors)
	edited[2].At = noon
	if found := verify(edited); !strings.Contains(found, "anchor 3: it was edited") {
		t.Error(found)
	}
	digest := slices.Clone(anchors)
	digest[3] = ledger.NewAnchor(anchors[2], []ledger.Head{{Incident: 1, Seq: 3}}, noon)
	if found := verify(digest); !strings.Contains(found, "anchor 4: the chains that it holds were other ones when it was made: #1 was rewritten since") {
		t.Error(found)
	}
}

func TestAnExportIsReadBackAsItWasWritten(t *testing.T) {
	_, head := chain(1, 3)
	a := ledger.NewAnchor(ledger.Anchor{}, []ledger.Head{head}, noon)
	var b bytes.Buffer
	if err := ledger.NewExport(&a, []ledger.Head{head}, noon).Write(&b); err != nil {
		t.Fatal(err)
	}
	x, err := ledger.ParseExport(b.Bytes())
	if err != nil || x.Heads[0] != head || x.Anchor.Hash != a.Hash || !x.Made.Equal(noon) {
		t.Errorf("%+v, %v", x, err)
	}
}

func TestAnExportThatProvesNothingIsRefused(t *testing.T) {
	for _, raw := range []string{
		``, `{}`, `null`, `[]`, `{"version": 1}`, `{"version": 1, "heads": []}`, `{"version": 2, "heads": [{"incident": 1, "seq": 1}]}`,
		`{"version": 1, "heads": [{"incident": 1, "seq": 0}]}`, `{"version": 1, "heads": [{"incident": 1, "seq": 1, "hash": "ab"}]}`, `{"version": 1, "anchor": {"id": 0}}`,
	} {
		if _, err := ledger.ParseExport([]byte(raw)); err == nil {
			t.Errorf("%s was taken", raw)
		}
	}
}

func FuzzParseExport(f *testing.F) {
	_, head := chain(1, 2)
	a := ledger.NewAnchor(ledger.Anchor{}, []ledger.Head{head}, noon)
	var b bytes.Buffer
	_ = ledger.NewExport(&a, []ledger.Head{head}, noon).Write(&b)
	f.Add(b.Bytes())
	f.Add([]byte(`{"version": 1, "heads": [{"incident": -1, "seq": 1}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		x, err := ledger.ParseExport(raw)
		if err != nil {
			return
		}
		if x.Anchor == nil && len(x.Heads) == 0 {
			t.Error("it proves nothing and was taken")
		}
		_ = ledger.NewVerifier(nil, &x, nil, noon).Report()
	})
}

func FuzzFacts(f *testing.F) {
	for _, data := range []string{`{}`, `{"round": 1, "not_before": "2026-02-02T12:00:00+00:00"}`, `{"until": 3}`, `x`, `null`, `{"audit": 99999999999999999999}`} {
		f.Add(data, "intended")
		f.Add(data, "receipt")
	}
	f.Fuzz(func(t *testing.T, data, kind string) {
		entries, head := ledger.Seal(ledger.Head{Incident: 1}, []ledger.Entry{{ID: 1, Incident: 1, At: noon, Kind: ledger.Kind(kind), Page: 1, Attempt: "a", Data: data}})
		v := ledger.NewVerifier(nil, nil, nil, noon)
		v.Check(ledger.Chain{Incident: 1, Entries: entries, Head: &head})
		if len(v.Report().Findings) == 0 && kind != "answer" {
			t.Error("a page that is not there was not found")
		}
		ledger.Deliveries(entries, noon)
	})
}

func TestAReceiptIsMissingFiveMinutesAfterItsPageWasAccepted(t *testing.T) {
	for _, c := range []struct {
		channel, id string
		outcome     ledger.Kind
		after       time.Duration
		want        bool
	}{
		{"sms", "SM1", ledger.Accepted, 5*time.Minute - time.Second, false},
		{"sms", "SM1", ledger.Accepted, 5 * time.Minute, true},
		{"voice", "CA1", ledger.Accepted, time.Hour, true},
		{"sms", "", ledger.Unknown, time.Hour, true},
		{"sms", "", ledger.Failed, time.Hour, false},
		{"email", "<1@x>", ledger.Accepted, time.Hour, false},
		{"sms", "sandbox-1", ledger.Accepted, time.Hour, false},
	} {
		e := ledger.Entry{Page: 1, Channel: c.channel, Attempt: "a", At: noon, Kind: ledger.Tried, Data: `{}`}
		answer := e
		answer.Kind, answer.Data = c.outcome, fmt.Sprintf(`{"outcome": "sent", "provider_id": %q}`, c.id)
		pages, _ := ledger.Deliveries([]ledger.Entry{e, answer}, noon.Add(c.after))
		if got := pages[0].Tries[0].NoReceipt; got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestAnAnswerBelongsToThePagesThatHadLeftBeforeIt(t *testing.T) {
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	page := func(id int64, from int) []ledger.Entry {
		e := ledger.Entry{Page: id, Person: "ada", Channel: "slack", Attempt: fmt.Sprint(id), At: at(from), Kind: ledger.Tried, Data: `{}`}
		sent := e
		sent.Kind, sent.Data = ledger.Accepted, `{"outcome": "sent"}`
		return []ledger.Entry{e, sent}
	}
	answer := func(who string, when int, outcome string) ledger.Entry {
		return ledger.Entry{Kind: ledger.Answered, Person: who, Channel: "web", At: at(when), Data: fmt.Sprintf(`{"audit": %d, "action": "acknowledge", "outcome": %q}`, when, outcome)}
	}
	pages, answers := ledger.Deliveries(slices.Concat(page(1, 0), page(2, 20), []ledger.Entry{
		answer("bob", 5, "changed"), answer("ada", 10, "nothing: already acknowledged by bob"),
	}), noon)
	if len(answers) != 2 || pages[0].Answer == nil || !pages[0].Answer.At.Equal(at(10)) || pages[0].Answer.Changed || pages[0].Answer.Note != "already acknowledged by bob" || pages[1].Answer != nil {
		t.Errorf("%+v\n%+v", pages, answers)
	}
}

// tried are the entries of a page that was tried n times, each time refused.
func tried(page int64, person string, n int) []ledger.Entry {
	e := ledger.Entry{ID: page * 1_000_000, Page: page, Person: person, Channel: "sms", At: noon.Add(time.Duration(page) * time.Second), Kind: ledger.Intended, Data: `{}`}
	out := []ledger.Entry{e}
	for i := range n {
		e.ID, e.Kind, e.Attempt = e.ID+1, ledger.Tried, fmt.Sprintf("%d-%d", page, i)
		out = append(out, e)
		e.ID, e.Kind = e.ID+1, ledger.Failed
		out = append(out, e)
	}
	return out
}

func TestAPageOfManyTriesIsToldInTimeThatGrowsAsTheyDo(t *testing.T) {
	spent := func(n int) time.Duration {
		entries := tried(1, "ada", n)
		start := time.Now()
		ledger.Deliveries(entries, noon)
		return time.Since(start)
	}
	spent(1000)
	small := min(spent(2000), spent(2000), spent(2000))
	if large := min(spent(32000), spent(32000)); large > 100*small {
		t.Errorf("16 times as many tries take %s, and %s before", large, small)
	}
}

func TestPartsTellEachTryOnceAndTheLastOfThemTheRest(t *testing.T) {
	pages, _ := ledger.Deliveries(slices.Concat(tried(1, "ada", 3), tried(2, "bob", 0), tried(3, "ada", 5)), noon)
	names := func(ds []ledger.Delivery) (out []string) {
		for _, d := range ds {
			for i := range max(len(d.Tries), 1) {
				out = append(out, fmt.Sprintf("%d.%d", d.Page, d.FirstTry+i))
			}
		}
		return out
	}
	all := names(pages)
	for limit := 1; limit < 12; limit++ {
		var got []string
		var at ledger.Cursor
		for {
			part, next, ok := ledger.Part(pages, at, limit)
			if !ok || len(names(part)) > limit {
				t.Fatalf("limit %d from %v: %v, %v", limit, at, names(part), ok)
			}
			got = append(got, names(part)...)
			if at, ok = ledger.ParseCursor(next.String()); !ok {
				t.Fatalf("%v is not read back", next)
			}
			if next == (ledger.Cursor{}) {
				break
			}
		}
		if !slices.Equal(got, all) {
			t.Errorf("limit %d: %v, want %v", limit, got, all)
		}
		if last, left := ledger.Last(pages, limit); left != max(len(all)-limit, 0) || !slices.Equal(names(last), all[left:]) {
			t.Errorf("the last %d: %v, %d left out", limit, names(last), left)
		}
	}
	if _, _, ok := ledger.Part(pages, ledger.Cursor{Page: 9}, 1); ok {
		t.Error("a page of another incident is found")
	}
}

func FuzzParseCursor(f *testing.F) {
	for _, text := range []string{"", "1.0", "7.12", "0.1", "1", "-1.2", "1.-2", "01.2", "9223372036854775808.1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if c, ok := ledger.ParseCursor(text); ok && c.String() != text {
			t.Errorf("%q is read as %v", text, c)
		}
	})
}

func TestAPageThatWasPutOffSaysUntilWhenAndWhy(t *testing.T) {
	e := ledger.Entry{Page: 1, Person: "ada", Channel: "sms", At: noon, Kind: ledger.Held, Data: `{"why": "beyond the storm budget", "until": "2026-02-02T12:01:00+00:00"}`}
	pages, _ := ledger.Deliveries([]ledger.Entry{e}, noon)
	if d := pages[0]; !d.HeldAt.Equal(noon) || !d.HeldUntil.Equal(noon.Add(time.Minute)) || d.HeldWhy != "beyond the storm budget" {
		t.Errorf("%+v", d)
	}
}
