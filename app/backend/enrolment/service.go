package enrolment

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/digitalid"
	"qoltanba/app/backend/envelope"
	"qoltanba/app/backend/evidence"
	"qoltanba/app/backend/identity"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/notify"
	"qoltanba/app/backend/otp"
	"qoltanba/app/backend/pepper"
	"qoltanba/app/backend/pin"
	"qoltanba/app/backend/registry"
	"qoltanba/app/backend/store"
	"qoltanba/assets/texts"
	"qoltanba/capture/liveness"
	"qoltanba/capture/picture/pdf"
)

// Rules are the times and bounds of the service that an agency may set.
type Rules struct {
	Code       otp.Policy
	CodeLock   time.Duration // after the last wrong code
	PIN        pin.Lockout
	Recordings pin.Lockout // failed challenges of a citizen in a row, and the lock after them
	// Identifications is how many of a citizen a machine may send back before
	// operators alone decide.
	Identifications int

	Unfinished time.Duration // life of an enrolment until the PIN is set
	Identified time.Duration // from then on, and again from each hand-over on

	Prompts    int           // movements, a blink among them: 4 to 6
	PromptTime time.Duration // how long each is shown
	HeadEvery  time.Duration // how often the chain's head is told
	FramesIn   time.Duration // from the start of a recording to its last frame

	Grant time.Duration // how long the consent to pass the data holds

	Evidence int64 // bytes that one enrolment may bring, with all that is sent again

	StartsPerIIN     limit.Policy
	StartsPerAddress limit.Policy
	CodesPerPhone    limit.Policy // and e-mail codes per citizen
	WrongCodesPerIIN limit.Policy // over all enrolments and codes

	RenewWithin       time.Duration // before a certificate's end its key may renew it
	IdentificationAge time.Duration // an identification this old carries no renewal any more
	RenewalsPerIIN    limit.Policy
}

// DefaultRules are the rules of the service as it is described to citizens.
func DefaultRules() Rules {
	return Rules{
		Code:       otp.DefaultPolicy(),
		CodeLock:   5 * time.Minute,
		PIN:        pin.DefaultLockout(),
		Recordings: pin.Lockout{Tries: 3, Lock: 15 * time.Minute}, Identifications: 5,
		Unfinished: day,
		Identified: 30 * day,
		Prompts:    4, PromptTime: 3 * time.Second, HeadEvery: 500 * time.Millisecond, FramesIn: 5 * time.Minute,
		Grant:            30 * time.Minute,
		Evidence:         512 << 20,
		StartsPerIIN:     limit.Policy{Max: 10, Per: time.Hour},
		StartsPerAddress: limit.Policy{Max: 100, Per: time.Hour},
		CodesPerPhone:    limit.Policy{Max: 20, Per: time.Hour},
		WrongCodesPerIIN: limit.Policy{Max: 30, Per: day},
		RenewWithin:      60 * day, IdentificationAge: 3 * 365 * day,
		RenewalsPerIIN: limit.Policy{Max: 3, Per: day},
	}
}

