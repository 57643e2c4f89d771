package main

import (
	"fmt"
	"strings"
	"time"

	"tocsin/alerting"

	"github.com/jackc/pgx/v5"
)

// checkFates: each alert has an incident of its severity, and each page has ended in a way that says so.
func (s *storm) checkFates() {
	s.t.Helper()
	want, got := map[alerting.Severity]int{}, map[alerting.Severity]int{}
	for i := range s.alerts {
		want[s.severity(i)]++
	}
	s.each(s.t, `SELECT severity, count(*) FROM incidents WHERE labels ->> 'service' LIKE '`+stormService+`%' GROUP BY 1`, func(rows pgx.Rows) error {
		var severity int16
		var n int
		err := rows.Scan(&severity, &n)
		got[alerting.Severity(severity)] = n
		return err
	})
	if fmt.Sprint(got) != fmt.Sprint(want) {
		s.t.Errorf("incidents by severity %v, want %v", got, want)
	}
	s.none(s.t, "pages that have not ended, or failed", `SELECT count(*) FROM pages WHERE state NOT IN ('sent', 'delivered', 'skipped')`)
	s.none(s.t, "pages that were skipped without a reason on the timeline", `
		SELECT count(*) FROM pages p WHERE state = 'skipped' AND NOT EXISTS (
			SELECT FROM timeline t WHERE t.incident_id = p.incident_id AND t.kind = 'page_skipped')`)
	s.none(s.t, "incidents of which nobody was told", `
		SELECT count(*) FROM incidents i WHERE NOT EXISTS (
			SELECT FROM pages p WHERE p.incident_id = i.id AND p.state IN ('sent', 'delivered'))`)
}

// checkTold: the providers' messages stand for as many pages as are stored as sent.
func (s *storm) checkTold() {
	s.t.Helper()
	arrived := map[string]int{}
	messages := map[string]int{}
	note := func(channel, text string) {
		arrived[channel] += pagesTold(text)
		messages[channel]++
	}
	for _, m := range s.twilio.Messages() {
		note("sms", m.Body)
	}
	for _, m := range s.smtp.Messages() {
		note("email", m.Subject)
	}
	for _, m := range s.slack.Messages() {
		if m.User != "" {
			note("slack", m.Text)
		}
	}
	s.each(s.t, `SELECT channel, count(*) FROM pages WHERE state IN ('sent', 'delivered') AND channel <> 'voice' GROUP BY 1 ORDER BY 1`, func(rows pgx.Rows) error {
		var channel string
		var n int
		err := rows.Scan(&channel, &n)
		s.t.Logf("%s: %d pages in %d messages", channel, n, messages[channel])
		if arrived[channel] != n {
			s.t.Errorf("%s: %d pages are stored as sent, and the messages tell of %d", channel, n, arrived[channel])
		}
		return err
	})
}

// checkFlood: nobody got more SMS in a stretch than the budget says, besides those for P0; and those were apart.
func (s *storm) checkFlood() {
	s.t.Helper()
	urgent, calm := map[string][]time.Time{}, map[string][]time.Time{}
	for _, m := range s.twilio.Messages() {
		by := calm
		if urgentSMS(m) {
			by = urgent
		}
		by[m.To] = append(by[m.To], m.At)
	}
	for to, at := range calm {
		if n := most(at, s.sms.Per); n > s.sms.N {
			s.t.Errorf("%d SMS to %s within %s, want %d at most", n, to, s.sms.Per, s.sms.N)
		}
	}
	s.t.Logf("SMS to who is on call: %d for P0, %d for the rest, at most %d of these within %s",
		len(urgent[stormPerson]), len(calm[stormPerson]), most(calm[stormPerson], s.sms.Per), s.sms.Per)
	mails := map[string][]time.Time{}
	for _, m := range s.smtp.Messages() {
		if !strings.Contains(m.Subject, "P0") {
			mails[m.To] = append(mails[m.To], m.At)
		}
	}
	for to, at := range mails {
		if n := most(at, s.email.Per); n > s.email.N {
			s.t.Errorf("%d mails to %s within %s, want %d at most", n, to, s.email.Per, s.email.N)
		}
	}
	if n := most(urgent[stormPerson], time.Minute); n > 15 {
		s.t.Errorf("%d SMS for P0 within a minute, though those within 5 s are one", n)
	}
}

// most is how many of the times lie within one stretch.
func most(at []time.Time, stretch time.Duration) (n int) {
	for i := range at {
		within := 0
		for _, other := range at {
			if d := other.Sub(at[i]); d >= 0 && d < stretch {
				within++
			}
		}
		n = max(n, within)
	}
	return n
}
