package peer

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"testing"
)

func TestBothEndsAreThisProgram(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
		if err != nil {
			t.Logf("%s: %v", address, err)
			continue
		}
		t.Cleanup(func() { _ = listener.Close() })
		at := netip.MustParseAddrPort(listener.Addr().String())
		if p, err := Listening(at.Port()); err != nil || p.PID != os.Getpid() || p.Program != self || p.User != os.Getuid() {
			t.Errorf("listening: %+v: %v", p, err)
		}
		client, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		remote := netip.MustParseAddrPort(client.LocalAddr().String())
		if p, err := Of(at, remote); err != nil || p.PID != os.Getpid() || p.Program != self || p.User != os.Getuid() || p.Browser() {
			t.Errorf("connected: %+v: %v", p, err)
		}
		if _, err := Of(at, netip.AddrPortFrom(remote.Addr(), 1)); !errors.Is(err, ErrUnknown) {
			t.Errorf("nobody: %v", err)
		}
	}
}

func TestBrowsersAreKnownByTheirFiles(t *testing.T) {
	t.Parallel()
	for program, want := range map[string]bool{
		"/usr/lib/firefox-esr/firefox-esr": true, "/snap/chromium/1/usr/lib/chromium-browser/chrome": true, `C:\Program Files\Edge\msedge.exe`: true,
		"/usr/bin/node": false, "": false, "/home/a/firefox/payload": false,
	} {
		if (Process{Program: program}).Browser() != want {
			t.Errorf("%q: not %v", program, want)
		}
	}
}

func FuzzParseSocket(f *testing.F) {
	f.Add("   0: 0100007F:350B 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 31415 1")
	f.Add("   0: 0000000000000000FFFF00000100007F:350B 00000000000000000000000001000000:0001 01 0:0 0:0 0 0 0 1")
	f.Fuzz(func(t *testing.T, row string) {
		if s, err := parseSocket(row); err == nil && (!s.local.IsValid() || !s.remote.IsValid()) {
			t.Errorf("%q gives %+v", row, s)
		}
	})
}
