package ledger

import (
	"fmt"
	"strings"
)

// checkAnchors looks at the chain of anchors.
func checkAnchors(anchors []Anchor) (out []Finding) {
	found := func(a Anchor, format string, args ...any) {
		out = append(out, Finding{Anchor: a.ID, Text: fmt.Sprintf(format, args...)})
	}
	var last Anchor
	for _, a := range anchors {
		switch {
		case a.ID != last.ID+1:
			found(a, "anchors %d to %d before it were removed", last.ID+1, a.ID-1)
		case a.Prev != last.Hash:
			found(a, "it does not follow the anchor before it: one of the two was edited, inserted or swapped")
		}
		if a.Hash != a.sum() {
			found(a, "it was edited: its hash is not that of what it says")
		}
		last = a
	}
	return out
}

// checkAnchored looks whether the anchor that a chain's end names holds it. Each such anchor is told of once.
func (v *Verifier) checkAnchored(h *Head) []Finding {
	if h == nil || h.Anchor == 0 || v.held[Place{h.Incident, h.Seq}] == h.Anchor || v.missing[h.Anchor] {
		return nil
	}
	v.missing[h.Anchor] = true
	text := fmt.Sprintf("it held the end of the chain of #%d, entry %d, and ", h.Incident, h.Seq)
	if n := len(v.anchors); n == 0 || v.anchors[n-1].ID < h.Anchor {
		return []Finding{{Anchor: h.Anchor, Text: text + "is gone: it was removed with all after it"}}
	}
	return []Finding{{Anchor: h.Anchor, Text: text + "does so no more: it was removed or is another"}}
}

// checkDigests holds the anchors against the chains. Where an entry is gone that an anchor holds, this alone is
// said of it.
func (v *Verifier) checkDigests() (out []Finding) {
	gone := map[Place]bool{}
	for _, a := range v.anchors {
		heads, whole := make([]Head, len(a.Held)), true
		for i, p := range a.Held {
			heads[i] = Head{Incident: p.Incident, Seq: p.Seq, Hash: v.ends[p]}
			if heads[i].Hash != (Sum{}) {
				continue
			}
			whole = false
			if !gone[p] {
				gone[p] = true
				out = append(out, Finding{Incident: p.Incident, Seq: p.Seq, Text: fmt.Sprintf("anchor %d holds its entry %d, which is gone", a.ID, p.Seq)})
			}
		}
		if whole && Digest(heads) != a.Digest {
			out = append(out, Finding{Anchor: a.ID, Text: "the chains that it holds were other ones when it was made: " + incidentsOf(a) + " rewritten since, or the anchor was"})
		}
	}
	return out
}

// namedIncidents is how many incidents a sentence names.
const namedIncidents = 10

func incidentsOf(a Anchor) string {
	names := make([]string, 0, namedIncidents)
	for _, p := range a.Held[:min(len(a.Held), namedIncidents)] {
		names = append(names, fmt.Sprintf("#%d", p.Incident))
	}
	if more := len(a.Held) - namedIncidents; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	if len(names) == 1 {
		return names[0] + " was"
	}
	return "one of " + strings.Join(names, ", ") + " was"
}

// exported are the heads of the export that are looked at.
func (v *Verifier) exported() (out []Head) {
	if v.against == nil {
		return nil
	}
	for _, h := range v.against.Heads {
		if v.only == nil || *v.only == h.Incident {
			out = append(out, h)
		}
	}
	return out
}

// checkExport looks whether the ledger is the exported one with more at its ends.
func (v *Verifier) checkExport() (out []Finding) {
	for _, h := range v.exported() {
		f := Finding{Incident: h.Incident, Seq: h.Seq}
		switch v.ends[Place{h.Incident, h.Seq}] {
		case h.Hash:
			continue
		case Sum{}:
			f.Text = fmt.Sprintf("its chain had %d entries when the export was made, and entry %d is gone", h.Seq, h.Seq)
		default:
			f.Text = fmt.Sprintf("its chain was rewritten since the export was made: entry %d, or one before it, is another", h.Seq)
		}
		out = append(out, f)
	}
	if v.against == nil || v.against.Anchor == nil {
		return out
	}
	return append(out, v.checkExportedAnchor(*v.against.Anchor)...)
}

func (v *Verifier) checkExportedAnchor(was Anchor) []Finding {
	for _, a := range v.anchors {
		if a.ID == was.ID && a.Hash == was.Hash {
			return nil
		}
		if a.ID == was.ID {
			return []Finding{{Anchor: a.ID, Text: "the anchors were rewritten since the export was made: this one, or one before it, is another"}}
		}
	}
	return []Finding{{Anchor: was.ID, Text: "it was the newest when the export was made, and is gone"}}
}
