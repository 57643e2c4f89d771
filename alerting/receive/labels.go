package receive

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/alerting"
)

// dropped is the label that stands for those beyond maxLabels: their number, and a hash of them.
const dropped = "tocsin_dropped"

// readLabels reads an object of names and values, each made fit by identity. A value that is empty or
// null is no label, as in Prometheus; one that is no string counts by its JSON text.
func readLabels(d *jsontext.Decoder) (alerting.Labels, error) {
	return readObject(d, func(v string) string { return identity(v, maxLabelValue) })
}

// readAnnotations is readLabels for text that no alert is known by.
func readAnnotations(d *jsontext.Decoder) (alerting.Labels, error) {
	return readObject(d, prose)
}

// readObject reads an object of names and values; null reads as empty. Of two equal names the later
// counts. At most maxLabels are kept.
func readObject(d *jsontext.Decoder, fit func(string) string) (alerting.Labels, error) {
	l, gone := make(alerting.Labels, 8), remainder{}
	if d.PeekKind() == 'n' {
		return l, d.SkipValue()
	}
	err := eachField(d, func(raw []byte) error {
		name := labelName(string(raw))
		v, err := readText(d)
		if v == "" {
			delete(l, name)
		} else {
			l[name] = fit(v)
		}
		if len(l) >= 4*maxLabels { // now and then, so that memory is bounded
			gone.take(l)
		}
		return err
	})
	if len(l) > maxLabels || gone.count > 0 {
		gone.take(l)
		l[dropped] = fmt.Sprintf("%d~%016x", gone.count, gone.sum)
	}
	return l, err
}

// labelName makes a name fit. The empty name, which matchers could not ask for, becomes a hash.
func labelName(s string) string {
	if s == "" {
		return "~" + hash(s)
	}
	return identity(s, maxName)
}

// remainder is what was too much: how many labels, and a hash of them whatever their order.
type remainder struct {
	count int
	sum   uint64
}

// take leaves room for one in maxLabels. The longest labels go: what people route by is short.
func (r *remainder) take(l alerting.Labels) {
	names := slices.Collect(maps.Keys(l))
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a)+len(l[a]), len(b)+len(l[b])), cmp.Compare(a, b))
	})
	for _, n := range names[min(maxLabels-1, len(names)):] {
		r.count++
		r.sum += digest(n + "\xff" + l[n])
		delete(l, n)
	}
}
