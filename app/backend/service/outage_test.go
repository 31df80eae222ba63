//go:build demo

package service

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/journey"
	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
)

// outages is a line that is lost for an hour at the first use of each operation
// at each stage: before the call arrives or, if late, after it was answered.
type outages struct {
	a     *agency
	late  bool
	next  http.RoundTripper
	names *http.ServeMux // finds the operation of a call
	stage func() journey.Stage

	mu    sync.Mutex
	met   map[string]bool // operation and stage
	until time.Time
	lost  int
}

const outageTime = time.Hour

var errDown = errors.New("the line is down")

func (o *outages) RoundTrip(r *http.Request) (*http.Response, error) {
	_, pattern := o.names.Handler(r)
	begins, down := o.strike(pattern + " " + string(o.stage()))
	if down || begins && !o.late {
		return nil, errDown
	}
	response, err := o.next.RoundTrip(r)
	if begins && err == nil {
		_ = response.Body.Close()
		return nil, errDown
	}
	return response, err
}

// strike begins an outage where none was yet.
func (o *outages) strike(call string) (begins, down bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.a.clock.now()
	switch {
	case now.Before(o.until):
		o.lost++
		return false, true
	case o.met[call]:
		return false, false
	default:
		o.met[call], o.until = true, now.Add(outageTime)
		return true, false
	}
}

func (o *outages) down() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.a.clock.now().Before(o.until)
}

// wait lets time pass: in an outage, and wherever nobody films, at once; during
// a recording as the camera goes.
func (o *outages) wait(ctx context.Context, d time.Duration) error {
	until, tick := o.a.clock.now().Add(d), time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for still := 0; ; {
		before := o.a.clock.now()
		if !before.Before(until) {
			return ctx.Err()
		}
		if still > 50 || o.stage() != journey.StageRecording || o.down() {
			o.a.clock.advance(until.Sub(before))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if still++; o.a.clock.now().After(before) {
			still = 0
		}
	}
}

// sufferer is a citizen at a computer whose line is lost again and again.
type sufferer struct {
	*citizen
	line  *outages
	dir   string // of the computer
	ring  keystore.KeySource
	vault *keystore.Vault
	way   *journey.Journey
	done  map[string]bool
	taken api.Enrolment // the way on the former computer
}

func (s *sufferer) once(what string) bool {
	first := !s.done[what]
	s.done[what] = true
	return first
}

func suffer(t *testing.T, on func(*Plan), late bool) *sufferer {
	t.Helper()
	a := open(t, func(p *Plan) {
		on(p)
		p.Rules.Unfinished = 20 * 24 * time.Hour
	})
	s := &sufferer{citizen: a.citizen(t, "aigul"), done: map[string]bool{}}
	s.line = &outages{
		a: a, late: late, next: a.client.HTTP.Transport, met: map[string]bool{}, names: http.NewServeMux(),
		stage: func() journey.Stage {
			if s.way == nil {
				return ""
			}
			return s.way.State().Stage
		},
	}
	for _, op := range operations() {
		s.line.names.HandleFunc(op.method+" "+op.path, http.NotFound)
	}
	s.computer()
	t.Cleanup(func() { _ = s.vault.Close() })
	return s
}

// computer gives the citizen a new computer and starts the program on it.
func (s *sufferer) computer() {
	s.Helper()
	s.dir, s.session.Key = s.TempDir(), newKey(s.T)
	s.ring = keystore.PassphraseSource(filepath.Join(s.dir, "vault"), "a phrase of the test's")
	s.begin()
}

// begin starts the citizen's program.
func (s *sufferer) begin() {
	s.Helper()
	if s.vault != nil {
		if err := s.vault.Close(); err != nil {
			s.Fatal(err)
		}
	}
	var err error
	if s.vault, err = keystore.OpenVault(filepath.Join(s.dir, "vault"), s.ring); err != nil {
		s.Fatal(err)
	}
	client := *s.a.client
	client.HTTP = &http.Client{Transport: s.line, CheckRedirect: s.a.client.HTTP.CheckRedirect}
	s.way, err = journey.New(journey.Config{
		Client: &client, Key: s.session.Key, Vault: s.vault, Data: filepath.Join(s.dir, "data"), Language: api.Kazakh,
		Patient: true, Now: s.a.clock.now, Wait: s.line.wait,
		Keys:  keypair.RSA, // two files, and an instant between them
		Probe: func(context.Context) journey.Companion { return journey.Companion{Kind: journey.CompanionNobody} },
	})
	if err != nil {
		s.Fatal(err)
	}
}

// fresh is the code of the message that was sent last to a phone or an address.
func (s *sufferer) fresh(to api.Phone, code *api.CodeSent) api.Secret {
	s.Helper()
	sent := code.ResendAt.Add(-enrolment.DefaultRules().Code.Resend)
	s.until("code", func() bool {
		messages := s.a.phone.Messages(to)
		return len(messages) > 0 && !messages[0].At.Before(sent.Truncate(time.Second))
	})
	return api.Secret(sixDigits.FindString(s.a.phone.Messages(to)[0].Text))
}

// frames is a camera that takes ten pictures a second and lets time pass by it.
func (s *sufferer) frames() journey.FrameSource {
	return func(ctx context.Context) (journey.Frame, error) {
		tick := time.NewTimer(4 * time.Millisecond)
		defer tick.Stop()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return journey.Frame{}, ctx.Err()
		}
		s.a.clock.advance(100 * time.Millisecond)
		at := s.a.clock.now()
		img := image.NewGray(image.Rect(0, 0, 64, 48))
		for i := range img.Pix {
			img.Pix[i] = byte(i*7 + int(at.UnixMilli()/100)*(i%5))
		}
		var out bytes.Buffer
		err := jpeg.Encode(&out, img, nil)
		return journey.Frame{JPEG: out.Bytes(), At: at}, err
	}
}

