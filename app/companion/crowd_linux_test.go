package companion

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"qoltanba/app/companion/peer"
	"qoltanba/keystore/cms"
)

// A hundred pages make ten thousand requests, among them signatures. All are
// answered, each page hears its own answers in order, and memory stays flat.
func TestTenThousandRequestsOfAHundredPages(t *testing.T) {
	if testing.Short() {
		t.Skip("ten thousand requests")
	}
	const pages, rounds, each = 100, 2, 50
	site := start(t, &script{decide: pick("gost.p12")})
	tabs := make([]*tab, pages)
	for i := range tabs {
		tabs[i] = site.dial(fmt.Sprintf("https://portal%d.example", i))
	}
	heap := make([]uint64, rounds)
	for round := range rounds {
		var all sync.WaitGroup
		for i, page := range tabs {
			all.Go(func() {
				for n := range each {
					page.exchange(round, i, n)
				}
			})
		}
		all.Wait()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap[round] = m.HeapAlloc
	}
	t.Logf("heap after each half: %d and %d KiB", heap[0]>>10, heap[1]>>10)
	if heap[1] > heap[0]+4<<20 {
		t.Errorf("the second half left %d bytes more than the first", heap[1]-heap[0])
	}
}

// exchange makes a request and reads its answer; the last of a round signs.
func (p *tab) exchange(round, page, n int) {
	uuid := fmt.Sprintf("%d-%d-%d", round, page, n)
	if n == 49 && page%10 == 0 {
		content := base64.StdEncoding.EncodeToString([]byte(uuid))
		r := decoded[result](p.t, p.ask(`{"module":"kz.gov.pki.knca.commonUtils","method":"createCAdESFromBase64","args":["PKCS12","SIGNATURE","`+content+`",true],"uuid":"`+uuid+`"}`))
		text, _ := r.Object.(string)
		der, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			p.t.Errorf("%s: %v", uuid, err)
			return
		}
		sd, err := cms.Parse(der)
		if err != nil || string(sd.Content) != uuid {
			p.t.Errorf("%s: another's signature, %v", uuid, err)
		}
		return
	}
	if want, got := `{"code":"200","uuid":"`+uuid+`"}`, p.ask(`{"module":"kz.gov.pki.knca.commonUtils","method":"changeLocale","args":["ru"],"uuid":"`+uuid+`"}`); got != want {
		p.t.Errorf("%s in place of %s", got, want)
	}
}

// Pages go away at every point: before the greeting is read, with a request on
// the way, with a dialog that stands. The next page is served all the same.
func TestVanishingPages(t *testing.T) {
	t.Parallel()
	site := start(t, &script{decide: func(ctx context.Context, p Proposal) (Choice, error) {
		if p.Caller.ID == portal {
			return pick("gost.p12")(ctx, p)
		}
		<-ctx.Done()
		return Choice{}, ctx.Err()
	}})
	for i := range 60 {
		page := site.dial("https://fleeting.example")
		if i%3 > 0 {
			page.write(sign11)
		}
		if i%3 > 1 {
			page.write(heartbeat)
			page.read()
		}
		must(t, page.conn.CloseNow())
	}
	if r := decoded[result](t, site.dial(portal).ask(sign11)); r.Code != "200" {
		t.Errorf("%+v", r)
	}
}

// A process of another user of this computer is refused by its socket, whatever
// it says.
func TestProcessOfAnotherUserIsRefused(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Fatal("curl is missing: make setup")
	}
	s := start(t, &script{}, func(c *Config) { c.Peer = peer.Of })
	cmd := exec.CommandContext(t.Context(), curl, "--silent", "--insecure", "--http1.1", "--max-time", "60", "--write-out", " %{http_code}",
		"-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
		"-H", "Origin: "+portal, "https://"+s.Address()+"/")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	cmd.Dir, cmd.Env = "/", []string{"HOME=/"}
	if out, err := cmd.Output(); !strings.Contains(string(out), errOtherUser.Error()) || !strings.HasSuffix(string(out), " 403") {
		t.Errorf("another user: %q, %v", out, err)
	}
	if got := s.knock(s.Address(), portal); got != 101 {
		t.Errorf("this user: %d", got)
	}
	if strings.Contains(s.log.String(), "caller decided on") {
		t.Error("somebody was asked")
	}
}

// The port is held by another program, which is named.
func TestProgramAtThePortIsNamed(t *testing.T) {
	t.Parallel()
	free, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	must(t, err)
	at := netip.MustParseAddrPort(free.Addr().String())
	must(t, free.Close())
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
		"-keyout", filepath.Join(dir, "key.pem"), "-out", filepath.Join(dir, "cert.pem")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	other := exec.CommandContext(t.Context(), "openssl", "s_server", "-accept", at.String(), "-quiet", "-key", filepath.Join(dir, "key.pem"), "-cert", filepath.Join(dir, "cert.pem"))
	must(t, other.Start())
	t.Cleanup(func() {
		_ = other.Process.Kill()
		_ = other.Wait()
	})
	for deadline := time.Now().Add(time.Minute); ; {
		if _, err := peer.ListeningAt(t.Context(), at); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("openssl does not listen")
		}
		runtime.Gosched()
	}
	_, err = Listen(t.Context(), Config{Port: at.Port(), Now: time.Now})
	var taken *PortTakenError
	if !errors.As(err, &taken) || filepath.Base(taken.Program) != "openssl" {
		t.Errorf("%v", err)
	}
}

// A signature in BER, with open lengths as OpenSSL streams it and Java programs
// write it, takes another signer and is whole for both.
func TestSignatureInBERTakesAnotherSigner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, args := range [][]string{
		{"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=first", "-keyout", dir + "/key.pem", "-out", dir + "/cert.pem"},
		{"cms", "-sign", "-binary", "-nodetach", "-stream", "-indef", "-md", "sha256", "-outform", "DER", "-in", "testdata/browser/page.html", "-signer", dir + "/cert.pem", "-inkey", dir + "/key.pem", "-out", dir + "/a.ber"},
	} {
		if out, err := exec.CommandContext(t.Context(), "openssl", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	ber, err := os.ReadFile(filepath.Join(dir, "a.ber"))
	must(t, err)
	if ber[1] != 0x80 {
		t.Fatal("OpenSSL wrote DER: the test shows nothing")
	}
	var shown Kind
	site := start(t, &script{decide: func(ctx context.Context, p Proposal) (Choice, error) {
		shown = p.Documents[0].Kind
		return pick("rsa.p12")(ctx, p)
	}})
	r := site.dial(portal).common("createCAdESFromBase64", "PKCS12", "SIGNATURE", base64.StdEncoding.EncodeToString(ber), true)
	text, _ := r.Object.(string)
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil || shown != Signature {
		t.Fatalf("shown as %d: %+v, %v", shown, r, err)
	}
	sd, err := cms.Parse(der)
	must(t, err)
	findings, err := sd.Verify(cms.Verification{})
	if err != nil || len(findings) != 2 {
		t.Fatalf("%d signers: %v", len(findings), err)
	}
	for _, f := range findings {
		if !f.Whole || !f.Good {
			t.Errorf("%v: %v", f.Certificate.Subject, f.Reason)
		}
	}
}
