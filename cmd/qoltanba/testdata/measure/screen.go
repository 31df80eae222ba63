package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// screen is an Xvfb that keeps its picture in a file, which holds an X window
// dump (XWDFile.h): a header of 32-bit numbers, the colour map, the pixels.
type screen struct {
	display string
	server  *exec.Cmd
	file    *os.File
	first   int64 // byte of the first pixel
	stride  int64
	width   int64
	height  int64
	line    []byte
	seed    maphash.Seed
}

func openScreen(ctx context.Context, folder string) (*screen, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = read.Close() }()
	s := &screen{seed: maphash.MakeSeed()}
	s.server = exec.CommandContext(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", "1280x1000x24", "-fbdir", folder, "+extension", "GLX")
	s.server.ExtraFiles = []*os.File{write}
	err = s.server.Start()
	_ = write.Close()
	if err != nil {
		return nil, fmt.Errorf("start Xvfb: %w", err)
	}
	_ = read.SetReadDeadline(time.Now().Add(deadline))
	number, err := bufio.NewReader(read).ReadString('\n')
	if err == nil {
		s.display = ":" + strings.TrimSpace(number)
		s.file, err = os.Open(filepath.Join(folder, "Xvfb_screen0"))
	}
	if err == nil {
		err = s.measure()
	}
	if err != nil {
		s.close()
		return nil, fmt.Errorf("start Xvfb: %w", err)
	}
	return s, nil
}

func (s *screen) measure() error {
	var header [25]uint32
	data := make([]byte, 4*len(header))
	if _, err := s.file.ReadAt(data, 0); err != nil {
		return err
	}
	for i := range header {
		header[i] = binary.BigEndian.Uint32(data[4*i:])
	}
	const colour = 12 // bytes of an entry of the colour map
	s.first = int64(header[0]) + colour*int64(header[19])
	s.width, s.height, s.stride = int64(header[4]), int64(header[5]), int64(header[12])
	if header[11] != 32 || s.stride < 4*s.width {
		return errors.New("the screen is not of 32 bits a pixel")
	}
	s.line = make([]byte, 4*s.width)
	return nil
}

// row reads the pixels of a line.
func (s *screen) row(y int64) []byte {
	if _, err := s.file.ReadAt(s.line, s.first+y*s.stride); err != nil {
		return nil
	}
	return s.line
}

// colours counts those on some lines of the screen, without the black of a
// screen where nothing is.
func (s *screen) colours() int {
	seen := map[uint32]bool{}
	for y := s.height / 50; y < s.height; y += s.height / 50 {
		row := s.row(y)
		for i := 0; i+4 <= len(row); i += 4 {
			seen[binary.LittleEndian.Uint32(row[i:])&0xffffff] = true
		}
	}
	delete(seen, 0)
	return len(seen)
}

// mark tells one picture from another by a line so far below the middle of the
// screen, where the camera's picture is.
func (s *screen) mark(below int64) uint64 {
	return maphash.Bytes(s.seed, s.row(s.height/2+below))
}

func (s *screen) close() {
	if s.file != nil {
		_ = s.file.Close()
	}
	_ = s.server.Process.Kill()
	_ = s.server.Wait()
}
