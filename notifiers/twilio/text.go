package twilio

import (
	"fmt"
	"strings"

	"tocsin/notifiers"
)

// segment is what one SMS holds, in GSM-7 septets.
const segment = 160

// nameFloor is how many septets of the name stay before the reason for the page is cut too.
const nameFloor = 24

// Text is the page in one GSM-7 segment: severity, number, name, why the page comes, and how to answer;
// the reader's own link where it still fits, else the incident's. Of what does not fit, the name is cut, never the number.
//
//	P0 #412 SystemDown backend: reply ACK 412
//	P0 #412 SystemDown backend: initial response overdue, reply ACK 412 (possible repeat)
//
// What belongs to no incident reads as messageText says.
func Text(n notifiers.Notice) string {
	if m, ok := n.Message(); ok {
		return messageText(m, n.PossibleRepeat)
	}
	inc := n.Brief.Incident
	head := fmt.Sprintf("%s #%d", inc.Severity, inc.ID)
	tail := fmt.Sprintf("reply ACK %d", inc.ID)
	if n.PossibleRepeat {
		tail += " (possible repeat)"
	}
	name, why := toGSM7(n.Brief.Name()), toGSM7(n.Why())

	room := segment - septets(head+" "+": "+tail)
	if why != "" {
		why = cutGSM7(why, room-2-min(nameFloor, septets(name)))
		if why != "" {
			tail = why + ", " + tail
		}
	}
	text := join(head, cutGSM7(name, segment-septets(head+" : "+tail))) + ": " + tail
	for _, u := range []string{n.ActLink(), notifiers.WebURL(n.Brief.URL)} {
		if fits(text, u) {
			return text + " " + u
		}
	}
	return text
}

func join(head, name string) string { return strings.TrimSpace(head + " " + name) }

// fits reports whether text stays one segment with a link, which GSM-7 must hold unchanged.
func fits(text, u string) bool {
	return u != "" && toGSM7(u) == u && septets(text+" "+u) <= segment
}
