package console

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/store"
	"qoltanba/app/backend/store/sqlstore"
)

// onlyCase is a service with one case, which remembers what it was asked to do.
type onlyCase struct{ verdicts, calls, acts []string }

func (*onlyCase) Waiting(context.Context) ([]enrolment.Waiting, error) {
	return []enrolment.Waiting{{ID: "CASE", Language: api.Kazakh}}, nil
}

func (*onlyCase) Case(_ context.Context, _, id string) (enrolment.Case, error) {
	if id != "CASE" {
		return enrolment.Case{}, store.ErrNotFound
	}
	return enrolment.Case{ID: id, Version: 7}, nil
}

func (*onlyCase) OpenEvidence(context.Context, string, string) (io.ReadCloser, error) {
	return nil, enrolment.ErrNoEvidence
}

func (s *onlyCase) Decide(_ context.Context, _, id string, v enrolment.Verdict) error {
	if !v.Approve && !slices.Contains(api.RejectReasons(), v.Reason) {
		return enrolment.ErrReason
	}
	s.verdicts = append(s.verdicts, id)
	return nil
}

func (*onlyCase) CallBacks(context.Context) ([]store.CallBack, error) { return nil, nil }

func (s *onlyCase) AnswerCallBack(_ context.Context, _, id string, _ api.CallState) error {
	s.calls = append(s.calls, id)
	return nil
}

func (*onlyCase) Holdings(context.Context, string, api.IIN) ([]enrolment.Holding, error) {
	return []enrolment.Holding{{Serial: "AB", Kind: api.CertificateGOST, State: api.HeldSuspended}}, nil
}

func (s *onlyCase) ReleaseCertificate(_ context.Context, _ string, _ api.IIN, serial string) error {
	s.acts = append(s.acts, serial)
	return nil
}

func (s *onlyCase) EndCertificate(_ context.Context, _ string, _ api.IIN, serial string) error {
	s.acts = append(s.acts, serial)
	return enrolment.ErrNotHeld
}

// onePassword is the password of everybody.
type onePassword struct{}

func (onePassword) HashPassword(context.Context, api.Secret, string) (string, error) {
	return "hash", nil
}

func (onePassword) VerifyPassword(_ context.Context, given api.Secret, _, _ string) (bool, error) {
	return given == "the password", nil
}

// Whatever an operator's browser sends, the console answers with a page of its
// own and never fails; without session and token no verdict and no call passes.
func FuzzForms(f *testing.F) {
	db, err := sqlstore.Open(f.Context(), (&url.URL{Scheme: "sqlite", Path: filepath.ToSlash(filepath.Join(f.TempDir(), "console.db"))}).String())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := db.Close(); err != nil {
			f.Error(err)
		}
	})
	const token, csrf = "TOKEN", "CSRF"
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	err = db.Update(f.Context(), func(tx store.Tx) error {
		if err := tx.PutOperator(store.Operator{Login: "dana", Name: "Дана", Password: "hash", Roles: []string{Moderator, Registrar}, CreatedAt: now}); err != nil {
			return err
		}
		return tx.PutSession(store.Session{Hash: tokenHash(token), Operator: "dana", CSRF: csrf, Since: now, Until: now.Add(sessionIdle)})
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("GET", "/console/case/CASE", "qoltanba-operator=TOKEN", "")
	f.Add("POST", "/console/case/CASE", "qoltanba-operator=TOKEN; qoltanba-language=kk", "csrf=CSRF&version=7&decision=approve")
	f.Add("POST", "/console/case/%00", "qoltanba-operator=TOKEN", "csrf=CSRF&version=7&decision=reject&reason=selfie")
	f.Add("POST", "/console/calls/X", "qoltanba-operator=TOKEN", "csrf=CSRF&outcome=registered&iin=061211600012")
	f.Add("POST", "/console/certificates", "qoltanba-operator=TOKEN", "csrf=CSRF&iin=061211600012&serial=AB&act=end&sure=yes")
	f.Add("POST", "/console/login", "", "login=dana%00&password=%ff")
	f.Add("POST", "/console/language", "", "language=kk&here=//evil.example")
	f.Add("GET", "/console/static/../pages/login.html", "", "")
	f.Fuzz(func(t *testing.T, method, target, cookies, form string) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		r, err := http.NewRequestWithContext(t.Context(), method, "http://example.kz/", strings.NewReader(form))
		if err != nil {
			return
		}
		service := &onlyCase{}
		c, err := New(t.Context(), Config{Service: service, Store: db, Passwords: onePassword{}, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		r.URL, r.RequestURI = u, target
		r.Header = http.Header{"Cookie": {cookies}, "Content-Type": {"application/x-www-form-urlencoded"}}
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("%s %q %q %q: %d", method, target, cookies, form, w.Code)
		}
		may := method == http.MethodPost && strings.Contains(cookies, token) && strings.Contains(form, csrf)
		if len(service.verdicts)+len(service.calls)+len(service.acts) > 0 && !may {
			t.Errorf("%s %q %q %q passed", method, target, cookies, form)
		}
	})
}
