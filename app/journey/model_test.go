package journey

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/api/dpop"
	"qoltanba/capture/liveness"
	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// model is the backend reduced to its contract: order, nonces, idempotency
// keys and one application for one set of keys. It serves the faults that a
// real backend cannot be made to have at a chosen instant; the real one is
// walked by the stories of cmd/qoltanba.
type model struct {
	t   testing.TB
	mux *http.ServeMux

	mu        sync.Mutex
	e         api.Enrolment
	token     api.Secret
	started   int // enrolments opened
	applied   [][]byte
	unserved  api.KeyAlgorithm // that no certificates are issued on
	former    bool             // a way on another computer waits for its PIN
	device    string           // whose token it is
	caller    string           // who makes the call under way
	spare     string           // hash of the recovery secret
	led       *api.Enrolment   // the way that e leads back to
	back      string           // the name of a way that led back to e
	taken     bool             // this way was taken over
	withdrawn [][]byte
	issued    []api.Certificate
	offers    []api.KeyOffer    // what can be applied for
	earlier   []api.Certificate // of ways before
	heads     int
	letters   int // codes sent to an address
	answers   map[string]answer
	calls     []string                  // ids of the operations handled
	refusals  map[string][]*api.Problem // by operation, answered once each
	ca        *rsa.PrivateKey
	chain     [][]byte // of ca, as it is sent along
}

type answer struct {
	request [32]byte
	status  int
	body    []byte
}

const (
	modelBase = "http://model.invalid"
	modelIIN  = api.IIN("900417409104")
	modelCode = api.Secret("123456")
	modelPIN  = api.Secret("482913")
	modelMail = "aigul@example.kz"
	modelPass = api.Secret("Qoltanba2026")
	modelTel  = api.Phone("+77000000001")
)

var modelCA = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// modelRoot is the authority's own certificate.
var modelRoot = sync.OnceValue(func() *x509.Certificate { return selfSigned(modelCA(), "MODEL") })

func selfSigned(key *rsa.PrivateKey, name string) *x509.Certificate {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return cert
}

func newModel(t testing.TB) *model {
	m := &model{
		t: t, mux: http.NewServeMux(), answers: map[string]answer{}, refusals: map[string][]*api.Problem{},
		ca: modelCA(), chain: [][]byte{modelRoot().Raw},
	}
	m.phoneAndFace()
	m.cardAndKeys()
	m.lostKey()
	return m
}

// at makes the handler of an operation that takes one of the steps.
func at[In any](m *model, op api.Operation[In, api.Enrolment], steps []api.Step, do func(In, *http.Request) *api.Problem) {
	on(m, op, steps, func(in In, r *http.Request) (api.Enrolment, *api.Problem) {
		if p := do(in, r); p != nil {
			return api.Enrolment{}, p
		}
		if op.Access == api.AccessStep {
			m.e.Nonce = rand.Text()
		}
		return m.e, nil
	})
}

func on[In, Out any](m *model, op api.Operation[In, Out], steps []api.Step, do func(In, *http.Request) (Out, *api.Problem)) {
	m.mux.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		defer m.mu.Unlock()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			m.t.Error(err)
		}
		key, request := r.Header.Get(api.HeaderIdempotency), sha256.Sum256(append([]byte(r.URL.Path), body...))
		if first, again := m.answers[key]; again && key != "" {
			if first.request != request {
				m.write(w, "", api.Fail(api.KeyReused, "other content"), request)
				return
			}
			w.Header().Set("Content-Type", map[bool]string{true: "application/json", false: api.ProblemType}[first.status == 200])
			w.Header().Set(api.HeaderContract, api.Contract)
			w.WriteHeader(first.status)
			_, _ = w.Write(first.body)
			return
		}
		if p := m.admit(r, body, op.Access, steps); p != nil {
			m.write(w, "", p, request)
			return
		}
		if waiting := m.refusals[op.ID]; len(waiting) > 0 {
			m.refusals[op.ID] = waiting[1:]
			m.write(w, key, waiting[0], request)
			return
		}
		m.calls = append(m.calls, op.ID)
		out, problem := do(decode[In](m.t, body, r), r)
		if problem != nil {
			m.write(w, key, problem, request)
			return
		}
		m.write(w, key, out, request)
	})
}

