package twilio

import (
	"errors"
	"net/http"

	"tocsin/alerting"
)

// status takes in what Twilio reports of a call.
func (d *desk) status(w http.ResponseWriter, r *http.Request) {
	form, ok := d.form(w, r, checkCall)
	if !ok {
		return
	}
	attempt := r.URL.Query().Get("attempt")
	if attempt == "" || !d.isCall(form) {
		http.Error(w, "the report names no attempt, or no call of this account", http.StatusBadRequest)
		return
	}
	for _, e := range callEvents(form) {
		switch err := d.calls.NoteCall(r.Context(), attempt, form.Get("CallSid"), e, Concluded); {
		case errors.Is(err, alerting.ErrNotFound):
			http.Error(w, "no such attempt", http.StatusNotFound)
			return
		case err != nil:
			http.Error(w, "the report could not be stored, try again", http.StatusServiceUnavailable)
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}
