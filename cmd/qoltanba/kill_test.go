//go:build demo

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"database/sql"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	_ "modernc.org/sqlite" // the driver that reads the authority's ledger past the service

	"qoltanba/app/journey"
	"qoltanba/app/support/headless"
)

// everyKill is given by make test-kill: without it a sample of the instants
// has its turn, and no machine judges recordings, which a busy computer makes
// with gaps.
var everyKill = flag.Bool("full", false, "kill the program 200 times on the last stretch, not 20 times, and while a machine judges; walk by the machine")

// Kills at random instants, and how many of them hit one way at most: the
// sample spares time on ways that are let end.
const (
	sampledKills, sampledKillsAWay = 20, 10
	allKills, allKillsAWay         = 200, 5
)

// lifetime is more than any life of the program takes.
const lifetime = 2 * time.Minute

// TestKilled ends the citizen's program by SIGKILL: at every stage of the whole
// way, and at random instants between the making of the keys and the end.
// Program and backend are processes of their own with files on the disk. The
// program is started again each time and goes on, once with its keyring emptied
// when the certificates were there; in the end the authority's
// ledger and OpenSSL tell whether a key was lost or a certificate doubled.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("whole ways take their time")
	}
	t.Parallel()
	base := &estate{T: t, dir: t.TempDir()}
	struck := base.walkKilled()
	whole := base.copied()
	struck = whole.killedAtEveryStage("", struck)
	whole.check()
	for _, stage := range journey.Stages() {
		if !slices.Contains(struck, string(stage)) && !slices.Contains(elsewhere, stage) && (*everyKill || stage != journey.StageJudging) {
			t.Errorf("killed at %v, but not at %s", struck, stage)
		}
	}
	whole.close()
	base.copied().keyringEmptied()
	rounds, kills, found := 0, 0, map[string]int{}
	durations := base.copied().measured()
	wanted, aWay := sampledKills, sampledKillsAWay
	if *everyKill {
		wanted, aWay = allKills, allKillsAWay
	}
	for ; kills < wanted && !t.Failed(); rounds++ {
		e := base.copied()
		e.freshVault = rounds%4 == 1
		if e.freshVault {
			e.forget("vault-key.age")
		}
		n := min(1+mathrand.IntN(aWay), wanted-kills)
		kills += e.killedRound(n, durations, found)
		e.close()
	}
	t.Logf("a kill at each of %d stages (%v), %d kills at random instants of %d ways (%v): 0 lost, 0 doubled",
		len(struck), struck, kills, rounds, found)
}

// elsewhere are the stages over which the way does not lead for a citizen with
// an identity card who does nothing wrong, makes no pause and goes when it ends.
var elsewhere = []journey.Stage{
	journey.StageResume, journey.StageRecover, journey.StageRebind, journey.StageCallBack, journey.StageServiceCentre, journey.StageTakeOver, journey.StagePassport,
	journey.StageRejected, journey.StageKeysLost, journey.StageToken, journey.StageFormer, journey.StageKeys, journey.StageLocked, journey.StageEnded,
}

// estate is what lies on the disks of both sides, and the backend over it.
type estate struct {
	*testing.T
	dir        string
	url        string
	stop       func()
	given      int  // applications that were given up
	freshVault bool // the vault's key is yet to be made, which takes its time
}

func (e *estate) citizen() string { return filepath.Join(e.dir, "citizen") }
func (e *estate) keys() string    { return filepath.Join(e.citizen(), "keys") }
func (e *estate) vault() string   { return filepath.Join(e.citizen(), "data", "vault") }

// killRules make the backend ask for no patience. The movements have their time, as a machine judges them.
const killRules = `{"rules": {"code_resend": "10s", "recording_tries": 10, "recording_lock": "1s", "identification_tries": 10}}`

func (e *estate) open() {
	e.Helper()
	rules := filepath.Join(e.dir, "rules.json")
	e.must(os.WriteFile(rules, []byte(killRules), 0o600))
	var err error
	pass := "operator"
	if *everyKill {
		pass = "accept"
	}
	e.url, e.stop, err = startBackend(e.dir, rules, "--machine-pass", pass)
	e.must(err)
	e.Cleanup(e.close)
}

