package nca_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/digitalid"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/checker"
	"qoltanba/app/backend/nca/ledger"
	"qoltanba/app/backend/nca/publish"
	"qoltanba/keystore/keypair"
)

// everyKill is given by make test-kill-authority.
var everyKill = flag.Bool("full", false, "issue 1,000 certificates under 200 kills, not some dozens under 20")

// killing is the extent of a test: applications for a GOST certificate and for
// an RSA pair, and kills.
type killing struct{ gost, pairs, kills int }

func extent() killing {
	switch {
	case *everyKill:
		return killing{gost: 500, pairs: 250, kills: 200}
	case testing.Short():
		return killing{gost: 8, pairs: 1, kills: 3}
	}
	return killing{gost: 40, pairs: 4, kills: 20}
}

// TestAuthorityKilled ends the authority's process by SIGKILL at random instants
// of many issuances, over its ledger on the disk with every commit synced. What
// was acknowledged is there; every signature of the issuing keys is that of a
// certificate on record; none was issued twice; all can be revoked; and the
// checker, which shares nothing with issuance, finds nothing.
func TestAuthorityKilled(t *testing.T) {
	t.Parallel()
	size := extent()
	h := newHunted(t, size)
	var group sync.WaitGroup
	queue := make(chan int)
	for range 4 {
		group.Go(func() {
			for n := range queue {
				h.walk(n)
			}
		})
	}
	for n := range size.gost + size.pairs {
		queue <- n
	}
	close(queue)
	group.Wait()
	h.stop()
	if h.struck != size.kills {
		t.Errorf("%d kills of %d", h.struck, size.kills)
	}
	if t.Failed() {
		return
	}
	h.check(size)
}

// hunted is an authority's process that is killed again and again.
type hunted struct {
	*testing.T
	dir    string
	party  *digitalid.Party
	client *http.Client
	size   killing

	mu       sync.Mutex
	turn     *sync.Cond
	process  *process
	striking bool // nobody begins anything until the next process is there
	turns    int
	strikes  []int // the turns at which it is killed, sorted
	struck   int
	numbers  map[int]string
	issued   map[string][][]byte // by application, as they were answered
	revoked  map[string]bool
}

func newHunted(t *testing.T, size killing) *hunted {
	t.Helper()
	h := &hunted{
		T: t, dir: t.TempDir(), client: &http.Client{Timeout: time.Minute}, size: size,
		numbers: make(map[int]string), issued: make(map[string][][]byte), revoked: make(map[string]bool),
	}
	h.turn = sync.NewCond(&h.mu)
	h.party = must(digitalid.Open(filepath.Join(h.dir, "digitalid"), secret, time.Now, rand.Reader))
	der := must(x509.MarshalPKIXPublicKey(h.party.PublicKey()))
	if err := os.WriteFile(filepath.Join(h.dir, digitalIDFile), der, 0o600); err != nil {
		t.Fatal(err)
	}
	// Each application takes two turns at least, so that all strikes have theirs.
	h.strikes = mathrand.Perm(2 * (size.gost + size.pairs))[:size.kills]
	slices.Sort(h.strikes)
	h.process = must(launch(h.dir))
	t.Cleanup(func() { h.process.kill() })
	return h
}

// address waits for its turn. The process is killed within the next
// milliseconds if the turn is one of those.
func (h *hunted) address() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.striking {
		h.turn.Wait()
	}
	if h.struck < len(h.strikes) && h.turns == h.strikes[h.struck] {
		h.striking = true
		time.AfterFunc(time.Duration(mathrand.Int64N(int64(12*time.Millisecond))), h.strike)
	}
	h.turns++
	return h.process.url
}

func (h *hunted) strike() {
	h.process.kill()
	next, err := launch(h.dir)
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		h.Error(err)
		next = &process{}
	}
	h.process, h.striking = next, false
	h.struck++
	h.turn.Broadcast()
}

// call repeats a call until it is answered.
func (h *hunted) call(path string, body, answer any) bool {
	content := must(json.Marshal(body))
	for range h.size.kills + 1 {
		err := post(h.client, h.address()+path, content, answer)
		if err == nil {
			return true
		}
		if answered := refusal(""); errors.As(err, &answered) {
			h.Errorf("%s: %v", path, err)
			return false
		}
	}
	h.Errorf("%s: never answered", path)
	return false
}

