package face

import "image"

const (
	lookAround  = 8      // pictures from one search for other faces to the next
	otherShare  = 1. / 3 // of the face's size: what is smaller is a picture on the wall or somebody far behind
	stillPasses = 2      // meshes laid over a face that was just found: the second sees it as the tracker would
)

// Tracker follows the largest face of one stream of pictures. It is not for concurrent use; it needs no closing.
type Tracker struct {
	engine *Engine
	at     region // where the face was
	seen   bool   // whether it was
	others bool   // whether the last search found more
	age    int    // pictures since that search
}

// NewTracker begins a stream.
func (e *Engine) NewTracker() *Tracker { return &Tracker{engine: e} }

// Reset forgets the face: the next picture begins a new stream.
func (t *Tracker) Reset() { *t = Tracker{engine: t.engine} }

// Observe looks at the stream's next picture. faces is 0, 1, or 2 for more than one; out is the largest face, and the zero Observation where
// there is none. Nothing is allocated once the stream runs, where the picture is an image.YCbCr, image.RGBA, image.NRGBA or image.Gray.
// Other faces are looked for in every eighth picture; between, faces says what was found last. A face smaller than a third of the largest does
// not count.
func (t *Tracker) Observe(img image.Image, out *Observation) (faces int, err error) {
	*out = Observation{}
	if err := checked(img); err != nil {
		return 0, err
	}
	l, err := t.engine.borrow()
	if err != nil {
		return 0, err
	}
	defer t.engine.give(l)
	if t.seen {
		if err := l.lay(img, t.at, out); err != nil {
			return 0, err
		}
		t.seen = out.Score >= meshScore
	}
	if t.age++; !t.seen || t.age >= lookAround {
		if err := t.search(l, img, out); err != nil {
			return 0, err
		}
	}
	switch {
	case !t.seen:
		*out = Observation{}
		return 0, nil
	case t.others:
		faces = 2
	default:
		faces = 1
	}
	t.at = out.Mesh.region()
	return faces, nil
}

// search looks at the whole picture: for a face where none is followed, for one larger than that, and for others.
func (t *Tracker) search(l *lane, img image.Image, out *Observation) error {
	t.age, t.others = 0, false
	found, err := l.detect(img, img.Bounds())
	if err != nil {
		return err
	}
	return t.weigh(l, img, found, out)
}

// weigh takes the largest of the faces found and of the one followed, and notes whether there are others. A mesh has to lie on each.
func (t *Tracker) weigh(l *lane, img image.Image, found []candidate, out *Observation) error {
	var other Observation
	second := 0.0 // width of the largest face but one
	for i := range found {
		c := &found[i]
		if t.seen && c.around(out) {
			continue
		}
		if t.seen && c.side() < otherShare/2*out.Width {
			continue
		}
		if err := l.settle(img, c.region(), &other); err != nil {
			return err
		}
		switch {
		case other.Score < meshScore || t.seen && other.near(out):
		case !t.seen || other.Width > out.Width:
			if t.seen {
				second = max(second, out.Width)
			}
			*out, t.seen = other, true
		default:
			second = max(second, other.Width)
		}
	}
	t.others = t.seen && second >= otherShare*out.Width
	return nil
}

// settle lays the mesh, and again where the first one lies.
func (l *lane) settle(img image.Image, at region, out *Observation) error {
	for range stillPasses {
		if err := l.lay(img, at, out); err != nil {
			return err
		}
		if out.Score < meshScore {
			return nil
		}
		at = out.Mesh.region()
	}
	return nil
}

// around says whether the candidate is the face observed: one lies about the other's middle.
func (c *candidate) around(o *Observation) bool {
	r := o.Mesh.region()
	return r.x > c.x0 && r.x < c.x1 && r.y > c.y0 && r.y < c.y1 && c.side() < 2*o.Width && o.Width < 3*c.side()
}

// near says whether two observations are of one face: their middles are nearer than half a face.
func (o *Observation) near(p *Observation) bool {
	a, b := o.Mesh.region(), p.Mesh.region()
	dx, dy, reach := a.x-b.x, a.y-b.y, max(o.Width, p.Width)/2
	return dx*dx+dy*dy < reach*reach
}

// Find looks for the largest face of one still picture, and more thoroughly than a tracker: where the whole shows none, it looks at parts, so
// that a portrait on a card is found. faces and out are as with Observe.
func (e *Engine) Find(img image.Image, out *Observation) (faces int, err error) {
	*out = Observation{}
	if err := checked(img); err != nil {
		return 0, err
	}
	l, err := e.borrow()
	if err != nil {
		return 0, err
	}
	defer e.give(l)
	t := e.NewTracker()
	for parts := 1; parts <= 3 && !t.seen; parts++ {
		for _, part := range tiles(img.Bounds(), parts) {
			found, err := l.detect(img, part)
			if err != nil {
				return 0, err
			}
			if err := t.weigh(l, img, found, out); err != nil {
				return 0, err
			}
			if t.others {
				return 2, nil
			}
		}
	}
	if !t.seen {
		*out = Observation{}
		return 0, nil
	}
	return 1, nil
}

// tiles cuts a picture into squares that overlap by half, n to its shorter side; a long strip only has its whole.
func tiles(b image.Rectangle, n int) []image.Rectangle {
	if n == 1 || max(b.Dx(), b.Dy()) > 4*min(b.Dx(), b.Dy()) {
		return []image.Rectangle{b}
	}
	side := max(1, 2*min(b.Dx(), b.Dy())/(n+1))
	step := max(1, side/2)
	var all []image.Rectangle
	for y := b.Min.Y; ; y += step {
		for x := b.Min.X; ; x += step {
			at := image.Pt(min(x, b.Max.X-side), min(y, b.Max.Y-side))
			all = append(all, image.Rectangle{Min: at, Max: at.Add(image.Pt(side, side))})
			if x+side >= b.Max.X {
				break
			}
		}
		if y+side >= b.Max.Y {
			return all
		}
	}
}
