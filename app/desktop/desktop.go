// Package desktop is the citizen's window: it joins the screens (pure views, package screen) with the way (package journey) and the camera.
//
// The journey tells its state; [Window] shows the screen of that stage, or brings the one that stands up to date. What the citizen does on
// a screen becomes an action of the journey, run beside the interface's goroutine, so that the window never stops. Nothing is
// decided here: which stage comes next is the journey's to say, and what is true the backend's.
package desktop

import (
	"context"
	"fmt"
	"image"
	"log/slog"
	"slices"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/driver"

	"qoltanba/app/api"
	"qoltanba/app/desktop/frame"
	"qoltanba/app/desktop/guide"
	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
	"qoltanba/capture/camera"
)

// AppID names the program to the system.
const AppID = "kz.qoltanba.desktop"

// Config is what the window works with.
type Config struct {
	// Open makes the journey, under the passphrase where it is not "". It may take minutes, while the system asks the citizen to unlock its
	// keyring, and is called again when the citizen retries. With [keystore.ErrNoKeyring] a new passphrase is asked for, with
	// [keystore.ErrPassphrase] the one chosen before; [keystore.ErrVaultBusy] tells of another window; all else is shown as a failure.
	Open func(ctx context.Context, passphrase string) (*journey.Journey, error)
	// Language is spoken until the citizen chooses another.
	Language api.Language
	Cameras  camera.System
	// Eyes opens what sees the face in the live picture, such as [OpenEyes]. It is called beside the interface, when a face is first to be
	// seen; where it is nil or fails there is the plain oval and the button.
	Eyes func() (Eyes, error)
	// Scout makes what sees the document in the live picture, such as [OpenScout]; where it is nil there is the plain frame and the button.
	Scout func() (Scout, error)
	// Sounds say words and signals; nil where nothing is to be heard.
	Sounds Sounds
	// Folder is offered for the key files.
	Folder string
	// Demo puts the ribbon on.
	Demo bool
	// Opened is told, on the interface's goroutine, once the first screen of the way stands; nil where nobody asks.
	Opened func(*Window)
	// Started is told, before the journey is opened; nil where nobody asks.
	Started func(*Window)
	// Companion is what the signing service keeps, for the citizen to look at.
	Companion Companion
	Log       *slog.Logger
}

// Sounds plays what is named, one after another, in a language, in place of what it plays now. It returns at once and never fails: where nothing can
// be heard the way goes on in silence.
type Sounds interface {
	Play(language string, names ...string)
}

// Window is the program's one window. All its methods but Do are called on the interface's goroutine.
type Window struct {
	cfg    Config
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup

	app    fyne.App
	window fyne.Window
	frame  *frame.Frame
	feed   *feed
	watch  *watcher
	cards  *lookOut
	ui     func(func()) // posts to the interface's goroutine

	opening        opening
	journey        *journey.Journey // nil until it was opened
	languageChosen bool             // in this window, before there was a journey
	help           helpCall
	trial          trial
	aside          aside
	mine           myKeys
	failed         *api.Problem          // shown last
	closing        *dialog.ConfirmDialog // asks whether to close all the same

	state         journey.State
	key           string        // what the screen that stands was built for
	shown         screen.Screen // the screen that stands
	due           func()        // what the stage begins by itself, as soon as no action is under way; nil where nothing, or begun
	typed         typed
	waiting       waiting            // for the action under way
	stopRecording context.CancelFunc // ends the video identification under way
	light         guide.Glow         // the light prompt's, while it is due
	settling      settling           // before the recording
	atFields      time.Time          // since when the form of the document stands
	seen          seen               // of the face before the camera, last
	caught        caught             // of the document before the camera, last
	heard         heard
}

// typed is what the citizen entered on screens and has not sent yet. It lives in memory only.
type typed struct {
	iin, phone, code string
	email            string
	given            string           // the code that was given last
	emailWrong       string           // the address that was refused
	folder           string           // as chosen
	keys             api.KeyAlgorithm // as chosen; "": as the journey has it
	token            journey.TokenRef // as chosen; the zero value: a folder
	tokens           []journey.TokenRef
	more             bool // the further choices of the form are looked at
	agreed           bool
	revokes          bool // the former keys are to go
	card             screen.CardChoice
	taken            []byte // JPEG of the photograph that is looked at
	picture          image.Image
	film             []journey.Frame          // around the photograph
	upright          *image.Gray              // the document on it, alone; nil where nobody saw one
	sides            map[api.Side]*image.Gray // the same of those that were sent
	sought           *sought                  // before the camera; nil before the first look
	files            map[api.Side]cardFile
	reading          int  // files that were begun to be read
	cannot           bool // "I can't do this" is looked at
	movementOnly     bool // no colours in the video identification
	fields           map[screen.FieldName]string
	problems         map[screen.FieldName]bool
	confirmed        bool
	seen             map[api.Side]image.Image     // pictures of the document as sent, for the form beside them
	document         string                       // the one that is looked at
	crops            map[screen.FieldName]cropped // of what the machine made out
	filled           map[screen.FieldName]string  // and took into the form
	inspected        string                       // the folder of which these tell:
	caution          screen.FolderCaution
	unfit            *api.Problem // why no keys can be written there
}

