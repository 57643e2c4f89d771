package web

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
)

// HealthChecker says how Tocsin itself is.
type HealthChecker interface {
	Health(ctx context.Context) Health
	// Ready is nil when this replica may be sent work; otherwise its text says what is missing.
	Ready(ctx context.Context) error
}

// Health is the operations manual's shape of a health answer.
type Health struct {
	Status          HealthStatus            `json:"status"`
	Components      map[string]Component    `json:"components"`
	CircuitBreakers map[string]BreakerState `json:"circuit_breakers" doc:"by channel"`
}

// HealthStatus is healthy, degraded or unhealthy.
type HealthStatus string

// How something is.
const (
	Healthy   HealthStatus = "healthy"
	Degraded  HealthStatus = "degraded"  // works, not as it should
	Unhealthy HealthStatus = "unhealthy" // does not do its work
)

// BreakerState is where a channel's circuit breaker stands.
type BreakerState string

// States of a circuit breaker.
const (
	BreakerClosed   BreakerState = "closed"
	BreakerOpen     BreakerState = "open"
	BreakerHalfOpen BreakerState = "half-open"
)

// Component is one part of Tocsin, or something that it stands on.
type Component struct {
	Status       HealthStatus
	ResponseTime float64 // seconds; 0 if nothing was asked
	Error        string  // what is wrong, empty if nothing is
	// Details are further figures by name ("active_connections"); they stand beside the others in JSON.
	Details map[string]any
}

// MarshalJSON writes the component flat, as the manual shows it.
func (c Component) MarshalJSON() ([]byte, error) {
	flat := make(map[string]any, len(c.Details)+3)
	maps.Copy(flat, c.Details)
	flat["status"], flat["response_time"] = c.Status, c.ResponseTime
	if c.Error != "" {
		flat["error"] = c.Error
	}
	return json.Marshal(flat)
}

// alive answers while the process serves requests at all.
func (s *server) alive(w http.ResponseWriter, _ *http.Request) error {
	return plain(w, http.StatusOK, "ok")
}

// ready answers 200 if this replica may be sent work, 503 with what is missing if not.
func (s *server) ready(w http.ResponseWriter, r *http.Request) error {
	if err := s.Health.Ready(r.Context()); err != nil {
		return plain(w, http.StatusServiceUnavailable, err.Error())
	}
	return plain(w, http.StatusOK, "ready")
}

func plain(w http.ResponseWriter, status int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err := w.Write([]byte(text + "\n"))
	return err
}
