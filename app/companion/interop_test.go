package companion

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"qoltanba/app/companion/peer"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/xmldsig"
)

var interop = flag.Bool("interop", false, "fetch ncalayer-js-client from npm and hold everything against it")

const clientPackage = "ncalayer-js-client@1.5.6"

// fetched is the folder of the package's modules, in the user's cache.
var fetched = sync.OnceValues(func() (modules string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "qoltanba", "interop")
	modules = filepath.Join(dir, "node_modules")
	if _, err := os.Stat(filepath.Join(modules, recorded)); err == nil || !*interop {
		return modules, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	install := exec.CommandContext(context.Background(), "npm", "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", clientPackage)
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return modules, nil
})

var recorded = filepath.Join("ncalayer-js-client", "test", "test-data.json")

// npmClient returns where node finds the package.
func npmClient(t *testing.T) string {
	t.Helper()
	modules, err := fetched()
	if _, noNode := exec.LookPath("node"); !*interop && (err != nil || noNode != nil) {
		t.Skip("ncalayer-js-client or node is not there (make interop-companion)")
	}
	must(t, err)
	return modules
}

type jsAnswer struct {
	Value     json.RawMessage
	Error     string
	Name      string
	Cancelled bool
}

// portal lets the client make calls, in a page of its own.
func (s *site) portal(modules string, calls [][2]any) []jsAnswer {
	s.t.Helper()
	input, err := json.Marshal(map[string]any{"url": "wss://" + s.Address(), "calls": calls})
	must(s.t, err)
	cmd := exec.CommandContext(s.t.Context(), "node", "testdata/interop/client.js")
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules, "NODE_EXTRA_CA_CERTS="+s.ca)
	cmd.Stdin = bytes.NewReader(input)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("%v: %s", err, problems.String())
	}
	var result struct {
		IsKmd bool
		Out   []jsAnswer
	}
	must(s.t, json.Unmarshal(out, &result))
	if result.IsKmd || len(result.Out) != len(calls)+1 || string(result.Out[0].Value) != `"1.4"` {
		s.t.Fatalf("%s", out)
	}
	return result.Out[1:]
}