// close ends the backend.
func (e *estate) close() {
	if e.stop != nil {
		e.stop()
		e.stop = nil
	}
}

func (e *estate) must(err error) {
	e.Helper()
	if err != nil {
		e.Fatal(err)
	}
}

// copied is both sides' files as they are now, with a backend over them.
func (e *estate) copied() *estate {
	e.Helper()
	c := &estate{T: e.T, dir: e.TempDir()}
	for _, side := range []string{"backend", "citizen"} {
		e.must(os.CopyFS(filepath.Join(c.dir, side), os.DirFS(filepath.Join(e.dir, side))))
	}
	e.must(keepSecret(filepath.Join(c.vault(), "vault-key.age"), randomBytes()))
	c.open()
	return c
}

func (e *estate) forget(secret string) { e.must(os.Remove(filepath.Join(e.vault(), secret))) }

// quickWork is log2 of scrypt's N for the secrets of this test: that of the
// program would take most of the time between two kills.
const quickWork = 6

// keepSecret writes a secret as a passphrase source would, only quicker to open.
func keepSecret(path string, secret []byte) error {
	recipient, err := age.NewScryptRecipient(strings.TrimSpace(demoPhrase))
	if err != nil {
		return err
	}
	recipient.SetWorkFactor(quickWork)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, recipient)
	if err != nil {
		return err
	}
	_, err = w.Write(secret)
	return errors.Join(err, w.Close(), os.WriteFile(path, sealed.Bytes(), 0o600))
}

func randomBytes() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails, see crypto/rand
	return b
}

// life is one process of the citizen's program.
type life struct {
	left   []string // stages, in the order in which they were left
	halted string   // the stage at which the script had it halt, and it was killed
	killed bool
	err    error
	output string
}

// live starts the program and kills it where it halts, or a while after it has
// left a stage, if doom says so. Killing ends the process without a word to it.
func (e *estate) live(script string, doom func(left string) (after time.Duration, yes bool)) life {
	e.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), lifetime)
	defer cancel()
	path := filepath.Join(e.dir, "script.way")
	e.must(os.WriteFile(path, []byte("citizen aigul\nemail aigul@example.kz\nlimit 100s\n"+script), 0o600))
	command := exec.CommandContext(ctx, os.Args[0])
	command.Args = []string{"qoltanba-demo", "enroll", "--backend", e.url, "--script", path, "--keys", "rsa", "--out", e.citizen()} // two files, and an instant between them
	var problems bytes.Buffer
	command.Stderr = &problems
	out, err := command.StdoutPipe()
	e.must(err)
	e.must(command.Start())
	var l life
	for lines := bufio.NewScanner(out); lines.Scan(); {
		l.output += lines.Text() + "\n"
		words := strings.Fields(lines.Text())
		if words[1] == headless.Halted {
			l.halted, l.killed = words[0], true
			_ = command.Process.Kill() // whether it died of this, its end tells
			continue
		}
		l.left = append(l.left, words[0])
		if after, yes := doom(words[0]); yes && !l.killed {
			l.killed = true
			time.AfterFunc(after, func() { _ = command.Process.Kill() }) // it may have ended
		}
	}
	l.err = command.Wait()
	l.killed = l.killed && l.err != nil && command.ProcessState.ExitCode() == -1
	l.output += problems.String()
	return l
}

func spared(string) (time.Duration, bool) { return 0, false }

// walkKilled walks to the form and is killed at every stage on the way. It
// returns these stages.
func (e *estate) walkKilled() (struck []string) {
	e.Helper()
	device, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	e.must(err)
	der, err := x509.MarshalPKCS8PrivateKey(device)
	e.must(err)
	e.must(os.MkdirAll(e.vault(), 0o700))
	e.must(keepSecret(filepath.Join(e.vault(), "device-key.age"), der))
	e.open()
	defer e.close()
	return e.killedAtEveryStage("end form\n", nil)
}

