package notifiers

import (
	"sync"

	"tocsin/escalation"
)

// destinationSlots is how many of a lane's slots one destination may hold: one that hangs leaves the others to
// those who wait for somebody else.
const destinationSlots = slots / 4

// destinations are where a lane's messages are under way to: a person, or the host that their address is on, where
// people's own addresses are hosts. It is safe for concurrent use.
type destinations struct {
	mu       sync.Mutex
	underway int
	to       map[string]int    // messages under way, by destination
	of       map[string]string // a person's destination, while messages to that are under way
}

func newDestinations() *destinations {
	return &destinations{to: map[string]int{}, of: map[string]string{}}
}

// destination is where a message to a person leads.
func destination(p escalation.Person, c escalation.Channel) string {
	if byHost(c) {
		return "host " + hostOf(p.Address(c))
	}
	return "person " + p.ID
}

// free are the slots that are left.
func (d *destinations) free() Slots {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := Slots{Messages: slots - d.underway, Each: destinationSlots, Taken: map[string]int{}}
	for person, to := range d.of {
		s.Taken[person] = d.to[to]
	}
	return s
}

// take takes a slot for a message to a person. It reports whether their destination had one left; a message for
// which it had none holds its slot until it is released all the same.
func (d *destinations) take(person, to string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.underway++
	d.to[to]++
	d.of[person] = to
	return d.to[to] <= destinationSlots
}

// release gives back what take took.
func (d *destinations) release(to string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.underway--
	d.to[to]--
	if d.to[to] > 0 {
		return
	}
	delete(d.to, to)
	for person, other := range d.of {
		if other == to {
			delete(d.of, person)
		}
	}
}