// Validate says which rule is out of its range.
func (r Rules) Validate() error {
	errs := []error{r.Code.Validate(), r.PIN.Validate(), r.Recordings.Validate()}
	for name, p := range map[string]limit.Policy{
		"starts per IIN": r.StartsPerIIN, "starts per address": r.StartsPerAddress, "codes per phone": r.CodesPerPhone,
		"wrong codes per IIN": r.WrongCodesPerIIN, "renewals per IIN": r.RenewalsPerIIN,
	} {
		if err := p.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	within := func(name string, d, least, most time.Duration) {
		if d < least || d > most {
			errs = append(errs, fmt.Errorf("%s of %v must be between %v and %v", name, d, least, most))
		}
	}
	within("lock after wrong codes", r.CodeLock, time.Second, 24*time.Hour)
	within("life of an unfinished enrolment", r.Unfinished, time.Hour, 31*24*time.Hour)
	within("life of an enrolment", r.Identified, time.Hour, 366*24*time.Hour)
	within("time of a head movement", r.PromptTime, time.Second, 20*time.Second)
	within("time between chain heads", r.HeadEvery, 100*time.Millisecond, 5*time.Second)
	within("time for the frames", r.FramesIn, 30*time.Second, time.Hour)
	within("life of the consent to pass data", r.Grant, time.Minute, 24*time.Hour)
	within("time for renewals", r.RenewWithin, day, 6*366*day)
	within("age of an identification that carries a renewal", r.IdentificationAge, day, texts.Retention)
	if r.Evidence < 1<<20 {
		errs = append(errs, fmt.Errorf("%d bytes of evidence must be at least %d", r.Evidence, 1<<20))
	}
	if r.Identifications < 1 || r.Identifications > 100 {
		errs = append(errs, fmt.Errorf("%d identifications must be between 1 and 100", r.Identifications))
	}
	if r.Prompts < liveness.MinPrompts || r.Prompts > liveness.MaxPrompts {
		errs = append(errs, fmt.Errorf("%d movements must be between %d and %d", r.Prompts, liveness.MinPrompts, liveness.MaxPrompts))
	}
	return errors.Join(errs...)
}

// Mail sends e-mail; [notify.Mail] does.
type Mail interface {
	Send(ctx context.Context, to string, m notify.Message) error
}

// Parts is what the service is made of. All must be given but Mail, AlarmPage, Judge, Recogniser,
// Pass, PDF, Random and Now.
type Parts struct {
	Store      store.Store
	Pepper     pepper.Pepper
	PINs       *pin.Hasher
	MobileBase registry.MobileBase
	Register   registry.PopulationRegister
	SMS        notify.SMS
	Mail       Mail // nil: no e-mail is sent
	Evidence   *evidence.Store
	DigitalID  *digitalid.Party
	NCA        *nca.Authority
	AlarmPage  string           // address of the page that suspends what was issued, less the token; "": messages have no link
	Judge      Judge            // nil: operators look at everything
	Recogniser Recogniser       // nil: operators read documents
	Pass       identity.Policy  // what is done with the judge's pass; none: it advises
	PDF        *pdf.Renderer    // nil: no PDF is taken
	Random     io.Reader        // nil: crypto/rand
	Now        func() time.Time // nil: the system's clock
}

// Service is the way of all citizens. It holds no state of its own and is safe
// for concurrent use, by many processes over one store.
type Service struct {
	Parts
	rules  Rules
	codes  *otp.Issuer
	limits limit.Keyer
	letter *envelope.Box

	cleaning chan struct{} // a place for each picture being decoded
	took     atomic.Int64  // nanoseconds that the last judging took
}

// New checks rules and parts and makes the service.
func New(rules Rules, parts Parts) (*Service, error) {
	if err := rules.Validate(); err != nil {
		return nil, err
	}
	if parts.Random == nil {
		parts.Random = rand.Reader
	}
	if parts.Now == nil {
		parts.Now = time.Now
	}
	codes, err := otp.NewIssuer(rules.Code, parts.Pepper, parts.Random)
	if err != nil {
		return nil, err
	}
	letter, err := envelope.New(parts.Pepper, "jobs")
	if err != nil {
		return nil, err
	}
	return &Service{
		Parts: parts, rules: rules, codes: codes, limits: limit.NewKeyer(parts.Pepper), letter: letter,
		cleaning: make(chan struct{}, cleanings),
	}, nil
}

// now is the time as the store keeps it.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// subject is the pseudonym of a citizen.
func (s *Service) subject(iin api.IIN) string {
	return hex.EncodeToString(s.Pepper.MAC("subject/v1", string(iin)))
}

// Memory keeps the answer to a call in the same transaction as its change, so
// that a repeated call is answered alike and changes nothing twice.
type Memory interface {
	// Call names the call: a repetition of it, and nothing else, has its name.
	Call() string
	// Recall returns an error that ends the transaction if the call was
	// answered before.
	Recall(tx store.Tx) error
	// Keep stores the answer, or the failure where that is not nil.
	Keep(tx store.Tx, answer any, failure *api.Problem) error
}

// Call says who calls. Device and Nonce come out of a verified proof of
// possession; nothing else in it is believed.
type Call struct {
	Enrolment string
	Token     api.Secret
	Device    string // thumbprint of the key
	Nonce     string // of the step, where the operation asks for one
	Address   string // of the network
	Memory    Memory // nil: the answer is not kept

	half bool // the first of two transactions: the answer is the second's
}

func (c Call) recall(tx store.Tx) error {
	if c.Memory == nil {
		return nil
	}
	return c.Memory.Recall(tx)
}

func (c Call) keep(tx store.Tx, answer any, failure *api.Problem) error {
	if c.Memory == nil || c.half {
		return nil
	}
	return c.Memory.Keep(tx, answer, failure)
}

// call names the call; "" where nobody remembers any.
func (c Call) call() string {
	if c.Memory == nil {
		return ""
	}
	return c.Memory.Call()
}

// kept is a refusal that changed something, such as a counter of tries: the
// transaction is kept and the caller gets the problem.
type kept struct{ problem *api.Problem }

func (k *kept) Error() string { return k.problem.Error() }

func keep(p *api.Problem) error { return &kept{problem: p} }

// rule says when a change may be made.
type rule struct {
	at    []api.Step // empty: at any step of a living enrolment
	nonce bool       // the call carries the step's nonce and uses it up
}

func takes(steps ...api.Step) rule { return rule{at: steps, nonce: true} }

func during(steps ...api.Step) rule { return rule{at: steps} }

// work is one transaction on one enrolment.
type work struct {
	*record
	tx  store.Tx
	now time.Time
	by  string // actor for the audit trail
}

// audit appends to the trail; detail holds codes and hashes only.
func (w *work) audit(action, detail string) error {
	return w.tx.Record(store.AuditEntry{At: w.now, Actor: w.by, Action: action, Enrolment: w.ID, Detail: detail})
}

const (
	citizen = "citizen"
	service = "service"
)

// change makes one change to the caller's enrolment and renders the answer.
func change[Out any](ctx context.Context, s *Service, c Call, may rule, do func(*work) error, answer func(*Service, *record) Out) (Out, error) {
	var out Out
	var refused *api.Problem
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		refused = nil
		w, err := s.admit(tx, c, may)
		if err != nil {
			return err
		}
		err = do(w)
		if k := (*kept)(nil); errors.As(err, &k) {
			refused, err = k.problem, nil
		}
		if err != nil {
			return err
		}
		if may.nonce && !c.half && refused == nil {
			w.State.Nonce = secret()
		}
		if err := w.save(tx, w.now); err != nil {
			return err
		}
		out = answer(s, w.record)
		return c.keep(tx, out, refused)
	})
	if err == nil && refused != nil {
		err = refused
	}
	if err != nil {
		var none Out
		return none, err
	}
	return out, nil
}

