//go:build !unix

package pgtest

import (
	"errors"
	"os/exec"
)

func own(string) error { return nil }

func unprivileged(*exec.Cmd) error {
	return errors.New("these tests start PostgreSQL on Unix systems only: run them on Linux")
}
