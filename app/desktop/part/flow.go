package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// flow is a layout that knows its height once the width is given. Text wraps, so height follows width; asking from the top down
// lays a page out in one pass, with nothing cut and nothing jumping.
type flow interface {
	fyne.Layout
	heightFor(objects []fyne.CanvasObject, width float32) float32
}

// HeightFor returns the height that o needs when it is width wide.
func HeightFor(o fyne.CanvasObject, width float32) float32 {
	switch v := o.(type) {
	case interface{ HeightFor(width float32) float32 }:
		return v.HeightFor(width)
	case *fyne.Container:
		if f, ok := v.Layout.(flow); ok {
			return f.heightFor(v.Objects, width)
		}
	}
	return o.MinSize().Height
}

// natural returns the width that o would like best.
func natural(o fyne.CanvasObject) float32 {
	switch v := o.(type) {
	case interface{ naturalWidth() float32 }:
		return v.naturalWidth()
	case *fyne.Container:
		if f, ok := v.Layout.(interface {
			naturalWidth(objects []fyne.CanvasObject) float32
		}); ok {
			return f.naturalWidth(v.Objects)
		}
	}
	return o.MinSize().Width
}

func visible(objects []fyne.CanvasObject) []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, 0, len(objects))
	for _, o := range objects {
		if o.Visible() {
			out = append(out, o)
		}
	}
	return out
}

func widest(objects []fyne.CanvasObject, measure func(fyne.CanvasObject) float32) float32 {
	var w float32
	for _, o := range visible(objects) {
		w = max(w, measure(o))
	}
	return w
}

func minWidth(o fyne.CanvasObject) float32 { return o.MinSize().Width }

// grow marks a child that takes the space left over.
type grow struct{ fill }

func (g grow) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return HeightFor(objects[0], width)
}

func (g grow) naturalWidth(objects []fyne.CanvasObject) float32 { return natural(objects[0]) }

type fill struct{}

func (fill) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	objects[0].Move(fyne.NewPos(0, 0))
}

func (fill) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

// Grow wraps o so that a Column or Row gives it what space is left over.
func Grow(o fyne.CanvasObject) *fyne.Container { return container.New(grow{}, o) }

func grows(o fyne.CanvasObject) bool {
	c, ok := o.(*fyne.Container)
	if !ok {
		return false
	}
	_, ok = c.Layout.(grow)
	return ok
}

type column struct {
	gap   float32
	width float32
}

// Column stacks objects from top to bottom, each as wide as the column.
func Column(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&column{gap: gap}, objects...)
}

const firstGuess float32 = 560 // a width to answer with before the first layout

func (c *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := widest(objects, minWidth)
	at := c.width
	if at == 0 {
		at = firstGuess
	}
	return fyne.NewSize(w, c.heightFor(objects, max(w, at)))
}

func (c *column) naturalWidth(objects []fyne.CanvasObject) float32 { return widest(objects, natural) }

func (c *column) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	shown := visible(objects)
	h := c.gap * float32(max(0, len(shown)-1))
	for _, o := range shown {
		h += HeightFor(o, width)
	}
	return h
}

func (c *column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	c.width = size.Width
	shown := visible(objects)
	growing := 0
	for _, o := range shown {
		if grows(o) {
			growing++
		}
	}
	spare := max(0, size.Height-c.heightFor(objects, size.Width))
	var y float32
	for _, o := range shown {
		h := HeightFor(o, size.Width)
		if grows(o) {
			h += spare / float32(growing)
		}
		o.Resize(fyne.NewSize(size.Width, h))
		o.Move(fyne.NewPos(0, y))
		y += h + c.gap
	}
}

type row struct {
	gap float32
	top bool
}

// Row puts objects side by side, each as wide as it likes, centred on one line; a Grow child takes the rest.
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&row{gap: gap}, objects...)
}

// TopRow is a Row whose children hang from one line instead.
func TopRow(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&row{gap: gap, top: true}, objects...)
}

