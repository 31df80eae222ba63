package confined

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// isolate gives the program a user and a network of its own, in which there is nothing.
func isolate(cmd *exec.Cmd, alone bool) {
	if !alone {
		return
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}},
	}
}

// limit bounds a process that was started and has got nothing yet. One that has ended needs none.
func limit(pid int, memory, cpu uint64) error {
	for resource, most := range map[int]uint64{
		unix.RLIMIT_AS: memory, unix.RLIMIT_CPU: cpu, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_NOFILE: files, unix.RLIMIT_CORE: 0,
	} {
		if err := unix.Prlimit(pid, resource, &unix.Rlimit{Cur: most, Max: most}, nil); err == unix.ESRCH {
			return nil
		} else if err != nil {
			return fmt.Errorf("limit %d: %w", resource, err)
		}
	}
	return nil
}
