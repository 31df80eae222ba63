package journey

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"qoltanba/app/api"
	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
)

// Config is what a journey works with. Client, Key, Vault and Data are needed.
type Config struct {
	Client *api.Client
	// Key is the device's, from [keystore.DeviceKey].
	Key crypto.Signer
	// Vault keeps the private keys between submission and download. The caller
	// opened it, so no other process has it or the journal, and closes it.
	Vault *keystore.Vault
	// Data is the folder of the journal; it is made if it is not there.
	Data string
	// Language is the one to begin with where no journal tells another.
	Language api.Language
	// Encoding is how key files are encrypted.
	Encoding keystore.Encoding
	// Keys is the kind of key pairs that are made; 0 is [DefaultKeys].
	Keys keypair.Algorithm
	// Tokens are those that may take the keys in place of a folder; nil for none.
	Tokens Tokens
	// Probe asks who has the companion's port; nil is [ProbeCompanion].
	Probe func(context.Context) Companion
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Patient actions wait for a line that is down, telling so in State.Line,
	// until it is back or [Journey.GiveUp]. Without it they end after the
	// client's attempts.
	Patient bool
	// Wait sleeps between refreshes, and between the tries of patient actions;
	// nil waits for real.
	Wait func(context.Context, time.Duration) error
}

// ErrBusy says that another action is under way.
var ErrBusy = errors.New("another action is under way: wait until it has ended")

// StageError says that an action does not belong to the stage.
type StageError struct {
	Action string
	Stage  Stage
}

func (e *StageError) Error() string {
	return fmt.Sprintf("%s does not belong to stage %s", e.Action, e.Stage)
}

// Journey is one citizen's way on this computer. Its methods may be called from
// any goroutine.
type Journey struct {
	cfg  Config
	file *journalFile
	turn chan struct{} // held by whoever talks to the backend

	deliver sync.Mutex // keeps the order in which subscribers are told

	mu          sync.Mutex // guards all below
	state       State
	record      record
	recovery    recovery // what is kept for a lost key
	holding     holding  // what is kept of ways that are done
	keysFrom    Stage    // where the keys were opened
	overlay     Stage    // a stage the citizen opened over the one that is due
	keysLost    bool
	touched     time.Time // when the citizen last did something
	subscribers map[int]func(State)
	next        int
	moved       chan struct{} // closed and replaced when the stage changes
	roused      chan struct{} // closed and replaced by [Journey.TryNow]
	giveUp      func()        // ends the action under way; nil while there is none
}

// New begins at StageWelcome, or has a way to resume there if the data folder
// holds its journal; a way that is done is shown until [Journey.StartAgain]. A
// journal that is damaged, or was written under a device key that the keyring
// lost, is kept under another name; the way is then led back to from
// StageRecover where it has a PIN, and otherwise State.Problem says what was
// lost with [api.JournalDamaged] or [api.DeviceKeyLost]. An error means that the
// folder cannot be used.
func New(cfg Config) (*Journey, error) {
	cfg = cfg.withDefaults()
	sealer, err := newSealer(cfg.Key)
	if err != nil {
		return nil, err
	}
	file, err := openJournal(cfg.Data, sealer)
	if err != nil {
		return nil, err
	}
	j := &Journey{
		cfg: cfg, file: file, turn: make(chan struct{}, 1),
		subscribers: map[int]func(State){}, moved: make(chan struct{}), roused: make(chan struct{}),
		state: State{Stage: StageWelcome, Language: cfg.Language},
	}
	if cfg.Patient {
		client := *cfg.Client
		client.Patience, client.Sent = patience{j}, j.sent
		j.cfg.Client = &client
	}
	j.record, err = file.load()
	if err != nil {
		switch j.state.Problem = Problem(err); j.state.Problem.Code {
		case api.JournalDamaged, api.DeviceKeyLost:
		default:
			return nil, err
		}
	}
	if j.recovery, err = file.loadRecovery(); err != nil {
		return nil, err
	}
	if j.holding, err = file.loadHolding(); err != nil {
		return nil, err
	}
	if j.touched = j.record.SavedAt; j.record.Enrolment == "" {
		j.touched = j.now()
	}
	if j.record.Language == "" {
		j.record.Language = cfg.Language
	}
	j.state.Language = j.record.Language
	j.state.Form, j.state.Files = j.record.form(), j.record.Files
	if j.state.Former = j.record.Former; j.record.finished() {
		j.state.Stage = StageDone
		if len(j.record.Former) > 0 {
			j.state.Stage = StageFormer
		}
	}
	if j.recoverable() {
		j.state.Stage, j.state.Problem = StageRecover, nil // the stage says it
	}
	j.derive()
	return j, nil
}

