package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/receive"
	"tocsin/escalation"
	"tocsin/escalation/simulator"
	"tocsin/web/view"
)

// The most that a question may bring: it stands in an address.
const (
	whatIfAlert   = 16 << 10 // bytes
	whatIfAnswers = 50
)

// whatIfPage asks the machine what would happen, of the configuration in force and people's changes. The
// question stands in the address, so that it can be passed on; it changes nothing.
func (s *server) whatIfPage(w http.ResponseWriter, r *http.Request) error {
	sh := s.shell(r, "What if")
	q := r.URL.Query()
	page := view.WhatIf{Alert: q.Get("alert"), At: q.Get("at"), Zone: q.Get("zone"), Answers: q.Get("answers"), For: q.Get("for")}
	if page.Zone == "" {
		page.Zone = s.Zone.String()
	}
	if page.Alert == "" {
		return s.render(w, r, http.StatusOK, view.WhatIfPage(sh, page))
	}
	p, err := s.policyNow(r.Context())
	if err != nil {
		return err
	}
	status := http.StatusOK
	if page.Result, err = s.whatIf(p, page, sh.Now); err != nil {
		status, page.Notice = http.StatusBadRequest, view.Notice{Text: err.Error(), Refused: true}
	}
	if zone, err := time.LoadLocation(page.Zone); err == nil {
		sh.Zone = zone
	}
	return s.render(w, r, status, view.WhatIfPage(sh, page))
}

// whatIf answers a question; the error is a sentence for whoever asked.
func (s *server) whatIf(p *escalation.Policy, f view.WhatIf, now time.Time) (simulator.Result, error) {
	request, err := readWhatIf(f, s.exampleSource, now)
	if err != nil {
		return simulator.Result{}, err
	}
	return simulator.Run(p, request)
}

// readWhatIf reads the form; source is who would send the alert.
func readWhatIf(f view.WhatIf, source string, now time.Time) (r simulator.Request, err error) {
	zone, err := time.LoadLocation(f.Zone)
	if err != nil {
		return r, fmt.Errorf("%q is no time zone: write one as in Europe/Berlin", f.Zone)
	}
	r.At = now
	if f.At != "" {
		if r.At, err = simulator.ParseMoment(f.At, zone, now); err != nil {
			return r, err
		}
	}
	if f.For != "" {
		if r.For, err = simulator.ParseSpan(f.For); err != nil {
			return r, err
		}
	}
	if r.Answers, err = readAnswers(f.Answers); err != nil {
		return r, err
	}
	events, err := readAlert(f.Alert, source, r.At)
	r.Alerts = []simulator.Delivery{{Events: events}}
	return r, err
}

// readAnswers reads one answer a line.
func readAnswers(text string) ([]simulator.Answer, error) {
	var out []simulator.Answer
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		a, err := simulator.ParseAnswer(line)
		if err != nil {
			return nil, err
		}
		if out = append(out, a); len(out) > whatIfAnswers {
			return nil, fmt.Errorf("there are more than %d answers", whatIfAnswers)
		}
	}
	return out, nil
}

// readAlert reads an alert as a source would send it in JSON, or as its labels, one name=value a line.
func readAlert(text, source string, at time.Time) ([]alerting.Event, error) {
	text = strings.TrimSpace(text)
	if len(text) > whatIfAlert {
		return nil, fmt.Errorf("the alert is longer than %d bytes", whatIfAlert)
	}
	body := []byte(text)
	if !strings.HasPrefix(text, "{") {
		labels, err := readLabels(text)
		if err != nil {
			return nil, err
		}
		type alert struct {
			Status string            `json:"status"`
			Labels map[string]string `json:"labels"`
		}
		if body, err = json.Marshal(map[string]any{"version": "4", "alerts": []alert{{"firing", labels}}}); err != nil {
			return nil, err
		}
	}
	batch, err := receive.Alertmanager(source, body, at)
	switch {
	case err != nil:
		return nil, err
	case len(batch.Rejected) > 0:
		return nil, fmt.Errorf("alert %d cannot be taken: %s", batch.Rejected[0].Index+1, batch.Rejected[0].Why)
	case len(batch.Events) == 0:
		return nil, errors.New("the list of alerts is empty")
	}
	return batch.Events, nil
}

func readLabels(text string) (map[string]string, error) {
	labels := map[string]string{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, fmt.Errorf("%q is no label: write name=value, one a line, or paste what a source sends in JSON", line)
		}
		labels[name] = strings.Trim(strings.TrimSpace(value), `"`)
	}
	return labels, nil
}

// firstAlertmanager is the name of the source whose alerts the page asks about.
func firstAlertmanager(sources []Source) string {
	for _, s := range sources {
		if s.Kind == Alertmanager {
			return s.Name
		}
	}
	return "prometheus"
}
