//go:build linux

package nca_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"qoltanba/app/backend/digitalid"
)

// stepCA is given by make bench-authority, which builds the program.
var stepCA = flag.String("step-ca", "", "`path` of step-ca 0.30, to be measured beside the authority")

const (
	besideRounds = 4
	besidePairs  = 50  // of certificates, in a round
	ticks        = 100 // a second, of the kernel's accounting (USER_HZ)
)

// TestBesideStepCA issues RSA-2048 certificates by the authority and by step-ca
// in turn, each a process of its own, over its API on a kept connection, with
// its embedded database as it comes, and prints what each took of the
// processor and of memory. The authority's API here is that of its process in
// these tests, which is plain HTTP; step-ca's knows TLS only.
func TestBesideStepCA(t *testing.T) {
	if *stepCA == "" {
		t.Skip("make bench-authority")
	}
	dir := t.TempDir()
	party := must(digitalid.Open(filepath.Join(dir, "digitalid"), secret, time.Now, rand.Reader))
	if err := os.WriteFile(filepath.Join(dir, digitalIDFile), must(x509.MarshalPKIXPublicKey(party.PublicKey())), 0o600); err != nil {
		t.Fatal(err)
	}
	ours := must(launch(dir))
	t.Cleanup(ours.kill)
	theirs := newStepCA(t)
	client := &http.Client{Timeout: time.Minute}

	issueOurs := func(n int) {
		requests := [][]byte{request(t, keyAt(2*n)), request(t, keyAt(2*n+1))}
		var number string
		in := application{statement(t, party, fmt.Sprint("enrolment-", n), requests), requests}
		err := post(client, ours.url+"/apply", must(json.Marshal(in)), &number)
		var issued [][]byte
		err = errors.Join(err, post(client, ours.url+"/issue", must(json.Marshal(number)), &issued))
		if err != nil || len(issued) != 2 {
			t.Fatalf("%d certificates: %v", len(issued), err)
		}
	}
	issueTheirs := func(n int) {
		theirs.issue(keyAt(2 * n))
		theirs.issue(keyAt(2*n + 1))
	}
	for n := range besideRounds*besidePairs + 1 { // fresh keys take long, and are not measured
		keyAt(2 * n)
		keyAt(2*n + 1)
	}
	issueOurs(besideRounds * besidePairs) // the issuing key is unsealed at its first signature
	issueTheirs(besideRounds * besidePairs)
	var a, b []time.Duration
	for round := range besideRounds {
		a = append(a, perCertificate(t, ours.cmd.Process.Pid, round, issueOurs))
		b = append(b, perCertificate(t, theirs.pid, round, issueTheirs))
	}
	slices.Sort(a)
	slices.Sort(b)
	mine, other := resident(t, ours.cmd.Process.Pid), resident(t, theirs.pid)
	t.Logf("processor for a certificate: the authority %v to %v, step-ca %v to %v: %.2f times less (medians)",
		a[0], a[len(a)-1], b[0], b[len(b)-1], float64(b[len(b)/2])/float64(a[len(a)/2]))
	t.Logf("resident: the authority %d MiB, step-ca %d MiB: %.2f of it", mine>>10, other>>10, float64(mine)/float64(other))
}

func perCertificate(t *testing.T, pid, round int, issue func(int)) time.Duration {
	t.Helper()
	before := processor(t, pid)
	for n := range besidePairs {
		issue(round*besidePairs + n)
	}
	return (processor(t, pid) - before) / (2 * besidePairs)
}

// processor is what a process has used (proc(5), stat).
func processor(t *testing.T, pid int) time.Duration {
	t.Helper()
	text := string(must(os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))))
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	var user, system int64
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		t.Fatal(err)
	}
	return time.Duration(user+system) * time.Second / ticks
}

