package config

import "time"

// Probe looks at something every so often. It is exactly one of HTTP, Postgres and Host.
type Probe struct {
	HTTP     *HTTPProbe     `json:"http" jsonschema_description:"Asks a URL."`
	Postgres *PostgresProbe `json:"postgres" jsonschema_description:"Connects to a PostgreSQL."`
	Host     *HostProbe     `json:"host" jsonschema_description:"Reads the figures of the host that Tocsin runs on."`
	Every    time.Duration  `json:"every" jsonschema:"default=30s" jsonschema_description:"How often it looks."`
	Alerts   []ProbeAlert   `json:"alerts" jsonschema_description:"What it makes of what it sees."`
}

// HTTPProbe asks a URL.
type HTTPProbe struct {
	URL     string        `json:"url" jsonschema:"required" jsonschema_description:"What is asked for."`
	Timeout time.Duration `json:"timeout" jsonschema:"default=10s" jsonschema_description:"How long an answer may take."`
}

// PostgresProbe connects to a PostgreSQL.
type PostgresProbe struct {
	URL Secret `json:"url" jsonschema_description:"Connection URL or keywords. Empty: the probe has nothing to look at."`
}

// HostProbe reads the host's figures.
type HostProbe struct {
	Disk []string `json:"disk" jsonschema_description:"File systems to look at, by a path in them."`
}

// ProbeAlert fires while its condition holds.
type ProbeAlert struct {
	Alert  string            `json:"alert" jsonschema:"required" jsonschema_description:"The label alertname."`
	When   string            `json:"when" jsonschema:"required" jsonschema_description:"Condition in expr-lang over the latest result and stored samples."`
	For    time.Duration     `json:"for" jsonschema:"default=0s" jsonschema_description:"How long it must hold before it fires."`
	Labels map[string]string `json:"labels" jsonschema_description:"Further labels of the alert."`
}

func readProbe(v value) Probe {
	p := Probe{Every: 30 * time.Second}
	v.object(
		key("http", &p.HTTP, readHTTPProbe),
		key("postgres", &p.Postgres, readPostgresProbe),
		key("host", &p.Host, readHostProbe),
		key("every", &p.Every, period),
		key("alerts", &p.Alerts, list(readProbeAlert)),
	)
	kinds := 0
	for _, kind := range []string{"http", "postgres", "host"} {
		if v.has(kind) {
			kinds++
		}
	}
	if kinds != 1 {
		v.fail("the probe %s must have exactly one of http, postgres and host", v.key)
	}
	return p
}

func readHTTPProbe(v value) *HTTPProbe {
	p := &HTTPProbe{Timeout: 10 * time.Second}
	v.object(
		required("what is asked for, as in http://localhost:8000/health", key("url", &p.URL, hidden(parseURL))),
		key("timeout", &p.Timeout, period),
	)
	return p
}

func readPostgresProbe(v value) *PostgresProbe {
	p := &PostgresProbe{}
	v.object(key("url", &p.URL, hidden(parseDatabase)))
	return p
}

func readHostProbe(v value) *HostProbe {
	p := &HostProbe{}
	v.object(key("disk", &p.Disk, unique(list(text))))
	return p
}

func readProbeAlert(v value) ProbeAlert {
	var a ProbeAlert
	v.object(
		required("the alert's name, as in SystemDown", key("alert", &a.Alert, text)),
		required("the condition, as in !up || status >= 500", key("when", &a.When, expression)),
		key("for", &a.For, duration),
		key("labels", &a.Labels, mapping(text)),
	)
	return a
}