// The client of portals, as npm has it, makes each of its calls over TLS under
// our own authority; each signature is verified by OpenSSL.
func TestPortalsClientWorksUnchanged(t *testing.T) {
	t.Parallel()
	modules := npmClient(t)
	s := &script{}
	var cancel atomic.Bool
	var name atomic.Value
	name.Store("rsa.p12")
	s.decide = func(ctx context.Context, p Proposal) (Choice, error) {
		if cancel.Load() {
			return Choice{}, ErrCancelled
		}
		return pick(name.Load().(string))(ctx, p)
	}
	site := start(t, s, func(c *Config) { c.Peer = peer.Of })
	rsaDigest := base64.StdEncoding.EncodeToString(keypair.RSA.Digest([]byte("11\n")))
	answers := site.portal(modules, [][2]any{
		{"getActiveTokens", []any{}},
		{"getKeyInfo", []any{"PKCS12"}},
		{"createCAdESFromBase64", []any{"PKCS12", "MTEK", "SIGNATURE", true}},
		{"createCAdESFromBase64", []any{"PKCS12", "MTEK"}},
		{"createCAdESFromBase64Hash", []any{"PKCS12", rsaDigest}},
		{"signXml", []any{"PKCS12", "<tag>data</tag>"}},
		{"signXmls", []any{"PKCS12", []any{"<tag>data</tag>", "<b/>"}}},
		{"changeLocale", []any{"kk"}},
		{"basicsSignCMS", []any{"!!basicsStorageAll", "MTEK", "!!basicsCMSParamsDetachedNoTSP", "!!basicsSignerSignPerson"}},
		{"basicsSignCMS", []any{"!!basicsStoragePKCS12", []any{"MTEK", "MTIK"}, map[string]any{"decode": true}, "!!basicsSignerAny"}},
		{"basicsSignXML", []any{"!!basicsStoragePKCS12", "<tag>data</tag>", "!!basicsXMLParams", "!!basicsSignerTestAny"}},
		{"getKeyInfo", []any{1}},
		{"createCMSSignatureFromBase64", []any{"PKCS12", "MTEK"}},
		{"basicsSignCMS", []any{"!!basicsStorageAll", "MTEK", 555, "!!basicsSignerAny"}},
	})
	for i, a := range answers[:11] {
		if a.Error != "" {
			t.Errorf("call %d: %s", i, a.Error)
		}
	}
	for i, want := range []string{
		"500: java.lang.IllegalArgumentException: argument type mismatch. Method: getKeyInfo", "500: no time-stamp authority is set",
		`INVOCATION_ERROR: An invoked method threw an exception. (org.json.JSONException: JSONObject["signingParams"] is not a JSONObject.)`,
	} {
		if got := answers[11+i]; got.Error != want || got.Name != "NCALayerError" || got.Cancelled {
			t.Errorf("%+v", got)
		}
	}
	for _, i := range []int{2, 3, 4, 8} {
		verifiedByOpenSSL(t, decoded[string](t, string(answers[i].Value)), "11\n")
	}
	many := decoded[[]string](t, string(answers[9].Value))
	verifiedByOpenSSL(t, many[0], "11\n")
	verifiedByOpenSSL(t, many[1], "12\n")
	for _, x := range append(decoded[[]string](t, string(answers[6].Value)), decoded[string](t, string(answers[5].Value)), decoded[[]string](t, string(answers[10].Value))[0]) {
		if f, err := xmldsig.Verify([]byte(x)); err != nil || !f[0].Good || !f[0].Whole {
			t.Errorf("%v: %s", err, x)
		}
	}
	cancel.Store(true)
	answers = site.portal(modules, [][2]any{
		{"basicsSignCMS", []any{"!!basicsStorageAll", "MTEK", map[string]any{}, "!!basicsSignerAny"}},
		{"createCAdESFromBase64", []any{"PKCS12", "MTEK"}},
	})
	if a := answers[0]; !a.Cancelled || a.Error != "cancelled by user" {
		t.Errorf("%+v", a)
	}
	if a := answers[1]; a.Error != "500: action.canceled" {
		t.Errorf("%+v", a)
	}
	cancel.Store(false)
	name.Store("gost.p12")
	answers = site.portal(modules, [][2]any{{"createCAdESFromBase64", []any{"PKCS12", "MTEK"}}, {"basicsSignCMS", []any{nil, "MTEK", "!!basicsCMSParams", "!!basicsSignerAny"}}})
	verifiedByEngine(t, decoded[string](t, string(answers[0].Value)), "11\n")
	verifiedByEngine(t, decoded[string](t, string(answers[1].Value)), "MTEK")
}

// verifiedByOpenSSL verifies a signature, PEM or base64 of DER.
func verifiedByOpenSSL(t *testing.T, signature, content string) {
	t.Helper()
	dir := t.TempDir()
	sig, text := signatureFiles(t, dir, signature, content)
	out, err := exec.CommandContext(t.Context(), "openssl", "cms", "-verify", "-binary", "-noverify", "-inform", "DER", "-in", sig, "-content", text, "-out", filepath.Join(dir, "got")).CombinedOutput()
	if got, _ := os.ReadFile(filepath.Join(dir, "got")); err != nil || string(got) != content {
		t.Errorf("%v: %s", err, out)
	}
}

// verifiedByEngine verifies a signature of GOST by OpenSSL's gost engine, under
// the Russian names.
func verifiedByEngine(t *testing.T, signature, content string) {
	t.Helper()
	if found, err := filepath.Glob("/usr/lib/*/engines-3/gost.so"); err != nil || len(found) == 0 {
		t.Log("OpenSSL's gost engine is not there (make setup)")
		return
	}
	dir := t.TempDir()
	sig, text := signatureFiles(t, dir, signature, content)
	cert := filepath.Join(dir, "cert.pem")
	must(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: actors().gost.cert.Raw}), 0o600))
	out, err := exec.CommandContext(t.Context(), "../../keystore/cms/testdata/verify-gost", sig, cert, text).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Verified OK") {
		t.Errorf("%v: %s", err, out)
	}
}

