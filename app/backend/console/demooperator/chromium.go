//go:build demo

package demooperator

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"
)

// chromiumBrowser presses the buttons in Chromium.
type chromiumBrowser struct {
	base     *url.URL
	pictures string
	profile  string
	tab      context.Context
	end      func()
}

// newChromium starts Chromium with a profile of its own, in a tab that lives until close.
func newChromium(ctx context.Context, base *url.URL, pictures string) (_ *chromiumBrowser, err error) {
	if pictures != "" {
		if err := os.MkdirAll(pictures, 0o700); err != nil {
			return nil, fmt.Errorf("make the folder for pictures: %w", err)
		}
	}
	profile, err := os.MkdirTemp("", "qoltanba-operator-*")
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.UserDataDir(profile), chromedp.WindowSize(1360, 1000), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		// Chromium's sandbox does not work for root; the pages are this program's own.
		chromedp.Flag("no-sandbox", os.Geteuid() == 0),
	)
	// The browser outlives the context, so that a round can end; close ends it.
	allocator, endAllocator := chromedp.NewExecAllocator(context.WithoutCancel(ctx), options...)
	tab, endTab := chromedp.NewContext(allocator)
	b := &chromiumBrowser{base: base, pictures: pictures, profile: profile, tab: tab, end: func() { endTab(); endAllocator() }}
	if err := chromedp.Do(tab, chromedp.EmulateViewport(1360, 1000)); err != nil {
		return nil, errors.Join(fmt.Errorf("start Chromium (make setup installs it): %w", err), b.close())
	}
	return b, nil
}

// within runs a step in the tab until the caller's context ends.
func (b *chromiumBrowser) within(ctx context.Context, do func(tab context.Context) error) error {
	tab, cancel := context.WithCancel(b.tab)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	if err := do(tab); err != nil {
		return errors.Join(fmt.Errorf("in Chromium: %w", err), ctx.Err())
	}
	return nil
}

func (b *chromiumBrowser) open(ctx context.Context, path string) (*html.Node, error) {
	target, err := b.base.Parse(path)
	if err != nil {
		return nil, err
	}
	return b.shown(ctx, chromedp.Navigate(target.String()))
}

// press fills the form in and clicks its button.
func (b *chromiumBrowser) press(ctx context.Context, p press) (*html.Node, error) {
	form := fmt.Sprintf("form[action=%q]", p.action)
	button := form + " button"
	if p.value != "" {
		button = fmt.Sprintf("%s[value=%q]", button, p.value)
	}
	err := b.within(ctx, func(tab context.Context) error {
		for name, value := range p.fields {
			field := chromedp.CSS(fmt.Sprintf("%s [name=%q]", form, name))
			if err := chromedp.Do(tab, chromedp.SetValue(field, value)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return b.shown(ctx, chromedp.Click(chromedp.CSS(button), chromedp.NodeEnabled))
}

// shown does what leads to a page, waits until it is loaded and reads it.
func (b *chromiumBrowser) shown(ctx context.Context, leads chromedp.Action[chromedp.Void]) (*html.Node, error) {
	var text string
	err := b.within(ctx, func(tab context.Context) error {
		if _, err := chromedp.Run(tab, chromedp.WaitEvent(page.LoadEventFired, nil, leads)); err != nil {
			return err
		}
		var err error
		text, err = chromedp.Run(tab, chromedp.Evaluate[string]("document.documentElement.outerHTML"))
		return err
	})
	if err != nil {
		return nil, err
	}
	return html.Parse(strings.NewReader(text))
}

// watched is true once the recording has been played for some frames.
const watched = `(() => { const p = document.querySelector("[data-recording]");
	return !p || Number(p.dataset.shown) >= Math.min(15, Number(p.dataset.frames) - 1) })()`

// watch plays the beginning of the recording.
func (b *chromiumBrowser) watch(ctx context.Context, page *html.Node) error {
	if len(all(page, func(n *html.Node) bool { return has(n, "data-recording") })) == 0 {
		return nil
	}
	return b.within(ctx, func(tab context.Context) error {
		if err := chromedp.Do(tab, chromedp.Click(chromedp.CSS("[data-frames] .play"))); err != nil {
			return err
		}
		_, err := chromedp.Run(tab, chromedp.Poll[bool](watched, chromedp.WithPollingInterval(100*time.Millisecond)))
		return err
	})
}

// picture leaves a picture of the whole page and never replaces one: a second of a name gets a number.
func (b *chromiumBrowser) picture(ctx context.Context, name string) error {
	if b.pictures == "" {
		return nil
	}
	var png []byte
	err := b.within(ctx, func(tab context.Context) (err error) {
		png, err = chromedp.Run(tab, chromedp.FullScreenshot(100))
		return err
	})
	if err != nil {
		return err
	}
	path := filepath.Join(b.pictures, name+".png")
	for n := 2; ; n++ {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, os.ErrExist) {
			path = filepath.Join(b.pictures, fmt.Sprintf("%s-%d.png", name, n))
			continue
		}
		if err != nil {
			return err
		}
		_, err = file.Write(png)
		return errors.Join(err, file.Close())
	}
}

func (b *chromiumBrowser) close() error {
	ending, cancel := context.WithTimeout(b.tab, 10*time.Second)
	defer cancel()
	err := chromedp.Cancel(ending) // waits until the browser has ended
	b.end()
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, os.RemoveAll(b.profile))
}
