// Package inference runs neural networks in ONNX Runtime: a library in C++ that is loaded while the program runs, so that a program starts
// without it and can say what is missing.
//
// [Open] loads the library once for the whole process; [New] reads a [Network] from ONNX, which may be shared. A [Worker] runs it, on the thread
// of its caller: it has memory of its own for what goes in and what comes out, allocates nothing in Go, and is not for concurrent use.
//
// The binding is github.com/yalue/onnxruntime_go; it needs cgo and a library of API version 24 (ONNX Runtime 1.24) or later. The library is that
// of npm's onnxruntime-node, by Microsoft, under the MIT licence; make setup puts it into the user's cache.
package inference

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Version is that of the library with which the networks were tried, and Variable names the environment variable with a path to another.
const (
	Version  = "1.30.0"
	Variable = "QOLTANBA_ONNXRUNTIME"
)

// ErrNoRuntime says that ONNX Runtime is not there, or is too old, or that the program was built without cgo.
var ErrNoRuntime = errors.New("ONNX Runtime is missing or too old: put the library of onnxruntime-node " + Version +
	" beside the program (make setup fetches it), or name its file in " + Variable)

// LibraryName is the library's file name on this system.
func LibraryName() string {
	switch runtime.GOOS {
	case "windows":
		return "onnxruntime.dll"
	case "darwin":
		return "libonnxruntime.1.dylib"
	}
	return "libonnxruntime.so.1"
}

// Cached is where make setup leaves the library.
func Cached() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("the user has no cache folder: %w", err)
	}
	return filepath.Join(cache, "qoltanba", "onnxruntime-"+Version, LibraryName()), nil
}

// find is the library's path: beside the program, then as the environment names it, then in the cache.
func find() (string, error) {
	var places []string
	if program, err := os.Executable(); err == nil {
		if program, err = filepath.EvalSymlinks(program); err == nil {
			places = append(places, filepath.Join(filepath.Dir(program), LibraryName()))
		}
	}
	if named := os.Getenv(Variable); named != "" {
		places = append(places, named)
	}
	if cached, err := Cached(); err == nil {
		places = append(places, cached)
	}
	for _, place := range places {
		if info, err := os.Stat(place); err == nil && info.Mode().IsRegular() {
			return filepath.Abs(place)
		}
	}
	return "", ErrNoRuntime
}
