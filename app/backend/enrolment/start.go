package enrolment

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/otp"
	"qoltanba/app/backend/store"
	"qoltanba/keystore/keypair"
)

// Start opens an enrolment for any well-formed IIN. The registers are asked by
// a job: neither the answer nor its time tells whether the IIN is known.
func (s *Service) Start(ctx context.Context, c Call, in api.StartRequest) (api.Started, error) {
	if err := in.Validate(); err != nil {
		return api.Started{}, err
	}
	var out api.Started
	err := s.Store.Update(ctx, func(tx store.Tx) (err error) {
		if err := c.recall(tx); err != nil {
			return err
		}
		if out, err = s.open(tx, c, in); err != nil {
			return err
		}
		return c.keep(tx, out, nil)
	})
	if err != nil {
		return api.Started{}, err
	}
	return out, nil
}

// open counts the start against the address and makes the record.
func (s *Service) open(tx store.Tx, c Call, in api.StartRequest) (api.Started, error) {
	if err := s.allow(tx, s.now(), "start", limit.ByAddress, c.Address, s.rules.StartsPerAddress); err != nil {
		return api.Started{}, err
	}
	return s.begin(tx, c, s.subject(in.IIN), State{IIN: in.IIN, Language: in.Language})
}

// begin makes the record of a citizen, counted against their starts, and has a
// code sent.
func (s *Service) begin(tx store.Tx, c Call, subject string, st State) (api.Started, error) {
	now, token := s.now(), secret()
	if err := s.allow(tx, now, "start", limit.ByIIN, subject, s.rules.StartsPerIIN); err != nil {
		return api.Started{}, err
	}
	hash := sha256.Sum256([]byte(token))
	st.Device, st.Token, st.Nonce = c.Device, hash[:], secret()
	r := &record{
		Enrolment: store.Enrolment{ID: newID(), Subject: subject, CreatedAt: now, ExpiresAt: now.Add(s.rules.Unfinished)},
		State:     st,
	}
	w := &work{record: r, tx: tx, now: now, by: citizen}
	if err := s.send(w, api.CodeForEnrolment); err != nil {
		return api.Started{}, err
	}
	if err := w.enqueueAt(r.ExpiresAt, jobLapse, caseArgs{Enrolment: r.ID}); err != nil {
		return api.Started{}, err
	}
	if err := w.audit("start", "device "+c.Device); err != nil {
		return api.Started{}, err
	}
	if err := r.save(tx, now); err != nil {
		return api.Started{}, err
	}
	return api.Started{Enrolment: s.render(r), Token: api.Secret(token)}, nil
}

// newID names an enrolment: 128 random bits and some.
func newID() string { return secret()[:26] }

// Read tells how far the enrolment is, one that its citizen cancelled included.
func (s *Service) Read(ctx context.Context, c Call) (api.Enrolment, error) {
	r, err := s.view(ctx, c)
	if err != nil {
		return api.Enrolment{}, err
	}
	if !r.State.Cancelled && !s.now().Before(r.ExpiresAt) {
		return api.Enrolment{}, api.Fail(api.EnrolmentEnded, "begin again")
	}
	return s.render(r), nil
}

// view reads the caller's enrolment, be it over, unless another computer has
// taken its place. One that led back to another is read as that.
func (s *Service) view(ctx context.Context, c Call) (*record, error) {
	var r *record
	err := s.Store.View(ctx, func(tx store.Tx) (err error) {
		if r, err = s.find(tx, c); err == nil && r.State.LedTo != "" {
			c.Enrolment = r.State.LedTo
			r, err = s.find(tx, c)
		}
		if err == nil && r.State.TakenOver {
			err = r.alive(s.now())
		}
		return err
	})
	return r, err
}

// Cancel ends an unfinished enrolment. It is erased unless an operator has
// decided on it: what a decision rests on is kept for its term.
func (s *Service) Cancel(ctx context.Context, c Call) (api.Enrolment, error) {
	return s.step(ctx, c, during(), func(w *work) error {
		if w.State.Next() == api.StepDone {
			return api.Fail(api.OutOfOrder, "the certificates are in the citizen's hands")
		}
		return s.cancel(w, "by the citizen")
	})
}

