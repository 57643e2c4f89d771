package view

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Shell is what every page knows.
type Shell struct {
	Title  string
	Path   string // of the request, for the navigation
	User   string // who is signed in; empty if nobody
	CanAct bool   // may answer incidents
	Now    time.Time
	Zone   *time.Location
	Names  map[string]string // to show, by the configuration's
	Live   string            // where the page's changes are streamed from; empty if it has none

	Asset   func(file string) string // its address
	Version string
}

// Name is how somebody is shown.
func (s Shell) Name(id string) string {
	if n := s.Names[id]; n != "" {
		return n
	}
	return id
}

// Initials are two letters that stand for somebody.
func (s Shell) Initials(id string) string {
	var out []rune
	for _, word := range strings.FieldsFunc(s.Name(id), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		r, _ := utf8.DecodeRuneInString(word)
		out = append(out, unicode.ToUpper(r))
	}
	if len(out) > 2 {
		out = out[:2]
	}
	return string(out)
}

// Number is how an incident is called: #412.
func Number(id int64) string { return "#" + strconv.FormatInt(id, 10) }

// IncidentURL is an incident's page.
func IncidentURL(id int64) string { return "/incidents/" + strconv.FormatInt(id, 10) }

// apiURL is where the API tells all of an incident.
func apiURL(id int64) string { return "/api/v1" + IncidentURL(id) }

// role is a configuration's name as words: senior-engineer is "senior engineer".
func role(name string) string { return strings.ReplaceAll(name, "-", " ") }

// plural is "1 alert", "3 alerts".
func plural[N int | int64](n N, one string) string {
	text := strconv.FormatInt(int64(n), 10) + " " + one
	if n != 1 {
		text += "s"
	}
	return text
}

func itoa(n int) string { return strconv.Itoa(n) }

func itoa64(n int64) string { return strconv.FormatInt(n, 10) }
