package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// tarball is a package of npm, of one version and one content.
type tarball struct{ Name, Version, SHA256 string }

const maxInner = 64 << 20

// fetch asks npm for the package, checks what came, and returns the files named.
func (t tarball) fetch(ctx context.Context, paths []string) (files [][]byte, err error) {
	folder, err := os.MkdirTemp("", "qoltanba-models-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	command := exec.CommandContext(ctx, "npm", "pack", "--silent", t.Name+"@"+t.Version) //nolint:gosec // G204: from the table
	command.Dir = folder
	if out, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("npm pack %s@%s: %w: %s", t.Name, t.Version, err, out)
	}
	packed, err := filepath.Glob(filepath.Join(folder, "*.tgz"))
	if err != nil || len(packed) != 1 {
		return nil, fmt.Errorf("npm packed %d files: %w", len(packed), err)
	}
	data, err := os.ReadFile(packed[0])
	if err != nil {
		return nil, err
	}
	if got := digest(data); got != t.SHA256 {
		return nil, fmt.Errorf("%s@%s has SHA-256 %s, not %s: look at what has changed", t.Name, t.Version, got, t.SHA256)
	}
	return extract(data, paths)
}

// extract returns the files of a package in the order in which they are named.
func extract(tgz []byte, paths []string) ([][]byte, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(tgz))
	if err != nil {
		return nil, err
	}
	files, found := make([][]byte, len(paths)), 0
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		for i, path := range paths {
			if strings.TrimPrefix(header.Name, "package/") != path {
				continue
			}
			if header.Size > maxInner {
				return nil, fmt.Errorf("%s has %d bytes", path, header.Size)
			}
			if files[i], err = io.ReadAll(archive); err != nil {
				return nil, err
			}
			found++
		}
	}
	if found != len(paths) {
		return nil, fmt.Errorf("the package holds %d of the %d files %v", found, len(paths), paths)
	}
	return files, nil
}
