package main

import (
	"net/http"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics is what /metrics shows; docs/metrics.md says what each means.
type metrics struct {
	registry *prometheus.Registry
	alerts   *prometheus.CounterVec
	pages    *prometheus.CounterVec
	sending  *prometheus.HistogramVec
	late     prometheus.Histogram
}

func newMetrics(connections func() *pgxpool.Stat) *metrics {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	f := promauto.With(reg)
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: "tocsin_database_connections", Help: "Connections to PostgreSQL."},
		func() float64 { return float64(connections().TotalConns()) })
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: "tocsin_database_connections_busy", Help: "Connections to PostgreSQL in use."},
		func() float64 { return float64(connections().AcquiredConns()) })
	return &metrics{
		registry: reg,
		alerts: f.NewCounterVec(prometheus.CounterOpts{
			Name: "tocsin_alerts_received_total", Help: "Alerts that sources delivered, by what became of the delivery.",
		}, []string{"source", "outcome"}),
		pages: f.NewCounterVec(prometheus.CounterOpts{
			Name: "tocsin_page_attempts_total", Help: "Attempts at sending a page, by their outcome.",
		}, []string{"channel", "severity", "outcome"}),
		sending: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tocsin_page_attempt_seconds", Help: "How long an attempt at sending a page took.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 15),
		}, []string{"channel"}),
		late: f.NewHistogram(prometheus.HistogramOpts{
			Name: "tocsin_step_lateness_seconds", Help: "How long after its time a step of a plan fired.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 18),
		}),
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

func (m *metrics) received(events []alerting.Event, err error) {
	outcome := "stored"
	if err != nil {
		outcome = "refused"
	}
	for _, e := range events {
		m.alerts.WithLabelValues(e.Source, outcome).Inc()
	}
}

func (m *metrics) attempt(f notifiers.Finish, took time.Duration) {
	channel := string(f.Claim.Page.Channel)
	m.pages.WithLabelValues(channel, f.Claim.Page.Severity.String(), string(f.Outcome)).Inc()
	m.sending.WithLabelValues(channel).Observe(took.Seconds())
}

func (m *metrics) stepLate(d time.Duration) { m.late.Observe(d.Seconds()) }
