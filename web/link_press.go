package web

import (
	"net/http"
	"time"

	"tocsin/escalation"
)

// Mail scanners open links, some run the page's scripts, some send its forms. An answer over a link
// counts only when somebody pressed a button: the browser says so (Sec-Fetch-User), or link.js saw a
// press that no script made (not every browser sends Sec-Fetch-User), or the person says so on a second
// page, by ticking a box that a form sent blindly leaves empty.

// pressing is what a form tells of how it was sent.
type pressing uint8

const (
	scripted pressing = iota // by a script: no page was left for it
	unsure                   // nothing tells
	pressed
)

// Fields of the forms behind links.
const (
	fieldVerb  = "verb"
	fieldNonce = "nonce"
	fieldHand  = "hand" // "pressed" by link.js
	fieldSure  = "sure" // "yes" by the box on the second page
)

// howPressed reads the browser's headers and what link.js saw. r's form has been parsed.
func howPressed(r *http.Request) pressing {
	mode, dest := r.Header.Get("Sec-Fetch-Mode"), r.Header.Get("Sec-Fetch-Dest")
	switch {
	case mode != "" && mode != "navigate", dest != "" && dest != "document":
		return scripted
	case r.Header.Get("Sec-Fetch-User") == "?1", r.PostForm.Get(fieldHand) == "pressed":
		return pressed
	}
	return unsure
}

// ruling is whether an answer over a link counts; if not, what its sender is told, and whether they are
// asked to say that they mean it.
type ruling struct {
	counts bool
	text   string
	ask    bool
}

// rule judges the form of r for a verb. The error is for a script.
func (k nonceKey) rule(r *http.Request, token string, verb escalation.Verb, now time.Time) (ruling, error) {
	how, nonce := howPressed(r), r.PostForm.Get(fieldNonce)
	if how == scripted {
		return ruling{}, refuse(http.StatusForbidden, "This page acts only when somebody presses a button in it.")
	}
	page := k.check(token, purposePage, nonce, now)
	second := k.check(token, purposeSure+string(verb), nonce, now)
	switch {
	case page == fresh && how == pressed, second == fresh && r.PostForm.Get(fieldSure) == "yes":
		return ruling{counts: true}, nil
	case page == fresh:
		return ruling{ask: true, text: "Nothing was changed yet: your browser does not say that a person pressed the button."}, nil
	case second == fresh:
		return ruling{ask: true, text: "Nothing was changed yet: tick the box first."}, nil
	case page == early, second == early:
		return ruling{ask: second == early, text: "Nothing was changed: that came faster than a person reads. Press again."}, nil
	}
	return ruling{text: "Nothing was changed: the page was old. This is how it stands now; press again."}, nil
}

// Purposes of nonces: of the page, and of the second page for one verb.
const (
	purposePage = "page"
	purposeSure = "sure/"
)
