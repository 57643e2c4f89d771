package config

import "fmt"

// NeedsRestart says, a sentence each, what differs between c, which runs, and next, and cannot change while
// Tocsin runs. It is empty if next may take c's place.
func (c *Config) NeedsRestart(next *Config) []string {
	var out []string
	changed := func(key, from, to string) {
		if from != to {
			out = append(out, fmt.Sprintf("%s changes from %q to %q, which takes a restart", key, from, to))
		}
	}
	changed("server.listen", c.Server.Listen, next.Server.Listen)
	if c.Database.URL != next.Database.URL {
		out = append(out, "database.url changes, which takes a restart") // it may hold a password
	}
	changed("data_dir", c.DataDir, next.DataDir)
	return out
}
