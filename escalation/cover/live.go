package cover

import (
	"slices"

	"tocsin/escalation"
)

// sandboxes says that nothing is sent at all.
func (s *survey) sandboxes() []Finding {
	if !s.allSandboxes {
		return nil
	}
	return []Finding{always(KindSandbox, "every channel is a sandbox: who would be told is looked at as if all of them sent")}
}

// kept are those of channels whose messages a sandbox keeps.
func (s *survey) kept(channels []escalation.Channel) []escalation.Channel {
	if s.live == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(channels), func(ch escalation.Channel) bool { return s.live[ch] })
}

// thin says who is told over too few channels.
func (s *survey) thin(t escalation.Telling, a ask) string {
	if len(t.People) == 0 {
		return "nobody would be told, as there is no catch_all who can be; " + passedOver(t, a.role)
	}
	who := make([]string, len(t.People))
	for i, p := range t.People {
		who[i] = p.Person + " over " + and(p.Channels)
		switch kept := s.kept(p.Channels); len(kept) {
		case 0:
		case 1:
			who[i] += " (" + and(kept) + " is a sandbox)"
		default:
			who[i] += " (" + and(kept) + " are sandboxes)"
		}
	}
	over := "two channels"
	if s.needed(a.severity) == 1 {
		over = "a channel that sends"
	}
	return "nobody would be told over " + over + ", only " + and(who)
}
