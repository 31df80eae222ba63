package part

import (
	"image"
	"image/color"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/image/draw"

	"qoltanba/app/desktop/look"
)

// Guide is what is drawn over a live picture to show where face or card belongs.
type Guide int

// The guides: nothing, an oval for a face, a frame in the proportions of a card or of a passport's page (ISO/IEC 7810 ID-1, ID-3).
const (
	NoGuide Guide = iota
	OvalGuide
	CardGuide
	PassportGuide
)

// Preview is a live picture. Frames come by Feed from any goroutine; when the window is slower than the camera, frames are dropped,
// never queued.
type Preview struct {
	widget.BaseWidget
	guide    Guide
	mirrored bool
	good     bool
	message  string
	min      fyne.Size

	mu      sync.Mutex
	buffers [2]*image.RGBA
	next    int
	pending bool
	latest  image.Image
}

// NewPreview returns a black picture with the guide over it. Mirrored shows the citizen as in a mirror.
func NewPreview(guide Guide, mirrored bool) *Preview {
	p := &Preview{guide: guide, mirrored: mirrored, min: fyne.NewSize(280, 210)}
	p.ExtendBaseWidget(p)
	return p
}

// Low lets the picture shrink to height and returns p.
func (p *Preview) Low(height float32) *Preview {
	p.min = fyne.NewSize(height*4/3, height)
	return p
}

// Feed hands over a frame, which must not change until Feed returns. It may be called from any goroutine.
func (p *Preview) Feed(frame image.Image) {
	p.mu.Lock()
	if p.pending {
		p.mu.Unlock()
		return
	}
	p.keep(frame)
	p.pending = true
	p.mu.Unlock()
	fyne.Do(func() {
		p.Refresh()
		p.mu.Lock()
		p.pending = false
		p.mu.Unlock()
	})
}

// Idle says whether a frame given now would be shown. It may be called from any goroutine.
func (p *Preview) Idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.pending
}

// Still shows a picture that stands still. It is called on the interface's goroutine.
func (p *Preview) Still(picture image.Image) {
	p.mu.Lock()
	p.keep(picture)
	p.mu.Unlock()
	p.Refresh()
}

// keep copies frame into the buffer that is not on screen. The lock is held.
func (p *Preview) keep(frame image.Image) {
	dst := p.buffers[p.next]
	size := frame.Bounds().Size()
	if dst == nil || dst.Rect.Size() != size {
		dst = image.NewRGBA(image.Rectangle{Max: size})
		p.buffers[p.next] = dst
	}
	draw.Draw(dst, dst.Rect, frame, frame.Bounds().Min, draw.Src)
	if p.mirrored {
		mirror(dst)
	}
	p.next = 1 - p.next
	p.latest = dst
}

func mirror(img *image.RGBA) {
	w := img.Rect.Dx()
	for y := range img.Rect.Dy() {
		line := img.Pix[y*img.Stride : y*img.Stride+4*w]
		for i, j := 0, 4*(w-1); i < j; i, j = i+4, j-4 {
			var pixel [4]byte
			copy(pixel[:], line[i:i+4])
			copy(line[i:i+4], line[j:j+4])
			copy(line[j:j+4], pixel[:])
		}
	}
}

// SetGood colours the guide: green when what is seen suits.
func (p *Preview) SetGood(good bool) {
	p.good = good
	p.Refresh()
}

// SetMessage shows words in place of a picture, such as that the camera is starting. A frame takes them away.
func (p *Preview) SetMessage(s string) {
	p.mu.Lock()
	p.message, p.latest = s, nil
	p.mu.Unlock()
	p.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (p *Preview) CreateRenderer() fyne.WidgetRenderer {
	r := &previewRenderer{
		preview: p, ground: canvas.NewRectangle(color.Black), image: &canvas.Image{},
		oval: &canvas.Image{}, frame: canvas.NewRectangle(color.Transparent),
		message: Body("").Centered().Colored(look.ColorOnPicture),
	}
	r.ground.CornerRadius = look.RadiusCard
	r.image.FillMode, r.image.ScaleMode = canvas.ImageFillStretch, canvas.ImageScaleFastest
	r.image.CornerRadius = look.RadiusCard - 2
	r.frame.CornerRadius, r.frame.StrokeWidth = 12, 5
	r.update()
	r.Layout(p.Size())
	return r
}

type previewRenderer struct {
	preview *Preview
	ground  *canvas.Rectangle
	image   *canvas.Image
	oval    *canvas.Image
	frame   *canvas.Rectangle
	message *Text
	drawn   previewState
}

// previewState is all but the pixels of the frame. While it stays, a new frame redraws the image alone.
type previewState struct {
	live    bool
	good    bool
	message string
	pixels  image.Point
	ground  color.Color
}

func (r *previewRenderer) update() (same bool) {
	p := r.preview
	p.mu.Lock()
	r.image.Image = p.latest
	now := previewState{live: p.latest != nil, good: p.good, message: p.message, ground: themed(p, look.ColorPicture)}
	if now.live {
		now.pixels = p.latest.Bounds().Size()
	}
	p.mu.Unlock()
	if now == r.drawn {
		return true
	}
	r.drawn = now
	r.ground.Hidden, r.image.Hidden = now.live, !now.live
	r.message.Hidden = now.live || now.message == ""
	r.message.SetText(now.message)
	r.ground.FillColor = now.ground
	ink := look.ColorGuide
	if p.good {
		ink = look.ColorGuideGood
	}
	r.oval.Resource = look.Icon(p.Theme(), "oval", ink)
	r.frame.StrokeColor = themed(p, ink)
	r.oval.Hidden = !now.live || p.guide != OvalGuide
	r.frame.Hidden = !now.live || frames[p.guide] == fyne.Size{}
	return false
}

// Layout fits the picture into size; the ground is as large as the picture, so that no black bars stand beside it.
func (r *previewRenderer) Layout(size fyne.Size) {
	picture := size
	if r.drawn.live {
		aspect := float32(r.drawn.pixels.X) / float32(r.drawn.pixels.Y)
		picture = fyne.NewSize(min(size.Width, size.Height*aspect), min(size.Height, size.Width/aspect))
	}
	center := func(o fyne.CanvasObject, w, h float32) {
		o.Resize(fyne.NewSize(w, h))
		o.Move(fyne.NewPos((size.Width-w)/2, (size.Height-h)/2))
	}
	center(r.ground, picture.Width, picture.Height)
	center(r.image, picture.Width, picture.Height)
	h := picture.Height
	center(r.oval, h*0.86*ovalAspect, h*0.86)
	frame := frames[r.preview.guide]
	center(r.frame, h*frame.Width, h*frame.Height)
	words := max(1, size.Width-2*look.SpaceL)
	center(r.message, words, r.message.HeightFor(words))
}

// ovalAspect is the proportion of a face.
const ovalAspect float32 = 0.72

// frames are the sizes of the guides' frames, in heights of the picture: ISO/IEC 7810 ID-1 is 85.60 × 53.98 mm, ID-3 125 × 88 mm.
var frames = map[Guide]fyne.Size{
	CardGuide:     {Width: 0.5 * 85.60 / 53.98, Height: 0.5},
	PassportGuide: {Width: 0.6 * 125 / 88, Height: 0.6},
}

func (r *previewRenderer) MinSize() fyne.Size { return r.preview.min }

func (r *previewRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.image, r.oval, r.frame, r.message}
}

func (r *previewRenderer) Refresh() {
	if r.update() {
		r.image.Refresh()
		return
	}
	r.Layout(r.preview.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *previewRenderer) Destroy() {}
