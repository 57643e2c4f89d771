package escalation

import "tocsin/alerting"

// Unneeded says why the step will be skipped when it comes due if the incident stays as it is
// ("acknowledged by system-admin at 02:14 UTC"); empty if it will be fired.
func (s PlannedStep) Unneeded(inc alerting.Incident) string { return Reached(inc, s.Until) }