func (r *row) widths(shown []fyne.CanvasObject, width float32) []float32 {
	out := make([]float32, len(shown))
	rest := width - r.gap*float32(max(0, len(shown)-1))
	growing := 0
	for i, o := range shown {
		if grows(o) {
			growing++
			continue
		}
		out[i] = min(natural(o), max(rest, minWidth(o)))
		rest -= out[i]
	}
	for i, o := range shown {
		if grows(o) {
			out[i] = max(0, rest/float32(growing))
		}
	}
	return out
}

func (r *row) MinSize(objects []fyne.CanvasObject) fyne.Size {
	shown := visible(objects)
	w := r.gap * float32(max(0, len(shown)-1))
	for _, o := range shown {
		if grows(o) {
			w += minWidth(o)
		} else {
			w += max(minWidth(o), 0)
		}
	}
	return fyne.NewSize(w, r.heightFor(objects, max(w, r.naturalWidth(objects))))
}

func (r *row) naturalWidth(objects []fyne.CanvasObject) float32 {
	shown := visible(objects)
	w := r.gap * float32(max(0, len(shown)-1))
	for _, o := range shown {
		w += natural(o)
	}
	return w
}

func (r *row) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	shown := visible(objects)
	var h float32
	for i, w := range r.widths(shown, width) {
		h = max(h, HeightFor(shown[i], w))
	}
	return h
}

func (r *row) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	shown := visible(objects)
	var x float32
	for i, w := range r.widths(shown, size.Width) {
		o := shown[i]
		h, y := size.Height, float32(0)
		if !r.stretches(o) {
			h = min(size.Height, HeightFor(o, w))
			if !r.top {
				y = (size.Height - h) / 2
			}
		}
		o.Resize(fyne.NewSize(w, h))
		o.Move(fyne.NewPos(x, y))
		x += w + r.gap
	}
}

// stretches tells whether o takes the whole height of the row.
func (r *row) stretches(o fyne.CanvasObject) bool {
	if r.top && grows(o) {
		return true
	}
	c, ok := o.(*fyne.Container)
	if !ok {
		return false
	}
	_, ok = c.Layout.(pillar)
	return ok
}

// pillar is a fixed width that takes the whole height of its row.
type pillar struct{ fixed }

// Grown gives o a fixed width and the whole height of the row it stands in.
func Grown(width float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(pillar{fixed{fyne.NewSize(width, 0)}}, o)
}

func (p pillar) naturalWidth([]fyne.CanvasObject) float32 { return p.size.Width }

func (p pillar) heightFor(objects []fyne.CanvasObject, _ float32) float32 {
	return HeightFor(objects[0], p.size.Width)
}

type grid struct {
	columns int
	gap     float32
	width   float32
}

// Grid puts objects in rows of equally wide columns; the cells of a row are equally high.
func Grid(columns int, gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&grid{columns: columns, gap: gap}, objects...)
}

func (g *grid) cell(width float32) float32 {
	return (width - g.gap*float32(g.columns-1)) / float32(g.columns)
}

func (g *grid) rows(objects []fyne.CanvasObject, width float32) []float32 {
	var out []float32
	for i, o := range visible(objects) {
		if i%g.columns == 0 {
			out = append(out, 0)
		}
		last := len(out) - 1
		out[last] = max(out[last], HeightFor(o, g.cell(width)))
	}
	return out
}

func (g *grid) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	rows := g.rows(objects, width)
	h := g.gap * float32(max(0, len(rows)-1))
	for _, r := range rows {
		h += r
	}
	return h
}

func (g *grid) MinSize(objects []fyne.CanvasObject) fyne.Size {
	n := float32(g.columns)
	w := widest(objects, minWidth)*n + g.gap*(n-1)
	at := g.width
	if at == 0 {
		at = firstGuess
	}
	return fyne.NewSize(w, g.heightFor(objects, max(w, at)))
}

