package consent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"qoltanba/app/companion"
	"qoltanba/app/companion/legible"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/capture/picture"
)

// looking is how far the person is with the documents.
type looking struct {
	of    [sha256.Size]byte
	at    int
	seen  map[int]bool
	sheet legible.Sheet // of the one that is shown
	shown *screen.AskLook
}

// turn shows a document, which is read beside the interface.
func (c *Window) turn(at int) {
	c.look.at = at
	p, n := c.key.proposal, c.asked
	c.work.Go(func() {
		sheet := legible.Of(p.Documents[at])
		picture := draw(c.ctx, sheet)
		c.options.UI(func() {
			if c.asked != n || c.look.at != at || c.refuse == nil {
				return
			}
			c.look.sheet = sheet
			c.showLook(func(w *wording.Words) screen.AskDocument { return document(w, at, sheet, picture) })
			c.raise()
		})
	})
}

func (c *Window) lookModel(w *wording.Words, of func(*wording.Words) screen.AskDocument) screen.AskLookModel {
	p := c.key.proposal
	m := screen.AskLookModel{
		Asker: asker(p.Caller), Documents: make([]screen.AskDocument, len(p.Documents)), At: c.look.at, Seen: len(c.look.seen),
		Attached: p.Attached, Stamped: p.Stamped,
	}
	m.Documents[c.look.at] = of(w)
	return m
}

func (c *Window) showLook(of func(*wording.Words) screen.AskDocument) {
	on := screen.AskLookActions{
		Turn: c.turn,
		Looked: func() {
			c.look.seen[c.look.at] = true
			if c.look.shown != nil {
				c.look.shown.Update(c.lookModel(c.frame.Words(), of))
			}
		},
		Next:   c.showKeys,
		Refuse: c.no,
	}
	if c.options.Show != nil && extensionOf(c.look.sheet) != "" {
		on.Open = c.open
	}
	c.look.shown = nil
	c.frame.Show(func(w *wording.Words) screen.Screen {
		c.look.shown = screen.NewAskLook(w, c.lookModel(w, of), on)
		return c.look.shown
	})
	c.look.shown.Update(c.lookModel(c.frame.Words(), of))
}

// document is a sheet in the screen's terms.
func document(w *wording.Words, at int, s legible.Sheet, img image.Image) screen.AskDocument {
	kinds := map[companion.Kind]string{
		companion.Text: "text", companion.XML: "xml", companion.JSON: "json", companion.PDF: "pdf", companion.Picture: "picture",
		companion.Signature: "signature", companion.Digest: "digest", companion.Other: "other",
	}
	d := screen.AskDocument{
		Name: s.Name, Kind: w.T("asklook.kind." + kinds[s.Kind]), Text: s.Text, Cut: s.Cut, Picture: img, Size: size(w, s.Size),
		SHA256: s.SHA256, Signed: s.Signed, Unseen: s.Unseen,
	}
	if d.Name == "" {
		d.Name = w.T("asklook.document", "At", strconv.Itoa(at+1))
	}
	return d
}

// size is a number of bytes as people read it.
func size(w *wording.Words, bytes int) string {
	switch {
	case bytes < 10<<10:
		return w.N("asklook.bytes", bytes)
	case bytes < 10<<20:
		return w.T("asklook.kilobytes", "Size", strconv.Itoa(bytes>>10))
	}
	return w.T("asklook.megabytes", "Size", strconv.Itoa(bytes>>20))
}

// drawn bounds foreign pictures before they are decoded.
var drawn = picture.Limits{Bytes: companion.MaxFrame, Pixels: 40_000_000, MinSide: 1, MaxSide: 1400, Quality: 90}

const (
	pdfTime = 8 * time.Second
	maxPage = 16 << 20 // bytes of a page's picture
)

// draw makes the picture of a document that is one, or of a PDF's first page;
// nil where that is not possible here.
func draw(ctx context.Context, s legible.Sheet) image.Image {
	switch s.Kind {
	case companion.Picture:
		clean, err := picture.Clean(s.Content, drawn)
		if err != nil {
			return nil
		}
		img, err := jpeg.Decode(bytes.NewReader(clean.JPEG))
		if err != nil {
			return nil
		}
		return img
	case companion.PDF:
		return firstPage(ctx, s.Content)
	default:
		return nil
	}
}

// firstPage draws a PDF by poppler where the system has it, a process of its own
// that reads nothing but what it is given.
func firstPage(ctx context.Context, content []byte) image.Image {
	tool, err := exec.LookPath("pdftoppm")
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, pdfTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, tool, "-png", "-singlefile", "-f", "1", "-l", "1", "-scale-to", "1100", "-") //nolint:gosec // of the system
	cmd.Stdin = bytes.NewReader(content)
	out := &bounded{most: maxPage}
	cmd.Stdout = out
	cmd.WaitDelay = time.Second
	if cmd.Run() != nil {
		return nil
	}
	img, err := png.Decode(bytes.NewReader(out.bytes))
	if err != nil {
		return nil
	}
	return img
}

// bounded keeps no more than so many bytes.
type bounded struct {
	bytes []byte
	most  int
}

func (b *bounded) Write(p []byte) (int, error) {
	if len(b.bytes)+len(p) > b.most {
		return 0, fmt.Errorf("more than %d bytes", b.most)
	}
	b.bytes = append(b.bytes, p...)
	return len(p), nil
}

// extensionOf names a copy of the document so that nothing but a viewer opens
// it: text of every sort is plain text there. "" for what is not shown.
func extensionOf(s legible.Sheet) string {
	switch s.Kind {
	case companion.PDF:
		return ".pdf"
	case companion.Text, companion.XML, companion.JSON:
		return ".txt"
	case companion.Picture:
		for first, extension := range map[string]string{"\x89PNG": ".png", "\xff\xd8\xff": ".jpg", "GIF8": ".gif"} {
			if bytes.HasPrefix(s.Content, []byte(first)) {
				return extension
			}
		}
	default:
	}
	return ""
}

// open shows the document in another program, from a private folder that goes
// away with the window.
func (c *Window) open() {
	err := errNotShown
	if c.folder == "" {
		c.folder, err = os.MkdirTemp("", "qoltanba-")
	}
	if c.folder != "" {
		path := filepath.Join(c.folder, fmt.Sprintf("%d%s", c.look.at+1, extensionOf(c.look.sheet)))
		if err = os.WriteFile(path, c.look.sheet.Content, 0o600); err == nil {
			err = c.options.Show(path)
		}
	}
	if err != nil {
		c.frame.Toast(c.frame.Words().T("asklook.unopened"))
	}
}
