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
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"qoltanba/app/api"
	"qoltanba/app/desktop/frame"
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
	Journey *journey.Journey
	Cameras camera.System
	// Folder is offered for the key files.
	Folder string
	// Demo puts the ribbon on.
	Demo bool
	// Opened is told once the window stands; nil where nobody asks.
	Opened func(*Window)
	Log    *slog.Logger
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

	state         journey.State
	key           string        // what the screen that stands was built for
	shown         screen.Screen // the screen that stands
	typed         typed
	wait          *time.Timer        // will cover the page, as an action takes its time
	waits         bool               // the page is covered
	stopRecording context.CancelFunc // ends the video identification under way
}

// typed is what the citizen entered on screens and has not sent yet. It lives in memory only.
type typed struct {
	iin, phone, code string
	email            string
	given            string // the code that was given last
	emailWrong       string // the address that was refused
	folder           string // as chosen
	agreed           bool
	cardWay          screen.CardWay
	taken            []byte // JPEG of the photograph that is looked at
	picture          image.Image
	files            map[api.Side]cardFile
	fields           map[screen.FieldName]string
	problems         map[screen.FieldName]bool
	confirmed        bool
	front, back      image.Image // as sent, for the form beside them
	document         string      // the one that is looked at
	cautious         string      // the folder whose caution was looked up
	caution          screen.FolderCaution
}

// Run opens the window and returns when it was closed.
func Run(ctx context.Context, cfg Config) error {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	a := app.NewWithID(AppID)
	a.SetIcon(look.AppIcon())
	a.Settings().SetTheme(look.New(look.System))
	w := newWindow(ctx, cfg, a, a.NewWindow("Qoltanba"))
	defer w.close()
	w.window.Resize(fyne.NewSize(frame.Width, frame.Height))
	w.window.CenterOnScreen()
	w.window.SetMaster()
	stop := context.AfterFunc(ctx, func() { fyne.Do(w.window.Close) })
	defer stop()
	if cfg.Opened != nil {
		a.Lifecycle().SetOnStarted(func() { cfg.Opened(w) })
	}
	w.window.ShowAndRun()
	return nil
}

func newWindow(ctx context.Context, cfg Config, a fyne.App, win fyne.Window) *Window {
	w := &Window{cfg: cfg, app: a, window: win}
	w.ctx, w.cancel = context.WithCancel(ctx)
	w.forgetTyped()
	w.feed = newFeed(w.ctx, cfg.Cameras, w.work.Go, w.cameraChanged)
	s := cfg.Journey.State()
	language := wording.Language(s.Language)
	if err := wording.Teach(language); err != nil {
		cfg.Log.Warn("the toolkit keeps its words", "error", err)
	}
	w.frame = frame.New(win.Canvas(), frame.Options{
		Language: language, Demo: cfg.Demo, Languages: w.languageChanged, CallBack: w.helpCall,
	})
	win.SetPadded(false)
	win.SetContent(w.frame.Content())
	win.SetOnDropped(w.dropped)
	w.apply(s)
	if s.Problem != nil {
		w.fail(s.Problem)
	}
	unsubscribe := cfg.Journey.Subscribe(func(s journey.State) { fyne.Do(func() { w.apply(s) }) })
	context.AfterFunc(w.ctx, unsubscribe)
	w.work.Go(func() { cfg.Journey.Watch(w.ctx) })
	w.work.Go(w.beat)
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
			fyne.Do(w.tick)
		}
	}
}

func (w *Window) tick() {
	w.feed.tick()
	w.update()
}

// do runs an action of the journey beside the interface. Its failure shows in the journey's state; what does not belong to the stage any
// more, because the citizen pressed twice, is nothing to trouble anybody with.
func (w *Window) do(name string, action func(context.Context) error) {
	w.work.Go(func() {
		if err := action(w.ctx); err != nil && w.ctx.Err() == nil {
			w.cfg.Log.Info("action refused", "action", name, "code", string(api.CodeOf(err)))
		}
	})
}

// apply brings the window to a state of the journey.
func (w *Window) apply(s journey.State) {
	before := w.state
	w.state = s
	if before.Stage != s.Stage {
		w.arrived(before.Stage, s.Stage)
	}
	w.show(false)
	w.showBusy(s.Busy)
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
	w.typed.taken, w.typed.picture = nil, nil
	w.typed.agreed, w.typed.code = false, ""
	w.useCamera(to)
	switch to {
	case journey.StageWelcome:
		w.forgetTyped()
	case journey.StageCompanion:
		w.do("probe", w.cfg.Journey.ProbeCompanion)
	case journey.StageBiometrics, journey.StageAgreement:
		w.do("read text", w.cfg.Journey.Refresh)
	case journey.StageSubmit:
		w.do("submit", w.cfg.Journey.Submit)
	}
	w.cfg.Log.Info("stage", "from", string(from), "to", string(to))
}

