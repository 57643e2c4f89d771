package escalation_test

import (
	"testing"

	"tocsin/escalation"
)

func TestANoteStaysAsItsWriterWroteIt(t *testing.T) {
	p, in, _ := inbox(t)
	for _, text := range []string{"überlaufen", "日本", "the disk was full", "é"} {
		a, err := p.Reply(escalation.Reply{Channel: escalation.Slack, Address: "U0SYS", Incident: 3, Verb: escalation.Note, Text: text}, in, monday, monday)
		if err != nil || a.Text != "Noted on #3 it is down: "+text {
			t.Errorf("%q, %v", a.Text, err)
		}
		if len(a.Said) != 1 || a.Said[0].Key != "answer.noted" || a.Said[0].Values["text"] != text {
			t.Errorf("%+v", a.Said)
		}
	}
}

func TestWhatIsSaidIsThereAsDataToo(t *testing.T) {
	p, in, _ := inbox(t)
	for id, want := range map[int64]string{3: "entry.acknowledged_assigned", 4: "answer.already_acknowledged", 5: "answer.resolved_by"} {
		a, err := p.Reply(escalation.Reply{Channel: escalation.Slack, Address: "U0SYS", Incident: id, Verb: escalation.Acknowledge}, in, monday, monday)
		if err != nil || len(a.Said) != 1 || a.Said[0].What == nil || a.Said[0].What.Key != want {
			t.Errorf("#%d: %+v, %v", id, a.Said, err)
		}
	}
	a, err := p.Reply(escalation.Reply{Channel: escalation.SMS, Address: "+15005550003", All: true, Verb: escalation.Acknowledge}, in, monday, monday)
	if err != nil || len(a.Said) != 4 || a.Said[0].Key != "answer.acknowledged" || a.Said[3].What.Key != "answer.missing" {
		t.Errorf("%+v, %v", a.Said, err)
	}
}
