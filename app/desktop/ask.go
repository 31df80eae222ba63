package desktop

import (
	"context"
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"qoltanba/app/companion/prompt"
	"qoltanba/app/desktop/consent"
	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/wording"
)

// Ask shows what the companion asks over a pipe, in a window of its own, until
// the companion closes its end. It is a process for itself: the companion runs
// on small and without a window when nothing is asked. Otherwise is the language
// until the citizen chooses one, or the portal names its own.
func Ask(ctx context.Context, in io.Reader, out io.Writer, otherwise wording.Language, demo bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a := app.NewWithID(AppID)
	a.SetIcon(look.AppIcon())
	a.Settings().SetTheme(look.New(look.System))
	saveAtOnceOnly(a)
	window := a.NewWindow("Qoltanba")
	language := wording.Language(a.Preferences().String(languageKey))
	if err := wording.Teach(wording.Parse(string(language))); err != nil {
		fyne.LogError("the toolkit keeps its words", err)
	}
	c := consent.New(ctx, window, consent.Options{
		Language: language, Otherwise: otherwise, UI: fyne.Do, Demo: demo,
		Languages: func(l wording.Language) { a.Preferences().SetString(languageKey, string(l)) },
		Show:      func(path string) error { return openPath(a, path) },
	})
	served := make(chan error, 1)
	go func() {
		served <- prompt.Serve(ctx, in, out, c)
		fyne.Do(a.Quit)
	}()
	stop := context.AfterFunc(ctx, func() { fyne.Do(a.Quit) })
	defer stop()
	a.Run()
	cancel()
	c.Close()
	select {
	case err := <-served:
		return err
	default: // it waits for a pipe that ends with this process
		return nil
	}
}
