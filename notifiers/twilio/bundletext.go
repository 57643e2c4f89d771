package twilio

import "tocsin/notifiers"

// bundleText is several pages in one segment: how many there are and how bad, as many of the worst as there is
// room for beside the link to the list of incidents, and how to answer the first. Its name is cut if it has no
// room, never its number.
//
//	3 resolved: #412 SystemDown backend, #413 DiskFull db, #414 CacheDegradation https://tocsin.example.com/
//	37 incidents, 3 P0: #412 SystemDown backend, #413 DiskFull db, ...: reply ACK 412 or ACK ALL https://tocsin.example.com/
func (t *Twilio) bundleText(n notifiers.Notice, language string) string {
	inc := n.Brief.Incident
	data := written{
		Severity: inc.Severity.String(), SeverityWord: severityWord(n), Number: inc.ID, Name: phrase(n.Brief.Name()), PossibleRepeat: n.PossibleRepeat,
		Of: n.BundleKind(), Total: n.Bundle.Total, Counts: counts(n.Bundle, toGSM7),
	}
	data.Counts = data.Counts[:min(1, len(data.Counts))] // of the worst; the rest is the total's
	items := []item{{inc.ID, data.Name}}
	for i, x := range n.BundleTexts() {
		if n.Bundle.Items[i].Incident.ID != inc.ID {
			items = append(items, item{x.Number, phrase(x.Name)})
		} else {
			items[0].Name = phrase(x.Name)
		}
	}
	list := notifiers.WebURL(t.opts.PublicURL + "/")
	for _, link := range []string{list, ""} {
		for count := len(items); count > 0; count-- {
			data.Items, data.More = items[:count], count < data.Total
			text := t.sentence("bundle", language, data)
			switch {
			case link == "" && septets(text) <= segment:
				return text
			case fits(text, link):
				return text + " " + link
			}
		}
	}
	return t.shortBundle(data, items[0], language)
}

// shortBundle is a bundle with the first alone, whose name is cut.
func (t *Twilio) shortBundle(data written, first item, language string) string {
	data.More = data.Total > 1
	write := func(n int) string {
		data.Name = cutGSM7(first.Name, n)
		data.Items = []item{{first.Number, data.Name}}
		return t.sentence("bundle", language, data)
	}
	n := longestThat(0, septets(first.Name), func(n int) bool { return septets(write(n)) <= segment })
	return cutGSM7(write(n), mostParts*partSeptets)
}