// judge has the operator decide, first against and then for the citizen.
func (s *sufferer) judge() {
	s.Helper()
	s.e = s.way.State().Enrolment
	var seen enrolment.Case
	s.until("answer of the register", func() bool {
		var err error
		if seen, err = s.a.Enrolments.Case(s.Context(), "dana", s.e.ID); err != nil {
			s.Fatal(err)
		}
		return !seen.Compared.IsZero()
	})
	verdict := enrolment.Verdict{Version: seen.Version, Approve: true}
	if s.once("reject") {
		verdict = enrolment.Verdict{Version: seen.Version, Reason: api.RejectFields}
	}
	if err := s.a.Enrolments.Decide(s.Context(), "dana", s.e.ID, verdict); err != nil {
		s.Fatal(err)
	}
}

// atSignIn is a little later than the message before, so that [sufferer.fresh]
// tells the two apart.
func (s *sufferer) atSignIn(ctx context.Context) error {
	s.a.clock.advance(time.Second)
	return s.way.SignIn(ctx, s.who.Phone)
}

// atCode asks for help, gives up and begins again, asks for another code, and
// at last gives it. One that ran out on its way comes no more.
func (s *sufferer) atCode(ctx context.Context) error {
	now := s.way.State()
	first := now.Stage == journey.StageCode
	switch {
	case first && s.once("help"):
		return s.way.AskCall(ctx, s.who.Phone, api.CallForHelp)
	case first && s.once("cancel"):
		return s.way.Cancel(ctx)
	case first && s.once("resend"):
		s.a.clock.advance(2 * time.Minute)
		return s.way.ResendCode(ctx)
	case s.a.clock.now().After(now.Enrolment.Code.ExpiresAt):
		return s.way.ResendCode(ctx)
	default:
		return s.way.GiveCode(ctx, s.fresh(s.who.Phone, now.Enrolment.Code))
	}
}

// atEmailCode asks for another code when one came, and gives that: of two
// letters that are on their way the older one may come last.
func (s *sufferer) atEmailCode(ctx context.Context) error {
	e := s.way.State().Enrolment.Email
	if s.a.clock.now().After(e.Code.ExpiresAt) {
		s.a.clock.advance(2 * time.Minute)
		return s.way.ResendEmailCode(ctx)
	}
	code := s.fresh(api.Phone(e.Address), e.Code)
	if s.once("another letter") {
		s.a.clock.advance(2 * time.Minute)
		return s.way.ResendEmailCode(ctx)
	}
	return s.way.GiveEmailCode(ctx, code)
}

func (s *sufferer) atCabinet(ctx context.Context) error {
	if s.once("away") {
		s.a.clock.advance(journey.Absence + time.Minute)
		s.begin()
		return nil
	}
	return errors.Join(s.way.OpenDocuments(ctx), s.way.Back(ctx), s.way.Proceed(ctx))
}

// atRecording asks for an operator at the first computer and films at the other.
func (s *sufferer) atRecording(ctx context.Context) error {
	if s.taken.ID == "" {
		return s.way.AskOperator(ctx)
	}
	return s.way.Record(ctx, api.ChallengeRequest{}, s.frames())
}

// atCardChoice goes on at another computer, which takes the way over.
func (s *sufferer) atCardChoice(ctx context.Context) error {
	if s.once("another computer") {
		s.taken = s.e
		s.computer()
		return nil
	}
	return s.way.ChooseCard(ctx, journey.CardChoice{Document: api.IdentityCard, Source: journey.CardByFile})
}

