//go:build demo

// Package headless walks the citizen's way without a window: a second front
// over package journey, for tests, for support staff and for whoever wants to
// see the whole way in a terminal.
//
// A [Script] names a sample citizen and what happens to them; everything
// natural needs no word: the citizen takes each stage as it comes, reads the
// codes from the backend's demo phone and sits before a synthetic camera.
// [Walk] writes one line for each stage that is left and ends with an error
// when the way does not end where the script says.
package headless

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/journey"
	"qoltanba/app/support/sample"
)

// Config is what a walk works with.
type Config struct {
	Journey *journey.Journey
	Backend *url.URL  // of the demo phone
	Out     string    // folder; the key files go to keys beneath it
	Lines   io.Writer // one line for each step
	// Seed makes the synthetic camera's pictures; equal seeds, equal pictures.
	Seed uint64
}

// Patience for an SMS, and for one that may never come.
const (
	longPatience  = 20 * time.Second
	shortPatience = 4 * time.Second
)

// Walk goes from where the journey stands to the script's end.
func Walk(ctx context.Context, cfg Config, script Script) error {
	ctx, cancel := context.WithTimeout(ctx, script.Limit)
	defer cancel()
	w := &walker{
		Config: cfg, script: script, j: cfg.Journey, moved: make(chan struct{}, 1),
		seat:  sync.OnceValues(func() (*sample.Sitter, error) { return sample.NewSitter(script.Citizen, cfg.Seed) }),
		phone: sample.Phone{Base: cfg.Backend, To: string(script.Citizen.Phone)}, mail: sample.Phone{Base: cfg.Backend, To: script.Email},
	}
	defer w.watch(ctx)()
	if err := w.j.SetLanguage(ctx, script.Language); err != nil {
		return fmt.Errorf("set the language: %w", err)
	}
	return w.walk(ctx)
}

type walker struct {
	Config
	script Script
	seat   func() (*sample.Sitter, error) // drawn when a camera is first needed
	j      *journey.Journey
	phone  sample.Phone
	mail   sample.Phone
	moved  chan struct{} // has a token when the state has changed

	wrongCodes, wrongPINs, repeats, renewals int
	passed                                   int // of script.Expect
}

// watch lets the journey refresh by itself until the walk ends.
func (w *walker) watch(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	unsubscribe := w.j.Subscribe(func(now journey.State) {
		w.halt(ctx, now.Stage)
		select {
		case w.moved <- struct{}{}:
		default:
		}
	})
	go func() {
		defer close(ended)
		w.j.Watch(ctx)
	}()
	return func() {
		unsubscribe()
		cancel()
		<-ended
	}
}

// Halted is the second word of the line that tells at which stage a walk halted.
const Halted = "halted"

// halt holds up the whole journey where the script says so, for whoever wants
// to kill the program at this very stage: the stage is shown and, where this
// process brought it about, not in the journal yet.
func (w *walker) halt(ctx context.Context, at journey.Stage) {
	if w.script.Halts && ctx.Err() == nil && !slices.Contains(w.script.HaltBut, at) {
		w.line("%-16s "+Halted, at)
		<-ctx.Done()
	}
}

func (w *walker) walk(ctx context.Context) error {
	for {
		s := w.j.State()
		w.pass(s.Stage)
		if s.Stage == w.script.End && w.renewals == w.script.Renews {
			return w.end(s)
		}
		began := time.Now()
		done, err := w.take(ctx, s)
		if err != nil {
			w.line("%-16s FAILED: %v", s.Stage, err)
			return fmt.Errorf("at stage %s: %w", s.Stage, err)
		}
		w.line("%-16s %s (%.1f s)", s.Stage, done, time.Since(began).Seconds())
	}
}

func (w *walker) pass(at journey.Stage) {
	if w.passed < len(w.script.Expect) && w.script.Expect[w.passed] == at {
		w.passed++
	}
}

func (w *walker) end(s journey.State) error {
	if w.passed < len(w.script.Expect) {
		return fmt.Errorf("the way ended at %s without having passed %s", s.Stage, w.script.Expect[w.passed])
	}
	w.line("%-16s the end", s.Stage)
	for _, f := range s.Files {
		place := filepath.Base(f.Path)
		if f.Token != "" {
			place = "in the token " + f.Token
		}
		w.line("%-16s %s until %s", f.Kind, place, f.ValidUntil.Format(time.DateOnly))
	}
	return nil
}