func decode[In any](t testing.TB, body []byte, r *http.Request) (in In) {
	switch any(in).(type) {
	case api.None:
	case api.Picture:
		in, _ = any(api.Picture{Type: r.Header.Get("Content-Type"), Data: body}).(In)
	case api.Frames:
		in, _ = any(api.Frames(body)).(In)
	default:
		if err := json.Unmarshal(body, &in); err != nil {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
	}
	return in
}

func (m *model) write(w http.ResponseWriter, key string, out any, request [32]byte) {
	status, contentType := http.StatusOK, "application/json"
	if p, failed := out.(*api.Problem); failed {
		status, contentType = p.GetStatus(), api.ProblemType
	}
	body, err := json.Marshal(out)
	if err != nil {
		m.t.Error(err)
	}
	if key != "" {
		m.answers[key] = answer{request, status, body}
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set(api.HeaderContract, api.Contract)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func (m *model) admit(r *http.Request, body []byte, access api.Access, steps []api.Step) *api.Problem {
	if access == api.AccessOpen {
		return nil
	}
	want := dpop.Proof{Method: r.Method, URL: modelBase + r.URL.Path, IssuedAt: time.Now(), Body: body}
	if access >= api.AccessToken {
		want.Token = strings.TrimPrefix(r.Header.Get("Authorization"), "DPoP ")
	}
	_, nonce, device, err := dpop.Verify(r.Header.Get(dpop.Header), want)
	m.caller = device
	led := m.back != "" && r.PathValue("enrolment") == m.back
	switch {
	case err != nil:
		return api.Fail(api.ProofRefused, "%v", err)
	case access >= api.AccessToken && device != m.device:
		return api.Fail(api.Unauthorised, "device")
	case led && access == api.AccessStep:
		return api.Fail(api.EnrolmentEnded, "led back")
	case led:
	case access >= api.AccessToken && (want.Token != string(m.token) || r.PathValue("enrolment") != m.e.ID):
		return api.Fail(api.Unauthorised, "token")
	case access >= api.AccessToken && m.taken:
		return api.Fail(api.TakenOver, "elsewhere")
	case access == api.AccessStep && nonce != m.e.Nonce:
		return api.Fail(api.NonceUsed, "nonce")
	case steps != nil && !slices.Contains(steps, m.e.Step):
		return api.Fail(api.OutOfOrder, "at %s", m.e.Step)
	}
	return nil
}

// goTo is a handler that only moves on.
func goTo[In any](m *model, step api.Step) func(In, *http.Request) *api.Problem {
	return func(In, *http.Request) *api.Problem { m.e.Step = step; return nil }
}

func (m *model) phoneAndFace() {
	on(m, api.ReadText, nil, func(_ api.None, r *http.Request) (api.Text, *api.Problem) {
		kind, language := api.TextKind(r.PathValue("kind")), api.Language(r.PathValue("language"))
		return api.Text{Kind: kind, Language: language, Version: "1", SHA256: strings.Repeat("a", 64), Body: "text"}, nil
	})
	on(m, api.StartEnrolment, nil, func(in api.StartRequest, _ *http.Request) (api.Started, *api.Problem) {
		m.started++
		m.token, m.device = api.Secret(rand.Text()), m.caller
		m.e = api.Enrolment{
			ID: rand.Text(), Step: api.StepCode, Nonce: rand.Text(), Language: in.Language,
			Code: &api.CodeSent{Digits: 6, TriesLeft: 3, ExpiresAt: time.Now().Add(time.Minute)},
		}
		return api.Started{Enrolment: m.e, Token: m.token}, nil
	})
	at(m, api.ReadEnrolment, nil, func(api.None, *http.Request) *api.Problem { return nil })
	at(m, api.CancelEnrolment, nil, goTo[api.None](m, api.StepCancelled))
	at(m, api.SendCode, []api.Step{api.StepCode, api.StepSignInCode}, func(api.None, *http.Request) *api.Problem { return nil })
	at(m, api.AskCall, nil, func(in api.CallRequest, _ *http.Request) *api.Problem {
		m.e.Call = &api.CallBack{State: api.CallWaiting, Reason: in.Reason}
		return nil
	})
	at(m, api.CheckCode, []api.Step{api.StepCode, api.StepSignInCode}, func(in api.CodeRequest, _ *http.Request) *api.Problem {
		switch {
		case in.Code != modelCode:
			m.e.Code.TriesLeft--
			return api.Fail(api.CodeWrong, "wrong").WithTries(m.e.Code.TriesLeft)
		case m.e.Step == api.StepCode:
			m.e.Step, m.e.Phone = api.StepSignIn, modelTel.Masked()
			if m.led != nil {
				m.e.Step = api.StepRebind
			}
		default:
			m.e.Step = api.StepBiometrics
		}
		return nil
	})
	at(m, api.SignIn, []api.Step{api.StepSignIn, api.StepSignInCode}, goTo[api.SignInRequest](m, api.StepSignInCode))
	at(m, api.ConsentBiometrics, []api.Step{api.StepBiometrics}, goTo[api.ConsentRequest](m, api.StepSelfie))
	at(m, api.SendSelfie, []api.Step{api.StepSelfie}, func(api.Picture, *http.Request) *api.Problem {
		if m.e.Step = api.StepRecording; m.former {
			m.e.Step = api.StepTakeOver
		}
		return nil
	})
	at(m, api.StartChallenge, []api.Step{api.StepRecording}, func(api.ChallengeRequest, *http.Request) *api.Problem {
		seed := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
		m.e.Challenge = &api.Challenge{ID: rand.Text(), Seed: seed, Prompts: 3, NextHead: 100}
		m.heads = 0
		return nil
	})
	on(m, api.SendHead, []api.Step{api.StepRecording}, func(api.HeadRequest, *http.Request) (api.Challenge, *api.Problem) {
		m.heads++
		m.e.Challenge.Prompt, m.e.Challenge.Over = &api.Prompt{Index: m.heads, Kind: api.TurnLeft}, m.heads > 3
		return *m.e.Challenge, nil
	})
	on(m, api.SendFrames, []api.Step{api.StepRecording}, func(in api.Frames, _ *http.Request) (api.Challenge, *api.Problem) {
		frames, err := liveness.ParseBatch(in)
		if err != nil {
			return api.Challenge{}, api.Fail(api.RecordingBroken, "%v", err)
		}
		if last := frames[len(frames)-1].Index + 1; frames[0].Index <= m.e.Challenge.Received && last > m.e.Challenge.Received {
			m.e.Challenge.Received = last
		}
		return *m.e.Challenge, nil
	})
	at(m, api.FinishRecording, []api.Step{api.StepRecording}, func(api.None, *http.Request) *api.Problem {
		m.e.Challenge, m.e.Step = nil, api.StepJudging
		m.e.Identification = &api.Identification{State: api.IdentificationJudging}
		return nil
	})
}

func (m *model) checkPIN(pin api.Secret) *api.Problem {
	if pin != modelPIN {
		return api.Fail(api.PINWrong, "wrong").WithTries(4)
	}
	return nil
}

// lostKey are the calls of a computer whose keyring was emptied.
func (m *model) lostKey() {
	on(m, api.RecoverEnrolment, nil, func(in api.RecoveryRequest, _ *http.Request) (api.Started, *api.Problem) {
		former := m.e
		if m.led != nil {
			former = *m.led
		}
		if in.Enrolment != former.ID || m.spare == "" || api.RecoveryHash(in.Secret) != m.spare {
			return api.Started{}, api.Fail(api.RecoveryRefused, "unknown")
		}
		m.led, m.token, m.device = &former, api.Secret(rand.Text()), m.caller
		m.e = api.Enrolment{
			ID: rand.Text(), Step: api.StepCode, Nonce: rand.Text(), Language: in.Language,
			Code: &api.CodeSent{Digits: 6, TriesLeft: 3, ExpiresAt: time.Now().Add(time.Minute)},
		}
		return api.Started{Enrolment: m.e, Token: m.token}, nil
	})
	at(m, api.RebindDevice, []api.Step{api.StepRebind}, func(in api.RebindRequest, _ *http.Request) *api.Problem {
		if p := m.checkPIN(in.PIN); p != nil {
			return p
		}
		m.back, m.e, m.led, m.spare = m.e.ID, *m.led, nil, in.Recovery
		if m.e.Passed != nil {
			m.withdrawn = append(m.withdrawn, m.applied...)
			m.e.Step, m.e.Application, m.applied = api.StepGrant, nil, nil
		}
		return nil
	})
}

func (m *model) cardAndKeys() {
	at(m, api.TakeOver, []api.Step{api.StepTakeOver}, func(in api.PINRequest, _ *http.Request) *api.Problem {
		if p := m.checkPIN(in.PIN); p != nil {
			return p
		}
		m.e.Step = api.StepRecording
		return nil
	})
	at(m, api.WithdrawApplication, []api.Step{api.StepIssue, api.StepImport}, func(in api.PINRequest, _ *http.Request) *api.Problem {
		if p := m.checkPIN(in.PIN); p != nil {
			return p
		}
		m.withdrawn = append(m.withdrawn, m.applied...)
		m.e.Step, m.e.Application, m.applied = api.StepGrant, nil, nil
		return nil
	})
	at(m, api.SetPIN, []api.Step{api.StepPIN}, func(in api.SetPINRequest, _ *http.Request) *api.Problem {
		m.e.Step, m.spare = api.StepCard, in.Recovery
		return nil
	})
	at(m, api.CheckPIN, nil, func(in api.PINRequest, _ *http.Request) *api.Problem { return m.checkPIN(in.PIN) })
	at(m, api.SendCard, []api.Step{api.StepCard}, func(_ api.Picture, r *http.Request) *api.Problem {
		side := api.Side(r.PathValue("side"))
		if m.e.Document != side.Document() {
			m.e.Document, m.e.CardSides = side.Document(), nil
		}
		if !slices.Contains(m.e.CardSides, side) {
			m.e.CardSides = append(slices.Clone(m.e.CardSides), side)
		}
		if len(m.e.CardSides) == len(m.e.Document.Sides()) {
			m.e.Step = api.StepFields
		}
		return nil
	})
	at(m, api.ConfirmFields, []api.Step{api.StepFields}, func(in api.FieldsRequest, _ *http.Request) *api.Problem {
		if err := in.Validate(m.e.Document); err != nil {
			return api.Fail(api.FieldsInvalid, "%v", err)
		}
		m.e.Step, m.e.Fields, m.e.Decision = api.StepDecision, &in.Fields, &api.Decision{State: api.DecisionWaiting}
		return nil
	})
	at(m, api.RepeatRejected, []api.Step{api.StepDecision}, func(api.None, *http.Request) *api.Problem {
		m.e.Step, m.e.Decision, m.e.Document, m.e.CardSides = m.e.Decision.Reason.Repeat(), nil, "", nil
		return nil
	})
	on(m, api.ReadDocuments, nil, func(api.None, *http.Request) (api.Documents, *api.Problem) {
		return api.Documents{Documents: []api.Document{{ID: "1", Kind: m.e.Document, State: api.DecisionApproved}}}, nil
	})
	at(m, api.GrantData, []api.Step{api.StepGrant}, func(in api.GrantRequest, _ *http.Request) *api.Problem {
		if p := m.checkPIN(in.PIN); p != nil {
			return p
		}
		if in.DataSHA256 != m.e.Passed.Hash() {
			return api.Fail(api.BadRequest, "other data")
		}
		m.e.Step = api.StepAgreement
		return nil
	})
	at(m, api.AcceptAgreement, []api.Step{api.StepAgreement}, func(api.ConsentRequest, *http.Request) *api.Problem {
		m.e.Step, m.e.Offers = api.StepApplication, m.offers
		return nil
	})
	at(m, api.SendEmailCode, []api.Step{api.StepApplication}, func(in api.EmailRequest, _ *http.Request) *api.Problem {
		if e := m.e.Email; e != nil && e.Code != nil { // no minute passes here
			return api.Fail(api.CodeTooSoon, "just now").WithUntil(e.Code.ResendAt)
		}
		m.letters++
		m.e.Email = &api.EmailAddress{Address: in.Email, Code: &api.CodeSent{
			Digits: 6, TriesLeft: 3, ExpiresAt: time.Now().Add(time.Minute), ResendAt: time.Now().Add(time.Minute),
		}}
		return nil
	})
	at(m, api.ConfirmEmail, []api.Step{api.StepApplication}, func(in api.CodeRequest, _ *http.Request) *api.Problem {
		if in.Code != modelCode {
			return api.Fail(api.CodeWrong, "wrong").WithTries(2)
		}
		m.e.Email = &api.EmailAddress{Address: m.e.Email.Address, Confirmed: true}
		return nil
	})
	at(m, api.Apply, []api.Step{api.StepApplication}, m.apply)
	on(m, api.ReadCertificates, nil, func(api.None, *http.Request) (api.Certificates, *api.Problem) {
		if m.e.Step != api.StepImport {
			return api.Certificates{}, api.Fail(api.NotIssued, "not yet")
		}
		return api.Certificates{Certificates: m.issued, Chain: m.chain}, nil
	})
	at(m, api.ConfirmImport, []api.Step{api.StepImport}, func(in api.ImportRequest, _ *http.Request) *api.Problem {
		for _, c := range m.issued {
			if sum := sha256.Sum256(c.DER); !slices.Contains(in.Fingerprints, hex.EncodeToString(sum[:])) {
				return api.Fail(api.FingerprintsWrong, "a certificate is missing")
			}
		}
		m.e.Step, m.e.Application.Status = api.StepDone, api.ApplicationIssued
		return nil
	})
}

// approve is the operator's decision.
// pass is the verdict on the recording.
func (m *model) pass() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.e.Step, m.e.Nonce = api.StepPIN, rand.Text()
	m.e.Identification = &api.Identification{State: api.IdentificationPassed}
}

// again is another verdict.
func (m *model) again(reason api.Code) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.e.Step, m.e.Nonce = api.StepRecording, rand.Text()
	m.e.Identification = &api.Identification{State: api.IdentificationAgain, Reason: reason, TriesLeft: 2}
}

func (m *model) approve() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.e.Step, m.e.Nonce = api.StepGrant, rand.Text()
	m.e.Decision = &api.Decision{State: api.DecisionApproved}
	m.e.Passed = &api.PassedData{IIN: modelIIN, Surname: "САПАРОВА", Name: "АЙГУЛ", Patronymic: "МАРАТОВНА", Document: "099999001"}
}