// resident is VmRSS in KiB.
func resident(t *testing.T, pid int) (kib int) {
	t.Helper()
	for line := range strings.Lines(string(must(os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))))) {
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kib); err == nil {
			return kib
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

// foreign is step-ca with an issuing key of RSA-2048 and its default database.
type foreign struct {
	*testing.T
	pid    int
	url    string
	client *http.Client
	signer jose.Signer
	root   string // fingerprint
}

func newStepCA(t *testing.T) *foreign {
	t.Helper()
	dir := t.TempDir()
	root, rootKey := stepAuthority(t, dir, "root", nil, nil)
	_, _ = stepAuthority(t, dir, "issuing", root, rootKey)
	device := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	public := jose.JSONWebKey{Key: device.Public(), Algorithm: "ES256", Use: "sig", KeyID: "bench"}
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	config := map[string]any{
		"root": filepath.Join(dir, "root.crt"), "crt": filepath.Join(dir, "issuing.crt"), "key": filepath.Join(dir, "issuing.key"),
		"address": address, "dnsNames": []string{"127.0.0.1"},
		"db":        map[string]any{"type": "badgerv2", "dataSource": filepath.Join(dir, "db")},
		"authority": map[string]any{"provisioners": []any{map[string]any{"type": "JWK", "name": "bench", "key": public}}},
	}
	path := filepath.Join(dir, "ca.json")
	if err := os.WriteFile(path, must(json.Marshal(config)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), *stepCA, path)
	cmd.Env = append(os.Environ(), "STEPPATH="+dir)
	var log strings.Builder
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	sum := sha256.Sum256(root.Raw)
	f := &foreign{
		T: t, pid: cmd.Process.Pid, url: "https://" + address, root: hex.EncodeToString(sum[:]),
		client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool(root)}}},
		signer: must(jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: device, KeyID: "bench"}}, (&jose.SignerOptions{}).WithType("JWT"))),
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 600 {
		if response, err := f.client.Get(f.url + "/health"); err == nil {
			_ = response.Body.Close()
			return f
		}
		<-tick.C
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	t.Fatalf("step-ca does not answer:\n%s", log.String())
	return nil
}

func pool(root *x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(root)
	return p
}

// stepAuthority makes an authority's certificate and key files.
func stepAuthority(t *testing.T, dir, name string, parent *x509.Certificate, parentKey *rsa.PrivateKey) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key := must(rsa.GenerateKey(rand.Reader, 2048))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(5, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	if parent == nil {
		parent, parentKey = template, key
	}
	der := must(x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey))
	err := errors.Join(
		os.WriteFile(filepath.Join(dir, name+".crt"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.WriteFile(filepath.Join(dir, name+".key"), pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}), 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
	return must(x509.ParseCertificate(der)), key
}

// issue asks for one certificate by a token of its own, as step-ca wants it.
func (f *foreign) issue(key *rsa.PrivateKey) {
	f.Helper()
	request := must(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: "citizen"}, EmailAddresses: []string{email},
	}, key))
	now := time.Now()
	claims := must(json.Marshal(map[string]any{
		"iss": "bench", "aud": f.url + "/1.0/sign", "sub": "citizen", "sans": []string{email}, "sha": f.root,
		"iat": now.Unix(), "nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(5 * time.Minute).Unix(), "jti": base64.RawURLEncoding.EncodeToString(must(random(16))),
	}))
	token := must(must(f.signer.Sign(claims)).CompactSerialize())
	body := must(json.Marshal(map[string]string{"csr": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: request})), "ott": token}))
	r := must(http.NewRequestWithContext(context.Background(), http.MethodPost, f.url+"/1.0/sign", strings.NewReader(string(body))))
	r.Header.Set("Content-Type", "application/json")
	response, err := f.client.Do(r)
	if err != nil {
		f.Fatal(err)
	}
	text := must(io.ReadAll(response.Body))
	_ = response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		f.Fatalf("step-ca answers %d: %s", response.StatusCode, text)
	}
}

func random(n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := rand.Read(b)
	return b, err
}