// atPassword has the keyring lose the vault's key, then everything, and with new
// keys writes them.
func (s *sufferer) atPassword(ctx context.Context) error {
	first := s.once("keyring reset")
	if !first && s.once("keyring emptied") {
		s.session.Key, first = newKey(s.T), true
	}
	if first {
		s.ring = keystore.PassphraseSource(s.TempDir(), "a")
		s.begin()
		return nil
	}
	return s.way.WriteKeys(ctx, "Qoltanba2026")
}

// act does what a citizen does at a stage.
func (s *sufferer) act(ctx context.Context) error {
	s.Helper()
	j, picture := s.way, func(seed byte) api.Picture {
		return api.Picture{Type: "image/jpeg", Data: photo(s.T, 480, 480, seed)}
	}
	form := journey.Form{Email: "a@example.kz", Storage: api.StoragePC, Folder: filepath.Join(s.dir, "keys")}
	acts := map[journey.Stage]func() error{
		journey.StageCamera:         func() error { return j.CameraChecked(ctx) },
		journey.StageIIN:            func() error { return j.GiveIIN(ctx, s.who.IIN) },
		journey.StageCode:           func() error { return s.atCode(ctx) },
		journey.StageCompanion:      func() error { return j.CompanionChecked(ctx) },
		journey.StageSummary:        func() error { return j.Proceed(ctx) },
		journey.StageSignIn:         func() error { return s.atSignIn(ctx) },
		journey.StageSignInCode:     func() error { return s.atCode(ctx) },
		journey.StageBiometrics:     func() error { return j.AcceptBiometrics(ctx) },
		journey.StageSelfie:         func() error { return j.SendSelfie(ctx, picture(1)) },
		journey.StageRecordingIntro: func() error { return s.atRecording(ctx) },
		journey.StagePIN:            func() error { return j.SetPIN(ctx, goodPIN) },
		journey.StageTakeOver:       func() error { return j.TakeOver(ctx, goodPIN) },
		journey.StageCardChoice:     func() error { return s.atCardChoice(ctx) },
		journey.StageCardFront:      func() error { return j.SendCard(ctx, api.Front, picture(2)) },
		journey.StageCardBack:       func() error { return j.SendCard(ctx, api.Back, picture(3)) },
		journey.StageFields:         func() error { return j.ConfirmFields(ctx, s.who.Card) },
		journey.StageChecking:       func() error { s.judge(); return j.Refresh(ctx) },
		journey.StageRejected:       func() error { return j.Repeat(ctx) },
		journey.StageCabinet:        func() error { return s.atCabinet(ctx) },
		journey.StageResume:         func() error { return j.Resume(ctx, goodPIN) },
		journey.StageGrant:          func() error { return j.Grant(ctx, goodPIN) },
		journey.StageAgreement:      func() error { return j.AcceptAgreement(ctx) },
		journey.StageForm:           func() error { return j.FillForm(ctx, form) },
		journey.StageEmailCode:      func() error { return s.atEmailCode(ctx) },
		journey.StageSubmit:         func() error { return j.Submit(ctx) },
		journey.StageStatus:         func() error { return j.Refresh(ctx) },
		journey.StagePassword:       func() error { return s.atPassword(ctx) },
		journey.StageRecover:        func() error { return j.Recover(ctx) },
		journey.StageRebind:         func() error { return j.Rebind(ctx, goodPIN) },
		journey.StageKeysLost:       func() error { return j.GiveUpKeys(ctx, goodPIN) },
		journey.StageWelcome: func() error {
			if j.State().Unfinished {
				return j.Resume(ctx, "")
			}
			return j.Begin(ctx)
		},
	}
	act, ok := acts[j.State().Stage]
	if !ok {
		s.Fatalf("no way on from %s", j.State().Stage)
	}
	return act()
}

// pardoned are the failures to which an hour without a line may kindly lead.
var pardoned = []api.Code{"", api.CodeExpired, api.ChallengeExpired, api.GrantExpired}

// walk goes to the end.
func (s *sufferer) walk() {
	s.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(4 * time.Minute); s.way.State().Stage != journey.StageDone; {
		at := s.way.State().Stage
		err := s.act(s.Context())
		if !slices.Contains(pardoned, api.CodeOf(err)) || time.Now().After(deadline) {
			s.Fatalf("at %s: %v\n%s", at, err, s.a.log)
		}
		if e := s.way.State().Enrolment; e.ID != "" {
			s.e = e
		}
		if at == journey.StageStatus {
			<-tick.C // the authority does its work in the background
		}
	}
}

