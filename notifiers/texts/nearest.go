package texts

import "fmt"

// unknown is the error of an override that no text has the name of, with the name that is nearest to it.
func unknown(name string, names []string) error {
	kind, language := split(name)
	nearest, least := "", len(kind)/2+1
	for _, n := range names {
		if d := distance(kind, n); d < least {
			nearest, least = n, d
		}
	}
	if nearest == "" {
		return fmt.Errorf("there is no text %s: CHANNEL.KIND is how texts are called, as in sms.page and sms.page.de", name)
	}
	if language != "" {
		nearest += "." + language
	}
	return fmt.Errorf("there is no text %s: did you mean %s?", name, nearest)
}

// distance is how many letters must be put in, taken out or replaced to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := before
			if a[i] != b[j] {
				replaced++
			}
			before = row[j+1]
			row[j+1] = min(replaced, before+1, row[j]+1)
		}
	}
	return row[len(b)]
}