// walk applies, has issued, and in every fourth case withdraws.
func (h *hunted) walk(n int) {
	enrolment := fmt.Sprint("enrolment-", n)
	var requests [][]byte
	if n < h.size.pairs {
		requests = submit(h, enrolment, 2*n, 2*n+1).requests
	} else {
		requests = submitGOST(h, enrolment).requests
	}
	order := application{statement(h, h.party, enrolment, requests), requests}
	var number, again string
	var issued [][]byte
	if !h.call("/apply", order, &number) || !h.call("/issue", number, &issued) {
		return
	}
	if n%3 == 0 && (!h.call("/apply", order, &again) || again != number) {
		h.Errorf("application %s became %s", number, again)
	}
	withdrawn := n%4 == 0 && h.call("/withdraw", number, nil)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.numbers[n], h.issued[number], h.revoked[number] = number, issued, withdrawn
}

// stop lets the last process end.
func (h *hunted) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.striking {
		h.turn.Wait()
	}
	h.process.kill()
}

// check holds the ledger against what was answered and against what was signed.
func (h *hunted) check(size killing) {
	applications, certificates := size.gost+size.pairs, size.gost+2*size.pairs
	l, err := ledger.SQLite(h.Context(), filepath.Join(h.dir, ledgerFile))
	closing(h, l, err)
	a := must(nca.Open(filepath.Join(h.dir, authorityFolder), secret, huntedConfig(l, h.party.PublicKey())))
	audited(h, a, applications, certificates)
	known := make(map[string]bool)
	for number, answered := range h.issued {
		kept, err := a.Certificates(h.Context(), number)
		if h.revoked[number] {
			if !errors.Is(err, nca.ErrWithdrawn) {
				h.Errorf("%s was withdrawn, and now: %v", number, err)
			}
		} else if err != nil || !slices.EqualFunc(kept, answered, func(c nca.Certificate, der []byte) bool { return bytes.Equal(c.DER, der) }) {
			h.Errorf("%s has other certificates than were answered: %v", number, err)
		}
		for _, der := range answered {
			signed := must(keypair.ParseSigned(der))
			known[hex.EncodeToString(signed.Algorithm.Digest(signed.TBS))] = true
		}
	}
	signatures := strings.Fields(string(must(os.ReadFile(filepath.Join(h.dir, signedFile)))))
	for _, digest := range signatures {
		if !known[digest] {
			h.Error("something was signed that is on no record")
		}
	}
	report := h.checked(a)
	if report.Total() != certificates || report.Applications != applications {
		h.Errorf("the checker saw %d applications, %d certificates", report.Applications, report.Total())
	}
	for number := range h.issued {
		if _, err := a.Withdraw(h.Context(), number, nca.CessationOfOperation); err != nil {
			h.Error(err)
		}
	}
	if report = h.checked(a); report.Revoked != certificates {
		h.Errorf("%d of %d certificates could be revoked", report.Revoked, certificates)
	}
	h.Logf("%d kills, %d applications, %d certificates by %d signatures: none lost, none doubled, all revocable",
		h.struck, applications, certificates, len(signatures))
}

// checked lets the checker look at the ledger, and at what is published of it.
func (h *hunted) checked(a *nca.Authority) checker.Report {
	h.Helper()
	server := httptest.NewServer(publish.New(a, time.Now).Handler())
	defer server.Close()
	book := must(checker.SQLite(filepath.Join(h.dir, ledgerFile)))
	defer func() { _ = book.Close() }()
	report, err := checker.Check(h.Context(), book, must(checker.ReadTrust(filepath.Join(h.dir, authorityFolder))),
		&checker.Published{URL: server.URL + publish.Path, Client: server.Client()}, time.Now())
	if err != nil {
		h.Fatal(err)
	}
	for _, f := range report.Findings {
		h.Errorf("the checker: %+v", f)
	}
	if report.Unsigned != 0 || report.Answers != report.Total() {
		h.Errorf("the checker: %d unsigned, %d answers", report.Unsigned, report.Answers)
	}
	return report
}

// huntedConfig is that of the process, and of those who look at what it left.
func huntedConfig(store nca.Store, word *ecdsa.PublicKey) nca.Config {
	return nca.Config{
		Stamp: "TEST", KeyBits: 2048, Store: store, Clock: time.Now, Rand: rand.Reader, DigitalID: must(assertion.NewVerifier(word)),
		URLs: map[keypair.Algorithm]nca.URLs{keypair.RSA: urls, keypair.GOST512: addresses("gost")},
	}
}

// refusal is an error that the process answered.
type refusal string

func (r refusal) Error() string { return string(r) }

func post(client *http.Client, url string, content []byte, answer any) error {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(content))
	if err != nil {
		return err
	}
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return refusal(text)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(text, answer)
}

// witness writes the digest of everything that an issuing key signs, before it does.
type witness struct {
	crypto.Signer
	log *os.File
}

func (w witness) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if _, err := w.log.WriteString(hex.EncodeToString(digest) + "\n"); err != nil {
		return nil, err
	}
	return w.Signer.Sign(random, digest, opts)
}