// TestAnHourWithoutALineAtEveryCall cuts the line for an hour at the first use
// of each operation at each stage, before the call arrives or after it was
// answered. The citizen goes on at another computer, loses the keys there, then
// the whole keyring, reaches the end all the same, and everything happened once. Every operation of
// the contract is walked: a new one fails the test until the citizen uses it.
func TestAnHourWithoutALineAtEveryCall(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]bool{"before the call": false, "after the answer": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, on func(*Plan)) {
				s := suffer(t, on, late)
				s.walk()
				for _, op := range operations() {
					if !slices.ContainsFunc(slices.Collect(maps.Keys(s.line.met)), func(call string) bool {
						return strings.HasPrefix(call, op.method+" "+op.path+" ")
					}) {
						t.Errorf("%s never lost its line", op.id)
					}
				}
				if s.line.lost < 10*len(s.line.met) {
					t.Errorf("%d tries in %d outages", s.line.lost, len(s.line.met))
				}
				checkOnce(s)
			})
		})
	}
}

// checkOnce holds what was done on the way that was taken over, and on the one
// that took over, against what should have been.
func checkOnce(s *sufferer) {
	s.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "keys", "*"))
	if err != nil || len(files) != 2 {
		s.Errorf("%d key files: %v", len(files), err)
	}
	for _, path := range files {
		if _, err := keystore.ReadKeyFile(path, "Qoltanba2026"); err != nil {
			s.Errorf("a key file: %v", err)
		}
	}
	for way, want := range map[*citizen]map[string]int{
		{T: s.T, a: s.a, e: s.taken}: {
			"citizen start": 1, "citizen sign-in": 1, "citizen selfie": 1, "citizen ask-operator": 1,
			"citizen pin-set": 1, "citizen cancel": 1, "citizen accept-biometrics": 1, "citizen code-wrong": 0,
		},
		s.citizen: {
			"citizen start": 1, "citizen sign-in": 1, "citizen selfie": 1, "citizen take-over": 1, "citizen recording": 1,
			"citizen recording-refused": 0, "citizen pin-set": 1, "citizen card-front": 1, "citizen card-back": 1, "citizen fields": 2,
			"citizen repeat": 1, "citizen apply": 3, "citizen withdraw": 2, "service revoke": 2, "service issue": 3, "citizen import": 1,
			"citizen code-wrong": 0, "citizen pin-wrong": 0, "citizen accept-biometrics": 1, "citizen accept-agreement": 3,
			"citizen recover": 1, "citizen rebind": 1,
		},
	} {
		done := actions(way)
		for what, n := range want {
			if done[what] != n {
				s.Errorf("%q was done %d times, want %d", what, done[what], n)
			}
		}
		asked := done["citizen start"] + done["citizen sign-in"] + done["citizen send-code"]
		if n := done["service code-sent"]; n > asked {
			s.Errorf("%d codes were sent, %d were asked for", n, asked)
		}
		s.Logf("%v", done)
	}
	s.ledgered(6, 4)
	if n := len(s.a.phone.Messages(s.who.Phone)); n > 20 {
		s.Errorf("%d messages were sent", n)
	}
}

// A recording that falls silent costs nothing three times; whoever falls silent
// more often, or begins anew at once, spends tries: else one could draw prompts
// until they suit a film made before.
func TestALostLineCostsNoTry(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "sergey")
	c.confirm()
	c.accept(api.TextBiometrics, api.ConsentBiometrics)
	c.selfie()
	do(c, api.StartChallenge, api.ChallengeRequest{})
	all := c.e.Challenge.TriesLeft
	again := func(silent time.Duration) int {
		var told api.Challenge
		for n := 0; told.Prompt == nil; n++ { // the first prompt follows the straight look
			var err error
			if told, err = ask(c, api.SendHead, api.HeadRequest{Frames: n, Head: strings.Repeat("0", 64)}); err != nil || n > 10 {
				t.Fatal("no prompt was shown", err)
			}
			a.clock.advance(500 * time.Millisecond)
		}
		a.clock.advance(silent)
		do(c, api.StartChallenge, api.ChallengeRequest{})
		return c.e.Challenge.TriesLeft
	}
	for n := range 3 {
		if left := again(time.Hour); left != all {
			t.Errorf("lost line %d: %d tries left of %d", n, left, all)
		}
	}
	if left := again(time.Hour); left != all-1 {
		t.Errorf("the fourth lost line: %d tries left of %d", left, all)
	}
	if left := again(5 * time.Second); left != all-2 {
		t.Errorf("begun anew at once: %d tries left of %d", left, all)
	}
}