// Run opens the window and returns when it was closed. [api.GraphicsMissing] tells that there is none.
func Run(ctx context.Context, cfg Config) error {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	a := app.NewWithID(AppID)
	a.SetIcon(look.AppIcon())
	a.Settings().SetTheme(look.New(look.System))
	saveAtOnceOnly(a)
	cfg.Language = api.Language(a.Preferences().StringWithFallback(languageKey, string(cfg.Language)))
	w := newWindow(ctx, cfg, a, a.NewWindow("Qoltanba"), fyne.Do)
	defer w.close()
	w.window.Resize(fyne.NewSize(frame.Width, frame.Height))
	w.window.CenterOnScreen()
	w.window.SetMaster()
	stop := context.AfterFunc(ctx, func() { fyne.Do(w.window.Close) })
	defer stop()
	w.window.Show()
	if !drawn(w.window) {
		return api.Fail(api.GraphicsMissing, "the system gives the window no OpenGL 2.1")
	}
	if cfg.Started != nil {
		cfg.Started(w)
	}
	w.open("")
	a.Run()
	return nil
}

// drawn says whether the system gave the window a place on the screen. Where it did not, the toolkit would wait without end for a window
// that nobody sees.
func drawn(w fyne.Window) (yes bool) {
	native, ok := w.(driver.NativeWindow)
	if !ok {
		return true
	}
	native.RunNative(func(context any) {
		switch c := context.(type) {
		case driver.X11WindowContext:
			yes = c.WindowHandle != 0
		case driver.WaylandWindowContext:
			yes = c.WaylandSurface != 0
		case driver.WindowsWindowContext:
			yes = c.HWND != 0
		case driver.MacWindowContext:
			yes = c.NSWindow != 0
		}
	})
	return yes
}

// languageKey is what the toolkit's preferences keep the language under, for the screens that stand before the journal is open.
const languageKey = "language"

// saveAtOnceOnly takes from the toolkit the writing of its preferences at exit. They are written at every change anyway; at exit the file is
// cut and written while the toolkit's own watch reads it, without the order that the interface's goroutine gives to both before.
func saveAtOnceOnly(a fyne.App) {
	if l, ok := a.Lifecycle().(interface{ SetOnStoppedHookExecuted(func()) }); ok {
		l.SetOnStoppedHookExecuted(nil)
	}
}

// newWindow fills the window; ui posts to the interface's goroutine.
func newWindow(ctx context.Context, cfg Config, a fyne.App, win fyne.Window, ui func(func())) *Window {
	w := &Window{cfg: cfg, app: a, window: win, ui: ui}
	w.ctx, w.cancel = context.WithCancel(ctx)
	w.forgetTyped()
	w.watch = newWatcher(cfg.Eyes, func(s *seen) { ui(func() { w.saw(s) }) })
	w.feed = newFeed(w.ctx, cfg.Cameras, ui, w.work.Go, w.cameraChanged)
	w.cards = newLookOut(cfg.Scout, func(c *caught) { ui(func() { w.caughtCard(c) }) })
	w.feed.watch = func(f *camera.Frame) {
		w.watch.offer(f)
		w.cards.offer(f)
	}
	language := wording.Language(cfg.Language)
	if !slices.Contains(wording.Languages(), language) {
		language = wording.Kazakh
	}
	if err := wording.Teach(language); err != nil {
		cfg.Log.Warn("the toolkit keeps its words", "error", err)
	}
	w.frame = frame.New(win.Canvas(), frame.Options{
		Language: language, Demo: cfg.Demo, Languages: w.languageChanged, CallBack: w.callForHelp,
	})
	win.SetPadded(false)
	win.SetContent(container.NewStack(newPresence(w.present), w.frame.Content()))
	win.SetOnDropped(w.dropped)
	win.SetCloseIntercept(w.askClose)
	w.work.Go(w.beat)
	if cfg.Scout != nil {
		w.work.Go(func() { w.cards.run(w.ctx) })
	}
	if cfg.Eyes != nil {
		w.work.Go(func() { w.watch.run(w.ctx) })
	}
	return w
}

