package receive

import (
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"tocsin/alerting"
)

// maxAlerts is more than any Alertmanager fits into the 8 MiB that intake takes: an alert of one label
// is 200 bytes. It bounds the time and memory that a body of empty objects can take.
const maxAlerts = 50_000

// Alertmanager reads the payload of Alertmanager's webhook, version 4, as the releases 0.25 to 0.34 send
// it. The group's labels become the events' Group; the group's status, its key, and the common labels
// are not looked at, for they change with the routing and with max_alerts. An alert without a status is
// resolved when its endsAt is not after now; one resolved without an endsAt ended now. The error is
// *Malformed or nil.
//
// All events share one Group map; nobody may change it.
func Alertmanager(source string, body []byte, now time.Time) (Batch, error) {
	p := payload{source: source, now: now}
	if err := readBody(body, p.field); err != nil {
		return Batch{}, err
	}
	if p.version != "4" {
		return Batch{}, malformed(`the body's "version" is %s; Alertmanager's webhook sends "4"`, quote(p.version))
	}
	if !p.listed {
		return Batch{}, malformed(`the body has no list of "alerts"`)
	}
	if len(p.group) > 0 {
		for i := range p.batch.Events {
			p.batch.Events[i].Group = p.group
		}
	}
	return p.batch, nil
}

// payload is a request while it is read: the group's labels come after the alerts.
type payload struct {
	source  string
	now     time.Time
	version string
	group   alerting.Labels
	listed  bool // a list of alerts was there
	batch   Batch
}

func (p *payload) field(d *jsontext.Decoder, name []byte) (err error) {
	switch {
	case string(name) == "version":
		p.version, err = readText(d)
	case string(name) == "alerts" && d.PeekKind() == '[':
		return p.alerts(d)
	case string(name) == "groupLabels" && d.PeekKind() == '{':
		p.group, err = readLabels(d)
	case string(name) == "truncatedAlerts":
		var n string
		n, err = readText(d)
		p.batch.Truncated, _ = strconv.ParseUint(n, 10, 64) // what is no count counts nothing
	default:
		return d.SkipValue()
	}
	return err
}

// alerts reads the list. Were it there twice, the later would count.
func (p *payload) alerts(d *jsontext.Decoder) error {
	p.listed, p.batch.Events, p.batch.Rejected = true, nil, nil
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for i := 0; d.PeekKind() != ']'; i++ {
		if i == maxAlerts {
			return malformed("the body has more than %d alerts", maxAlerts)
		}
		e, fault, err := p.alert(d)
		if err != nil {
			return err
		}
		if fault != "" {
			p.batch.Rejected = append(p.batch.Rejected, Rejection{Index: i, Why: fault})
		} else {
			p.batch.Events = append(p.batch.Events, e)
		}
	}
	_, err := d.ReadToken()
	return err
}

// alert reads one alert; fault says why it cannot be taken.
func (p *payload) alert(d *jsontext.Decoder) (e alerting.Event, fault string, err error) {
	if k := d.PeekKind(); k != '{' {
		return e, fmt.Sprintf("the alert is a JSON %s, not an object", kindName(k)), d.SkipValue()
	}
	var a alert
	if err := eachField(d, func(name []byte) error { return a.field(d, name) }); err != nil {
		return e, "", err
	}
	e, fault = a.event(p.now)
	e.Source = p.source
	return e, fault, nil
}
