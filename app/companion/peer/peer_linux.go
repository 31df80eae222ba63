package peer

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// States of a socket in /proc/net/tcp.
const (
	established = "01"
	listening   = "0A"
)

// Of returns who is at the other end of a connection whose ends are these, as
// seen from here: the socket that has them the other way round.
func Of(local, remote netip.AddrPort) (Process, error) {
	return owner(func(s socket) bool {
		return s.state == established && s.local == plain(remote) && s.remote == plain(local)
	})
}

// Listening returns who waits for connections on a port of this computer's own
// addresses, or on all.
func Listening(port uint16) (Process, error) {
	return owner(func(s socket) bool {
		at := s.local.Addr()
		return s.state == listening && s.local.Port() == port && (at.IsLoopback() || at.IsUnspecified())
	})
}

// listeningAt returns who waits at an address, or at all of them.
func listeningAt(at netip.AddrPort) (Process, error) {
	return owner(func(s socket) bool {
		here := s.local.Addr()
		return s.state == listening && s.local.Port() == at.Port() && (here == at.Addr() || here.IsUnspecified() && (here.Is6() || at.Addr().Is4()))
	})
}

func plain(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }

// socket is a row of /proc/net/tcp.
type socket struct {
	local, remote netip.AddrPort
	state, inode  string
	user          int
}

// owner returns who has the first socket that fits.
func owner(fits func(socket) bool) (Process, error) {
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		file, err := os.Open(table)
		if err != nil {
			continue // a system without IPv6
		}
		s, found := find(bufio.NewScanner(file), fits)
		_ = file.Close()
		if found {
			return s.process(), nil
		}
	}
	return Process{}, ErrUnknown
}

func find(rows *bufio.Scanner, fits func(socket) bool) (socket, bool) {
	for rows.Scan() {
		if s, err := parseSocket(rows.Text()); err == nil && fits(s) {
			return s, true
		}
	}
	return socket{}, false
}

// parseSocket reads a row: number, both addresses, state, queues, timer,
// retransmissions, user, timeouts, inode.
func parseSocket(row string) (socket, error) {
	fields := strings.Fields(row)
	if len(fields) < 10 {
		return socket{}, fmt.Errorf("a row of %d fields", len(fields))
	}
	local, err := parseAddress(fields[1])
	if err != nil {
		return socket{}, err
	}
	remote, err := parseAddress(fields[2])
	if err != nil {
		return socket{}, err
	}
	user, err := strconv.Atoi(fields[7])
	return socket{local: local, remote: remote, state: fields[3], user: user, inode: fields[9]}, err
}

// parseAddress reads an address in hexadecimal, words of four bytes in the
// order of the processor, with a port.
func parseAddress(s string) (netip.AddrPort, error) {
	host, number, _ := strings.Cut(s, ":")
	port, err := strconv.ParseUint(number, 16, 16)
	if err != nil {
		return netip.AddrPort{}, err
	}
	raw, err := hex.DecodeString(host)
	if err != nil || len(raw)%4 != 0 {
		return netip.AddrPort{}, fmt.Errorf("no address: %q", s)
	}
	for i := 0; i < len(raw); i += 4 {
		binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	addr, ok := netip.AddrFromSlice(raw)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("no address: %q", s)
	}
	return netip.AddrPortFrom(addr.Unmap(), uint16(port)), nil
}

// process finds the process that has the socket open; of another user's
// processes only their user is known.
func (s socket) process() Process {
	p := Process{User: s.user}
	link := "socket:[" + s.inode + "]"
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return p
	}
	for _, folder := range folders {
		info, err := os.Stat(folder)
		if err != nil {
			continue
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != s.user || !holds(folder, link) {
			continue
		}
		if p.PID, err = strconv.Atoi(filepath.Base(folder)); err == nil {
			p.Program, _ = os.Readlink(filepath.Join(folder, "exe"))
		}
		return p
	}
	return p
}

// holds tells whether the process of a folder of /proc has a file open.
func holds(folder, link string) bool {
	descriptors, err := os.ReadDir(filepath.Join(folder, "fd"))
	if err != nil {
		return false
	}
	for _, d := range descriptors {
		if target, err := os.Readlink(filepath.Join(folder, "fd", d.Name())); err == nil && target == link {
			return true
		}
	}
	return false
}
