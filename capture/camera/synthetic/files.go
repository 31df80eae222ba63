//go:build demo

package synthetic

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"qoltanba/capture/camera"
)

// Files plays JPEG pictures from disk over and over. The size wished for is not considered: the pictures are what they are.
type Files struct{ frames [][]byte }

// LoadFiles reads a folder of *.jpg and *.jpeg in order of names, or a file of concatenated JPEGs (.mjpeg).
func LoadFiles(path string) (*Files, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	var f Files
	if info.IsDir() {
		err = f.loadFolder(path)
	} else {
		err = f.loadStream(path)
	}
	if err == nil && len(f.frames) == 0 {
		err = fmt.Errorf("no jpeg in %s: give a folder of .jpg files or an .mjpeg file", path)
	}
	if err != nil {
		return nil, err
	}
	return &f, nil
}

func (f *Files) loadFolder(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if ext := strings.ToLower(filepath.Ext(e.Name())); ext != ".jpg" && ext != ".jpeg" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(path, e.Name()))
		if err != nil {
			return err
		}
		f.frames = append(f.frames, b)
	}
	return nil
}

func (f *Files) loadStream(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	seam := []byte{0xFF, 0xD9, 0xFF, 0xD8}
	for len(b) > 0 {
		i := bytes.Index(b, seam)
		if i < 0 {
			f.frames = append(f.frames, b)
			return nil
		}
		f.frames = append(f.frames, slices.Clip(b[:i+2]))
		b = b[i+2:]
	}
	return nil
}

// Film plays the first pictures of a source over and over. They are made here, before the camera runs: like a real camera's they cost the
// program nothing while it is watched.
func Film(source Source, pictures int, want camera.Format) (*Files, error) {
	var f Files
	for n := range pictures {
		picture, err := source.JPEG(uint64(n), want.OrDefault())
		if err != nil {
			return nil, err
		}
		f.frames = append(f.frames, bytes.Clone(picture))
	}
	return &f, nil
}

// JPEG returns the pictures in turn.
func (f *Files) JPEG(n uint64, _ camera.Format) ([]byte, error) {
	return f.frames[n%uint64(len(f.frames))], nil
}
