package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/alexedwards/argon2id"
)

// User is a local account.
type User struct {
	Name         string
	Role         Role
	PasswordHash string // argon2id in PHC form, as `tocsin hash-password` writes it; empty never signs in
}

// Token is a program's access to the API.
type Token struct {
	Name   string
	Role   Role
	Secret string // in the clear, or as "sha256:" and the hash in hex; empty is never accepted
}

// accounts checks passwords. Hashing takes tens of MiB and milliseconds, so only a few run at once.
type accounts struct {
	users   map[string]User
	decoy   string // a hash to work on when the name is unknown, so that the answer takes as long
	hashing chan struct{}
	waiting chan struct{} // those under way and those that wait for them; more are turned away
}

// maxHashing is how many passwords are checked at the same time.
const maxHashing = 2

// maxWaiting is how many sign-ins may wait at the same time.
const maxWaiting = 32

func newAccounts(users []User) *accounts {
	a := &accounts{users: make(map[string]User, len(users)), hashing: make(chan struct{}, maxHashing), waiting: make(chan struct{}, maxWaiting)}
	for _, u := range users {
		if u.PasswordHash == "" {
			continue
		}
		a.users[u.Name], a.decoy = u, u.PasswordHash
	}
	return a
}

// check returns the account that name and password belong to; ok is false if there is none. It takes
// as long for a name that nobody has. The error is ctx's, or that of a malformed hash.
func (a *accounts) check(ctx context.Context, name, password string) (u User, ok bool, err error) {
	u, known := a.users[name]
	hash := u.PasswordHash
	if !known {
		hash = a.decoy
	}
	if hash == "" {
		return User{}, false, nil
	}
	select {
	case a.waiting <- struct{}{}:
		defer func() { <-a.waiting }()
	default:
		return User{}, false, errOverloaded
	}
	select {
	case a.hashing <- struct{}{}:
		defer func() { <-a.hashing }()
	case <-ctx.Done():
		return User{}, false, ctx.Err()
	}
	match, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return User{}, false, fmt.Errorf("password hash of user %q: %w", name, err)
	}
	return u, match && known, nil
}

// stamp changes when the user's password or role does; a session that carries another one has ended.
func (u User) stamp() string {
	sum := sha256.Sum256([]byte(u.Role.String() + " " + u.PasswordHash))
	return hex.EncodeToString(sum[:8])
}

// keyring finds API tokens.
type keyring []struct {
	secret
	Identity
}

func newKeyring(tokens []Token) keyring {
	k := make(keyring, len(tokens))
	for i, t := range tokens {
		k[i].secret, k[i].Identity = newSecret(t.Secret), Identity{Name: t.Name, Role: t.Role, Via: "api"}
	}
	return k
}

// find is whose token this is; the zero Identity if nobody's. It looks at all of them whatever it finds.
func (k keyring) find(token string) Identity {
	var found Identity
	for _, key := range k {
		if key.matches(token) {
			found = key.Identity
		}
	}
	return found
}
