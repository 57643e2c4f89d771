package email_test

import (
	"flag"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/email"
	"tocsin/notifiers/notifierstest"
)

var (
	_ notifiers.Sender   = (*email.Email)(nil)
	_ notifiers.Renderer = (*email.Email)(nil)
)

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the golden files")
	m.Run()
}

func update() bool { return flag.Lookup("update").Value.String() == "true" }

func channel(t testing.TB, o email.Options) *email.Email {
	t.Helper()
	if o.SMTP == "" {
		o.SMTP = "127.0.0.1:25"
	}
	o.From, o.PublicURL = "Tocsin <tocsin@example.com>", "https://tocsin.example.com"
	e, err := email.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEveryKindOfMailReadsAsItDid(t *testing.T) {
	e := channel(t, email.Options{})
	notices := notifierstest.Samples()
	for name, n := range notifierstest.Messages() {
		notices["message-"+name] = n
	}
	for _, language := range []string{"en", "de"} {
		for kind, n := range notifierstest.Kinds(language) {
			notices[kind+"."+language] = n
		}
	}
	for name, n := range notices {
		r := e.Render(n)
		notifierstest.Golden(t, update(), name, "To: "+r.To+"\nSubject: "+r.Subject+"\n\n"+r.Text+"\n"+r.HTML)
	}
}

func TestTheSubjectOfAnIncidentIsTheSameWhateverBecomesOfIt(t *testing.T) {
	e := channel(t, email.Options{})
	const subject = "P0 #412 SystemDown backend"
	n := notifierstest.Notice()
	n.Brief.Plan.Opened = escalation.Opening{Severity: "P0", Name: "SystemDown backend"}
	want(t, e.Render(n).Subject, subject)
	n.Page.Says, n.PossibleRepeat = "initial response overdue", true
	n.Brief.Incident.Severity, n.Brief.Incident.Labels = alerting.P2, nil
	n.Brief.Alerts = nil
	r := e.Render(n)
	want(t, r.Subject, subject)
	first, _, _ := strings.Cut(r.Text, "\n")
	if !strings.Contains(first, "initial response overdue") || !strings.Contains(first, "possible repeat") {
		t.Errorf("the first line says nothing of it: %q", first)
	}
	if _, preheader, _ := strings.Cut(r.HTML, "display:none"); !strings.Contains(preheader[:400], "initial response overdue. possible repeat.") {
		t.Errorf("the preheader says nothing of it: %q", preheader[:400])
	}
	for kind, notice := range notifierstest.Kinds("de") {
		notice.Brief.Plan.Opened = n.Brief.Plan.Opened
		if kind == "clear" || kind == "remind" || kind == "assign" {
			want(t, e.Render(notice).Subject, subject)
		}
	}
}

// tainted are the notices of which each shows what strangers wrote, by how their subjects begin.
func tainted() map[string]func(string) notifiers.Notice {
	german := func(s string) notifiers.Notice {
		n := notifierstest.Tainted(s)
		n.Brief.Locale.Language = "de"
		return n
	}
	return map[string]func(string) notifiers.Notice{
		"P1 #412": notifierstest.Tainted, "P1 #": german, "": notifierstest.TaintedMessage, "Digest: 5 incidents": notifierstest.TaintedBundle,
	}
}

func TestHostileTextMakesNoNodeHeaderOrPart(t *testing.T) {
	for begin, make := range tainted() {
		t.Run(begin, func(t *testing.T) {
			t.Parallel()
			server := notifierstest.NewSMTP(t)
			e := channel(t, email.Options{SMTP: server.Addr, TLS: email.NoTLS})
			elements := count(t, e.Render(make("harmless")).HTML)
			for i, s := range notifierstest.Hostile() {
				n := make(s)
				n.AttemptID = s
				if _, err := e.Send(t.Context(), n); err != nil {
					t.Fatalf("%.40q: %v", s, err)
				}
				if err := harmless(server.Messages()[i], begin, elements); err != nil {
					t.Errorf("%.40q: %v", s, err)
				}
			}
		})
	}
}

func TestAMessageOfNoIncidentBelongsToNoThread(t *testing.T) {
	server := notifierstest.NewSMTP(t)
	e := channel(t, email.Options{SMTP: server.Addr, RootCAs: server.RootCAs})
	if _, err := e.Send(t.Context(), notifierstest.Messages()["hand-off"]); err != nil {
		t.Fatal(err)
	}
	m := server.Messages()[0]
	want(t, m.Subject, "You are on call for primary from Monday 30 November, 09:00 until Monday 7 December, 09:00 (Europe/Berlin)")
	for _, name := range []string{"In-Reply-To", "References", "X-Tocsin-Incident", "X-Priority"} {
		if m.Header.Get(name) != "" {
			t.Errorf("it has %s: %s", name, m.Header.Get(name))
		}
	}
}

func FuzzMail(f *testing.F) {
	for _, s := range notifierstest.Hostile() {
		f.Add(s)
	}
	e := channel(f, email.Options{})
	f.Fuzz(func(t *testing.T, s string) {
		for begin, make := range tainted() {
			r := e.Render(make(s))
			m := notifierstest.Mail{Subject: r.Subject, Text: r.Text, HTML: r.HTML}
			if err := harmlessBodies(m, begin, count(t, e.Render(make("harmless")).HTML)); err != nil {
				t.Errorf("%q: %v", s, err)
			}
		}
	})
}

// harmless reads a mail that has been through a mail server; its subject is to begin so.
func harmless(m notifierstest.Mail, begin string, elements map[string]int) error {
	known := []string{
		"From", "To", "Subject", "Date", "Message-Id", "In-Reply-To", "References", "Auto-Submitted",
		"Importance", "X-Priority", "X-Tocsin-Incident", "List-Unsubscribe", "Mime-Version", "Content-Type",
	}
	for name, values := range m.Header {
		if !slices.Contains(known, name) || len(values) != 1 {
			return fmt.Errorf("header %q: %q", name, values)
		}
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Address != "sysadmin@example.com" {
		return fmt.Errorf("it is addressed to %v, %v", to, err)
	}
	if m.To != "sysadmin@example.com" || m.From != "tocsin@example.com" {
		return fmt.Errorf("the envelope is from %q to %q", m.From, m.To)
	}
	for line := range strings.SplitSeq(string(m.Raw), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			return fmt.Errorf("a line of %d bytes: %.60q", len(line), line)
		}
	}
	return harmlessBodies(m, begin, elements)
}

func harmlessBodies(m notifierstest.Mail, begin string, elements map[string]int) error {
	for _, s := range []string{m.Subject, m.Text, m.HTML} {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
			return r < ' ' && r != '\n' && r != '\r' || r == 0x7f || r == '\u2028' || r == '\u202e'
		}) {
			return fmt.Errorf("control characters in %.80q", s)
		}
	}
	if strings.ContainsAny(m.Subject, "\r\n") || !strings.HasPrefix(m.Subject, begin) {
		return fmt.Errorf("the subject is %q", m.Subject)
	}
	if n := strings.Count(m.Text, "\n"); n > 40 {
		return fmt.Errorf("the text has %d lines", n)
	}
	root, err := html.Parse(strings.NewReader(m.HTML))
	if err != nil {
		return err
	}
	return walk(root, elements)
}

