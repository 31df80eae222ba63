package server

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/pepper"
)

// bare is a server that can read calls and answer none.
func bareServer(tb testing.TB) *Server {
	tb.Helper()
	secret, err := pepper.New(make([]byte, pepper.Size))
	if err != nil {
		tb.Fatal(err)
	}
	var log logLines
	s, err := New(Config{
		Public: &url.URL{Scheme: "https", Host: "example.kz"}, Pepper: secret, Log: log.logger(),
		PerAddress: limit.Policy{Max: 1_000_000, Per: time.Second},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// reads decodes a body as a call of the contract would, and checks it as the
// service would.
func reads[In any](s *Server) func(t *testing.T, body []byte) {
	form := bodySchema[In](s.api)
	return func(t *testing.T, body []byte) {
		t.Helper()
		c := &call{server: s, body: body, request: &http.Request{Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}}}
		in, err := decode[In](c, form)
		if err != nil {
			if api.CodeOf(err) != api.BadRequest {
				t.Errorf("refused as %v", err)
			}
			return
		}
		if v, ok := any(in).(interface{ Validate() error }); ok && v.Validate() != nil {
			return
		}
		if _, err := json.Marshal(in); err != nil {
			t.Errorf("%T was read and cannot be written: %v", in, err)
		}
	}
}

// Every body of the contract's calls is read or refused as a bad request.
func FuzzDecode(f *testing.F) {
	s := bareServer(f)
	readers := []func(*testing.T, []byte){
		reads[api.StartRequest](s), reads[api.CodeRequest](s), reads[api.CallRequest](s), reads[api.SignInRequest](s),
		reads[api.ConsentRequest](s), reads[api.HeadRequest](s), reads[api.PINRequest](s), reads[api.FieldsRequest](s),
		reads[api.GrantRequest](s), reads[api.ApplyRequest](s), reads[api.ImportRequest](s),
	}
	for n, body := range []string{
		`{"iin":"061211600012","language":"kk"}`, `{"code":"123456"}`, `{"phone":"+77010000067","language":"ru","reason":"help"}`,
		`{"phone":"+77010000067"}`, `{"version":"1","sha256":"` + strings.Repeat("0", 64) + `"}`,
		`{"frames":1e2,"head":"` + strings.Repeat("0", 64) + `"}`, `{"pin":"402957"}`, `{"fields":{"surname":"А"},"confirmed":true}`,
		`{"data_sha256":"` + strings.Repeat("0", 64) + `","pin":"402957"}`, `{"storage":"personal-computer","requests":["MAA="]}`,
		`{"fingerprints":["` + strings.Repeat("0", 64) + `"]}`,
	} {
		f.Add(uint8(n), []byte(body))
	}
	f.Add(uint8(5), []byte(`{"frames":NaN,"frames":1e400,"head":null}`))
	f.Fuzz(func(t *testing.T, which uint8, body []byte) { readers[int(which)%len(readers)](t, body) })
}

// Whatever headers say, the caller's address is one of the network and never
// empty text of the caller's choice.
func FuzzAddress(f *testing.F) {
	_, proxies, err := net.ParseCIDR("10.0.0.0/8")
	if err != nil {
		f.Fatal(err)
	}
	s := &Server{Config: Config{Proxies: []*net.IPNet{proxies}}}
	f.Add("10.1.1.1:5", "1.1.1.1, 203.0.113.9, 10.2.2.2")
	f.Add("[::1]:5", "::ffff:10.0.0.1")
	f.Fuzz(func(t *testing.T, remote, forwarded string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr, r.Header = remote, http.Header{"X-Forwarded-For": {forwarded}}
		got := s.address(r)
		if net.ParseIP(got) == nil && strings.Contains(forwarded, got) && !strings.Contains(remote, got) {
			t.Errorf("%q via %q is %q", remote, forwarded, got)
		}
	})
}

// Whatever is asked for is answered, as a problem of the contract or by a page
// of it, and no call passes without a proof.
func FuzzRequest(f *testing.F) {
	s := bareServer(f)
	f.Add("GET", "/v1/enrolments/A", "proof", "DPoP token", []byte("{}"))
	f.Add("PUT", "/v1/enrolments/..%2f..%2fetc/selfie", "a.b.c", "Bearer x", []byte("\xff\xd8"))
	f.Add("OPTIONS", "*", "", "", []byte(nil))
	f.Add("GET", "/v1/texts/agreement/%00", "", "", []byte(nil))
	f.Fuzz(func(t *testing.T, method, target, proof, token string, body []byte) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		r, err := http.NewRequestWithContext(t.Context(), method, "http://example.kz/", strings.NewReader(string(body)))
		if err != nil || strings.HasPrefix(u.Path, "/readyz") {
			return
		}
		r.URL, r.RequestURI, r.RemoteAddr = u, target, "192.0.2.1:5"
		r.Header = http.Header{"Dpop": {proof}, "Authorization": {token}, "Content-Type": {"application/json"}}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		kind := w.Header().Get("Content-Type")
		if w.Code >= 500 || w.Code >= 400 && !strings.HasPrefix(kind, api.ProblemType) {
			t.Errorf("%s %q: %d %s %s", method, target, w.Code, kind, w.Body)
		}
		if w.Code == http.StatusOK && strings.HasPrefix(u.Path, "/v1/enrolments") {
			t.Errorf("%s %q passes without a proof", method, target)
		}
	})
}