// cancel ends the enrolment, and with it an application whose certificates
// nobody has imported.
func (s *Service) cancel(w *work, why string) error {
	if err := w.withdraw(); err != nil {
		return err
	}
	w.State.Cancelled = true
	if w.State.Decision == nil || w.State.Decision.At == nil {
		if err := w.enqueue(jobErase, caseArgs{Enrolment: w.ID}); err != nil {
			return err
		}
	}
	return w.audit("cancel", why)
}

// enqueue hands a job to the queue, to run once the transaction is kept.
func (w *work) enqueue(kind string, args any) error { return w.enqueueAt(time.Time{}, kind, args) }

// enqueueHeavy is enqueue for work of seconds for a processor.
func (w *work) enqueueHeavy(kind string, args any) error {
	text, err := json.Marshal(args)
	if err != nil {
		return err
	}
	return w.tx.Enqueue(store.Job{Kind: kind, Args: text, Heavy: true})
}

// enqueueAt is enqueue for a job that begins at a time.
func (w *work) enqueueAt(at time.Time, kind string, args any) error {
	text, err := json.Marshal(args)
	if err != nil {
		return err
	}
	return w.tx.Enqueue(store.Job{Kind: kind, Args: text, At: at})
}

// render is the enrolment as its citizen sees it.
func (s *Service) render(r *record) api.Enrolment {
	st, now := &r.State, s.now()
	e := api.Enrolment{
		ID: r.ID, Step: st.Next(), Nonce: st.Nonce, Language: st.Language,
		CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt, Lock: st.lock(now),
	}
	if st.Call != nil {
		e.Call = &st.Call.CallBack
	}
	if st.Code != nil {
		e.Code = s.renderCode(st.Code.Challenge)
	}
	if !st.Confirmed {
		return e
	}
	e.Phone = st.Phone.Masked()
	if st.Challenge != nil && e.Step == api.StepRecording {
		told := s.renderChallenge(r)
		e.Challenge = &told
	}
	e.Identification = s.renderVerdict(st, now)
	if len(st.Card) > 0 {
		e.Document = st.document()
	}
	e.Reading = st.renderReading()
	e.CardSides, e.Fields, e.Decision, e.Passed = st.sides(), st.Fields, s.renderDecision(st, now), st.Passed
	if st.Grant != nil {
		e.GrantUntil = &st.Grant.Until
	}
	e.Email = s.renderEmail(st.Email, now)
	if e.Step == api.StepApplication {
		e.Offers = s.offers()
	}
	if st.Renewal != nil {
		e.Renews = st.Renewal.Serial
	}
	if st.Application != nil {
		e.Application = &st.Application.Application
	}
	return e
}

// offers are the kinds of keys that the authority certifies, the usual first.
func (s *Service) offers() (served []api.KeyOffer) {
	for _, storage := range []api.Storage{api.StoragePC, api.StorageToken} {
		for _, algorithm := range []keypair.Algorithm{keypair.GOST512, keypair.RSA} {
			if s.NCA.Serves(algorithm, string(storage)) {
				served = append(served, api.KeyOffer{Keys: api.KeyAlgorithm(algorithm.Name()), Storage: storage})
			}
		}
	}
	return served
}

func (s *Service) renderDecision(st *State, now time.Time) *api.Decision {
	if st.Decision == nil {
		return nil
	}
	d := *st.Decision
	d.Operator = st.Decider != machine
	if d.State == api.DecisionWaiting {
		d.Operator = !s.awaitsMachine(st, now)
	}
	return &d
}

func (s *Service) renderCode(c otp.Challenge) *api.CodeSent {
	return &api.CodeSent{
		Purpose: c.Purpose, Digits: otp.Digits, TriesLeft: c.Left,
		ExpiresAt: c.Expires, ResendAt: c.Sent.Add(s.rules.Code.Resend),
	}
}

// lock is the time of waiting that matters at the present step.
func (s *State) lock(now time.Time) *api.Lock {
	until := func(t time.Time, reason api.Code) *api.Lock {
		if now.Before(t) {
			return &api.Lock{Until: t, Reason: reason}
		}
		return nil
	}
	switch s.Next() {
	case api.StepCode, api.StepSignIn, api.StepSignInCode:
		return until(s.CodeLock, api.CodeExhausted)
	case api.StepTakeOver, api.StepRebind:
		return until(s.TakeOver.LockedUntil, api.PINLocked)
	case api.StepRecording:
		return until(s.Recordings.LockedUntil, api.RecordingLocked)
	default:
		return until(s.PINTries.LockedUntil, api.PINLocked)
	}
}
