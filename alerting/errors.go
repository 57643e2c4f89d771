package alerting

import "errors"

// ErrNotFound says that there is no such incident (or alert, or page).
var ErrNotFound = errors.New("not found")

// ErrUnavailable says that nothing was stored because the store is away or has too much to do: the
// sender should try again.
var ErrUnavailable = errors.New("the store is not available, try again")

// Refused says that what was asked does not fit the state of things; its text is a sentence for people.
type Refused struct {
	Text string
	Said Said // the same as data; it may be missing
}

func (r *Refused) Error() string { return r.Text }