func (g *grid) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	g.width = size.Width
	rows := g.rows(objects, size.Width)
	w := g.cell(size.Width)
	var y float32
	for i, o := range visible(objects) {
		r, c := i/g.columns, i%g.columns
		if c == 0 && r > 0 {
			y += rows[r-1] + g.gap
		}
		o.Resize(fyne.NewSize(w, rows[r]))
		o.Move(fyne.NewPos(float32(c)*(w+g.gap), y))
	}
}

type inset struct{ horizontal, vertical float32 }

// Inset keeps a margin around its last object; objects before it lie behind, over the whole area.
func Inset(horizontal, vertical float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&inset{horizontal, vertical}, objects...)
}

func (p *inset) content(objects []fyne.CanvasObject) fyne.CanvasObject {
	return objects[len(objects)-1]
}

func (p *inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return p.content(objects).MinSize().Add(fyne.NewSize(2*p.horizontal, 2*p.vertical))
}

func (p *inset) naturalWidth(objects []fyne.CanvasObject) float32 {
	return natural(p.content(objects)) + 2*p.horizontal
}

func (p *inset) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return HeightFor(p.content(objects), width-2*p.horizontal) + 2*p.vertical
}

func (p *inset) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects[:len(objects)-1] {
		o.Resize(size)
		o.Move(fyne.NewPos(0, 0))
	}
	c := p.content(objects)
	c.Resize(size.Subtract(fyne.NewSize(2*p.horizontal, 2*p.vertical)))
	c.Move(fyne.NewPos(p.horizontal, p.vertical))
}

type limit struct{ width float32 }

// Limit keeps o no wider than width, at the left.
func Limit(width float32, o fyne.CanvasObject) *fyne.Container { return container.New(limit{width}, o) }

func (l limit) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

func (l limit) naturalWidth(objects []fyne.CanvasObject) float32 {
	return min(l.width, natural(objects[0]))
}

func (l limit) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return HeightFor(objects[0], min(width, l.width))
}

func (l limit) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(min(size.Width, l.width), size.Height))
	objects[0].Move(fyne.NewPos(0, 0))
}

type fixed struct{ size fyne.Size }

// Fixed gives o exactly the size asked for; a measure of 0 is left to the surroundings.
func Fixed(width, height float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(fixed{fyne.NewSize(width, height)}, o)
}

func (f fixed) MinSize([]fyne.CanvasObject) fyne.Size { return f.size }

func (f fixed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if f.size.Width > 0 {
		size.Width = f.size.Width
	}
	if f.size.Height > 0 {
		size.Height = f.size.Height
	}
	objects[0].Resize(size)
	objects[0].Move(fyne.NewPos(0, 0))
}

type page struct {
	scroll  *container.Scroll
	content *fyne.Container
	margin  fyne.Size
}

// Page shows content with a margin and lets it scroll when the window is too low for it; a Grow child of the content
// takes the height that is left when the window is high enough.
func Page(horizontal, vertical float32, content fyne.CanvasObject) *fyne.Container {
	p := &page{margin: fyne.NewSize(horizontal, vertical)}
	p.content = container.New(&pageContent{page: p}, content)
	p.scroll = container.NewVScroll(p.content)
	return container.New(p, p.scroll)
}

func (p *page) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(p.content.MinSize().Width, 120)
}

func (p *page) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if inner, ok := p.content.Layout.(*pageContent); ok {
		inner.viewport = size
	}
	p.scroll.Resize(size)
	p.content.Refresh()
	p.scroll.Refresh()
}

type pageContent struct {
	page     *page
	viewport fyne.Size
}

func (c *pageContent) MinSize(objects []fyne.CanvasObject) fyne.Size {
	m := c.page.margin
	w := minWidth(objects[0]) + 2*m.Width
	at := c.viewport.Width
	if at == 0 {
		at = firstGuess
	}
	return fyne.NewSize(w, HeightFor(objects[0], max(w, at)-2*m.Width)+2*m.Height)
}

func (c *pageContent) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	m := c.page.margin
	objects[0].Resize(size.Subtract(m).Subtract(m))
	objects[0].Move(fyne.NewPos(m.Width, m.Height))
}
