package slack

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"tocsin/notifiers"
)

// bundleMessage is several incidents of one reader: how many and how bad, then a line for each, worst first,
// with where it leads, and a button to all of them. It is answered in the incidents' own messages.
func bundleMessage(n notifiers.Notice, lead string) message {
	m := message{text: prose(lead, sectionLimit)}
	m.add(slack.NewHeaderBlock(plainText(lead, headerLimit)))
	for _, item := range n.BundleTexts() {
		m.addText(itemLine(item))
	}
	if more := n.Bundle.Total - len(n.Bundle.Items); more > 0 {
		m.addText(fmt.Sprintf(n.Brief.Locale.Words().More, more))
	}
	m.addOpen(n.AllURL(), wordsOf(n.Brief.Locale).All)
	return m
}

// itemLine is "P0 #412 SystemDown backend · open · since ..."; the number leads to the incident.
func itemLine(item notifiers.ItemText) string {
	name := fmt.Sprintf("%s #%d", item.Severity, item.Number)
	if u := notifiers.WebURL(item.Link); u != "" && len([]rune(u)) <= urlLimit/2 {
		name = link(name, u)
	}
	rest := strings.Join(nonEmpty(item.Name, item.State, item.Since, item.Why), " · ")
	return name + " " + prose(rest, 600)
}
