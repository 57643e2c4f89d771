package view

import "tocsin/notifiers"

// recipient is whom a message is for: a person, or a channel of people.
func recipient(s Shell, m notifiers.Outgoing) string {
	if m.Person != "" {
		return s.Name(m.Person)
	}
	return "Incident channel"
}
