// Package pdf makes pictures of the pages of a PDF that a stranger sent. The PDF is read by poppler's pdfinfo and pdftoppm, confined as
// package confined does it: in processes of their own, without files and network, with bounds of memory and time.
//
// What is refused is refused with a [picture.Reason]: a PDF that wants a password is [picture.Locked], one of more than [MostPages] pages is
// [picture.ManyPages]. Nothing of a PDF but the look of its pages goes further: no script, attachment or metadata.
package pdf

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"qoltanba/capture/confined"
	"qoltanba/capture/picture"
)

// Bounds of what is read.
const (
	MostPages = 4
	longest   = 2400 // side of a page's picture, pixels
	deadline  = 15 * time.Second
	memory    = 512 << 20
	processor = 10 // seconds for a page
)

// ErrNoPoppler says that the programs are not installed.
var ErrNoPoppler = errors.New("PDF files cannot be read: install poppler-utils")

// Renderer makes the pictures. It may be used by many at once; each page is a process.
type Renderer struct{ info, render confined.Program }

// Find looks for the programs in PATH and tries them. The error is [ErrNoPoppler], or that of the context.
func Find(ctx context.Context) (*Renderer, error) {
	var r Renderer
	for name, p := range map[string]*confined.Program{"pdfinfo": &r.info, "pdftoppm": &r.render} {
		path, err := exec.LookPath(name)
		if err != nil {
			return nil, ErrNoPoppler
		}
		*p = confined.Program{
			Path: path, Alone: true, Env: []string{"LC_ALL=C.UTF-8"}, Memory: memory, CPU: processor, Deadline: deadline,
			Most: 32 + 3*longest*longest,
		}
		if _, err = p.Run(ctx, nil, "-v"); err != nil && ctx.Err() == nil {
			p.Alone = false // the system may forbid a network of its own
			_, err = p.Run(ctx, nil, "-v")
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("%w (%w)", ErrNoPoppler, err)
		}
	}
	return &r, nil
}

// Isolated says that the programs run without a network.
func (r *Renderer) Isolated() bool { return r.info.Alone && r.render.Alone }

// Pages makes a picture of each page, from the first on. The bytes are held to [picture.Upload]'s size. Every error but the context's and
// those of the machine has a [picture.Reason].
func (r *Renderer) Pages(ctx context.Context, b []byte) ([]image.Image, error) {
	if len(b) > picture.Upload.Bytes {
		return nil, fmt.Errorf("%w: more than %d bytes", picture.TooLarge, picture.Upload.Bytes)
	}
	if !picture.IsPDF(b) {
		return nil, fmt.Errorf("%w: no PDF", picture.WrongType)
	}
	n, err := r.count(ctx, b)
	if err != nil {
		return nil, err
	}
	var pages []image.Image
	for i := 1; i <= n; i++ {
		page := strconv.Itoa(i)
		said, err := r.render.Run(ctx, b, "-f", page, "-l", page, "-scale-to", strconv.Itoa(longest), "-")
		if err != nil {
			return nil, refusal(err)
		}
		img, err := parsePPM(said)
		if err != nil {
			return nil, err
		}
		pages = append(pages, img)
	}
	return pages, nil
}

// count is how many pages there are, if not too many.
func (r *Renderer) count(ctx context.Context, b []byte) (int, error) {
	said, err := r.info.Run(ctx, b, "-")
	if err != nil {
		return 0, refusal(err)
	}
	for line := range strings.Lines(string(said)) {
		if rest, ok := strings.CutPrefix(line, "Pages:"); ok {
			n, err := strconv.Atoi(strings.TrimSpace(rest))
			switch {
			case err != nil || n < 1:
				return 0, fmt.Errorf("%w: a PDF without pages", picture.Damaged)
			case n > MostPages:
				return 0, fmt.Errorf("%w: %d pages", picture.ManyPages, n)
			}
			return n, nil
		}
	}
	return 0, fmt.Errorf("%w: a PDF without pages", picture.Damaged)
}

// refusal words what a program complains of.
func refusal(err error) error {
	var failed *confined.Failure
	switch {
	case errors.Is(err, confined.ErrLong):
		return fmt.Errorf("%w: a page takes too long: %w", picture.TooLarge, err)
	case !errors.As(err, &failed):
		return err
	case strings.Contains(failed.Says, "Incorrect password"):
		return fmt.Errorf("%w: the PDF wants a password", picture.Locked)
	}
	return fmt.Errorf("%w: %w", picture.Damaged, err)
}

// parsePPM reads the one picture that pdftoppm writes: binary PPM of 8 bits a sample.
func parsePPM(b []byte) (image.Image, error) {
	broken := fmt.Errorf("%w: the page has no picture", picture.Damaged)
	var width, height, depth int
	head := b[:min(len(b), 32)]
	if n, err := fmt.Sscanf(string(head), "P6\n%d %d\n%d\n", &width, &height, &depth); err != nil || n != 3 {
		return nil, broken
	}
	start := len(fmt.Sprintf("P6\n%d %d\n%d\n", width, height, depth))
	if depth != 255 || width < 1 || height < 1 || width > longest || height > longest || len(b) != start+3*width*height {
		return nil, broken
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i, at := 0, start; at < len(b); i, at = i+4, at+3 {
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = b[at], b[at+1], b[at+2], 255
	}
	return img, nil
}
