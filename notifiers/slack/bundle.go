package slack

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"tocsin/notifiers"
)

// bundleMessage is several incidents of one reader: how many and how bad, then a line for each, worst first,
// with where it leads, and a button to all of them. It is answered in the incidents' own messages.
func bundleMessage(n notifiers.Notice, lead string) message {
	m := message{text: prose(lead, sectionLimit)}
	m.add(slack.NewHeaderBlock(plainText(lead, headerLimit)))
	for i, item := range n.BundleTexts() {
		m.addText(itemLine(n.Brief.Locale, item, n.Bundle.Items[i].Incident.OpenedAt))
	}
	if more := n.Bundle.Total - len(n.Bundle.Items); more > 0 {
		m.addText(fmt.Sprintf(n.Brief.Locale.Words().More, more))
	}
	m.addOpen(n.AllURL(), wordsOf(n.Brief.Locale).All)
	return m
}

// itemLine is "P0 #412 SystemDown backend · open · since ..."; the number leads to the incident.
func itemLine(l notifiers.Locale, item notifiers.ItemText, opened time.Time) string {
	name := fmt.Sprintf("%s #%d", item.Severity, item.Number)
	if u := notifiers.WebURL(item.Link); u != "" && len([]rune(u)) <= urlLimit/2 {
		name = link(name, u)
	}
	since := fmt.Sprintf(wordsOf(l).SinceWhen, date(l, opened))
	parts := nonEmpty(prose(strings.Join(nonEmpty(item.Name, item.State), " · "), 400), since, prose(item.Why, 200))
	return name + " " + strings.Join(parts, " · ")
}