// DefaultKeys is the kind of key pairs that are made where no other is asked for.
const DefaultKeys = keypair.GOST512

func (c Config) withDefaults() Config {
	if c.Keys == 0 {
		c.Keys = DefaultKeys
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Wait == nil {
		c.Wait = wait
	}
	if c.Probe == nil {
		c.Probe = ProbeCompanion
	}
	if !slices.Contains(api.Languages(), c.Language) {
		c.Language = api.Kazakh
	}
	return c
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// State is where the citizen is now.
func (j *Journey) State() State {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state.clone()
}

// Subscribe calls changed after every change, in order and one call at a time,
// until cancel. The function is called from whichever goroutine made the
// change; it returns soon and calls no action (a window posts to its own loop).
func (j *Journey) Subscribe(changed func(State)) (cancel func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	id := j.next
	j.next++
	j.subscribers[id] = changed
	return func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		delete(j.subscribers, id)
	}
}

// change alters the state, derives what follows from it and tells subscribers.
func (j *Journey) change(alter func(*State)) {
	j.deliver.Lock()
	defer j.deliver.Unlock()
	j.mu.Lock()
	before := j.state.Stage
	alter(&j.state)
	j.derive()
	if j.state.Stage != before {
		close(j.moved)
		j.moved = make(chan struct{})
	}
	snapshot := j.state.clone()
	told := make([]func(State), 0, len(j.subscribers))
	for _, f := range j.subscribers {
		told = append(told, f)
	}
	j.mu.Unlock()
	for _, f := range told {
		f(snapshot)
	}
}

// act runs one action of the citizen: refuses it outside its stages, clears the
// last problem, and afterwards shows what went wrong.
func (j *Journey) act(ctx context.Context, action string, at []Stage, do func(context.Context) error) error {
	absent := j.absent()
	j.CheckAbsence()
	from := j.State().Stage
	if err := j.enter(action, at); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.WithValue(ctx, patiently{}, true))
	defer cancel()
	err := j.take(ctx)
	var shown *api.Problem
	if err == nil {
		j.mayGiveUp(cancel)
		if err = j.belongs(action, at); err == nil { // a refresh may have moved on meanwhile
			err = j.outcome(ctx, j.settle(ctx, do(ctx)))
		}
		// A text that cannot be read is told, but does not undo the action.
		if textErr := j.loadShown(ctx); textErr != nil && ctx.Err() == nil {
			shown = Problem(textErr)
		}
		j.mayGiveUp(nil)
		<-j.turn
	}
	if from != StageWelcome && from != StageResume && !absent { // else the PIN may be due
		j.touch()
	}
	var problem *api.Problem
	if errors.As(err, &problem) {
		shown, err = problem, problem
	}
	j.change(func(s *State) { s.Busy, s.Problem, s.Line, s.Upload = false, shown, nil, Upload{} })
	return err
}

func (j *Journey) enter(action string, at []Stage) error {
	if err := j.belongs(action, at); err != nil {
		return err
	}
	busy := false
	j.change(func(s *State) {
		if busy = s.Busy; !busy {
			s.Busy, s.Problem = true, nil
		}
	})
	if busy {
		return ErrBusy
	}
	return nil
}

func (j *Journey) belongs(action string, at []Stage) error {
	now := j.State().Stage
	for _, stage := range at {
		if stage == now {
			return nil
		}
	}
	return &StageError{action, now}
}

// take waits for the turn to talk to the backend.
func (j *Journey) take(ctx context.Context) error {
	select {
	case j.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// settle turns an action's error into a problem. When the backend refused, it
// is asked where the citizen stands: a refusal may have used up the nonce, or
// an earlier call whose answer was lost may have gone through.
func (j *Journey) settle(ctx context.Context, err error) error {
	var refused *StageError
	if err == nil || errors.As(err, &refused) || ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return err
	}
	problem := Problem(err)
	before := j.State().Enrolment
	if problem.Status == 0 || j.session().Enrolment == "" || api.Passing(problem.Code) {
		return problem
	}
	j.note(func(r *record) { r.Refusals++ })
	if rereadErr := j.reread(ctx); rereadErr != nil {
		return problem
	}
	outOfStep := problem.Code == api.OutOfOrder || problem.Code == api.NonceUsed
	if outOfStep && j.State().Enrolment.Step != before.Step {
		return nil // what was asked for, or something else, has happened already
	}
	return problem
}