func (m *model) apply(in api.ApplyRequest, _ *http.Request) *api.Problem {
	a, err := keypair.Named(string(in.Keys))
	if err != nil || in.Keys == m.unserved {
		return api.Fail(api.KeysUnserved, "keys %q", in.Keys)
	}
	if !settled(in.Email, m.e.Email) {
		m.t.Error("an address without its code")
	}
	m.applied = append(m.applied, slices.Concat(in.Requests...))
	m.e.Step, m.e.Application = api.StepIssue, &api.Application{Number: "1", Status: api.ApplicationChecking, Storage: in.Storage}
	m.issued = nil
	for i, der := range in.Requests {
		request, err := readRequest(der, in.Storage)
		if err != nil {
			return api.Fail(api.RequestInvalid, "%v", err)
		}
		kind := profile.Kinds(a)[i]
		m.issued = append(m.issued, api.Certificate{Kind: api.CertificateKind(kind.Name()), DER: m.sign(request, kind)})
	}
	return nil
}

// readRequest reads a request, which names no storage where that is a token.
func readRequest(der []byte, storage api.Storage) (*keystore.Request, error) {
	if storage != api.StorageToken {
		return keystore.ParseRequest(der)
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, err
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, err
	}
	r := &keystore.Request{PublicKey: csr.PublicKey}
	if r.Owner, err = profile.ParseSubject(csr.RawSubject); err != nil {
		return nil, err
	}
	r.KeyID, err = profile.SKIOfInfo(csr.RawSubjectPublicKeyInfo)
	return r, err
}

