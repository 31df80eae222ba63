//go:build demo

package service

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
)

// documented is an operation as /openapi.json has it.
type documented struct {
	id, method, path string
	kind             string // of the body; "" where there is none
}

// document reads the operations that the service says it has.
func (a *agency) document(t *testing.T) []documented {
	t.Helper()
	c := &citizen{T: t, a: a}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.base+"/openapi.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _, text := c.send(r)
	var doc struct {
		Paths map[string]map[string]struct {
			ID   string `json:"operationId"`
			Body struct {
				Content map[string]any `json:"content"`
			} `json:"requestBody"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	var list []documented
	for path, methods := range doc.Paths {
		for method, op := range methods {
			d := documented{id: op.ID, method: strings.ToUpper(method), path: path}
			for kind := range op.Body.Content {
				if d.kind == "" || kind < d.kind { // image/jpeg before image/png
					d.kind = kind
				}
			}
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b documented) int { return strings.Compare(a.id, b.id) })
	if len(list) < 20 {
		t.Fatalf("only %d operations in the document", len(list))
	}
	return list
}

// wellFormed is a body that each operation would take at its turn. A new
// operation needs its own here: without one no test calls it.
func (c *citizen) wellFormed(op documented) []byte {
	c.Helper()
	zeros := strings.Repeat("0", 64)
	batch, err := oneBatch()
	if err != nil {
		c.Fatal(err)
	}
	keys, err := twoRequests()
	if err != nil {
		c.Fatal(err)
	}
	bodies := map[string]any{
		"start-enrolment":      api.StartRequest{IIN: c.who.IIN, Language: c.who.Language},
		"recover-enrolment":    api.RecoveryRequest{Enrolment: strings.Repeat("A", 26), Secret: api.Secret(strings.Repeat("A", 52)), Language: c.who.Language},
		"rebind-device":        api.RebindRequest{PIN: goodPIN, Recovery: zeros},
		"check-code":           api.CodeRequest{Code: "000000"},
		"ask-call":             api.CallRequest{Phone: c.who.Phone, Language: c.who.Language, Reason: api.CallForHelp},
		"sign-in":              api.SignInRequest{Phone: c.who.Phone},
		"consent-biometrics":   api.ConsentRequest{Version: "1", SHA256: zeros},
		"accept-agreement":     api.ConsentRequest{Version: "1", SHA256: zeros},
		"start-challenge":      api.ChallengeRequest{},
		"send-selfie":          onePhoto(),
		"send-card":            onePhoto(),
		"send-head":            api.HeadRequest{Frames: 1, Head: zeros},
		"send-frames":          batch,
		"set-pin":              api.SetPINRequest{PIN: goodPIN, Recovery: zeros},
		"take-over":            api.PINRequest{PIN: goodPIN},
		"check-pin":            api.PINRequest{PIN: goodPIN},
		"confirm-fields":       api.FieldsRequest{Fields: c.who.Card, Confirmed: true},
		"grant-data":           api.GrantRequest{DataSHA256: zeros, PIN: goodPIN},
		"apply":                api.ApplyRequest{Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: keys},
		"withdraw-application": api.PINRequest{PIN: goodPIN},
		"send-email-code":      api.EmailRequest{Email: "a@example.kz"},
		"confirm-email":        api.CodeRequest{Code: "000000"},
		"ask-signature":        api.SignatureRequest{Purpose: api.SignToRevoke, Serial: "00", Reason: api.NotNeeded},
		"revoke-certificate":   api.RevocationRequest{Serial: "00", Reason: api.NotNeeded, PIN: goodPIN},
		"renew-certificates":   api.RenewalRequest{Serial: "00", Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: keys, Signature: []byte{0}},
		"confirm-import":       api.ImportRequest{Fingerprints: []string{zeros}},
	}
	body, known := bodies[op.id]
	if known != (op.kind != "") {
		c.Fatalf("no well-formed body is known for %s", op.id)
	}
	switch b := body.(type) {
	case nil:
		return nil
	case []byte:
		return b
	default:
		text, err := json.Marshal(b)
		if err != nil {
			c.Fatal(err)
		}
		return text
	}
}

// address is the operation's path for an enrolment, with the first value of
// every other parameter.
func (d documented) address(enrolment string) string {
	return strings.NewReplacer("{enrolment}", enrolment, "{side}", "front", "{kind}", "agreement", "{language}", "kk").Replace(d.path)
}

// Whose token and key are not those of an enrolment learns nothing of it from
// any operation of the document: another citizen's enrolment is refused with the
// very bytes that answer a name which nobody bears.
func TestAbuseByAnotherCitizen(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		victim, thief := a.citizen(t, "aigul"), a.citizen(t, "sergey")
		victim.confirm()
		victim.identify()
		thief.confirm()
		before, tried := a.kept(t), 0
		for _, op := range a.document(t) {
			if !strings.Contains(op.path, "{enrolment}") {
				continue
			}
			tried++
			call := func(as *citizen, id string) string {
				as.T = t
				f := forgery{method: op.method, path: op.address(id), kind: op.kind, body: as.wellFormed(op), key: thief.session.Key}
				status, p, answer := as.forge(f)
				if status != http.StatusUnauthorized || p.Code != api.Unauthorised {
					t.Errorf("%s of %.40q: %d %s", op.id, id, status, p.Code)
				}
				return string(answer)
			}
			want := call(thief, strings.Repeat("A", len(victim.e.ID)))
			stolen := *victim // the victim's token and nonce in the hands of the thief's device
			names := []string{victim.e.ID, "%00"}
			if op.method == http.MethodGet {
				names = append(names, strings.ToLower(thief.e.ID), "%ff%fe", "..%2f"+thief.e.ID, "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
					"%25", "%27%20OR%20%271%27=%271", strings.Repeat("A", 1000))
			}
			for _, name := range names {
				if got := call(thief, name); got != want {
					t.Errorf("%s of %.40q is answered %s, of none %s", op.id, name, got, want)
				}
			}
			if got := call(&stolen, victim.e.ID); got != want {
				t.Errorf("%s by a stolen token is answered %s, of none %s", op.id, got, want)
			}
		}
		if tried < 20 {
			t.Errorf("only %d operations were tried", tried)
		}
		before.same(t, "a stranger", a.kept(t))
		victim.T, thief.T = t, t
		victim.read()
		thief.read()
		if victim.e.ID == thief.e.ID {
			t.Error("the two are one: the test proves nothing")
		}
	})
}

// A key that another citizen's call bore, and hashes of another citizen's data,
// lead to nothing of theirs.
func TestAbuseOfAnothersValues(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		toGrant := func(id string) *citizen {
			c := a.citizen(t, id)
			c.confirm()
			c.identify()
			c.decide(enrolment.Verdict{Approve: true})
			return c
		}
		victim, thief := toGrant("aigul"), toGrant("sergey")
		key := strings.Repeat("k", 26)
		asked := api.Request[api.CallRequest]{
			Session: victim.session, Key: key, Body: api.CallRequest{Phone: victim.who.Phone, Language: api.Kazakh, Reason: api.CallForHelp},
		}
		if _, err := api.Call(t.Context(), a.client, api.AskCall, asked); err != nil {
			t.Fatal(err)
		}
		asked.Session = thief.session
		own, err := api.Call(t.Context(), a.client, api.AskCall, asked)
		if err != nil || own.ID != thief.e.ID {
			t.Errorf("another's idempotency key gives %v: %v", own.ID == victim.e.ID, err)
		}

		before := a.kept(t)
		refused(thief, api.BadRequest, api.GrantData, api.GrantRequest{DataSHA256: victim.e.Passed.Hash(), PIN: goodPIN})
		before.same(t, "the grant of another's data", a.kept(t))
		for _, c := range []*citizen{victim, thief} {
			c.grant()
			c.accept(api.TextAgreement, api.AcceptAgreement)
		}
		keys := requests(t)
		do(victim, api.Apply, api.ApplyRequest{Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: keys})
		victim.until("certificate", func() bool { victim.read(); return victim.e.Step == api.StepImport })
		before = a.kept(t)
		refused(thief, api.RequestInvalid, api.Apply, api.ApplyRequest{Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: keys})
		refused(thief, api.NotIssued, api.ReadCertificates, api.None{})
		before.same(t, "an application for another's keys", a.kept(t))

		issued, err := ask(victim, api.ReadCertificates, api.None{})
		if err != nil {
			t.Fatal(err)
		}
		do(thief, api.Apply, api.ApplyRequest{Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests(t)})
		thief.until("certificate", func() bool { thief.read(); return thief.e.Step == api.StepImport })
		before = a.kept(t)
		invented := refused(thief, api.FingerprintsWrong, api.ConfirmImport, api.ImportRequest{Fingerprints: []string{strings.Repeat("0", 64), strings.Repeat("1", 64)}})
		others := refused(thief, api.FingerprintsWrong, api.ConfirmImport, api.ImportRequest{Fingerprints: prints(issued)})
		if *invented != *others {
			t.Errorf("another's certificates are answered %v, none's %v", others, invented)
		}
		before.same(t, "another's fingerprints", a.kept(t))
	})
}

// At every step each operation of the document that has not its turn is
// refused, and changes nothing.
func TestAbuseOutOfOrder(t *testing.T) {
	t.Parallel()
	always := []string{
		"read-text", "start-enrolment", "recover-enrolment", "read-enrolment", "cancel-enrolment", "ask-call", "read-documents", "read-recognised", "check-pin", "read-certificates",
	}
	turns := map[api.Step][]string{
		api.StepCode:       {"check-code", "send-code"},
		api.StepRebind:     {"rebind-device"},
		api.StepSignIn:     {"sign-in"},
		api.StepSignInCode: {"check-code", "send-code", "sign-in"},
		api.StepBiometrics: {"consent-biometrics"}, api.StepSelfie: {"send-selfie"},
		api.StepTakeOver:  {"take-over"},
		api.StepRecording: {"start-challenge", "send-head", "send-frames", "finish-recording", "ask-operator"},
		api.StepPIN:       {"set-pin"}, api.StepCard: {"send-card"}, api.StepFields: {"confirm-fields"},
		api.StepDecision: {"repeat-rejected"}, api.StepGrant: {"grant-data"}, api.StepAgreement: {"accept-agreement"},
		api.StepApplication: {"apply"}, api.StepIssue: {"apply", "withdraw-application"},
		api.StepImport: {"apply", "confirm-import", "withdraw-application"}, api.StepDone: {"apply"},
	}
	for _, step := range []api.Step{api.StepGrant, api.StepAgreement, api.StepApplication, api.StepIssue, api.StepImport, api.StepDone} {
		turns[step] = append(turns[step], "list-held", "ask-signature", "revoke-certificate", "renew-certificates")
	}
	for _, step := range []api.Step{api.StepApplication, api.StepDone} {
		turns[step] = append(turns[step], "send-email-code", "confirm-email")
	}
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		former := a.citizen(t, "aigul")
		former.confirm()
		former.identify()
		a.quiet(t)
		c := a.citizen(t, "aigul")
		list, swept := a.document(t), map[api.Step]bool{}
		c.onStep = func() {
			if swept[c.e.Step] {
				return
			}
			swept[c.e.Step] = true
			before := a.kept(t)
			c.read() // a job may have moved it on
			for _, op := range list {
				if slices.Contains(always, op.id) || slices.Contains(turns[c.e.Step], op.id) {
					continue
				}
				status, p, _ := c.forge(forgery{method: op.method, path: op.address(c.e.ID), kind: op.kind, body: c.wellFormed(op)})
				if p.Code != api.OutOfOrder {
					t.Errorf("%s at step %q: %d %s", op.id, c.e.Step, status, p.Code)
				}
			}
			before.same(t, "a call out of order at step "+string(c.e.Step), a.kept(t))
		}
		c.confirm()
		c.identify()
		c.decide(enrolment.Verdict{Approve: true})
		c.onStep()
		*c = *c.emptied()
		c.atRebind()
		c.rebind()
		c.grant()
		c.accept(api.TextAgreement, api.AcceptAgreement)
		c.obtain()
		before := a.kept(t)
		refused(c, api.OutOfOrder, api.CancelEnrolment, api.None{})
		before.same(t, "a cancellation of what is done", a.kept(t))
		if len(swept) < len(turns)-1 { // the step of issuing may be too short to be seen
			t.Errorf("only %d steps were swept: %v", len(swept), swept)
		}

		ended := a.citizen(t, "sergey")
		ended.start()
		ended.code(0)
		do(ended, api.CancelEnrolment, api.None{})
		before = a.kept(t)
		for _, op := range list {
			if op.method == http.MethodGet || !strings.Contains(op.path, "{enrolment}") {
				continue
			}
			status, p, _ := ended.forge(forgery{method: op.method, path: op.address(ended.e.ID), kind: op.kind, body: ended.wellFormed(op)})
			if p.Code != api.EnrolmentEnded {
				t.Errorf("%s of what was cancelled: %d %s", op.id, status, p.Code)
			}
		}
		before.same(t, "a call on what was cancelled", a.kept(t))
	})
}

// What is served under a path is served to the methods of the document alone,
// whatever a header says, and a path is taken as it is written.
func TestAbuseOfMethodsAndPaths(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "aigul")
	c.confirm()
	list := a.document(t)
	has := map[string][]string{}
	for _, op := range list {
		has[op.path] = append(has[op.path], op.method)
	}
	before := a.kept(t)
	for path, methods := range has {
		at := documented{path: path}.address(c.e.ID)
		for _, method := range []string{
			http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, "PROPFIND", "get", "X",
		} {
			if slices.Contains(methods, method) {
				continue
			}
			status, p, _ := c.forge(forgery{method: method, path: at, mend: func(r *http.Request) { r.Header.Set("X-HTTP-Method-Override", methods[0]) }})
			if p.Code != api.NotFound {
				t.Errorf("%s %s: %d %s", method, path, status, p.Code)
			}
		}
	}
	id := c.e.ID
	for _, path := range []string{
		"/v1/enrolments/", "/v1/enrolments/" + id + "/", "/v1/enrolments/" + id + "/x", "/V1/enrolments/" + id, "/v1/enrolments/" + id + "/selfie/..",
		"/v1/./enrolments", "//v1/enrolments/" + id, "/v1/texts/agreement", "/v1/texts/agreement/kk/x", "/.git/config", "/debug/pprof/", "/metrics",
		"/console", "/demo/phone", "/v1/enrolments/" + id + ";x/../" + id + "/code",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Opaque = strings.TrimPrefix(a.base, "http:") + path // as it is, uncleaned
		if status, _, body := c.send(r); status == http.StatusOK || status >= 500 {
			t.Errorf("%s: %d %.100s", path, status, body)
		}
	}
	for path, want := range map[string]api.Code{"/v1/texts/agreement/xx": api.NotFound, "/v1/texts/..%2f..%2fbiometrics/kk": api.NotFound, "/v1/texts/%00/kk": api.NotFound} {
		if _, p, _ := c.forge(forgery{method: http.MethodGet, path: path}); p.Code != want {
			t.Errorf("%s: %s", path, p.Code)
		}
	}
	for path, want := range map[string]api.Code{"/card/passport": api.OutOfOrder, "/card/..%2ffront": api.OutOfOrder} {
		_, p, _ := c.forge(forgery{method: http.MethodPut, path: c.path(path), kind: "image/jpeg", body: onePhoto()})
		if p.Code != want && p.Code != api.BadRequest {
			t.Errorf("%s: %s", path, p.Code)
		}
	}
	before.same(t, "a path or method that is none", a.kept(t))
}

// The operators' console opens to a session of an operator and to nothing a
// citizen has; its cookie in turn opens no enrolment.
func TestAbuseOfTheConsole(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		victim := a.citizen(t, "aigul")
		victim.confirm()
		victim.identify()
		password, err := demoAccount(t.Context(), a.Backend, "dana", "Дана")
		if err != nil {
			t.Fatal(err)
		}
		page := func(method, path, cookie string, form url.Values, change func(*http.Request)) (int, http.Header, []byte) {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), method, a.base+path, strings.NewReader(form.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if cookie != "" {
				r.Header.Set("Cookie", "qoltanba-operator="+cookie)
			}
			if change != nil {
				change(r)
			}
			resp, err := a.client.HTTP.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			var b bytes.Buffer
			if _, err := b.ReadFrom(resp.Body); err != nil {
				t.Fatal(err)
			}
			return resp.StatusCode, resp.Header, b.Bytes()
		}
		_, entered, _ := page(http.MethodPost, "/console/login", "", url.Values{"login": {"dana"}, "password": {string(password)}}, nil)
		session, _, _ := strings.Cut(strings.TrimPrefix(entered.Get("Set-Cookie"), "qoltanba-operator="), ";")
		if session == "" {
			t.Fatal("the operator is not let in")
		}
		if cookie := entered.Get("Set-Cookie"); !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") {
			t.Errorf("the session's cookie is %s", strings.TrimPrefix(cookie, "qoltanba-operator="+session))
		}

		if a.Passwords == a.Enrolments.PINs {
			t.Error("logins and PINs wait for each other")
		}
		before := a.kept(t)
		verdict := url.Values{"decision": {"approve"}, "version": {"1"}, "csrf": {""}}
		paths := []string{"", "case/" + victim.e.ID, "case/" + victim.e.ID + "/evidence/selfie", "case/" + victim.e.ID + "/recording", "calls"}
		proofed := func(r *http.Request) {
			honest := victim.forged(forgery{method: r.Method, path: r.URL.Path})
			for name, values := range honest.Header {
				r.Header[name] = values
			}
		}
		for _, path := range paths {
			for name, cookie := range map[string]string{
				"no cookie": "", "a citizen's token": string(victim.session.Token), "an enrolment's name": victim.e.ID, "an invented cookie": strings.Repeat("A", len(session)),
			} {
				if status, header, _ := page(http.MethodGet, "/console/"+path, cookie, nil, proofed); status != http.StatusSeeOther || header.Get("Location") != "/console/login" {
					t.Errorf("%s opens /console/%s: %d", name, path, status)
				}
			}
		}
		for name, token := range map[string]string{"no token": "", "the session for a token": session, "a citizen's nonce": victim.e.Nonce} {
			verdict.Set("csrf", token)
			if status, _, _ := page(http.MethodPost, "/console/case/"+victim.e.ID, session, verdict, nil); status != http.StatusForbidden {
				t.Errorf("a verdict with %s: %d", name, status)
			}
		}
		if status, _, _ := page(http.MethodPost, "/console/case/"+victim.e.ID, session, verdict, func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }); status != http.StatusForbidden {
			t.Errorf("a verdict from another site: %d", status)
		}
		for _, id := range []string{"NOSUCHCASE", "%00", "%ff", "..%2f..", strings.Repeat("A", 4000)} {
			for _, path := range []string{"case/" + id, "case/" + id + "/evidence/selfie", "case/" + id + "/recording"} {
				if status, _, _ := page(http.MethodGet, "/console/"+path, session, nil, nil); status != http.StatusNotFound {
					t.Errorf("/console/%.40s: %d", path, status)
				}
			}
		}
		before.same(t, "whoever is no operator", a.kept(t))

		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.base+victim.path(""), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", "qoltanba-operator="+session)
		r.Header.Set("Authorization", "DPoP "+session)
		if status, _, body := victim.send(r); status != http.StatusUnauthorized {
			t.Errorf("an operator's session reads an enrolment: %d %.100s", status, body)
		}
	})
}
