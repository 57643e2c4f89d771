// Package escalation decides what is owed to an incident, when, and to whom. Its decisions are pure
// functions of (incident, plan, policy, now) that return what should happen, with reasons; the engine
// applies them to stored incidents. It knows nothing of how a page travels: package notifiers does.
package escalation
