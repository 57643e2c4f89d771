package config

import (
	"errors"

	"github.com/alexedwards/argon2id"
)

// Auth says who may sign in, and which programs may call the API.
type Auth struct {
	Users     []User     `json:"users" jsonschema_description:"Local accounts."`
	OIDC      OIDC       `json:"oidc" jsonschema_description:"Sign-in with an OpenID Connect provider."`
	APITokens []APIToken `json:"api_tokens" jsonschema_description:"Tokens for programs that call /api/v1."`
}

// AuthRole is what somebody may do.
type AuthRole string

// The roles, each may do what the one before may.
const (
	Viewer    AuthRole = "viewer"
	Responder AuthRole = "responder"
	Manager   AuthRole = "manager"
	Admin     AuthRole = "admin"
)

// User is a local account.
type User struct {
	Name     string   `json:"name" jsonschema:"required" jsonschema_description:"What they sign in with."`
	Role     AuthRole `json:"role" jsonschema:"required" jsonschema_description:"What they may do."`
	Password Secret   `json:"password" jsonschema_description:"Argon2id hash, from tocsin hash-password. Without one nobody can sign in as this user."`
}

// APIToken is a program that may call the API.
type APIToken struct {
	Name  string   `json:"name" jsonschema:"required" jsonschema_description:"How the timeline names the program."`
	Role  AuthRole `json:"role" jsonschema:"required" jsonschema_description:"What it may do."`
	Token Secret   `json:"token" jsonschema_description:"The bearer token, or its hash. Without one the program is refused."`
}

// OIDC is sign-in with an OpenID Connect provider; off while Issuer is empty.
type OIDC struct {
	Issuer       string              `json:"issuer" jsonschema:"example=https://login.example.com" jsonschema_description:"The provider's issuer URL. Empty: local accounts only."`
	ClientID     string              `json:"client_id" jsonschema_description:"Tocsin's id at the provider; needed with an issuer."`
	ClientSecret Secret              `json:"client_secret" jsonschema_description:"Tocsin's secret at the provider."`
	RolesClaim   string              `json:"roles_claim" jsonschema:"default=groups" jsonschema_description:"The claim that lists a person's groups."`
	Roles        map[string]AuthRole `json:"roles" jsonschema_description:"What the members of each group may do."`
}

func readAuth(v value) Auth {
	var a Auth
	v.object(
		key("users", &a.Users, list(readUser)),
		section("oidc", &a.OIDC, readOIDC),
		key("api_tokens", &a.APITokens, list(readAPIToken)),
	)
	v.child("users").eachDiffers("name")
	v.child("api_tokens").eachDiffers("name")
	v.child("api_tokens").tokensDiffer()
	return a
}

func authRole(v value) AuthRole { return choice("role", Viewer, Responder, Manager, Admin)(v) }

func readUser(v value) User {
	var u User
	v.object(
		required("what they sign in with", key("name", &u.Name, text)),
		required("viewer, responder, manager or admin", key("role", &u.Role, authRole)),
		key("password", &u.Password, hidden(parseHash)),
	)
	if !v.has("password") && v.has("name") {
		v.warn(KindNoPassword, "the user %s has no password and cannot sign in: tocsin hash-password makes one", v.child("name").shown())
	}
	return u
}

// parseHash reads an argon2id hash.
func parseHash(s string) (Secret, error) {
	if _, _, _, err := argon2id.DecodeHash(s); err != nil {
		return "", errors.New("this is no argon2id hash: tocsin hash-password makes one")
	}
	return Secret(s), nil
}

func readAPIToken(v value) APIToken {
	var t APIToken
	v.object(
		required("how the timeline names the program", key("name", &t.Name, text)),
		required("viewer, responder, manager or admin", key("role", &t.Role, authRole)),
		key("token", &t.Token, token),
	)
	if !v.has("token") && v.has("name") {
		v.warn(KindNoToken, "the API token %s is empty: the program that uses it is refused", v.child("name").shown())
	}
	return t
}

func readOIDC(v value) OIDC {
	o := OIDC{RolesClaim: "groups"}
	v.object(
		key("issuer", &o.Issuer, hidden(parseURL)),
		key("client_id", &o.ClientID, text),
		key("client_secret", &o.ClientSecret, secret),
		key("roles_claim", &o.RolesClaim, text),
		key("roles", &o.Roles, mapping(authRole)),
	)
	if v.has("issuer") && !v.has("client_id") {
		v.fail("client_id is missing: an issuer needs the id that it knows Tocsin by")
	}
	return o
}
