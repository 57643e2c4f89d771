package ledger

import (
	"cmp"
	"slices"
	"time"
)

// SealWithin is how long an entry may stay unsealed.
const SealWithin = time.Minute

// Chain is all that is stored of an incident's deliveries: its entries, and what they tell of.
type Chain struct {
	Incident int64
	Entries  []Entry // in any order
	Head     *Head   // nil: none is stored
	Pages    []Page
	Answers  []Answer
}

// checkChain looks for entries that were edited, removed, inserted or swapped.
func checkChain(c Chain, now time.Time) []Finding {
	var out []Finding
	var last Entry
	for _, e := range inOrder(c.Entries) {
		if e.Seq == 0 {
			if now.Sub(e.At) > SealWithin {
				out = append(out, about(e, "it has not been sealed for %s: does the loop \"sealer\" run", now.Sub(e.At).Round(time.Second)))
			}
			continue
		}
		out = append(out, checkLink(last, e)...)
		last = e
	}
	return append(out, checkHead(c, last)...)
}

// inOrder are entries by their place, those that are not sealed last.
func inOrder(entries []Entry) []Entry {
	out := slices.Clone(entries)
	slices.SortFunc(out, func(a, b Entry) int {
		if (a.Seq == 0) != (b.Seq == 0) {
			return cmp.Compare(b.Seq, a.Seq)
		}
		return cmp.Or(cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// checkLink looks at an entry and the one before it, which is zero for the first.
func checkLink(last, e Entry) (out []Finding) {
	switch {
	case e.Seq == last.Seq+2:
		out = append(out, about(e, "entry %d before it was removed", e.Seq-1))
	case e.Seq > last.Seq+2:
		out = append(out, about(e, "entries %d to %d before it were removed", last.Seq+1, e.Seq-1))
	case e.Seq <= last.Seq:
		out = append(out, about(e, "there are two entries %d: one was inserted", e.Seq))
	case e.Prev != last.Hash:
		out = append(out, about(e, "entry %d does not follow the one before it: one of the two was edited, inserted or swapped", e.Seq))
	}
	if e.Hash != Hash(e.Prev, e) {
		out = append(out, about(e, "entry %d was edited: its hash is not that of what it says", e.Seq))
	}
	return out
}

func checkHead(c Chain, last Entry) []Finding {
	found := func(e Entry, format string, args ...any) []Finding {
		e.Incident, e.Page = c.Incident, 0
		return []Finding{about(e, format, args...)}
	}
	switch h := c.Head; {
	case h == nil && last.Seq == 0:
		return nil
	case h == nil:
		return found(Entry{}, "the note of where its chain ends was removed")
	case h.Seq == last.Seq+1:
		return found(Entry{Seq: h.Seq}, "the last entry, %d, was removed", h.Seq)
	case h.Seq > last.Seq:
		return found(Entry{Seq: h.Seq}, "the last entries, %d to %d, were removed", last.Seq+1, h.Seq)
	case h.Seq < last.Seq:
		return found(last, "its chain ends with entry %d, and entry %d was inserted after it", h.Seq, last.Seq)
	case h.Hash != last.Hash:
		return found(last, "the last entry is not the one that the chain ended with")
	}
	return nil
}
