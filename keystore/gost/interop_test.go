//go:build unix

package gost

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/asn1"
	hexa "encoding/hex"
	"flag"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"qoltanba/keystore/gost/streebog"
)

// "make interop" asks for thousands.
var rounds = flag.Int("rounds", 100, "messages of the cross-checks with OpenSSL's engine and BouncyCastle")

const bouncyCastle = "/usr/share/java/bcprov.jar"

// russian labels keys as OpenSSL's engine knows them.
var russian = form{
	512,
	asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 1, 2},
	asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 2, 1},
	asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 2, 3},
}

// peer is another implementation that answers questions, a line each.
type peer struct {
	t   testing.TB
	in  io.Writer
	out *bufio.Scanner
}

func start(t testing.TB, name string, args ...string) *peer {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Minute) // the test's own context ends before its cleanup
	cmd := exec.CommandContext(ctx, name, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer stop()
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	})
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 1<<20)
	return &peer{t, in, scanner}
}

func (p *peer) ask(question string, args ...any) string {
	p.t.Helper()
	for i, a := range args {
		switch a := a.(type) {
		case []byte:
			args[i] = hexa.EncodeToString(a)
		case *big.Int:
			args[i] = a.Text(16)
		}
	}
	if _, err := fmt.Fprintln(p.in, append([]any{question}, args...)...); err != nil {
		p.t.Fatal(err)
	}
	if !p.out.Scan() {
		p.t.Fatalf("no answer to %q: %v", question, p.out.Err())
	}
	return p.out.Text()
}

func (p *peer) bytes(question string, args ...any) []byte {
	p.t.Helper()
	b, err := hexa.DecodeString(p.ask(question, args...))
	if err != nil {
		p.t.Fatalf("%s: %v", question, err)
	}
	return b
}

// engine is OpenSSL's gost engine behind a program that is compiled once.
func engine(t testing.TB) *peer {
	t.Helper()
	if err := builtEngine(); err != nil {
		t.Skipf("OpenSSL's gost engine is not there (make setup): %v", err)
	}
	return start(t, enginePath)
}

var (
	enginePath  = filepath.Join(os.TempDir(), "gost-engine-"+strconv.Itoa(os.Getpid()))
	builtEngine = sync.OnceValue(func() error {
		if found, err := filepath.Glob("/usr/lib/*/engines-3/gost.so"); err != nil || len(found) == 0 {
			return fmt.Errorf("libengine-gost-openssl is not installed")
		}
		out, err := exec.Command("cc", "-O2", "-Wno-deprecated-declarations", "-o", enginePath, "testdata/engine.c", "-lcrypto").CombinedOutput()
		if err != nil {
			return fmt.Errorf("compile: %w: %s", err, out)
		}
		return nil
	})
)

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.Remove(enginePath)
	os.Exit(code)
}

func message(i int) []byte {
	m := make([]byte, i%300)
	_, _ = rand.Read(m)
	return m
}

// reversed is the Russian form s‖r, big-endian, of r‖s, little-endian, and back.
func reversed(signature []byte) []byte { return bigEndian(signature) }

func TestEngineAgrees(t *testing.T) {
	t.Parallel()
	other := engine(t)
	for i := range *rounds {
		k := newKey(t)
		m := message(i)
		digest := streebog.Sum512(m)
		if got := other.bytes("hash", m); !slices.Equal(got, digest[:]) {
			t.Fatalf("the engine hashes %x to %x", m, got)
		}
		private, err := russian.privateKey(k.d[:])
		if err != nil {
			t.Fatal(err)
		}
		public, err := russian.publicKey(k.public.raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := other.bytes("public", private); !slices.Equal(got[len(got)-128:], k.public.raw) {
			t.Fatal("the engine has another public key")
		}
		if !k.public.Verify(digest[:], reversed(other.bytes("sign", private, digest[:]))) {
			t.Fatal("the engine's signature is refused")
		}
		signature, err := k.Sign(rand.Reader, digest[:], nil)
		if err != nil {
			t.Fatal(err)
		}
		if said := other.ask("verify", public, digest[:], reversed(signature)); said != "good" {
			t.Fatal("the engine refuses our signature")
		}
		signature[i%128] ^= 1
		if said := other.ask("verify", public, digest[:], reversed(signature)); said != "bad" {
			t.Fatal("the engine accepts a changed signature: it is not asked what we think")
		}
	}
}

func TestBouncyCastleAgrees(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(bouncyCastle); err != nil {
		t.Skip("BouncyCastle is not there (make setup)")
	}
	other := start(t, "java", "-cp", bouncyCastle, "testdata/Castle.java")
	for i := range *rounds {
		k := newKey(t)
		m := message(i)
		digest := streebog.Sum512(m)
		if got := other.bytes("hash", m); !slices.Equal(got, digest[:]) {
			t.Fatalf("BouncyCastle hashes %x to %x", m, got)
		}
		d := fromLittle(k.d[:])
		x, y := k.public.coordinates()
		if said := other.ask("public", d); said != x.Text(16)+" "+y.Text(16) {
			t.Fatal("BouncyCastle has another public key")
		}
		r, s, _ := strings.Cut(other.ask("sign", d, digest[:]), " ")
		theirs := append(little(hex(r)), little(hex(s))...)
		if !k.public.Verify(digest[:], theirs) {
			t.Fatal("BouncyCastle's signature is refused")
		}
		ours, err := k.Sign(rand.Reader, digest[:], nil)
		if err != nil {
			t.Fatal(err)
		}
		if said := other.ask("verify", x, y, digest[:], fromLittle(ours[:64]), fromLittle(ours[64:])); said != "good" {
			t.Fatal("BouncyCastle refuses our signature")
		}
	}
}

func little(n *big.Int) []byte { return bigEndian(n.FillBytes(make([]byte, 64))) }

// BenchmarkBesideEngine runs ours and the engine's in turn and reports the
// processor time of both, and how many times quicker ours is.
func BenchmarkBesideEngine(b *testing.B) {
	other := engine(b)
	k := newKey(b)
	digest := streebog.Sum512([]byte("text"))
	signature, err := k.Sign(rand.Reader, digest[:], nil)
	if err != nil {
		b.Fatal(err)
	}
	block := make([]byte, 1<<20)
	for _, c := range []struct {
		name string
		n    int // of each in a turn
		ours func()
	}{
		{"sign", 200, func() { _, _ = k.Sign(rand.Reader, digest[:], nil) }},
		{"key", 200, func() { newKey(b) }},
		{"verify", 100, func() { k.public.Verify(digest[:], signature) }},
		{"hash", 4, func() { streebog.Sum512(block) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			var ours, theirs time.Duration
			done := 0
			for b.Loop() {
				before := processorTime(b)
				for range c.n {
					c.ours()
				}
				ours += processorTime(b) - before
				took, err := strconv.ParseInt(other.ask("speed", c.name, c.n), 10, 64)
				if err != nil {
					b.Fatal(err)
				}
				theirs += time.Duration(took)
				done += c.n
			}
			b.ReportMetric(float64(ours.Microseconds())/float64(done), "µs/ours")
			b.ReportMetric(float64(theirs.Microseconds())/float64(done), "µs/engine")
			b.ReportMetric(float64(theirs)/float64(ours), "times-quicker")
			b.ReportMetric(0, "ns/op")
		})
	}
}
