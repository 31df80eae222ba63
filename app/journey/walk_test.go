package journey

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
	"go.uber.org/goleak"

	"qoltanba/app/api"
	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/token/tokentest"
)

func TestMain(m *testing.M) {
	keyring.MockInit()
	if err := fillKeyring(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// citizen is a computer with its program: what outlives a killed process.
type citizen struct {
	t         testing.TB
	model     *model
	dir       string
	device    *ecdsa.PrivateKey
	now       func() time.Time
	with      api.DocumentKind   // that the citizen gives
	source    keystore.KeySource // of the vault; nil is testSource
	tokens    Tokens             // that take the keys; nil: they go to a folder
	algorithm keypair.Algorithm  // that are made: the RSA pair, which has more instants to fail in
}

func newCitizen(t testing.TB) *citizen {
	device, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	return &citizen{t: t, model: newModel(t), dir: dir, device: device, now: time.Now, with: api.IdentityCard, algorithm: keypair.RSA}
}

// process is the program running.
type process struct {
	*Journey
	vault *keystore.Vault
}

func (c *citizen) start(carrier http.RoundTripper) *process {
	c.t.Helper()
	source := c.source
	if source == nil {
		source = testSource
	}
	vault, err := keystore.OpenVault(filepath.Join(c.dir, "vault"), source)
	if err != nil {
		c.t.Fatal(err)
	}
	base, err := url.Parse(modelBase)
	if err != nil {
		c.t.Fatal(err)
	}
	j, err := New(Config{
		Client: &api.Client{Base: base, HTTP: &http.Client{Transport: carrier}, Attempts: 2, Wait: noWait},
		Key:    c.device, Vault: vault, Data: filepath.Join(c.dir, "data"), Language: api.Kazakh,
		Probe: func(context.Context) Companion { return Companion{Kind: CompanionNobody} },
		Now:   c.now, Wait: shortWait, Keys: c.algorithm, Tokens: c.tokens,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return &process{j, vault}
}

// stop ends the process; what it had in memory is gone.
func (p *process) stop() { _ = p.vault.Close() }

func noWait(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// shortWait lets others run, and time pass for nobody.
func shortWait(ctx context.Context, _ time.Duration) error { return wait(ctx, 2*time.Millisecond) }

var errStuck = errors.New("the way does not go on")

// walk takes every stage as a citizen would, until the wanted one or an error.
func (c *citizen) walk(ctx context.Context, j *Journey, until Stage) error {
	for range 60 {
		s := j.State()
		if s.Stage == until {
			return nil
		}
		if err := c.take(ctx, j, s); err != nil {
			return fmt.Errorf("at %s: %w", s.Stage, err)
		}
	}
	return fmt.Errorf("%w beyond %s", errStuck, j.State().Stage)
}

func (c *citizen) keys() string { return filepath.Join(c.dir, "keys") }

func (c *citizen) form() Form {
	return Form{Email: modelMail, Storage: api.StoragePC, Folder: c.keys()}
}

func (c *citizen) take(ctx context.Context, j *Journey, s State) error {
	picture := api.Picture{Type: "image/jpeg", Data: noise(1)}
	acts := map[Stage]func() error{
		StageCamera:         func() error { return j.CameraChecked(ctx) },
		StageIIN:            func() error { return j.GiveIIN(ctx, modelIIN) },
		StageCode:           func() error { return j.GiveCode(ctx, modelCode) },
		StageCompanion:      func() error { return errors.Join(j.ProbeCompanion(ctx), j.CompanionChecked(ctx)) },
		StageSummary:        func() error { return j.Proceed(ctx) },
		StageSignIn:         func() error { return j.SignIn(ctx, modelTel) },
		StageSignInCode:     func() error { return j.GiveCode(ctx, modelCode) },
		StageBiometrics:     func() error { return j.AcceptBiometrics(ctx) },
		StageSelfie:         func() error { return j.SendSelfie(ctx, picture) },
		StageTakeOver:       func() error { return j.TakeOver(ctx, modelPIN) },
		StageRecover:        func() error { return j.Recover(ctx) },
		StageRebind:         func() error { return j.Rebind(ctx, modelPIN) },
		StageKeysLost:       func() error { return j.GiveUpKeys(ctx, modelPIN) },
		StageRecordingIntro: func() error { return j.Record(ctx, api.ChallengeRequest{}, frames(c.now)) },
		StageJudging:        func() error { c.model.pass(); return j.Refresh(ctx) },
		StagePIN:            func() error { return j.SetPIN(ctx, modelPIN) },
		StageCardChoice:     func() error { return j.ChooseCard(ctx, CardChoice{c.with, CardByFile}) },
		StageCardFront:      func() error { return j.SendCard(ctx, api.Front, picture) },
		StageCardBack:       func() error { return j.SendCard(ctx, api.Back, picture) },
		StagePassport:       func() error { return j.SendCard(ctx, api.DataPage, picture) },
		StageFields:         func() error { return j.ConfirmFields(ctx, fieldsOf(c.with)) },
		StageChecking:       func() error { c.model.approve(); return j.Refresh(ctx) },
		StageCabinet:        func() error { return j.Proceed(ctx) },
		StageGrant:          func() error { return j.Grant(ctx, modelPIN) },
		StageAgreement:      func() error { return j.AcceptAgreement(ctx) },
		StageForm:           func() error { return j.FillForm(ctx, c.form()) },
		StageEmailCode:      func() error { return j.GiveEmailCode(ctx, modelCode) },
		StageSubmit:         func() error { return j.Submit(ctx) },
		StageStatus:         func() error { c.model.issue(); return j.Refresh(ctx) },
		StagePassword:       func() error { return j.WriteKeys(ctx, modelPass) },
		StageFormer:         func() error { return j.KeepFormer(ctx) },
		StageToken:          func() error { return j.UseToken(ctx, tokentest.PIN) },
		StageResume:         func() error { return j.Resume(ctx, modelPIN) },
		StageWelcome: func() error {
			if s.Unfinished {
				return j.Resume(ctx, "")
			}
			return j.Begin(ctx)
		},
	}
	act, ok := acts[s.Stage]
	if !ok {
		return errStuck
	}
	return act()
}

var sampleFields = api.CardFields{
	Surname: "САПАРОВА", Name: "АЙГУЛ", Patronymic: "МАРАТОВНА", Sex: api.Female, BirthDate: "1990-04-17",
	BirthPlace: "АЛМАТЫ", Nationality: "ҚАЗАҚ", Citizenship: "ҚАЗАҚСТАН", DocumentNumber: "099999001",
	Issuer: "ІІМ", IssueDate: "2022-05-10", ExpiryDate: "2032-05-09",
}

// fieldsOf is what stands on the sample citizen's document of a kind.
func fieldsOf(kind api.DocumentKind) api.CardFields {
	fields := sampleFields
	if kind == api.Passport {
		fields.DocumentNumber = "N99999001"
	}
	return fields
}

// noise is a small JPEG that differs with n.
func noise(n int) []byte {
	img := image.NewGray(image.Rect(0, 0, 32, 24))
	for i := range img.Pix {
		img.Pix[i] = byte(i * (n + 3))
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// frames is a camera whose frames lie a tenth of a second apart.
func frames(now func() time.Time) FrameSource {
	at, n := now(), 0
	return func(ctx context.Context) (Frame, error) {
		at, n = at.Add(110*time.Millisecond), n+1
		return Frame{JPEG: noise(n), At: at}, wait(ctx, time.Millisecond)
	}
}

// testSource is go-keyring's keyring in memory. It knows no locks, so that
// [fillKeyring] puts in beforehand what all citizens then only read.
var testSource = keystore.KeyringSource(testService)

const testService = "kz.qoltanba.test"

// fillKeyring lets a vault make its key.
func fillKeyring() (err error) {
	dir, err := os.MkdirTemp("", "vault")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	vault, err := keystore.OpenVault(dir, testSource)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, vault.Close()) }()
	keys, err := generateKeys(keypair.RSA)
	if err != nil {
		return err
	}
	return vault.Put(context.Background(), "first", keys)
}

// stages notes the stages that a journey passes.
type stages struct {
	mu   sync.Mutex
	list []Stage
}

func (s *stages) add(now State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.list) == 0 || s.list[len(s.list)-1] != now.Stage {
		s.list = append(s.list, now.Stage)
	}
}
