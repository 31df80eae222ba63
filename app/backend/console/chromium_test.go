//go:build demo

package console_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"qoltanba/app/api"
	"qoltanba/app/support/consoletest"
)

// tab opens Chromium with a profile of its own.
func tab(t *testing.T) context.Context {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Fatal("there is no chromium: run make setup")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("no-sandbox", os.Geteuid() == 0), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	allocator, endAllocator := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, endTab := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Error(err)
		}
		endTab()
		endAllocator()
	})
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1360, 900)); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// operatorAt does what an operator does, step by step, and waits for pages.
type operatorAt struct {
	*testing.T
	tab context.Context
}

func (o operatorAt) do(steps ...chromedp.Action[chromedp.Void]) {
	o.Helper()
	ctx, cancel := context.WithTimeout(o.tab, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		o.Fatal(err)
	}
}

// to does what leads to another page.
func (o operatorAt) to(leads chromedp.Action[chromedp.Void]) {
	o.Helper()
	ctx, cancel := context.WithTimeout(o.tab, time.Minute)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, nil, leads)); err != nil {
		o.Fatal(err)
	}
}

func (o operatorAt) until(condition string) {
	o.Helper()
	ctx, cancel := context.WithTimeout(o.tab, time.Minute)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](condition, chromedp.WithPollingInterval(50*time.Millisecond))); err != nil {
		o.Fatalf("%s: %v", condition, err)
	}
}

// see leaves a picture in light and dark, in the folder of QOLTANBA_PICTURES if that is set.
func (o operatorAt) see(name string) {
	o.Helper()
	for _, scheme := range []string{"dark", "light"} {
		params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
		if _, err := chromedp.Call(o.tab, emulation.SetEmulatedMedia, params); err != nil {
			o.Fatal(err)
		}
		png, err := chromedp.Run(o.tab, chromedp.CaptureScreenshot())
		if err != nil || len(png) < 5000 {
			o.Fatalf("a picture of %d bytes: %v", len(png), err)
		}
		if dir := os.Getenv("QOLTANBA_PICTURES"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, name+"-"+scheme+".png"), png, 0o600); err != nil {
				o.Fatal(err)
			}
		}
	}
}

// TestOperatorInChromium is an operator's work on one case with real eyes and hands.
func TestOperatorInChromium(t *testing.T) {
	t.Parallel()
	a := consoletest.Open(t)
	a.Employ(t, "dana")
	id := a.Case(t, "aigul")
	o := operatorAt{t, tab(t)}
	o.to(chromedp.Navigate(a.Base.JoinPath("/console/").String()))
	o.to(chromedp.Click(chromedp.CSS(`button[value=kk]`)))
	o.see("login-kk")
	o.do(chromedp.SendKeys(chromedp.ID("login"), "dana"))
	o.to(chromedp.SendKeys(chromedp.ID("password"), string(consoletest.Password)+"\r"))
	o.see("queue-kk")
	// The first case has the focus: Enter opens it.
	o.until(`document.activeElement.pathname === "/console/case/` + id + `"`)
	o.to(chromedp.KeyEvent("\r"))
	o.until(`Number(document.querySelector("[data-recording]").dataset.frames) > 10`)
	o.do(chromedp.KeyEvent(" ")) // the space bar plays
	o.until(`Number(document.querySelector("[data-recording]").dataset.shown) > 10`)
	o.do(chromedp.Click(chromedp.CSS(".speed")))
	o.until(`(d => Number(d.shown) === Number(d.frames) - 1)(document.querySelector("[data-recording]").dataset)`)
	o.do(chromedp.SetValue(chromedp.CSS("[type=range]"), "5"), chromedp.Evaluate[chromedp.Void](`document.querySelector("[type=range]").dispatchEvent(new Event("input"))`))
	o.until(`document.querySelector("[data-recording]").dataset.shown === "5"`)
	o.see("case-kk")
	o.do(chromedp.Click(chromedp.CSS("a.zoom[href$=card-front]")))
	o.until(`document.querySelector("dialog[open] img").naturalWidth > 600`)
	o.see("zoom-kk")
	o.do(chromedp.Click(chromedp.CSS("dialog button")))
	o.to(chromedp.Click(chromedp.CSS(`button[value=ru]`)))
	o.until(`document.querySelector("[data-frames]") !== null && location.pathname === "/console/case/` + id + `"`)
	o.see("case-ru")
	o.to(chromedp.Click(chromedp.CSS(`button[value=approve]`)))
	o.see("queue-after-ru")
	o.to(chromedp.Click(chromedp.CSS(`a[href="/console/calls"]`)))
	o.see("calls-ru")
	seen, err := a.Enrolments.Case(t.Context(), "test", id)
	if err != nil || seen.Decision == nil || seen.Decision.State != api.DecisionApproved {
		t.Errorf("the case is not approved: %v", err)
	}
}
