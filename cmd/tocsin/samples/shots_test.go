package samples_test

import (
	"context"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

// TestSlackShots draws every kind of Slack message as Slack would, in both themes, to the folder that
// TOCSIN_SLACK_SHOTS names. They are for looking at.
func TestSlackShots(t *testing.T) {
	dir := os.Getenv("TOCSIN_SLACK_SHOTS")
	if dir == "" {
		t.Skip("TOCSIN_SLACK_SHOTS names no folder")
	}
	tab := window(t)
	chat := slack.New(slack.Options{BotToken: notifierstest.SlackToken, Channel: "C0INCIDENTS"})
	for _, s := range samples("en") {
		_, blocks := blocksOf(t, chat.Render(s.notice()).Payload)
		file := filepath.Join(t.TempDir(), "slack.html")
		if err := os.WriteFile(file, []byte(pageOf(blocks)), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, theme := range []string{"light", "dark"} {
			shoot(t, tab, filepath.Join(dir, anchor(s.title)+"-"+theme+".png"), "file://"+file, theme)
		}
	}
}

func window(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)...)
	t.Cleanup(stop)
	tab, end := chromedp.NewContext(alloc)
	t.Cleanup(end)
	return tab
}

func shoot(t *testing.T, tab context.Context, file, address, theme string) {
	t.Helper()
	if err := chromedp.Do(tab, chromedp.EmulateViewport(680, 480)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(tab, chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	png, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, png, 0o644); err != nil {
		t.Fatal(err)
	}
}

const style = `<!doctype html><meta charset="utf-8"><style>
:root { color-scheme: light dark; }
body { margin: 0; padding: 16px 20px; max-width: 600px; font: 15px/1.46 Lato, "Helvetica Neue", Arial, sans-serif; background: light-dark(#fff, #1a1d21); color: light-dark(#1d1c1d, #d1d2d3); }
.who { font-weight: 900; } .who small { margin-left: 4px; padding: 0 3px; border-radius: 2px; font-size: 10px; background: light-dark(#eee, #34373b); }
h1 { margin: 8px 0; font-size: 18px; } p { margin: 8px 0; white-space: pre-wrap; }
dl { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 24px; margin: 8px 0; } dl p { margin: 0; }
code { padding: 2px 3px; border: 1px solid light-dark(#ddd, #44474b); border-radius: 3px; font-size: 12px; color: light-dark(#c01343, #e8912d); }
button { margin: 0 8px 8px 0; padding: 0 12px; height: 32px; border: 1px solid light-dark(#bbb, #6b6f74); border-radius: 4px; background: none; color: inherit; font: bold 13px Arial, sans-serif; }
button.primary { background: #007a5a; border-color: #007a5a; color: #fff; } u { color: light-dark(#1264a3, #1d9bd1); text-decoration: none; }
</style><div class="who">Tocsin<small>APP</small></div>`

// pageOf is a message of blocks as a page.
func pageOf(blocks []block) string {
	var b strings.Builder
	b.WriteString(style)
	for _, x := range blocks {
		switch {
		case x.Type == "header":
			b.WriteString("<h1>" + painted(html.EscapeString(seen(x.Text.Text))) + "</h1>")
		case x.Type == "actions":
			for _, e := range x.Elements {
				if e.Text != nil {
					fmt.Fprintf(&b, `<button class="%s">%s</button>`, e.Style, html.EscapeString(e.Text.Text))
				} else if e.Placeholder != nil {
					fmt.Fprintf(&b, "<button>%s &#9662;</button>", html.EscapeString(e.Placeholder.Text))
				}
			}
		case x.Text != nil:
			b.WriteString("<p>" + formatted(x.Text.Text) + "</p>")
		default:
			b.WriteString("<dl>")
			for _, f := range x.Fields {
				b.WriteString("<p>" + formatted(f.Text) + "</p>")
			}
			b.WriteString("</dl>")
		}
	}
	return b.String()
}

// painted puts signs that any browser can draw in the place of emoji, for which it may have no font.
func painted(s string) string {
	return strings.NewReplacer(
		"🔴", `<i style="color:#e01e5a">&#9679;</i>`, "🟠", `<i style="color:#e8912d">&#9679;</i>`,
		"🟡", `<i style="color:#ecb22e">&#9679;</i>`, "🔵", `<i style="color:#1264a3">&#9679;</i>`, "✅", `<i style="color:#2eb67d">&#10004;</i>`,
	).Replace(s)
}

// formatted is mrkdwn as HTML: bold, code, links and dates.
func formatted(s string) string {
	s = dates.ReplaceAllString(s, "$1")
	s = links.ReplaceAllString(s, "\x01$1\x02")
	s = html.EscapeString(html.UnescapeString(s))
	s = paired(paired(s, "*", "b"), "`", "code")
	return strings.NewReplacer("\x01", "<u>", "\x02", "</u>").Replace(s)
}

// paired makes an element of what stands between two marks.
func paired(s, mark, name string) string {
	parts := strings.Split(s, mark)
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteString([]string{"</" + name + ">", "<" + name + ">"}[i%2])
		}
		b.WriteString(part)
	}
	return b.String()
}