// killedAtEveryStage walks to the script's end and is killed at every stage
// that it comes to and that was not struck before: it says when it has halted
// there. It returns all that are struck now.
func (e *estate) killedAtEveryStage(script string, struck []string) []string {
	e.Helper()
	for range 2 * len(journey.Stages()) {
		l := e.live(script+"halt-but "+strings.Join(struck, " ")+"\n", spared)
		switch {
		case l.killed:
			struck = append(struck, l.halted)
		case strings.Contains(l.output, "FAILED: recording-broken"): // a busy machine: the citizen tries again
		case l.err != nil:
			e.Fatalf("killed at %v: %v\n%s", struck, l.err, l.output)
		default:
			return struck
		}
	}
	e.Fatal("the way has no end")
	return nil
}

// stretch is the last part of the way: the stages that the lives of a round are
// killed in.
var stretch = []string{"submit", "status", "password"}

// keyringEmptied takes the vault's key and the device's away while certificates
// wait for their keys, and kills the program at each stage of the way back.
func (e *estate) keyringEmptied() {
	e.Helper()
	defer e.close()
	if l := e.live("end password\n", spared); l.err != nil {
		e.Fatalf("%v\n%s", l.err, l.output)
	}
	e.forget("vault-key.age")
	e.forget("device-key.age")
	e.given = 1
	back := []journey.Stage{journey.StageRecover, journey.StageCode, journey.StageRebind, journey.StageGrant}
	var others []string
	for _, stage := range journey.Stages() {
		if !slices.Contains(back, stage) {
			others = append(others, string(stage))
		}
	}
	struck := e.killedAtEveryStage("", others)[len(others):]
	if len(struck) != len(back) {
		e.Errorf("killed at %v on the way back", struck)
	}
	e.check()
}

// measured walks the stretch unharmed and tells how long each stage takes.
func (e *estate) measured() []time.Duration {
	e.Helper()
	durations, last := make([]time.Duration, len(stretch)), time.Now()
	l := e.live("", func(left string) (time.Duration, bool) {
		if i := slices.Index(stretch, left); i >= 0 {
			durations[i] = time.Since(last)
		}
		last = time.Now()
		return 0, false
	})
	if l.err != nil {
		e.Fatalf("unharmed: %v\n%s", l.err, l.output)
	}
	e.check()
	e.close()
	return durations
}

// slowVault is how much longer the making of keys takes where the vault's key
// is made too, under a passphrase.
const slowVault = 2 * time.Second

// killedRound kills the program up to n times at random instants of the
// stretch, notes what each kill found, lets it end, and checks what came of it.
func (e *estate) killedRound(n int, durations []time.Duration, found map[string]int) (kills int) {
	e.Helper()
	resumed := 0 // the stage of the stretch at which the next life begins
	for kills < n {
		target := resumed
		if mathrand.IntN(3) == 0 {
			target += mathrand.IntN(len(stretch) - resumed)
		}
		span := durations[target]
		if target == 0 && e.freshVault {
			span += slowVault
		}
		l := e.live("", func(left string) (time.Duration, bool) {
			begins := left == "welcome" && target == resumed || target > 0 && left == stretch[target-1]
			return mathrand.N(span), begins
		})
		if !l.killed {
			if l.err != nil {
				e.Fatalf("after %d kills: %v\n%s", kills, l.err, l.output)
			}
			break // quicker than the kill: it is at its end
		}
		kills++
		found[e.look()]++
		for _, left := range l.left {
			resumed = max(resumed, slices.Index(stretch, left)+1)
		}
		resumed = min(resumed, len(stretch)-1)
	}
	if l := e.live("", spared); l.err != nil {
		e.Fatalf("after %d kills: %v\n%s", kills, l.err, l.output)
	}
	e.check()
	return kills
}

// look names what a kill left on the disks.
func (e *estate) look() string {
	count := func(pattern string) int {
		paths, err := filepath.Glob(pattern)
		e.must(err)
		return len(paths)
	}
	files := count(filepath.Join(e.keys(), "*.p12"))
	switch certificates := len(e.ledger("SELECT kind FROM nca_certificate")); {
	case files > 0 && count(filepath.Join(e.vault(), "*.keys")) == 0:
		return "vault emptied"
	case files > 0:
		return fmt.Sprintf("%d key files", files)
	case certificates > 0:
		return "issued"
	case len(e.ledger("SELECT number FROM nca_application")) > 0:
		return "applied"
	case count(filepath.Join(e.vault(), "*.keys")) > 0:
		return "keys locked away"
	default:
		return "no keys yet"
	}
}

