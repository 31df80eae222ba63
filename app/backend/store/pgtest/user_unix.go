//go:build unix

package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// server returns the user who runs PostgreSQL, which refuses to run as root:
// nil means whoever runs the tests.
func server() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(account.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(account.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root and there is no user postgres or nobody: run the tests as another user")
}

func own(dir string) error {
	account, err := server()
	if err != nil || account == nil {
		return err
	}
	return os.Chown(dir, int(account.Uid), int(account.Gid))
}

// unprivileged makes cmd run as the server's user, in a process group of its
// own, so that an interrupt typed at the tests does not end it before its turn.
func unprivileged(cmd *exec.Cmd) error {
	account, err := server()
	if err != nil {
		return err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: account, Setpgid: true}
	return nil
}
