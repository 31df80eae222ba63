//go:build demo

package service

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/notify"
	"qoltanba/app/backend/registry"
)

// outage is a world that does not answer while it lasts.
type outage struct {
	World
	down  atomic.Bool
	asked atomic.Int64
}

// suffering puts an outage before the world of a plan.
func suffering(o *outage) func(*Plan) {
	return func(p *Plan) {
		o.World = p.World
		p.World.SMS, p.World.MobileBase, p.World.Register = o, o, o
	}
}

func (o *outage) over() bool {
	o.asked.Add(1)
	return !o.down.Load()
}

func (o *outage) Send(ctx context.Context, to api.Phone, m notify.Message) error {
	if !o.over() {
		return notify.ErrUnavailable
	}
	return o.SMS.Send(ctx, to, m)
}

func (o *outage) Phone(ctx context.Context, iin api.IIN) (api.Phone, error) {
	if !o.over() {
		return "", registry.ErrUnavailable
	}
	return o.MobileBase.Phone(ctx, iin)
}

func (o *outage) Register(ctx context.Context, iin api.IIN, phone api.Phone) error {
	if !o.over() {
		return registry.ErrUnavailable
	}
	return o.MobileBase.Register(ctx, iin, phone)
}

func (o *outage) Person(ctx context.Context, iin api.IIN) (registry.Person, error) {
	if !o.over() {
		return registry.Person{}, registry.ErrUnavailable
	}
	return o.World.Register.Person(ctx, iin)
}

func (o *outage) Portrait(ctx context.Context, p registry.Person) ([]byte, error) {
	if !o.over() {
		return nil, registry.ErrUnavailable
	}
	return o.World.Register.Portrait(ctx, p)
}

// begin starts the outage and ends only once somebody has felt it.
func (o *outage) begin() {
	o.asked.Store(0)
	o.down.Store(true)
}

func (o *outage) felt() bool { return o.asked.Load() > 0 }

// A mobile base or a gateway that is down delays the code and no more.
func TestOutageBeforeTheCode(t *testing.T) {
	t.Parallel()
	var o outage
	a := open(t, suffering(&o))
	c := a.citizen(t, "aigul")
	o.begin()
	c.start()
	c.until("attempt to find the phone", o.felt)
	o.down.Store(false)
	do(c, api.CheckCode, api.CodeRequest{Code: c.code(0)})
	c.at(api.StepSignIn)
}

// A code that the gateway could not take in time is not sent late, where it
// would only confuse; the citizen asks for another.
func TestStaleCodeStaysHome(t *testing.T) {
	t.Parallel()
	var o outage
	a := open(t, suffering(&o))
	c := a.citizen(t, "aigul")
	c.confirmPhone()
	o.begin()
	had := c.messages()
	do(c, api.SignIn, api.SignInRequest{Phone: c.who.Phone})
	c.until("attempt to send", o.felt)
	a.clock.advance(6 * time.Minute)
	o.down.Store(false)
	c.until("end of the stale message", func() bool {
		return len(rows(t, a, "SELECT id FROM river_job WHERE kind = 'enrolment.sms' AND state = 'cancelled'")) == 1
	})
	if n := c.messages() - had; n != 0 {
		t.Errorf("%d stale messages were sent", n)
	}
	do(c, api.SendCode, api.None{})
	do(c, api.CheckCode, api.CodeRequest{Code: c.code(had)})
	c.at(api.StepBiometrics)
}

// An operator sees that the register has not answered, and cannot approve until
// it has.
func TestRegisterDownAtTheDecision(t *testing.T) {
	t.Parallel()
	var o outage
	a := open(t, suffering(&o))
	c := a.citizen(t, "aigul")
	c.confirm()
	o.begin()
	c.identify()
	c.until("question to the register", o.felt)
	listed, err := a.Enrolments.Waiting(t.Context())
	if err != nil || len(listed) != 1 || listed[0].Compared {
		t.Fatalf("listed as %+v: %v", listed, err)
	}
	seen, err := a.Enrolments.Case(t.Context(), "dana", c.e.ID)
	if err != nil || !seen.Compared.IsZero() || seen.Register != nil {
		t.Fatalf("seen as compared at %v: %v", seen.Compared, err)
	}
	verdict := enrolment.Verdict{Version: seen.Version, Approve: true}
	if err := a.Enrolments.Decide(t.Context(), "dana", c.e.ID, verdict); !errors.Is(err, enrolment.ErrNoRegister) {
		t.Errorf("approved without the register: %v", err)
	}
	o.down.Store(false)
	c.decide(enrolment.Verdict{Approve: true})
	c.at(api.StepGrant)
}