// step is change with the enrolment as its answer.
func (s *Service) step(ctx context.Context, c Call, may rule, do func(*work) error) (api.Enrolment, error) {
	return change(ctx, s, c, may, do, (*Service).render)
}

// admit reads the enrolment and checks that this call may change it now.
func (s *Service) admit(tx store.Tx, c Call, may rule) (*work, error) {
	if err := c.recall(tx); err != nil {
		return nil, err
	}
	r, err := s.find(tx, c)
	if err != nil {
		return nil, err
	}
	now := s.now()
	if err := r.alive(now); err != nil {
		return nil, err
	}
	if may.nonce && subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(r.State.Nonce)) != 1 {
		return nil, api.Fail(api.NonceUsed, "read the enrolment for the nonce of its step")
	}
	if len(may.at) > 0 && !slices.Contains(may.at, r.Step) {
		return nil, api.Fail(api.OutOfOrder, "the enrolment waits for step %q", r.Step)
	}
	return &work{record: r, tx: tx, now: now, by: citizen}, nil
}

// find reads the caller's enrolment. One that is unknown and one of another
// token or device are refused alike.
func (s *Service) find(tx store.Tx, c Call) (*record, error) {
	refuse := api.Fail(api.Unauthorised, "no enrolment for this token and key")
	e, err := tx.Enrolment(c.Enrolment)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrText) {
		return nil, refuse
	}
	if err != nil {
		return nil, err
	}
	r, err := readRecord(e)
	if err != nil {
		return nil, err
	}
	token := sha256.Sum256([]byte(c.Token))
	same := subtle.ConstantTimeCompare(token[:], r.State.Token) & subtle.ConstantTimeCompare([]byte(c.Device), []byte(r.State.Device))
	if same != 1 {
		return nil, refuse
	}
	return r, nil
}

// alive says whether the enrolment may still be changed.
func (r *record) alive(now time.Time) error {
	if r.State.TakenOver {
		return api.Fail(api.TakenOver, "on another computer")
	}
	if r.State.Cancelled || !now.Before(r.ExpiresAt) {
		return api.Fail(api.EnrolmentEnded, "begin again")
	}
	return nil
}

// secret draws 256 random bits and some, in base32.
func secret() string {
	return rand.Text() + rand.Text()
}

// allow counts an event against a limit, for as long as the transaction is kept.
func (s *Service) allow(tx store.Tx, now time.Time, action string, kind limit.Kind, value string, policy limit.Policy) error {
	key := s.limits.Key(action, kind, value)
	w, err := tx.Window(key)
	if err != nil {
		return err
	}
	next, wait, ok := limit.Allow(w, policy, now)
	if !ok {
		return api.Fail(api.TooMany, "%s for one %s", action, kind).WithUntil(now.Add(wait))
	}
	return tx.PutWindow(key, next, next.Start.Add(policy.Per))
}
