package config

import (
	"errors"
	"io"
	"net/url"
	"os"
	"strings"
)

// Ical is an iCalendar that says who holds a rotation: a file, or an address that is asked while Tocsin
// runs. One of File and URL is set, or neither.
type Ical struct {
	File string
	URL  Secret // https; it is its own password
	Body []byte // what File held when the configuration was read

	place value // for errors and warnings
}

// mostOfIcal is how much an iCal file may hold, in bytes.
const mostOfIcal = 1 << 20

func readIcal(v value) Ical {
	i := Ical{place: v}
	name := text(v)
	if strings.Contains(name, "://") {
		i.URL = hidden(parseIcalURL)(v)
		return i
	}
	if name == "" {
		return i
	}
	i.File = within(v.r.dir, name)
	v.r.files = append(v.r.files, i.File)
	var err error
	if i.Body, err = readIcalFile(i.File); err != nil {
		v.fail("the iCal file %s cannot be read: %s", v.shown(), why(err))
	}
	return i
}

// parseIcalURL reads the address of an iCalendar. Its error shows nothing of it: whoever knows it can read it.
func parseIcalURL(s string) (Secret, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.Fragment != "" {
		return "", errors.New("this is no https URL: write it as in https://calendar.example.com/oncall.ics, or name a file")
	}
	return Secret(s), nil
}

// readIcalFile is what a plain file holds.
func readIcalFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no plain file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, mostOfIcal+1))
	if err == nil && len(body) > mostOfIcal {
		return nil, errors.New("it is larger than 1 MiB")
	}
	return body, err
}