// Whom the authority rejects is told, and may begin again with new keys.
func TestAuthorityRejects(t *testing.T) {
	t.Parallel()
	var broken *faultyStore
	a := open(t, breakable(&broken))
	c := a.citizen(t, "aigul")
	toApplication := func() {
		c.confirm()
		c.identify()
		c.decide(enrolment.Verdict{Approve: true})
		c.grant()
		c.accept(api.TextAgreement, api.AcceptAgreement)
	}
	toApplication()
	broken.breakJobs(true)
	do(c, api.Apply, api.ApplyRequest{Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests(t)})
	const reason = "The card was reported stolen."
	_, err := a.Enrolments.NCA.Reject(t.Context(), c.e.Application.Number, reason)
	if err != nil {
		t.Fatal(err)
	}
	broken.breakJobs(false)
	had := c.messages()
	c.until("rejection", func() bool { c.read(); return c.e.Application.Status == api.ApplicationRejected })
	if last := c.e.Application.History[len(c.e.Application.History)-1]; last.Reason != reason {
		t.Errorf("the reason is told as %q", last.Reason)
	}
	c.until("notice", func() bool { return c.messages() > had })
	refused(c, api.NotIssued, api.ReadCertificates, api.None{})
	do(c, api.CancelEnrolment, api.None{})
	toApplication()
	checkCertificates(c, c.obtain())
}

// One citizen cannot fill the operators' list: a call at a time, five a day.
func TestCallsAreBounded(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "aigul")
	c.start()
	c.code(0)
	wish := api.CallRequest{Phone: c.who.Phone, Language: c.who.Language, Reason: api.CallForHelp}
	for range 5 {
		do(c, api.AskCall, wish)
		do(c, api.AskCall, wish)
		calls, err := a.Enrolments.CallBacks(t.Context())
		if err != nil || len(calls) != 1 {
			t.Fatalf("%d calls wait: %v", len(calls), err)
		}
		if err := a.Enrolments.AnswerCallBack(t.Context(), "dana", calls[0].ID, api.CallAnswered); err != nil {
			t.Fatal(err)
		}
	}
	before := a.kept(t)
	refused(c, api.TooMany, api.AskCall, wish)
	before.same(t, "a call too many", a.kept(t))
}

// Starts are counted for each address, and codes for each phone; whose phone
// has had its codes sees what everybody sees.
func TestLimitsByAddressAndPhone(t *testing.T) {
	t.Parallel()
	a := open(t, func(p *Plan) {
		p.Rules.StartsPerAddress = limit.Policy{Max: 4, Per: time.Hour}
		p.Rules.CodesPerPhone = limit.Policy{Max: 2, Per: time.Hour}
	})
	for n := range 2 {
		c := a.citizen(t, "aigul")
		c.start()
		c.code(n)
	}
	third, other := a.citizen(t, "aigul"), a.citizen(t, "sergey")
	third.start()
	third.until("end of the search for a phone", func() bool { return strings.Contains(third.trail(), "no-code") })
	third.read()
	other.start()
	other.code(0)
	if *third.e.Code != *other.e.Code || third.messages() != 2 {
		t.Errorf("over the limit: %v with %d messages, under it: %v", third.e.Code, third.messages(), other.e.Code)
	}
	late := a.citizen(t, "timur")
	p := refused(late, api.TooMany, api.StartEnrolment, api.StartRequest{IIN: late.who.IIN, Language: api.Russian})
	if p.Until == nil || !p.Until.Equal(begins.Add(time.Hour)) {
		t.Errorf("to be tried again at %v", p.Until)
	}
	a.clock.advance(time.Hour + time.Second)
	late.start()
}
