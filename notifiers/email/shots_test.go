package email_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tocsin/notifiers/email"
	"tocsin/notifiers/notifierstest"
)

// TestMailShots writes screenshots of every kind of mail in both languages, at two widths and in both
// themes, to the folder that TOCSIN_MAIL_SHOTS names.
func TestMailShots(t *testing.T) {
	dir := os.Getenv("TOCSIN_MAIL_SHOTS")
	if dir == "" {
		t.Skip("TOCSIN_MAIL_SHOTS names no folder")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)...)
	defer stop()
	tab, end := chromedp.NewContext(alloc)
	defer end()
	e := channel(t, email.Options{})
	for _, language := range []string{"en", "de"} {
		for kind, n := range notifierstest.Kinds(language) {
			file := filepath.Join(t.TempDir(), "mail.html")
			if err := os.WriteFile(file, []byte(e.Render(n).HTML), 0o644); err != nil {
				t.Fatal(err)
			}
			for _, theme := range []string{"light", "dark"} {
				shoot(t, tab, filepath.Join(dir, kind+"."+language+"-phone-"+theme+".png"), "file://"+file, theme, 390)
				shoot(t, tab, filepath.Join(dir, kind+"."+language+"-desk-"+theme+".png"), "file://"+file, theme, 1440)
			}
		}
	}
}

func shoot(t *testing.T, tab context.Context, file, address, theme string, width int64) {
	t.Helper()
	if err := chromedp.Do(tab, chromedp.EmulateViewport(width, 900)); err != nil {
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
