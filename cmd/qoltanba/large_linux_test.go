package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

const largeFile = 100_000_000 // bytes

// cost is what a process took.
type cost struct {
	processor time.Duration
	memory    int64 // bytes at most
}

func costOf(state *os.ProcessState) cost {
	usage, _ := state.SysUsage().(*syscall.Rusage)
	return cost{state.UserTime() + state.SystemTime(), usage.Maxrss << 10}
}

// BenchmarkLargeFile signs a file of 100 MB by its path, detached, with an RSA
// key: by the program, by the companion over wss, and by "openssl cms -sign", in
// turn; medians of the processor's time, and the greatest memory. A file of 16
// bytes is signed beside it: what that takes is the start, and the opening of the
// key file, whose password OpenSSL is spared.
func BenchmarkLargeFile(b *testing.B) {
	d := newSigningDesk(b, keypair.RSA, profile.RSASign)
	program := filepath.Join(d.dir, "qoltanba")
	build := exec.Command("go", "build", "-tags", "ci,nodynamic", "-ldflags", "-s -w", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	large := filepath.Join(d.dir, "large")
	d.must(os.WriteFile(large, make([]byte, largeFile), 0o600))
	key, cert := filepath.Join(d.dir, "key.pem"), filepath.Join(d.dir, "cert.pem")
	d.openssl("pkcs12", "-legacy", "-in", d.keys, "-passin", "pass:Qoltanba1", "-nocerts", "-nodes", "-out", key)
	d.openssl("pkcs12", "-legacy", "-in", d.keys, "-passin", "pass:Qoltanba1", "-nokeys", "-out", cert)
	ways := []struct {
		name string
		sign func(path string) cost
	}{
		{"openssl", func(path string) cost {
			return d.ran("openssl", "cms", "-sign", "-binary", "-md", "sha256", "-outform", "DER", "-in", path, "-signer", cert, "-inkey", key, "-out", os.DevNull)
		}},
		{"program", func(path string) cost {
			return d.ran(program, "sign", "-key", d.keys, "-password-file", d.phrase, "-detached", "-out", "-", path)
		}},
		{"companion", func(path string) cost { return d.largeOverWSS(program, path) }},
	}
	costs := map[string][]cost{}
	for b.Loop() {
		for _, w := range ways {
			costs[w.name] = append(costs[w.name], w.sign(large))
			costs[w.name+" small"] = append(costs[w.name+" small"], w.sign(d.file))
		}
	}
	median := func(name string) float64 {
		sorted := slices.SortedFunc(slices.Values(costs[name]), func(a, b cost) int { return cmp.Compare(a.processor, b.processor) })
		return sorted[len(sorted)/2].processor.Seconds()
	}
	own := median("openssl") - median("openssl small")
	for _, w := range ways {
		most := slices.MaxFunc(costs[w.name], func(a, b cost) int { return cmp.Compare(a.memory, b.memory) }).memory
		b.ReportMetric(median(w.name), w.name+"-s")
		b.ReportMetric(float64(most)/1e6, w.name+"-MB")
		b.ReportMetric(median(w.name)/median("openssl"), w.name+"/openssl")
		b.ReportMetric((median(w.name)-median(w.name+" small"))/own, w.name+"/openssl-by-the-size")
	}
	b.ReportMetric(0, "ns/op")
}

// ran runs a program to its end.
func (d *signingDesk) ran(name string, args ...string) cost {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), name, args...)
	d.must(cmd.Run())
	return costOf(cmd.ProcessState)
}

// largeOverWSS starts the companion, which asks at its standard input, has a
// file signed, and returns what the process took for all of it, its start among it.
func (d *signingDesk) largeOverWSS(program, path string) cost {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 2*time.Minute)
	defer cancel()
	data, err := os.MkdirTemp(d.dir, "data")
	d.must(err)
	cmd := exec.CommandContext(ctx, program, "companion", "-data", data, "-keys", d.dir, "-port", "0", "-language", "en")
	cmd.Env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS=disabled:")
	in, err := cmd.StdinPipe()
	d.must(err)
	out, err := cmd.StdoutPipe()
	d.must(err)
	d.must(cmd.Start())
	lines := bufio.NewReader(out)
	address, err := lines.ReadString('\n')
	d.must(err)
	go func() { _, _ = io.Copy(io.Discard, lines) }() // ends with the process
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	conn, _, err := websocket.Dial(ctx, "wss"+strings.TrimPrefix(strings.TrimSpace(address), "https"), &websocket.DialOptions{HTTPClient: client})
	d.must(err)
	conn.SetReadLimit(-1)
	_, _, err = conn.Read(ctx)
	d.must(err)
	d.must(conn.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"module":"kz.gov.pki.knca.commonUtils","method":"createCAdESFromFile","args":["PKCS12","SIGNATURE",%s,false]}`, strconv.Quote(path))))
	_, err = io.WriteString(in, "y\n"+d.keys+"\nQoltanba1\n")
	d.must(err)
	_, answer, err := conn.Read(ctx)
	d.must(err)
	_, encoded, _ := strings.Cut(string(answer), `"responseObject":"`)
	encoded, _, _ = strings.Cut(encoded, `"`)
	der, err := base64.StdEncoding.DecodeString(encoded)
	d.must(err)
	if sd, err := cms.Parse(der); err != nil || !sd.Detached {
		d.t.Fatalf("%v: %.200s", err, answer)
	}
	_ = conn.CloseNow()
	d.must(cmd.Process.Signal(syscall.SIGTERM))
	_ = cmd.Wait()
	return costOf(cmd.ProcessState)
}
