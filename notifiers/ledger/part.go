package ledger

import (
	"fmt"
	"strconv"
	"strings"
)

// Cursor is where the next part of an incident's deliveries begins: a page, and how many of its tries were told. It
// stays good while more is added. The zero Cursor is the beginning, and the end.
type Cursor struct {
	Page  int64
	Tries int
}

// String is the cursor as ParseCursor reads it; empty for the zero one.
func (c Cursor) String() string {
	if c == (Cursor{}) {
		return ""
	}
	return fmt.Sprintf("%d.%d", c.Page, c.Tries)
}

// ParseCursor reads what String wrote; ok is false for anything else.
func ParseCursor(text string) (c Cursor, ok bool) {
	if text == "" {
		return Cursor{}, true
	}
	page, tries, _ := strings.Cut(text, ".")
	var err, err2 error
	c.Page, err = strconv.ParseInt(page, 10, 64)
	c.Tries, err2 = strconv.Atoi(tries)
	return c, err == nil && err2 == nil && c.Page > 0 && c.Tries >= 0 && c.String() == text
}

// Part is at most limit tries of pages, from a cursor on, and where the next part begins. A page that was not tried
// counts as one; of a page that is cut, both parts hold the rest of it. ok is false if the cursor's page is not among
// them. limit is at least 1.
func Part(pages []Delivery, from Cursor, limit int) (part []Delivery, next Cursor, ok bool) {
	ok = from == Cursor{}
	for _, d := range pages {
		if !ok && d.Page != from.Page {
			continue
		}
		skip := 0
		if !ok {
			ok, skip = true, min(from.Tries, len(d.Tries))
			if skip > 0 && skip == len(d.Tries) {
				continue // no more of it has come
			}
		}
		if limit == 0 {
			return part, Cursor{d.Page, skip}, true
		}
		whole := len(d.Tries)
		d.FirstTry, d.Tries = skip, d.Tries[skip:min(whole, skip+limit)]
		part = append(part, d)
		limit -= max(len(d.Tries), 1)
		if told := skip + len(d.Tries); told < whole {
			return part, Cursor{d.Page, told}, true
		}
	}
	return part, Cursor{}, ok
}

// Last is the last n tries of pages, and how many are left out. A page that was not tried counts as one.
func Last(pages []Delivery, n int) (last []Delivery, left int) {
	all := 0
	for _, d := range pages {
		all += max(len(d.Tries), 1)
	}
	left = max(all-n, 0)
	skip := left
	for i, d := range pages {
		if tries := max(len(d.Tries), 1); skip >= tries {
			skip -= tries
			continue
		}
		last = append(last, pages[i:]...)
		last[0].FirstTry, last[0].Tries = skip, d.Tries[min(skip, len(d.Tries)):]
		break
	}
	return last, left
}
