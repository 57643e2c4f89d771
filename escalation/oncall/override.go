package oncall

import "time"

// Override puts somebody else in a rotation's place for a while.
type Override struct {
	ID          int64
	Rotation    string
	Person      string
	From, Until time.Time // half-open
	Note        string
	By          string // who made it
	Swap        int64  // the swap that it is part of; 0: none
	Warning     string // for whoever makes it: where it leaves a page with nobody; not stored
}

// Shift is a stretch in which one person holds a rotation, half-open. Person is "" where nobody does.
type Shift struct {
	Person      string
	From, Until time.Time
	Layer       int       // index in the rotation's layers, lowest 0; -1 for an override or where nobody holds it
	Override    *Override // the one that decided; nil if none did
}