func (w *Window) forgetTyped() {
	w.typed = typed{
		cardWay: screen.CardByCamera, files: map[api.Side]cardFile{},
		fields: map[screen.FieldName]string{screen.FieldCitizenship: ""}, problems: map[screen.FieldName]bool{},
	}
}

// show puts the screen of the state into the window, if another one stands there, or if anew says so.
func (w *Window) show(anew bool) {
	key := w.screenKey()
	if key == w.key && !anew {
		w.update()
		return
	}
	w.key = key
	w.frame.Show(func(words *wording.Words) screen.Screen {
		w.shown = w.build(words)
		w.feed.aim(previewOf(w.shown))
		return w.shown
	})
	if w.state.Problem != nil && !onScreen(w.state) {
		w.fail(w.state.Problem)
	}
}

// showBusy covers the page when an action takes longer than a blink. The recording shows its own progress.
func (w *Window) showBusy(busy bool) {
	if w.wait != nil {
		w.wait.Stop()
		w.wait = nil
	}
	if !busy || w.state.Stage == journey.StageRecording || w.state.Stage == journey.StageRecordingIntro || w.state.Stage == journey.StageSubmit {
		if w.waits {
			w.waits = false
			w.frame.Ready()
		}
		return
	}
	w.wait = time.AfterFunc(400*time.Millisecond, func() {
		fyne.Do(func() {
			if w.state.Busy && w.ctx.Err() == nil {
				w.waits = true
				w.frame.Wait(w.frame.Words().T(w.waitText()), -1, nil)
			}
		})
	})
}

func (w *Window) waitText() string {
	switch w.state.Stage {
	case journey.StageSelfie, journey.StageCardFront, journey.StageCardBack:
		return "wait.sending"
	case journey.StagePassword:
		return "wait.writing"
	default:
		return "wait.asking"
	}
}

// fail shows a failure in the language of the window, unless the screen shows it itself.
func (w *Window) fail(p *api.Problem) {
	if onScreen(w.state) {
		w.update()
		return
	}
	f := api.FailureOf(p.Code)
	language := api.Language(w.frame.Words().Language())
	failure := frame.Failure{Sentence: f.Sentence.In(language), Remedy: f.Remedy.In(language), Code: string(p.Code)}
	if f.Again && w.state.Enrolment.ID != "" {
		failure.Retry = func() {
			w.frame.ClearFailure()
			if w.state.Stage == journey.StageSubmit {
				w.do("submit", w.cfg.Journey.Submit)
				return
			}
			w.do("refresh", w.cfg.Journey.Refresh)
		}
	}
	w.frame.Fail(failure)
}

// onScreen says that the screen of the stage shows the problem itself.
func onScreen(s journey.State) bool {
	if s.Problem == nil {
		return false
	}
	switch s.Problem.Code {
	case api.CodeWrong:
		return s.Stage == journey.StageCode || s.Stage == journey.StageSignInCode
	case api.PINWrong:
		return s.Stage == journey.StageResume || s.Stage == journey.StageGrant
	case api.CodeExhausted, api.PINLocked, api.RecordingLocked, api.TooMany:
		return s.Stage == journey.StageLocked
	default:
		return false
	}
}

func (w *Window) languageChanged(l wording.Language) {
	problem := w.state.Problem
	w.do("language", func(ctx context.Context) error { return w.cfg.Journey.SetLanguage(ctx, api.Language(l)) })
	if problem != nil {
		fyne.Do(func() { w.fail(problem) })
	}
}

// helpCall asks an operator to call, from the page of help.
func (w *Window) helpCall() {
	w.frame.Ready()
	if w.state.Enrolment.ID == "" {
		w.frame.Toast(w.frame.Words().T("help.call.1414"))
		return
	}
	w.do("open call-back", w.cfg.Journey.OpenCallBack)
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

// Stop closes the window from any goroutine.
func (w *Window) Stop() { fyne.Do(w.window.Close) }

// Follow tells, after every change, what belongs before the camera: a side of the card, or else a face that does what the prompt asks.
func (w *Window) Follow(before func(api.Side, *api.Prompt)) {
	tell := func(s journey.State) {
		switch s.Stage {
		case journey.StageCardFront:
			before(api.Front, nil)
		case journey.StageCardBack:
			before(api.Back, nil)
		default:
			before("", s.Recording.Prompt)
		}
	}
	tell(w.state)
	context.AfterFunc(w.ctx, w.cfg.Journey.Subscribe(tell))
}

func (w *Window) String() string { return fmt.Sprintf("[window at %s]", w.state.Stage) }
