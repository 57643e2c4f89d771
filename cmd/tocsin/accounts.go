package main

import (
	"tocsin/cmd/tocsin/config"
	"tocsin/web"
)

// users are the configuration's accounts, in web's words.
func users(cfg *config.Config) []web.User {
	var out []web.User
	for _, u := range cfg.Auth.Users {
		out = append(out, web.User{Name: u.Name, Role: role(u.Role), PasswordHash: string(u.Password)})
	}
	return out
}

func tokens(cfg *config.Config) []web.Token {
	var out []web.Token
	for _, t := range cfg.Auth.APITokens {
		out = append(out, web.Token{Name: t.Name, Role: role(t.Role), Secret: string(t.Token)})
	}
	return out
}

func role(r config.AuthRole) web.Role {
	parsed, err := web.ParseRole(string(r))
	if err != nil {
		return web.Nobody // the configuration has been checked: this does not happen, and lets nobody in
	}
	return parsed
}

func sources(cfg *config.Config) []web.Source {
	var out []web.Source
	for _, s := range cfg.Intake.Sources {
		source := web.Source{Name: s.Name, Kind: web.SourceKind(s.Kind)}
		for _, token := range s.AllTokens() {
			source.Tokens = append(source.Tokens, string(token))
		}
		out = append(out, source)
	}
	return out
}

func names(cfg *config.Config) map[string]string {
	out := map[string]string{}
	for id, p := range cfg.People {
		out[id] = p.Name
	}
	return out
}
