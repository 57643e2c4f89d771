package web

import (
	"context"
	"fmt"
	"slices"

	"tocsin/alerting"
)

// Role is what somebody may do. Each role may do all that the ones below it may.
type Role uint8

// The roles, lowest first. The zero value may do nothing.
const (
	Nobody    Role = iota
	Viewer         // reads
	Responder      // answers incidents and opens them
	Manager
	Admin
)

var roleNames = []string{"nobody", "viewer", "responder", "manager", "admin"}

// ParseRole reads "viewer", "responder", "manager" or "admin".
func ParseRole(s string) (Role, error) {
	if i := slices.Index(roleNames, s); i > 0 {
		return Role(i), nil
	}
	return Nobody, fmt.Errorf("%q is no role: use viewer, responder, manager or admin", s)
}

func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return "unknown"
}

// Identity is who makes a request. The zero value is somebody unknown.
type Identity struct {
	Name string
	Role Role
	Via  string // "web" for a session, "api" for a token
}

// May reports whether the identity has at least role r.
func (i Identity) May(r Role) bool { return i.Role != Nobody && i.Role >= r }

type identityKey struct{}

func withIdentity(ctx context.Context, i Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, i)
}

// identityOf is who makes the request of ctx; the zero Identity if nobody signed in.
func identityOf(ctx context.Context) Identity {
	i, _ := ctx.Value(identityKey{}).(Identity)
	return i
}

// actorOf is who makes the request of ctx, and from where, as the timeline and the audit log name them.
func actorOf(ctx context.Context) alerting.Actor {
	i := identityOf(ctx)
	return alerting.Actor{Name: i.Name, Via: i.Via, From: addressOf(ctx), Manages: i.May(Manager)}
}
