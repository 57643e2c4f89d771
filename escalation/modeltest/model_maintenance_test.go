package modeltest

import (
	"slices"
	"time"

	"tocsin/alerting"
)

// learn notes the labels of alerts that open, join or raise an incident. What a label is then besides is lost
// where no window looks at it at that moment.
func (m *model) learn(i *incident, all ...alerting.Labels) {
	for _, l := range all {
		for _, name := range []string{"service", "instance"} {
			if !slices.ContainsFunc(i.labels, func(k alerting.Labels) bool { return k[name] == l[name] }) && !m.looksAt(name) {
				i.lost = append(i.lost, name)
			}
		}
		i.labels = append(i.labels, l)
	}
}

// every reports whether all alerts of an incident have a value of a label.
func (i *incident) every(name, value string) bool {
	return !slices.ContainsFunc(i.labels, func(l alerting.Labels) bool { return l[name] != value })
}

func (m *model) looksAt(name string) bool {
	return slices.ContainsFunc(m.windows, func(w window) bool { return w.labels[name] != "" })
}

// about reports whether a window is about all alerts of an incident.
func (w window) about(i *incident) bool {
	for name, value := range w.labels {
		if slices.Contains(i.lost, name) || !i.every(name, value) {
			return false
		}
	}
	return true
}

// maintenance is until when maintenance about an incident lasts; zero if there is none.
func (m *model) maintenance(i *incident) (until time.Time) {
	day := midnight(m.now, 0)
	for _, w := range m.windows {
		if !w.about(i) {
			continue
		}
		for begin := day.Add(w.begin - w.every); !begin.After(m.now); begin = begin.Add(w.every) {
			if end := begin.Add(w.lasts); end.After(m.now) {
				until = latest(until, end)
			}
		}
	}
	return until
}

// leave ends or shortens the pause by a window that an alert has come from outside of.
func (m *model) leave(i *incident) {
	if i.paused.IsZero() || i.muted {
		return
	}
	if until := m.maintenance(i); until.IsZero() {
		m.goOn(i)
	} else {
		i.paused = earliest(i.paused, until)
	}
}
