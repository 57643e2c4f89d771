package view

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// prose is stored text for a person to read. Stored text names moments in UTC; each is shown in the
// page's zone as all its other times are, with UTC where the pointer rests. The rest is escaped.
func (s Shell) prose(text string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for text != "" {
			before, at, layout, after := cutMoment(text)
			if _, err := io.WriteString(w, templ.EscapeString(before)); err != nil {
				return err
			}
			if layout != "" {
				if err := moment(at, s.local(at, strings.TrimPrefix(layout, "2006-01-02 "))).Render(ctx, w); err != nil {
					return err
				}
			}
			text = after
		}
		return nil
	})
}

// cutMoment cuts text around the first moment in it that is written as Tocsin writes them, to the
// second or to the minute: "2006-01-02 15:04:05 UTC". Without one, all of text is before it and layout
// is empty.
func cutMoment(text string) (before string, at time.Time, layout, after string) {
	const zone = " UTC"
	for from := 0; ; {
		i := strings.Index(text[from:], zone)
		if i < 0 {
			return text, time.Time{}, "", ""
		}
		end := from + i
		for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04"} {
			start := end - len(layout)
			if start < 0 {
				continue
			}
			if at, err := time.Parse(layout, text[start:end]); err == nil {
				return text[:start], at, layout, text[end+len(zone):]
			}
		}
		from = end + len(zone)
	}
}
