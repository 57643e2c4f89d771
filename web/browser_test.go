package web

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser starts a headless Chromium. Without one the test is skipped, except where CI is set.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("Chromium is not installed, and CI must run this test")
		}
		t.Skip("Chromium is not installed")
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))...)
	t.Cleanup(stop)
	ctx, cancel := context.WithTimeout(alloc, time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// window opens one more window of the browser that ctx belongs to. Whatever it complains of (a script's
// error, something that the content policy forbids) fails the test.
func window(t *testing.T, ctx context.Context) context.Context {
	t.Helper()
	var mu sync.Mutex
	var complaints []string
	complain := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		complaints = append(complaints, text)
	}
	tab, cancel := chromedp.NewContext(ctx, chromedp.WithListener(func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			complain("exception: " + ev.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeWarning {
				complain("console: " + argsText(ev.Args))
			}
		case *log.EventEntryAdded:
			if ev.Entry.Level == log.EntryLevelError || ev.Entry.Level == log.EntryLevelWarning {
				complain("log: " + ev.Entry.Text + " " + ev.Entry.URL)
			}
		}
	}))
	t.Cleanup(func() {
		cancel()
		mu.Lock()
		defer mu.Unlock()
		if len(complaints) > 0 {
			t.Errorf("the browser complained:\n%s", strings.Join(complaints, "\n"))
		}
	})
	if err := chromedp.Do(tab); err != nil {
		t.Fatal(err)
	}
	return tab
}

func argsText(args []*runtime.RemoteObject) string {
	var b strings.Builder
	for _, a := range args {
		b.WriteString(string(a.Value) + a.Description + " ")
	}
	return b.String()
}

func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(tab, steps...); err != nil {
		t.Fatal(err)
	}
}

// eventually waits until a JavaScript expression is true. A page that is replaced by another one meanwhile takes
// the expression's context with it (Chromium: -32000): the next page is asked then.
func eventually(t *testing.T, tab context.Context, expression string) {
	t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for {
		_, err := chromedp.Run(tab, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(time.Until(deadline))))
		if err == nil {
			return
		}
		var replaced *cdproto.Error
		if errors.As(err, &replaced) && replaced.Code == -32000 && time.Now().Before(deadline) {
			continue
		}
		html, _ := chromedp.Run(tab, chromedp.Evaluate[string]("document.body.innerText"))
		t.Fatalf("%s: never came true (%v); the page says:\n%s", expression, err, html)
	}
}

func signInAs(t *testing.T, tab context.Context, base, name string) {
	t.Helper()
	do(t, tab,
		chromedp.Navigate(base+"/signin"),
		chromedp.SendKeys(chromedp.CSS("[name=name]"), name),
		chromedp.SendKeys(chromedp.CSS("[name=password]"), password),
		chromedp.Click(chromedp.CSS(".signin button")),
		chromedp.WaitVisible(chromedp.CSS(".tabs")))
}
