// Package instance keeps one program of a sort running for a user: a second
// start tells the first to come forward, and ends.
//
// [Take] listens on a socket of the file system in a folder that is the user's
// alone, so that the system itself keeps other users out; [Tell] says a word to
// whoever listens there. Windows has such sockets since version 1803.
package instance

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// ErrTaken says that the program runs already.
var ErrTaken = errors.New("the program runs already")

// ErrAbsent says that the program does not run.
var ErrAbsent = errors.New("the program does not run")

const (
	maxPath  = 100 // bytes, which every system grants the name of a socket
	maxWord  = 64
	talkTime = 2 * time.Second
)

// Instance is the one that runs. Close lets another one be.
type Instance struct {
	listener net.Listener
	heard    func(word string)
	talking  sync.WaitGroup
}

// Path is where the program of a name listens, in a folder that is made for the
// user alone; in the system's folder for such files where that one lies too deep.
func Path(folder, name string) (string, error) {
	if path := filepath.Join(folder, name+".sock"); len(path) <= maxPath {
		return path, os.MkdirAll(folder, 0o700)
	}
	sum := sha256.Sum256([]byte(folder))
	base := filepath.Join(os.TempDir(), fmt.Sprintf("qoltanba-%d-%s", os.Getuid(), hex.EncodeToString(sum[:4])))
	if err := os.MkdirAll(base, 0o700); err != nil {
		return "", err
	}
	if info, err := os.Lstat(base); err != nil || !info.IsDir() || !private(info) {
		return "", fmt.Errorf("%s is not a folder of this user alone: remove it", base)
	}
	return filepath.Join(base, name+".sock"), nil
}

// Take makes this process the one, and hands over each word that others say,
// one at a time. The error is ErrTaken where another one runs.
func Take(ctx context.Context, path string, heard func(word string)) (*Instance, error) {
	if err := Tell(ctx, path, "ping"); err == nil {
		return nil, ErrTaken
	}
	// Nobody answers there: what lies there is left by one that was killed.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("make way for the program's socket: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen for a second start: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	i := &Instance{listener: listener, heard: heard}
	i.talking.Go(i.listen)
	return i, nil
}

func (i *Instance) listen() {
	for {
		conn, err := i.listener.Accept()
		if err != nil {
			return
		}
		_ = conn.SetDeadline(time.Now().Add(talkTime))
		word, err := bufio.NewReaderSize(conn, maxWord).ReadSlice('\n')
		if err == nil {
			if word := strings.TrimSpace(string(word)); word != "ping" {
				i.heard(word)
			}
			_, _ = conn.Write([]byte("ok\n")) // who asked may be gone
		}
		_ = conn.Close()
	}
}

// Close ends the listening and waits for the word that is being heard.
func (i *Instance) Close() error {
	err := i.listener.Close()
	i.talking.Wait()
	return err
}

// Tell says a word, without a line end, to the one that runs. The error is
// ErrAbsent where none does.
func Tell(ctx context.Context, path, word string) error {
	ctx, cancel := context.WithTimeout(ctx, talkTime)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	defer conn.Close() //nolint:errcheck // it was heard, or not
	_ = conn.SetDeadline(time.Now().Add(talkTime))
	if _, err := conn.Write([]byte(word + "\n")); err != nil {
		return fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	if answer, err := bufio.NewReader(conn).ReadString('\n'); err != nil || answer != "ok\n" {
		return fmt.Errorf("%w: it does not answer", ErrAbsent)
	}
	return nil
}