func (w *walker) line(format string, args ...any) {
	_, _ = fmt.Fprintf(w.Lines, format+"\n", args...) // a reader who went away stops no walk
}

// take does what a citizen does at a stage and says so in a few words.
func (w *walker) take(ctx context.Context, s journey.State) (done string, err error) {
	if act, ok := simple[s.Stage]; ok {
		return act.done, act.do(ctx, w)
	}
	switch s.Stage {
	case journey.StageWelcome:
		return w.welcome(ctx, s)
	case journey.StageCode, journey.StageSignInCode:
		return w.code(ctx, s)
	case journey.StageEmailCode:
		return w.emailCode(ctx, s)
	case journey.StageCallBack:
		return w.callBack(ctx, s)
	case journey.StageResume:
		return "PIN given", w.pin(ctx, w.j.Resume)
	case journey.StageTakeOver:
		return "former way ended by its PIN", w.pin(ctx, w.j.TakeOver)
	case journey.StageRebind:
		return "bound to the new key by PIN", w.pin(ctx, w.j.Rebind)
	case journey.StageKeysLost:
		return "lost keys given up by PIN", w.pin(ctx, w.j.GiveUpKeys)
	case journey.StageFormer:
		if w.script.RevokeFormer {
			return "former keys revoked by PIN", w.pin(ctx, w.j.RevokeFormer)
		}
		return "former keys kept", w.j.KeepFormer(ctx)
	case journey.StageGrant:
		return "consent by PIN", w.pin(ctx, w.j.Grant)
	case journey.StageFields:
		return w.fields(ctx)
	case journey.StageRecordingIntro:
		if w.script.Unable {
			return "asked for an operator", w.j.AskOperator(ctx)
		}
		return "movements recorded", w.recordPatiently(ctx)
	case journey.StageRejected:
		return w.rejected(ctx, s)
	case journey.StageJudging:
		return w.judged(ctx)
	case journey.StageChecking, journey.StageStatus, journey.StageLocked:
		return "waited", w.wait(ctx, func(now journey.State) bool { return now.Stage != s.Stage })
	default:
		return "", errors.New("the script does not say how to go on")
	}
}

// simple are the stages at which there is one thing to do.
var simple = map[journey.Stage]struct {
	done string
	do   func(context.Context, *walker) error
}{
	journey.StageCamera:  {"camera seen", func(ctx context.Context, w *walker) error { return w.j.CameraChecked(ctx) }},
	journey.StageRecover: {"led back to the way begun here", func(ctx context.Context, w *walker) error { return w.j.Recover(ctx) }},
	journey.StageIIN: {"IIN given", func(ctx context.Context, w *walker) error {
		return w.j.GiveIIN(ctx, w.script.Citizen.IIN)
	}},
	journey.StageCompanion: {"companion's port probed", func(ctx context.Context, w *walker) error {
		return errors.Join(w.j.ProbeCompanion(ctx), w.j.CompanionChecked(ctx))
	}},
	journey.StageSummary: {"went on", func(ctx context.Context, w *walker) error { return w.j.Proceed(ctx) }},
	journey.StageSignIn: {"phone given", func(ctx context.Context, w *walker) error {
		return w.j.SignIn(ctx, w.script.Citizen.Phone)
	}},
	journey.StageBiometrics: {"consented", func(ctx context.Context, w *walker) error { return w.j.AcceptBiometrics(ctx) }},
	journey.StageSelfie:     {"selfie sent", func(ctx context.Context, w *walker) error { return w.selfie(ctx) }},
	journey.StagePIN:        {"PIN set", func(ctx context.Context, w *walker) error { return w.j.SetPIN(ctx, w.script.PIN) }},
	journey.StageCardChoice: {"by camera", func(ctx context.Context, w *walker) error {
		return w.j.ChooseCard(ctx, journey.CardChoice{Document: w.script.Citizen.Document, Source: journey.CardByCamera})
	}},
	journey.StageCardFront: {"front sent", func(ctx context.Context, w *walker) error { return w.card(ctx, api.Front) }},
	journey.StageCardBack:  {"back sent", func(ctx context.Context, w *walker) error { return w.card(ctx, api.Back) }},
	journey.StagePassport:  {"passport sent", func(ctx context.Context, w *walker) error { return w.card(ctx, api.DataPage) }},
	journey.StageCabinet: {"documents seen", func(ctx context.Context, w *walker) error {
		return errors.Join(w.j.OpenDocuments(ctx), w.j.Back(ctx), w.j.Proceed(ctx))
	}},
	journey.StageDocuments: {"went back", func(ctx context.Context, w *walker) error { return w.j.Back(ctx) }},
	journey.StageAgreement: {"agreement accepted", func(ctx context.Context, w *walker) error { return w.j.AcceptAgreement(ctx) }},
	journey.StageForm:      {"form filled", func(ctx context.Context, w *walker) error { return w.form(ctx) }},
	journey.StageToken:     {"PIN given to the token", func(ctx context.Context, w *walker) error { return w.j.UseToken(ctx, w.script.TokenPIN) }},
	journey.StageDone:      {"keys looked at", func(ctx context.Context, w *walker) error { return w.j.OpenKeys(ctx) }},
	journey.StageKeys:      {"renewed by its own key", func(ctx context.Context, w *walker) error { return w.renew(ctx) }},
	journey.StageSubmit:    {"keys made, application sent", func(ctx context.Context, w *walker) error { return w.j.Submit(ctx) }},
	journey.StagePassword:  {"key files written", func(ctx context.Context, w *walker) error { return w.j.WriteKeys(ctx, w.script.Password) }},
}