func signatureFiles(t *testing.T, dir, signature, content string) (sig, text string) {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(signature)
	if block, _ := pem.Decode([]byte(signature)); block != nil {
		der, err = block.Bytes, nil
	}
	must(t, err)
	sig, text = filepath.Join(dir, "sig"), filepath.Join(dir, "text")
	must(t, os.WriteFile(sig, der, 0o600))
	must(t, os.WriteFile(text, []byte(content), 0o600))
	return sig, text
}

// recordedRequest is a request as a client sent it, and the answer of NCALayer or
// KAZTOKEN then.
type recordedRequest struct{ Task, Request, Response string }

// The requests that the package recorded are answered in the shapes that were
// recorded: the same keys, the same types, the same words where something failed.
func TestRecordedRequestsAreAnsweredInTheirShapes(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile(filepath.Join(npmClient(t), recorded))
	must(t, err)
	var pairs []recordedRequest
	must(t, json.Unmarshal(file, &pairs))
	if len(pairs) != 50 {
		t.Fatalf("%d recorded requests", len(pairs))
	}
	var cancel, absent atomic.Bool
	s := &script{decide: func(ctx context.Context, p Proposal) (Choice, error) {
		if cancel.Load() {
			return Choice{}, ErrCancelled
		}
		for _, k := range p.Keys {
			if len(k.Against) == 0 && slices.Contains([]string{"gost.p12", "auth.p12"}, filepath.Base(k.Path)) {
				if c, err := (Choice{Store: k.Store, ID: k.ID, Password: password}), p.Problem; err == nil {
					return c, nil
				}
			}
		}
		return Choice{}, ErrCancelled
	}}
	site := start(t, s, func(c *Config) {
		c.Stamps = stampsOf(t)
		c.Stores["AKKaztokenStore"] = presence{c.Stores[pkcs12], &absent}
	})
	page := site.dial(portal)
	for i, pair := range pairs[1:] { // the first is KAZTOKEN's own greeting
		cancel.Store(strings.Contains(pair.Response, "action.canceled") || pair.Response == `{"body":{},"status":true}`)
		absent.Store(strings.Contains(pair.Response, `"responseObject":[]`))
		want, got := decoded[map[string]any](t, pair.Response), decoded[map[string]any](t, page.ask(pair.Request))
		if !sameShape(want, got, "") {
			t.Errorf("%d: %s\n got %v\nwant %s", i+1, pair.Request, short(got), pair.Response)
		}
	}
}

func short(v any) string {
	text, _ := json.Marshal(v)
	return string(text[:min(len(text), 400)])
}

// presence is a store that may be taken out.
type presence struct {
	Store
	absent *atomic.Bool
}

func (p presence) Keys(ctx context.Context) ([]Key, error) {
	if p.absent.Load() {
		return nil, nil
	}
	return p.Store.Keys(ctx)
}

// sameShape compares keys and types; texts only where they are of a failure. A
// single CMS of basics was recorded as a string and is an array since 1.4.
func sameShape(want, got any, name string) bool {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return false
		}
		for key, value := range w {
			if !sameShape(value, g[key], key) {
				return false
			}
		}
		return len(w) == len(g) || name == "responseObject"
	case []any:
		g, ok := got.([]any)
		if !ok || len(w) != len(g) {
			return false
		}
		for i := range w {
			if !sameShape(w[i], g[i], name) {
				return false
			}
		}
		return true
	case string:
		if list, isList := got.([]any); isList && name == "result" && len(list) == 1 {
			got = list[0]
		}
		g, ok := got.(string)
		return ok && (g == w || name != "code" && name != "message" && name != "details")
	}
	return want == got
}
