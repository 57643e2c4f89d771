// Package web is Tocsin's HTTP side: intake from senders of alerts, the JSON API, the pages, their live
// updates, and sign-in. It decides nothing about incidents and stores nothing: what it needs is declared
// here as small interfaces, which the store and the desk implement. A handler returns its error; one
// place turns errors into pages or problem documents.
//
// Who may do what: every page and API operation names the least role it needs, and there is no way to
// mount one without. GET and HEAD change nothing.
package web
