package ledger

import (
	"cmp"
	"slices"
	"time"
)

// Anchor holds the ends of the chains that had grown since the anchor before.
type Anchor struct {
	ID     int64     `json:"id"` // 1, 2, 3, ...
	At     time.Time `json:"at"`
	Held   []Place   `json:"-"` // whose ends, in order of the incidents
	Digest Sum       `json:"digest"`
	Prev   Sum       `json:"prev"`
	Hash   Sum       `json:"hash"`
}

// Place is a place in a chain.
type Place struct {
	Incident int64
	Seq      int
}

// AnchorEvery is how long after an anchor the next is due.
const AnchorEvery = time.Minute

// NewAnchor holds heads in the anchor after prev; the first comes after the zero Anchor.
func NewAnchor(prev Anchor, heads []Head, at time.Time) Anchor {
	a := Anchor{ID: prev.ID + 1, At: at, Prev: prev.Hash, Digest: Digest(heads)}
	for _, h := range sorted(heads) {
		a.Held = append(a.Held, Place{h.Incident, h.Seq})
	}
	a.Hash = a.sum()
	return a
}

// Digest is the hash of heads, whatever their order.
func Digest(heads []Head) Sum {
	w := newWriter(digestDomain)
	for _, h := range sorted(heads) {
		w.number(h.Incident)
		w.number(int64(h.Seq))
		w.bytes(h.Hash[:])
	}
	return w.sum()
}

// sum is what the anchor's hash must be.
func (a Anchor) sum() Sum {
	w := newWriter(anchorDomain)
	w.bytes(a.Prev[:])
	w.number(a.ID)
	w.time(a.At)
	w.number(int64(len(a.Held)))
	w.bytes(a.Digest[:])
	return w.sum()
}

func sorted(heads []Head) []Head {
	out := slices.Clone(heads)
	slices.SortFunc(out, func(a, b Head) int { return cmp.Compare(a.Incident, b.Incident) })
	return out
}
