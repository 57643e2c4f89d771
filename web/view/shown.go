package view

import (
	"tocsin/alerting"
	"tocsin/notifiers"
)

// shown is how many alerts, pages and entries one view of an incident shows at most, each; the API has all.
const shown = 100

// first are at most n of list, and how many are left out.
func first[T any](list []T, n int) (head []T, more int) {
	head = list[:min(n, len(list))]
	return head, len(list) - len(head)
}

// alertsToShow are the first alerts, firing and worst first, and how many are left out.
func (p Incident) alertsToShow() ([]alerting.Alert, int) {
	return first(worstFirst(p.Alerts), shown)
}

// pagesToShow are the newest pages, the last first, and how many are left out.
func (p Incident) pagesToShow() ([]notifiers.Page, int) {
	return first(newestPages(p.Pages), shown)
}

// entriesToShow are the newest entries, the last first, and how many are left out.
func (p Incident) entriesToShow() ([]alerting.Entry, int) {
	return first(newestEntries(p.Timeline), shown)
}