func (m *model) sign(request *keystore.Request, kind profile.Kind) []byte {
	standard, own := kind.ExtKeyUsages()
	policy, err := x509.ParseOID(kind.Policy().String())
	if err != nil {
		m.t.Error(err)
	}
	subject, err := request.Owner.Raw()
	if err != nil {
		m.t.Error(err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: profile.Serial(request.KeyID), RawSubject: subject, NotBefore: now, NotAfter: kind.NotAfter(now),
		KeyUsage: kind.KeyUsage(), ExtKeyUsage: standard, UnknownExtKeyUsage: own, SubjectKeyId: request.KeyID[:],
		Policies: []x509.OID{policy}, ExtraExtensions: []pkix.Extension{profile.KeyStoreExtension()},
	}
	der, err := keypair.CreateCertificate(rand.Reader, template, modelRoot(), request.PublicKey, m.ca)
	if err != nil {
		m.t.Error(err)
	}
	return der
}

// issue is the authority's work.
func (m *model) issue() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.e.Step == api.StepIssue {
		m.e.Step, m.e.Nonce, m.e.Application.Status = api.StepImport, rand.Text(), api.ApplicationAwaiting
	}
}

// RoundTrip serves a call without a socket.
func (m *model) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	m.mux.ServeHTTP(w, r)
	return w.Result(), nil
}
