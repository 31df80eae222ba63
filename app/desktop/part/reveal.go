package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// above and below are what is shown beside a revealed piece: its name stands over it, what is wrong with it beneath.
const (
	above float32 = 36
	below float32 = 30
)

// Reveal scrolls whatever lies between root and o until o can be seen. Where it can be seen already, and where root does not hold it, nothing
// moves.
func Reveal(root, o fyne.CanvasObject) { reveal(root, o) }

// reveal says where o stands in the object.
func reveal(in, o fyne.CanvasObject) (at fyne.Position, found bool) {
	if in == o {
		return fyne.Position{}, true
	}
	switch v := in.(type) {
	case *fyne.Container:
		for _, child := range v.Objects {
			if at, found = reveal(child, o); found {
				return at.Add(child.Position()), true
			}
		}
	case *container.Scroll:
		if at, found = reveal(v.Content, o); found {
			bring(v, at.Y, at.Y+o.Size().Height)
			return at.Subtract(v.Offset), true
		}
	}
	return fyne.Position{}, false
}

// bring scrolls as little as shows what goes from top to bottom of the content.
func bring(s *container.Scroll, top, bottom float32) {
	window, whole := s.Size().Height, s.Content.Size().Height
	if window == 0 || top >= s.Offset.Y && bottom <= s.Offset.Y+window {
		return
	}
	y := s.Offset.Y
	if bottom > y+window {
		y = bottom + below - window
	}
	if top < y {
		y = top - above
	}
	s.ScrollToOffset(fyne.NewPos(s.Offset.X, max(0, min(y, whole-window))))
}
