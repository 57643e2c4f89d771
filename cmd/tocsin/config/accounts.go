package config

import (
	"slices"
)

// answers reports whether somebody can answer for themselves: by an account or a token of their name that may do
// more than look.
func (a Auth) answers(name string) bool {
	return slices.ContainsFunc(a.Users, func(u User) bool { return u.Name == name && u.Password != "" && u.Role != Viewer }) ||
		slices.ContainsFunc(a.APITokens, func(t APIToken) bool { return t.Name == name && t.Token != "" && t.Role != Viewer })
}

// warnOfAccounts names who takes turns with others and cannot answer a swap that is asked of them.
func (c *Config) warnOfAccounts(file value) {
	var names []string
	for rotation := range c.Rotations {
		people, _ := c.turnTakers(rotation)
		slices.Sort(people)
		if people = slices.Compact(people); len(people) < 2 {
			continue
		}
		for _, name := range people {
			if !c.Auth.answers(name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	switch {
	case len(names) == 1:
		file.warn(KindNoAccount, "%s takes turns and has no account to answer with (auth.users): a manager has to accept or decline a swap that is asked of them", names[0])
	case len(names) > 1:
		file.warn(KindNoAccount, "%s take turns and have no accounts to answer with (auth.users): a manager has to accept or decline a swap that is asked of them", and(names))
	}
}