// close ends what the window began and waits for it.
func (w *Window) close() {
	w.cancel()
	w.feed.close()
	w.work.Wait()
}

// beat keeps clocks on the screen going.
func (w *Window) beat() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-w.ctx.Done():
			return
		case <-tick.C:
			w.ui(w.tick)
		}
	}
}

func (w *Window) tick() {
	if w.journey != nil {
		w.journey.CheckAbsence()
	}
	w.feed.tick()
	w.settle()
	if w.state.Stage == journey.StageFields {
		w.show(false) // nobody is shown for long that the document is being read
	}
	w.update()
	w.tickWait()
}

// do runs an action of the journey beside the interface. Its failure shows in the journey's state; what does not belong to the stage any
// more, because the citizen pressed twice, is nothing to trouble anybody with.
func (w *Window) do(name string, action func(context.Context) error) {
	w.work.Go(func() {
		if err := action(w.ctx); err != nil && w.ctx.Err() == nil {
			w.cfg.Log.Info("action refused", "action", name, "code", string(api.CodeOf(err)))
			w.ui(w.idleAgain)
		}
	})
}

// idleAgain ends the waiting for an action that was refused before it began.
func (w *Window) idleAgain() {
	if s := w.journey.State(); w.state.Busy && !s.Busy && s.Stage == w.state.Stage {
		w.apply(s)
	}
}

// apply brings the window to a state of the journey.
func (w *Window) apply(s journey.State) {
	before := w.state
	w.state = s
	if before.Stage != s.Stage {
		w.arrived(before.Stage, s.Stage)
	}
	w.prompted(before.Recording.Prompt)
	if s.Recognised != nil && s.Recognised != before.Recognised {
		w.fillIn(s.Recognised)
	}
	if w.due != nil && !s.Busy { // the action that led here may still be writing the journal
		begin := w.due
		w.due = nil
		begin()
		w.state.Busy = true // as it is in a moment: what is pressed until then would be refused, and nothing would happen
	}
	w.show(false)
	w.showWait()
	w.showLine(before.Line)
	if w.closing != nil && w.underWay() == "" {
		w.closing.Hide()
	}
	if w.help.pending && !s.Busy {
		w.requestHelp()
	}
	switch {
	case s.Problem == nil:
		if before.Problem != nil {
			w.frame.ClearFailure()
		}
	case s.Problem != before.Problem:
		w.fail(s.Problem)
	}
}

// arrived prepares what a stage needs and forgets what the last one held.
func (w *Window) arrived(from, to journey.Stage) {
	w.dropShot()
	w.typed.agreed, w.typed.code, w.typed.cannot, w.typed.revokes = false, "", false, false
	w.trial, w.settling, w.mine, w.aside = trial{}, settling{}, myKeys{}, aside{}
	w.due = nil
	w.useCamera(to)
	switch to {
	case journey.StageForm:
		w.lookForTokens()
	case journey.StageWelcome:
		w.forgetTyped()
	case journey.StageFields:
		w.atFields, w.typed.crops = time.Now(), nil
	case journey.StageCompanion:
		w.due = func() { w.do("probe", w.journey.ProbeCompanion) }
	case journey.StageSubmit:
		w.due = func() { w.do("submit", w.journey.Submit) }
	}
	w.cfg.Log.Info("stage", "from", string(from), "to", string(to))
}

func (w *Window) forgetTyped() {
	w.help = helpCall{}
	w.typed = typed{
		card: screen.CardChoice{Kind: screen.IdentityCard, Way: screen.CardByCamera}, files: map[api.Side]cardFile{},
		seen: map[api.Side]image.Image{}, sides: map[api.Side]*image.Gray{},
		fields: map[screen.FieldName]string{screen.FieldCitizenship: ""}, problems: map[screen.FieldName]bool{},
	}
}

// show puts the screen of the state into the window, if another one stands there, or if anew says so.
func (w *Window) show(anew bool) {
	w.attend()
	key := w.screenKey()
	if key == w.key && !anew {
		w.update()
		return
	}
	w.key, w.waiting.shown = key, ""
	w.frame.Show(func(words *wording.Words) screen.Screen {
		w.shown = w.build(words)
		w.feed.aim(previewOf(w.shown))
		return w.shown
	})
	if w.state.Problem != nil && !onScreen(w.state) {
		w.fail(w.state.Problem)
	}
}

