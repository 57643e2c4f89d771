package notifierstest_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"tocsin/notifiers/notifierstest"
)

// told is nodes in short.
func told(nodes []notifierstest.SlackNode) string {
	var parts []string
	for _, n := range nodes {
		switch {
		case n.Inside != nil:
			parts = append(parts, n.Kind+"("+told(n.Inside)+")")
		case n.Target != "":
			parts = append(parts, fmt.Sprintf("%s[%s %s]", n.Kind, n.Target, n.Text))
		default:
			parts = append(parts, n.Text)
		}
	}
	return strings.Join(parts, "|")
}

func TestATextIsReadAsSlackReadsIt(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "": "", "a &lt;b&gt; &amp;lt; &quot;": "a <b> &lt; &quot;",
		"<@U1> <@U1|ada>": "user[U1 @U1]| |user[U1 ada]", "<!channel>!": "broadcast[channel !channel]|!", "<!here|here>": "broadcast[here here]",
		"<!subteam^S1|@admins>": "group[S1 @admins]", "<#C1|ops>": "channel[C1 ops]", "<!date^1^{date}|today>": "date[1^{date} today]",
		"<https://x.example?a=1&amp;b=2|x &lt;y&gt;>": "link[https://x.example?a=1&b=2 x <y>]", "<mailto:a@x.example|a>": "link[mailto:a@x.example a]",
		"<<!channel>>": "<|broadcast[channel !channel]|>", "a < b > c": "a |link[ b   b ]| c", "1 < 2": "1 < 2", "open <end": "open <end",
		"*bold* x": "bold(bold)| x", "a*b*c": "a*b*c", "* no * x": "* no * x", "_it_ ~st~": "italic(it)| |strike(st)", "*a _b_*": "bold(a |italic(b))",
		"`<!here> *x*`": "code(broadcast[here !here]| *x*)", "*<https://x.example/*|x>*": "bold(link[https://x.example/* x])",
		"&gt; quoted": "quote( quoted)", "> quoted": "quote( quoted)", "a > b": "a > b", "a\n&gt;b": "a\n|quote(b)", "https://x.example @here": "https://x.example @here",
	} {
		if got := told(notifierstest.ReadMrkdwn(in, notifierstest.VerbatimWay)); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"see https://x.example/a, @here #ops a@x.example": "see |link[https://x.example/a, https://x.example/a,]| |broadcast| |channel| |link",
		"<!channel> *x*": "broadcast[channel !channel]| |bold(x)",
	} {
		got := told(notifierstest.ReadMrkdwn(in, notifierstest.LiberalWay))
		for part := range strings.SplitSeq(want, "|") {
			if !strings.Contains(got, part) {
				t.Errorf("%q is read liberally as %q, want %q", in, got, want)
			}
		}
	}
	if got := told(notifierstest.ReadMrkdwn("*x* `y` &gt; <!channel>", notifierstest.PlainWay)); got != "*x* `y` > |broadcast[channel !channel]" {
		t.Errorf("plain text is %q", got)
	}
}

func TestEveryTextOfAPayloadIsRead(t *testing.T) {
	payload := `{"text":"see www.x.example","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"<@U1>","verbatim":true},"fields":[{"type":"mrkdwn","text":"@here"}]},
		{"type":"actions","elements":[{"type":"button","url":"https://x.example","text":{"type":"plain_text","text":"go"}},
		{"type":"static_select","options":[{"text":{"type":"plain_text","text":"<!here>"},"value":"1"}]}]}]}`
	texts, err := notifierstest.ReadSlack([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, tx := range texts {
		for _, n := range tx.Live() {
			got = append(got, tx.Place+" "+n.Kind)
		}
	}
	want := "text link, blocks.0.fields.0 broadcast, blocks.0.text user, blocks.1.elements.0.url link, blocks.1.elements.1.options.0.text broadcast"
	if strings.Join(got, ", ") != want {
		t.Errorf("read %q, want %q", got, want)
	}
	if _, err := notifierstest.ReadSlack([]byte(`[]`)); err == nil {
		t.Error("a list was read")
	}
}

func FuzzReadMrkdwn(f *testing.F) {
	for _, s := range []string{"<!channel>", "*a <b|c>* `d`", "&gt; x", "<<>>", "~_*`", "https://x.example @here", "<*>*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
		if nodes := notifierstest.ReadMrkdwn(escaped, notifierstest.PlainWay); len(nodes) > 1 || s != "" && nodes[0].Text != s {
			t.Errorf("%q escaped is read as %q", s, told(nodes))
		}
		for _, way := range []notifierstest.SlackWay{notifierstest.PlainWay, notifierstest.VerbatimWay, notifierstest.LiberalWay} {
			if got := told(notifierstest.ReadMrkdwn(s, way)); utf8.ValidString(s) && !utf8.ValidString(got) {
				t.Errorf("%q is read as %q", s, got)
			}
			for _, n := range (notifierstest.SlackText{Nodes: notifierstest.ReadMrkdwn(escaped, way)}).Live() {
				switch n.Kind {
				case "user", "group", "date", "link", "broadcast", "channel":
					if way != notifierstest.LiberalWay {
						t.Errorf("%q escaped has a live %s", s, n.Kind)
					}
				}
			}
		}
	})
}
