//go:build demo

package service

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The demonstration keeps to this computer and to data of its own.
func TestDemoKeepsToItself(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "example.kz:80"} {
		_, err := command(t, "", "serve", "--data", filepath.Join(t.TempDir(), "data"), "--listen", listen)
		if err == nil || !strings.Contains(err.Error(), "this computer only") {
			t.Errorf("%s: %v", listen, err)
		}
	}
	for _, listen := range []string{"127.0.0.1:0", "[::1]:0", "localhost:0"} {
		var plan Plan
		if _, err := prepare(&plan, listen, extras{}); err != nil || plan.Stamp != "DEMO" {
			t.Errorf("%s: the authority is stamped %q, %v", listen, plan.Stamp, err)
		}
	}
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "qoltanba.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := command(t, "", "serve", "--data", data); err == nil || !strings.Contains(err.Error(), "another folder") {
		t.Errorf("real data: %v", err)
	}
}

// serve says where it listens, answers there, and ends with its context.
func TestServe(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	said, out := io.Pipe()
	ended := make(chan error, 1)
	data := filepath.Join(t.TempDir(), "data")
	go func() {
		ended <- Run(ctx, []string{"serve", "--data", data, "--listen", "127.0.0.1:0"}, strings.NewReader(""), out)
	}()
	line, err := bufio.NewReader(said).ReadString('\n')
	base, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		t.Fatalf("%q, %v", line, err)
	}
	carrier := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, path := range []string{"/healthz", "/readyz", "/demo/phone", "/console/login"} {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := carrier.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d, %v", path, resp.StatusCode, err)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if demo, err := stamped(data); !demo || err != nil {
		t.Errorf("the folder bears no stamp: %v", err)
	}
}
