package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestDemoShots writes screenshots of the demo as anybody can run it, in both sizes and both themes, to
// the folder that TOCSIN_DEMO_SHOTS names. docs/screenshots has two of them (make screenshots).
func TestDemoShots(t *testing.T) {
	dir := os.Getenv("TOCSIN_DEMO_SHOTS")
	if dir == "" {
		t.Skip("TOCSIN_DEMO_SHOTS names no folder")
	}
	base, password := playDemo(t)
	tab := demoTab(t)
	steps := []chromedp.Action[chromedp.Void]{
		chromedp.Navigate(base + "/signin"),
		chromedp.SendKeys(chromedp.CSS("[name=name]"), "manager"),
		chromedp.SendKeys(chromedp.CSS("[name=password]"), password),
		chromedp.Click(chromedp.CSS(".signin button")),
		chromedp.WaitVisible(chromedp.CSS(".tabs")),
	}
	if err := chromedp.Do(tab, steps...); err != nil {
		t.Fatal(err)
	}
	for _, page := range [][2]string{{"incident", "/incidents/1"}, {"incidents", "/"}} {
		file, address := filepath.Join(dir, page[0]), base+page[1]
		for _, theme := range []string{"light", "dark"} {
			shootDemo(t, tab, file+"-desk-"+theme+".png", address, theme, 1440, 900)
			shootDemo(t, tab, file+"-phone-"+theme+".png", address, theme, 390, 844,
				chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2))
		}
	}
}

// playDemo runs the demo until its first P0 has told the manager, and returns where it is and the
// password that it printed. Step 4 comes 15 s later.
func playDemo(t *testing.T) (base, password string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "demo", "--listen", freePort(t))
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	out := &lockedBuffer{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the demo ended with %v:\n%s", err, out)
		}
	})
	eventually(t, "the manager is told of #1 over all channels", func() bool {
		return strings.Count(out.String(), "#1  Paged engineering-manager") == 3
	})
	printed := regexp.MustCompile(`Incidents +(http://\S+)/\n(?s:.*)Sign in +manager / (\S+)`).FindStringSubmatch(out.String())
	if printed == nil {
		t.Fatalf("the demo does not say how to look:\n%s", out)
	}
	return printed[1], printed[2]
}

// demoTab is a window of a headless Chromium.
func demoTab(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)...)
	t.Cleanup(stop)
	ctx, cancel := context.WithTimeout(alloc, time.Minute)
	t.Cleanup(cancel)
	tab, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	return tab
}

func shootDemo(t *testing.T, tab context.Context, file, address, theme string, width, height int64, as ...chromedp.EmulateViewportOption) {
	t.Helper()
	if err := chromedp.Do(tab, chromedp.EmulateViewport(width, height, as...)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(tab, chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("#view"))); err != nil {
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
