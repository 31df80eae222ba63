// Package tesseract lets Debian's Tesseract read printed lines: a program of its own for every call, confined, that is given pictures which
// this package wrote itself and never a byte that somebody sent.
//
// [Find] looks for the program and its languages; [Engine.Read] gives it several crops at once, as pages of one picture in memory, so that
// the languages are loaded once and nothing of a document touches a disk. The program gets no environment but its own, a bound of memory,
// of processor time and of files, and on Linux no network, where the system allows that to be taken away.
//
// A deadline comes with the context; without one there is [Deadline].
package tesseract

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"qoltanba/capture/confined"
)

// ErrNoTesseract says that the program or one of the languages is not installed.
var ErrNoTesseract = errors.New("documents cannot be read by the machine: install tesseract-ocr, tesseract-ocr-kaz and tesseract-ocr-rus")

// Bounds of a call.
const (
	Deadline  = 5 * time.Minute // of a machine that is busy; the processor's time is bounded more narrowly
	MostPages = 32              // crops a call
	MostSize  = 4 << 20         // samples of all crops together
	mostSaid  = 1 << 20         // bytes of an answer
)

// Languages that documents of Kazakhstan need.
const (
	Kazakh  = "kaz"
	Russian = "rus"
)

// Engine runs the program. It may be used by many at once; each call is a process of one thread.
type Engine struct {
	path     string
	isolated bool // that the network can be taken away from it
}

// Find looks for the program in PATH, and asks it for its languages. The error is [ErrNoTesseract], or that of the context.
func Find(ctx context.Context, languages ...string) (*Engine, error) {
	path, err := exec.LookPath("tesseract")
	if err != nil {
		return nil, ErrNoTesseract
	}
	e := &Engine{path: path, isolated: true}
	said, err := e.run(ctx, nil, "--list-langs")
	if err != nil && ctx.Err() == nil {
		e.isolated = false // the system may forbid a network of its own
		said, err = e.run(ctx, nil, "--list-langs")
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrNoTesseract, err)
	}
	has := strings.Fields(string(said))
	for _, l := range languages {
		if !slices.Contains(has, l) {
			return nil, fmt.Errorf("%w (no %s)", ErrNoTesseract, l)
		}
	}
	return e, nil
}

// Isolated says that the program runs without a network.
func (e *Engine) Isolated() bool { return e.isolated }

// Task says how crops are to be read.
type Task struct {
	Language string // as Tesseract names it: kaz, rus, eng
	Only     string // characters that there can be; "" for all
	Block    bool   // each crop is a block of lines rather than one line
}

// Line is what was made out in a crop. It may hold names and numbers of people.
type Line struct {
	Text       string  // words with single spaces, lines with line feeds; "" where nothing was made out
	Confidence float64 // of the least certain word with a letter or digit, 0 to 1
}

// String tells nothing of what was read.
func (l Line) String() string { return fmt.Sprintf("line read with confidence %.2f", l.Confidence) }

// GoString is String.
func (l Line) GoString() string { return l.String() }

// ErrCrops says that there are too many crops, or too large or empty ones.
var ErrCrops = fmt.Errorf("tesseract reads 1 to %d crops of %d samples together", MostPages, MostSize)

// Read reads the crops, dark print on a light ground, and answers a line for each. The errors are [ErrCrops], the context's, and
// faults of the program.
func (e *Engine) Read(ctx context.Context, t Task, crops []*image.Gray) ([]Line, error) {
	size := 0
	for _, c := range crops {
		if c == nil || c.Rect.Empty() {
			return nil, ErrCrops
		}
		size += c.Rect.Dx() * c.Rect.Dy()
	}
	if len(crops) == 0 || len(crops) > MostPages || size > MostSize {
		return nil, ErrCrops
	}
	mode := "7"
	if t.Block {
		mode = "6"
	}
	args := []string{"stdin", "stdout", "--psm", mode, "--dpi", "300", "-l", t.Language}
	if t.Only != "" {
		args = append(args, "-c", "tessedit_char_whitelist="+t.Only)
	}
	said, err := e.run(ctx, encodePages(crops), append(args, "tsv")...)
	if err != nil {
		return nil, err
	}
	return parse(said, len(crops))
}

func (e *Engine) run(ctx context.Context, input []byte, args ...string) ([]byte, error) {
	p := confined.Program{
		Path: e.path, Alone: e.isolated, Env: []string{"OMP_THREAD_LIMIT=1", "LC_ALL=C.UTF-8"},
		Memory: 512 << 20, CPU: 30, Deadline: Deadline, Most: mostSaid,
	}
	if data, ok := os.LookupEnv("TESSDATA_PREFIX"); ok {
		p.Env = append(p.Env, "TESSDATA_PREFIX="+data)
	}
	return p.Run(ctx, input, args...)
}
