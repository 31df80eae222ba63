//go:build unix

package keystore

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What this system says of a full and a protected disk and of a taken name.
const (
	errFull      = unix.ENOSPC
	errProtected = unix.EROFS
	errTaken     = unix.EEXIST
)

func TestLinkReplacesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	for _, path := range []string{from, to} {
		if err := os.WriteFile(path, []byte(path), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := linkNoReplace(from, to); !errors.Is(DiskError(err), ErrExists) {
		t.Errorf("got %v, want ErrExists", err)
	}
	if content, _ := os.ReadFile(to); string(content) != to {
		t.Error("the file was replaced")
	}
	if err := os.Remove(to); err != nil {
		t.Fatal(err)
	}
	if err := linkNoReplace(from, to); err != nil {
		t.Fatal(err)
	}
	if after := snapshot(t, dir); !strings.HasPrefix(after, "to ") || strings.Count(after, "\n") != 1 {
		t.Errorf("left %s", after)
	}
}

// writerFolder makes this test program the victim of TestKilledProcess.
const writerFolder = "QOLTANBA_TEST_WRITER"

func victimContent(i int) []byte { return bytes.Repeat(fmt.Appendf(nil, "%06d ", i), 5000) }

// TestVictim writes files until it is killed, and tells each that is done.
func TestVictim(t *testing.T) {
	dir := os.Getenv(writerFolder)
	if dir == "" {
		t.Skip("TestKilledProcess runs it")
	}
	for i := 0; ; i++ {
		if err := writeNew(osDisk{}, filepath.Join(dir, fmt.Sprintf("file-%06d", i)), victimContent(i), accept); err != nil {
			t.Fatal(err)
		}
		fmt.Println("done", i)
	}
}

// A real process, really killed: all files it told of are there, and none that
// has its name is a part.
func TestKilledProcess(t *testing.T) {
	t.Parallel()
	for round := range 8 {
		dir := t.TempDir()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestVictim$")
		cmd.Env = append(os.Environ(), writerFolder+"="+dir, realKeyring+"=1")
		pipe, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		told := 0
		for lines := bufio.NewScanner(pipe); told < 3+7*round && lines.Scan(); told++ {
			if !strings.HasPrefix(lines.Text(), "done") {
				t.Fatal(lines.Text())
			}
		}
		cancel()
		if err := cmd.Wait(); err == nil {
			t.Fatal("the victim ended by itself")
		}
		for i := 0; ; i++ {
			content, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("file-%06d", i)))
			if err != nil && i >= told {
				break
			}
			if err != nil || !bytes.Equal(content, victimContent(i)) {
				t.Fatalf("file %d of %d told: %v, %d bytes", i, told, err, len(content))
			}
		}
	}
}

// A child that is being started holds a copy of every open file for an instant,
// the vault's lock among them: it must not keep a closed vault locked.
func TestClosedVaultIsFreeWhileAChildStarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := open(t, dir, PassphraseSource(t.TempDir(), "a"))
	child, err := unix.Dup(int(first.lock.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(child) }()
	if _, err := OpenVault(dir, nil); !errors.Is(err, ErrVaultBusy) {
		t.Errorf("opened twice: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir, PassphraseSource(t.TempDir(), "a"))
}