// check holds what must be true at the end, by other means than the program's.
func (e *estate) check() {
	e.Helper()
	again := e.live("", spared)
	if again.err != nil || !slices.Equal(again.left[:1], []string{"done"}) {
		e.Fatalf("the end is not where it was: %v\n%s", again.err, again.output)
	}
	const valid = " FROM nca_certificate c WHERE NOT EXISTS (SELECT 1 FROM nca_revocation r WHERE r.number = c.number AND r.kind = c.kind)"
	issued := e.ledger("SELECT der" + valid + " ORDER BY kind")
	if kinds := e.ledger("SELECT DISTINCT kind" + valid); len(issued) != 2 || len(kinds) != 2 {
		e.Fatalf("%d certificates of %d kinds", len(issued), len(kinds))
	}
	if n := len(e.ledger("SELECT number FROM nca_application")); n != 1+e.given {
		e.Errorf("%d applications", n)
	}
	if n := len(e.ledger("SELECT kind FROM nca_revocation")); n != 2*e.given {
		e.Errorf("%d certificates were revoked", n)
	}
	if n := len(e.ledger("SELECT number FROM nca_status WHERE status = 'issued'")); n != 1 {
		e.Errorf("the import was confirmed %d times", n)
	}
	files, err := os.ReadDir(e.keys())
	e.must(err)
	if len(files) != 2 {
		e.Errorf("%d files in the folder: %v", len(files), files)
	}
	for _, f := range files {
		cert := e.openedByOpenSSL(filepath.Join(e.keys(), f.Name()))
		if !slices.ContainsFunc(issued, func(der string) bool { return der == string(cert.Raw) }) {
			e.Errorf("%s holds a certificate that was not issued", f.Name())
		}
	}
	e.must(filepath.WalkDir(filepath.Join(e.citizen(), "data"), func(path string, _ fs.DirEntry, err error) error {
		for _, mark := range []string{"damaged", ".partial", ".keys", "recovery"} {
			if strings.Contains(filepath.Base(path), mark) {
				e.Errorf("%s is left", filepath.Base(path))
			}
		}
		return err
	}))
}

// ledger reads one column of the authority's ledger.
func (e *estate) ledger(query string) (column []string) {
	e.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(e.dir, "backend", "ledger.db"))+"?_pragma=busy_timeout(10000)")
	e.must(err)
	defer func() { e.must(db.Close()) }()
	rows, err := db.QueryContext(e.Context(), query)
	e.must(err)
	defer func() { e.must(rows.Close()) }()
	for rows.Next() {
		var value []byte
		e.must(rows.Scan(&value))
		column = append(column, string(value))
	}
	e.must(rows.Err())
	return column
}

// openedByOpenSSL opens a key file and returns its certificate, which must
// belong to its key.
func (e *estate) openedByOpenSSL(path string) *x509.Certificate {
	e.Helper()
	out, err := exec.CommandContext(e.Context(), "openssl", "pkcs12", "-legacy", "-in", path, "-passin", "pass:Qoltanba2026", "-nodes").Output()
	if err != nil {
		e.Fatalf("OpenSSL does not open %s: %v", filepath.Base(path), err)
	}
	var cert *x509.Certificate
	var key any
	for block, rest := pem.Decode(out); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			cert, err = x509.ParseCertificate(block.Bytes)
		} else {
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		}
		e.must(err)
	}
	private, ok := key.(crypto.Signer)
	if !ok || cert == nil || !samePublic(private.Public(), cert.PublicKey) {
		e.Fatalf("%s holds no key with its certificate", filepath.Base(path))
	}
	return cert
}

func samePublic(a, b crypto.PublicKey) bool {
	comparable, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && comparable.Equal(b)
}
