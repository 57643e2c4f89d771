package api

import (
	"time"

	"tocsin/escalation"
	"tocsin/notifiers/twilio"
)

// Contacts are how people are reached by telephone, as somebody may see it.
type Contacts struct {
	People  map[string]escalation.Person
	Whole   bool                 // else numbers are masked
	OptOuts map[string]time.Time // the numbers that want no SMS, each with when that was heard last
}

// Add says of all who hold a role, or come next, how they are reached.
func (c Contacts) Add(duties []Duty) {
	for _, d := range duties {
		for _, holders := range [][]Holder{d.People, d.Next} {
			for i := range holders {
				c.add(&holders[i])
			}
		}
	}
}

func (c Contacts) add(h *Holder) {
	number := c.People[h.Person].Phone
	if number == "" {
		return
	}
	h.Phone = number
	if !c.Whole {
		h.Phone = twilio.Mask(number)
	}
	h.NoSMSSince = moment(c.OptOuts[number])
}
