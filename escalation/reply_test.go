package escalation_test

import (
	"testing"

	"tocsin/escalation"
)

func TestTheSenderIsTheSameEachTimeThoughTwoHaveTheNumber(t *testing.T) {
	p := &escalation.Policy{Directory: escalation.Directory{People: map[string]escalation.Person{}}}
	for _, id := range []string{"eve", "bob", "ada", "mal"} {
		p.Directory.People[id] = escalation.Person{ID: id, Phone: "+4930123456"}
	}
	for range 50 {
		if person, ok := p.Sender(escalation.SMS, "+4930123456"); !ok || person.ID != "ada" {
			t.Fatalf("%s, %v", person.ID, ok)
		}
	}
}
