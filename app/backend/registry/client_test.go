package registry

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"qoltanba/app/api"
)

const (
	known    = api.IIN("061211600012")
	stranger = api.IIN("900101300811")
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var person = Person{IIN: known, Portrait: "p-1", Fields: api.CardFields{
	Surname: "ӘБДІҒАЛИЕВА", Name: "ҮМІТ", Sex: api.Female, BirthDate: "2006-12-11", BirthPlace: "ОРАЛ",
	Nationality: "ҚАЗАҚ", Citizenship: "ҚАЗАҚСТАН", DocumentNumber: "099999001",
	Issuer: "ҚР ІШКІ ІСТЕР МИНИСТРЛІГІ", IssueDate: "2024-12-11", ExpiryDate: "2034-12-10",
}}

// server keeps the contract for one citizen, over TLS with client certificates.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	phone    api.Phone
	portrait []byte
	calls    atomic.Int32
	fail     atomic.Int32 // answer this many calls with 503
	log      atomic.Value // last request line, as an access log has it
}

func newServer(t *testing.T, clients *x509.CertPool) *server {
	t.Helper()
	s := &server{phone: "+77000000001"}
	s.Server = httptest.NewUnstartedServer(s)
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	if clients != nil {
		s.TLS.ClientAuth, s.TLS.ClientCAs = tls.RequireAndVerifyClientCert, clients
	}
	s.Config.ErrorLog = nil
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (s *server) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.calls.Add(1)
	s.log.Store(r.Method + " " + r.URL.String())
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.fail.Load() > 0:
		s.fail.Add(-1)
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.TLS.PeerCertificates == nil && r.Header.Get("Authorization") != "Bearer token-1":
		w.WriteHeader(http.StatusUnauthorized)
	case r.Header.Get("Subject-IIN") != string(known):
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodPut && r.URL.Path == "/registers/v1/phone":
		var body struct {
			Phone api.Phone `json:"phone"`
		}
		if json.NewDecoder(r.Body).Decode(&body) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.phone = body.Phone
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == "/registers/v1/phone":
		_ = json.NewEncoder(w).Encode(phoneAnswer{known, s.phone})
	case r.URL.Path == "/registers/v1/person":
		_ = json.NewEncoder(w).Encode(person)
	case r.URL.Path == "/registers/v1/portrait" && r.Header.Get("Portrait") == person.Portrait:
		_, _ = w.Write(s.portrait)
	case r.URL.Path == "/registers/v1/portrait":
		w.WriteHeader(http.StatusNotFound)
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

// A portrait comes by the reference of its entry, and no larger than agreed.
func TestPortrait(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	s.portrait = []byte("\xff\xd8 a face")
	c := newClient(t, s, nil)
	if got, err := c.Portrait(t.Context(), person); err != nil || string(got) != string(s.portrait) {
		t.Errorf("%q, %v", got, err)
	}
	other := person
	other.Portrait = "p-2"
	if _, err := c.Portrait(t.Context(), other); !errors.Is(err, ErrUnknown) {
		t.Errorf("another reference: %v", err)
	}
	other.Portrait = ""
	if _, err := c.Portrait(t.Context(), other); !errors.Is(err, ErrUnknown) {
		t.Errorf("no reference: %v", err)
	}
	s.portrait = make([]byte, maxPortrait+1)
	if got, err := c.Portrait(t.Context(), person); !errors.Is(err, ErrUnavailable) || got != nil {
		t.Errorf("%d bytes too many: %v", len(got), err)
	}
}

func newClient(t *testing.T, s *server, change func(*Endpoint)) *Client {
	t.Helper()
	e := Endpoint{URL: s.URL + "/registers", Roots: s.roots(), Bearer: "token-1", Pause: time.Millisecond}
	if change != nil {
		change(&e)
	}
	c, err := NewClient(e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestClientAsksBothRegisters(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	c := newClient(t, s, nil)
	if phone, err := c.Phone(t.Context(), known); err != nil || phone != "+77000000001" {
		t.Errorf("Phone: %v", err)
	}
	if got, err := c.Person(t.Context(), known); err != nil || got != person {
		t.Errorf("Person: %v", err)
	}
	if err := c.Register(t.Context(), known, "+77000000002"); err != nil {
		t.Errorf("Register: %v", err)
	}
	if phone, err := c.Phone(t.Context(), known); err != nil || phone != "+77000000002" {
		t.Errorf("Phone after Register: %v", err)
	}
	if _, err := c.Person(t.Context(), stranger); !errors.Is(err, ErrUnknown) {
		t.Errorf("a stranger: %v", err)
	}
	if line := s.log.Load().(string); strings.Contains(line, string(stranger)) {
		t.Errorf("the IIN stands in the address: %s", line)
	}
}

func TestClientRepeatsOnlyGet(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	c := newClient(t, s, nil)
	s.fail.Store(2)
	if _, err := c.Phone(t.Context(), known); err != nil || s.calls.Load() != 3 {
		t.Errorf("after %d calls: %v", s.calls.Load(), err)
	}
	s.calls.Store(0)
	s.fail.Store(3)
	if _, err := c.Phone(t.Context(), known); !errors.Is(err, ErrUnavailable) || s.calls.Load() != 3 {
		t.Errorf("three failures: %d calls, %v", s.calls.Load(), err)
	}
	s.calls.Store(0)
	s.fail.Store(1)
	if err := c.Register(t.Context(), known, "+77000000002"); !errors.Is(err, ErrUnavailable) || s.calls.Load() != 1 {
		t.Errorf("Register: %d calls, %v", s.calls.Load(), err)
	}
}

func TestClientRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	c := newClient(t, s, func(e *Endpoint) { e.Bearer = "stolen" })
	_, err := c.Phone(t.Context(), known)
	if !errors.Is(err, ErrRefused) || s.calls.Load() != 1 {
		t.Errorf("%d calls, %v", s.calls.Load(), err)
	}
	if strings.Contains(err.Error(), "stolen") {
		t.Error("the token shows in the error")
	}
}

func TestClientMutualTLS(t *testing.T) {
	t.Parallel()
	certificate, authority := clientCertificate(t)
	s := newServer(t, authority)
	c := newClient(t, s, func(e *Endpoint) { e.Bearer, e.Certificate = "", &certificate })
	if _, err := c.Phone(t.Context(), known); err != nil {
		t.Errorf("with our certificate: %v", err)
	}
	c = newClient(t, s, func(e *Endpoint) { e.Tries = 1 })
	if _, err := c.Phone(t.Context(), known); !errors.Is(err, ErrUnavailable) {
		t.Errorf("without: %v", err)
	}
}

func TestClientDistrustsStrangeServer(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	c := newClient(t, s, func(e *Endpoint) { e.Roots, e.Tries = x509.NewCertPool(), 1 })
	if _, err := c.Phone(t.Context(), known); !errors.Is(err, ErrUnavailable) || s.calls.Load() != 0 {
		t.Errorf("%d calls, %v", s.calls.Load(), err)
	}
}

// TestClientBadServers: whatever the other side does ends in a plain error.
func TestClientBadServers(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"endless answer": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(w, `{"iin":"%s","phone":"%s"}`, string(known), strings.Repeat("7", 2*maxAnswer))
		},
		"another's answer": func(w http.ResponseWriter, _ *http.Request) {
			_ = json.NewEncoder(w).Encode(phoneAnswer{stranger, "+77000000001"})
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://127.0.0.1:1/", http.StatusTemporaryRedirect)
		},
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"iin":`))
		},
		"silence": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &server{Server: httptest.NewTLSServer(handler)}
			t.Cleanup(s.Close)
			c := newClient(t, s, func(e *Endpoint) { e.Tries, e.Timeout = 1, 500*time.Millisecond })
			_, err := c.Phone(t.Context(), known)
			if !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), string(known)) || strings.Contains(err.Error(), string(stranger)) {
				t.Errorf("Phone = %v", err)
			}
		})
	}
}

func TestClientStopsWithContext(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	s.fail.Store(10)
	c := newClient(t, s, func(e *Endpoint) { e.Pause = 10 * time.Second })
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := c.Phone(ctx, known); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, ErrUnavailable) {
		t.Errorf("Phone = %v", err)
	}
}

func TestNewClientRefuses(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]Endpoint{
		"plain HTTP":     {URL: "http://register.example", Bearer: "t"},
		"no host":        {URL: "https://", Bearer: "t"},
		"query":          {URL: "https://register.example/?iin=1", Bearer: "t"},
		"password":       {URL: "https://a:b@register.example", Bearer: "t"},
		"no credentials": {URL: "https://register.example"},
		"many tries":     {URL: "https://register.example", Bearer: "t", Tries: 6},
		"long wait":      {URL: "https://register.example", Bearer: "t", Timeout: time.Hour},
	} {
		if _, err := NewClient(e); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestPersonRedactsItself(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if got := fmt.Sprintf(verb, person); got != "[person]" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}

func FuzzParsePerson(f *testing.F) {
	good, err := json.Marshal(person)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	for _, change := range [][2]string{
		{"female", "other"}, {"2034-12-10", "2034-13-10"}, {"099999001", "0999"}, {"ОРАЛ", "\\u0000"}, {"ОРАЛ", ""}, {string(known), string(stranger)}, {"}", ""},
	} {
		f.Add([]byte(strings.ReplaceAll(string(good), change[0], change[1])))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := parsePerson(body, known)
		if err != nil {
			if !errors.Is(err, ErrUnavailable) {
				t.Fatal(err)
			}
			return
		}
		if p.IIN != known || p.Fields.Surname == "" || wrongMember(p) != "" {
			t.Fatal("an entry that breaks the contract was accepted")
		}
	})
}

func TestParsePersonSeeds(t *testing.T) {
	t.Parallel()
	good, err := json.Marshal(person)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parsePerson(good, known); err != nil {
		t.Error(err)
	}
	for _, change := range [][2]string{{"female", "other"}, {"2034-12-10", "2034-13-10"}, {"099999001", "09999900x"}, {"ОРАЛ", `\u0000`}, {"ОРАЛ", ""}} {
		if _, err := parsePerson([]byte(strings.ReplaceAll(string(good), change[0], change[1])), known); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%q in place of %q: %v", change[1], change[0], err)
		}
	}
}

func FuzzParsePhone(f *testing.F) {
	f.Add([]byte(`{"iin":"061211600012","phone":"+77000000001"}`))
	f.Add([]byte(`{"iin":"061211600012","phone":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		phone, err := parsePhone(body, known)
		if err == nil && (len(phone) != 12 || phone[:3] != "+77") {
			t.Fatal("a phone that is none was accepted")
		}
	})
}

// clientCertificate makes a self-signed client certificate and its pool.
func clientCertificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "qoltanbad"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
