package ledger

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Verifier looks at a ledger, a chain at a time, so that only one has to be in memory. All that it is given
// must be as of one moment.
type Verifier struct {
	anchors []Anchor
	against *Export
	only    *int64
	now     time.Time

	held     map[Place]int64 // the last anchor that holds an end
	missing  map[int64]bool  // anchors that heads name, and that do not hold them
	ends     map[Place]Sum   // the entries that anchors or the export name; zero until met
	report   Report
	findings []Finding
}

// Report is what came of it.
type Report struct {
	Chains   int       `json:"chains"`
	Entries  int       `json:"entries"`
	Unsealed int       `json:"unsealed"` // of these, how many wait to be sealed
	Pages    int       `json:"pages"`
	Anchors  int       `json:"anchors"`
	Against  bool      `json:"against"` // an export was held against it
	Findings []Finding `json:"findings"`
}

// NewVerifier begins with the anchors, in order. against is nil without an export. only names the incident
// whose chain alone is looked at, and is nil for all: what anchors hold is then left out, for it takes all.
func NewVerifier(anchors []Anchor, against *Export, only *int64, now time.Time) *Verifier {
	v := &Verifier{anchors: anchors, against: against, only: only, now: now, ends: map[Place]Sum{}, held: map[Place]int64{}, missing: map[int64]bool{}}
	v.report.Anchors, v.report.Against = len(anchors), against != nil
	for _, a := range anchors {
		for _, p := range a.Held {
			v.ends[p], v.held[p] = Sum{}, a.ID
		}
	}
	for _, h := range v.exported() {
		v.ends[Place{h.Incident, h.Seq}] = Sum{}
	}
	v.findings = checkAnchors(anchors)
	return v
}

// Check looks at a chain and what it tells of. Each chain is given once.
func (v *Verifier) Check(c Chain) {
	v.report.Chains++
	v.report.Entries += len(c.Entries)
	v.report.Pages += len(c.Pages)
	for _, e := range c.Entries {
		place := Place{c.Incident, e.Seq}
		if _, named := v.ends[place]; named {
			v.ends[place] = e.Hash
		}
		if e.Seq == 0 {
			v.report.Unsealed++
		}
	}
	v.findings = append(v.findings, checkChain(c, v.now)...)
	v.findings = append(v.findings, v.checkAnchored(c.Head)...)
	v.findings = append(v.findings, compare(c)...)
}

// Report ends it.
func (v *Verifier) Report() Report {
	if v.only == nil {
		v.findings = append(v.findings, v.checkDigests()...)
	}
	v.findings = append(v.findings, v.checkExport()...)
	r := v.report
	r.Findings = append([]Finding{}, v.findings...)
	return r
}

// Verify looks at a whole ledger that is held in memory: its chains and anchors, not what they tell of.
func Verify(entries []Entry, heads []Head, anchors []Anchor, now time.Time) []Finding {
	chains := map[int64]Chain{}
	for _, e := range entries {
		c := chains[e.Incident]
		c.Incident, c.Entries = e.Incident, append(c.Entries, e)
		chains[e.Incident] = c
	}
	for _, h := range heads {
		c := chains[h.Incident]
		c.Incident, c.Head = h.Incident, &h
		chains[h.Incident] = c
	}
	v := NewVerifier(anchors, nil, nil, now)
	for _, c := range slices.SortedFunc(maps.Values(chains), func(a, b Chain) int { return cmp.Compare(a.Incident, b.Incident) }) {
		for _, e := range c.Entries {
			if _, named := v.ends[Place{c.Incident, e.Seq}]; named {
				v.ends[Place{c.Incident, e.Seq}] = e.Hash
			}
		}
		v.findings = append(v.findings, checkChain(c, now)...)
		v.findings = append(v.findings, v.checkAnchored(c.Head)...)
	}
	return v.Report().Findings
}