// walk allows the elements that a harmless mail has, attributes that ours have, and links to the web.
func walk(root *html.Node, elements map[string]int) error {
	attributes := []string{"style", "lang", "charset", "name", "content", "role", "class", "width", "align", "border", "bgcolor", "cellpadding", "cellspacing", "href"}
	found := map[string]int{}
	for n := range root.Descendants() {
		if n.Type == html.CommentNode {
			return fmt.Errorf("a comment: %.60q", n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if found[n.Data]++; elements[n.Data] == 0 {
			return fmt.Errorf("a live <%s>", n.Data)
		}
		for _, a := range n.Attr {
			if !slices.Contains(attributes, a.Key) {
				return fmt.Errorf("attribute %s=%.60q", a.Key, a.Val)
			}
			if u, err := url.Parse(a.Val); a.Key == "href" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil) {
				return fmt.Errorf("a link to %.60q", a.Val)
			}
		}
	}
	for _, once := range []string{"html", "head", "body", "style", "meta", "title", "h1"} {
		if found[once] != elements[once] {
			return fmt.Errorf("%d of <%s>", found[once], once)
		}
	}
	return nil
}

func count(t testing.TB, s string) map[string]int {
	t.Helper()
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			out[n.Data]++
		}
	}
	out["a"]++ // a harmless sample may have no link but its own
	return out
}

func TestWrongSettingsAreRefusedAtTheStart(t *testing.T) {
	good := email.Options{SMTP: "mail.example.com:587", From: "tocsin@example.com", PublicURL: "https://tocsin.example.com"}
	for name, spoil := range map[string]func(*email.Options){
		"no port":                      func(o *email.Options) { o.SMTP = "mail.example.com" },
		"no address":                   func(o *email.Options) { o.From = "Tocsin" },
		"nowhere to unsubscribe":       func(o *email.Options) { o.Unsubscribe = "http://example.com" },
		"an unknown tls":               func(o *email.Options) { o.TLS = "opportunistic" },
		"a password over an open line": func(o *email.Options) { o.TLS, o.Username, o.Password = email.NoTLS, "u", "p" },
	} {
		o := good
		if _, err := email.New(o); err != nil {
			t.Fatal(err)
		}
		spoil(&o)
		if _, err := email.New(o); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func want(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
