package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"time"
)

// What is hashed begins with what it is, so that an anchor can never pass for an entry.
const (
	entryDomain  = "tocsin ledger entry 1"
	digestDomain = "tocsin ledger heads 1"
	anchorDomain = "tocsin ledger anchor 1"
)

// Hash is what an entry's Hash must be after an entry with the hash prev: SHA-256 over its fields in the order
// of Entry, each behind its length in bytes. Times count in microseconds, as they are stored.
func Hash(prev Sum, e Entry) Sum {
	w := newWriter(entryDomain)
	w.bytes(prev[:])
	w.number(e.ID)
	w.number(e.Incident)
	w.number(int64(e.Seq))
	w.time(e.At)
	w.text(string(e.Kind))
	w.number(e.Page)
	w.text(e.Attempt)
	w.text(e.Person)
	w.text(e.Channel)
	w.text(e.Data)
	return w.sum()
}

// Seal puts entries at the end of a chain, in their order, and returns them sealed with the chain's new end.
// They must be of the head's incident. A chain begins with a head of which only the incident is set.
func Seal(h Head, entries []Entry) ([]Entry, Head) {
	out := make([]Entry, len(entries))
	for i, e := range entries {
		e.Seq, e.Prev = h.Seq+1, h.Hash
		e.Hash = Hash(e.Prev, e)
		h.Seq, h.Hash, out[i] = e.Seq, e.Hash, e
	}
	return out, h
}

// writer hashes fields, each behind its length: no two lists of fields look the same.
type writer struct{ h hash.Hash }

func newWriter(domain string) writer {
	w := writer{sha256.New()}
	w.text(domain)
	return w
}

func (w writer) bytes(b []byte) {
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(b)))
	w.h.Write(size[:])
	w.h.Write(b)
}

func (w writer) text(s string) { w.bytes([]byte(s)) }

func (w writer) number(n int64) {
	w.bytes(binary.BigEndian.AppendUint64(nil, uint64(n)))
}

func (w writer) time(t time.Time) { w.number(t.UnixMicro()) }

func (w writer) sum() (s Sum) {
	copy(s[:], w.h.Sum(nil))
	return s
}