// fail shows a failure in the language of the window, unless the screen shows it itself.
func (w *Window) fail(p *api.Problem) {
	if onScreen(w.state) {
		w.update()
		return
	}
	w.failed = p
	failure := w.failureOf(p)
	if inFolder(p.Code) {
		failure.Folder = w.anotherFolder()
	}
	if f := api.FailureOf(p.Code); f.Again && failure.Folder == nil && w.state.Enrolment.ID != "" {
		failure.Retry = func() {
			w.frame.ClearFailure()
			if w.state.Stage == journey.StageSubmit {
				w.do("submit", w.journey.Submit)
				return
			}
			w.do("refresh", w.journey.Refresh)
		}
	}
	w.frame.Fail(failure)
}

// onScreen says that the screen of the stage shows the problem itself.
func onScreen(s journey.State) bool {
	if s.Problem == nil {
		return false
	}
	if slices.Contains(api.AgainReasons(), s.Problem.Code) {
		return s.Stage == journey.StageRecordingIntro || s.Stage == journey.StageSelfie
	}
	switch s.Problem.Code {
	case api.CodeWrong:
		return s.Stage == journey.StageCode || s.Stage == journey.StageSignInCode || s.Stage == journey.StageEmailCode
	case api.PINWrong:
		return slices.Contains([]journey.Stage{journey.StageResume, journey.StageGrant, journey.StageTakeOver, journey.StageKeysLost, journey.StageRebind, journey.StageFormer}, s.Stage)
	case api.KeysLost, api.KeysDamaged:
		return s.Stage == journey.StageKeysLost
	case api.TakenOver:
		return s.Stage == journey.StageEnded
	case api.TokenPINWrong:
		return s.Stage == journey.StageToken
	case api.PasswordWrong:
		return s.Stage == journey.StageDone
	case api.CodeExhausted:
		return s.Stage == journey.StageLocked || s.Stage == journey.StageEmailCode
	case api.PINLocked, api.RecordingLocked, api.TooMany:
		return s.Stage == journey.StageLocked
	default:
		return false
	}
}

func (w *Window) languageChanged(l wording.Language) {
	w.app.Preferences().SetString(languageKey, string(l))
	if w.journey == nil {
		w.languageChosen = true
		return
	}
	w.setLanguage(l)
	w.ui(func() { // once the page was built anew, with the failure in the old language
		switch {
		case w.frame.Find("failure.close") == nil:
		case w.state.Line != nil:
			w.showLine(nil)
		case w.failed != nil:
			w.fail(w.failed)
		}
	})
}

// setLanguage tells the journey which language is spoken.
func (w *Window) setLanguage(l wording.Language) {
	if w.journey.State().Language != api.Language(l) {
		w.do("language", func(ctx context.Context) error { return w.journey.SetLanguage(ctx, api.Language(l)) })
	}
}

// Frame gives what the window shows, for those who press its buttons by program.
func (w *Window) Frame() *frame.Frame { return w.frame }

// Native is the window itself, for those who take its picture.
func (w *Window) Native() fyne.Window { return w.window }

// Stage is where the citizen is.
func (w *Window) Stage() journey.Stage { return w.state.Stage }

// State is the journey's state as the window shows it.
func (w *Window) State() journey.State { return w.state }

// Close closes the window.
func (w *Window) Close() { w.window.Close() }

// Raise brings the window before others, from any goroutine.
func (w *Window) Raise() {
	w.ui(func() {
		w.window.Show()
		w.window.RequestFocus()
	})
}

// Stop closes the window from any goroutine.
func (w *Window) Stop() { w.ui(w.window.Close) }

// Follow tells, after every change, what belongs before the camera: a side of the document, or else a face that does what the prompt asks.
func (w *Window) Follow(before func(api.Side, *api.Prompt)) {
	tell := func(s journey.State) {
		switch s.Stage {
		case journey.StageCardFront:
			before(api.Front, nil)
		case journey.StageCardBack:
			before(api.Back, nil)
		case journey.StagePassport:
			before(api.DataPage, nil)
		default:
			before("", s.Recording.Prompt)
		}
	}
	tell(w.state)
	context.AfterFunc(w.ctx, w.journey.Subscribe(tell))
}

func (w *Window) String() string { return fmt.Sprintf("[window at %s]", w.state.Stage) }