func (w *walker) welcome(ctx context.Context, s journey.State) (string, error) {
	if s.Unfinished {
		return "resumed", w.j.Resume(ctx, "")
	}
	return "began", w.j.Begin(ctx)
}

// rejected does again what was rejected, as often as the script says.
func (w *walker) rejected(ctx context.Context, s journey.State) (string, error) {
	reason := api.RejectReason("")
	if s.Enrolment.Decision != nil {
		reason = s.Enrolment.Decision.Reason
	}
	if w.repeats >= w.script.Repeats || !s.CanRepeat {
		return "", fmt.Errorf("rejected for %s", reason)
	}
	w.repeats++
	return fmt.Sprintf("rejected for %s, to be done again", reason), w.j.Repeat(ctx)
}

// form chooses the folder, or where the script has the PIN of one the first token.
func (w *walker) form(ctx context.Context) error {
	form := journey.Form{Email: w.script.Email, Storage: api.StoragePC, Keys: w.script.Keys, Folder: filepath.Join(w.Out, "keys")}
	if w.script.TokenPIN != "" {
		able, err := w.j.Tokens(ctx)
		if err != nil {
			return err
		}
		if len(able) == 0 {
			return errors.New("no token can take the keys: give --pkcs11, and a service that certifies keys in tokens")
		}
		form = journey.Form{Email: w.script.Email, Storage: api.StorageToken, Token: able[0]}
	}
	return w.j.FillForm(ctx, form)
}

// renew signs for new keys with the key that was obtained last.
func (w *walker) renew(ctx context.Context) error {
	if w.renewals == w.script.Renews {
		return errors.New("the script renews no more")
	}
	keys := w.j.State().Holding.Keys
	at := slices.IndexFunc(keys, func(k journey.HeldKey) bool { return k.RenewFrom != nil && !k.Renewed && k.File != "" })
	if at < 0 {
		return fmt.Errorf("none of %d keys can be renewed", len(keys))
	}
	w.renewals++
	return w.j.Renew(ctx, keys[at].Serial, w.script.Password)
}

// judged waits for the verdict on the recording, and tells it.
func (w *walker) judged(ctx context.Context) (string, error) {
	err := w.wait(ctx, func(now journey.State) bool { return now.Stage != journey.StageJudging })
	v := w.j.State().Enrolment.Identification
	if err != nil || v == nil {
		return "waited", err
	}
	return strings.TrimSpace(fmt.Sprintf("judged: %s %s %s", v.State, v.Reason, v.Movement)), nil
}

// wait waits until the journey's state is as wanted.
func (w *walker) wait(ctx context.Context, wanted func(journey.State) bool) error {
	for !wanted(w.j.State()) {
		select {
		case <-w.moved:
		case <-ctx.Done():
			return fmt.Errorf("waited in vain: %w", ctx.Err())
		}
	}
	return nil
}
