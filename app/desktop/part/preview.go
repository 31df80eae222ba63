package part

import (
	"image"
	"image/color"
	"math"
	"sync"
	"time"

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
	square   bool    // only the middle of the picture is shown
	cut      bool    // nothing of the picture is shown but what is in the oval
	oval     float32 // height of the oval, a share of the picture's
	aid      Aid
	message  string
	min      fyne.Size
	drawing  *previewRenderer // nil before it is shown
	fed      time.Time        // when the last picture was shown; of the interface's goroutine

	mu      sync.Mutex
	buffers [2]*image.RGBA
	next    int
	pending bool
	latest  image.Image
	zoom    fyne.Position // sides of the whole picture over those of what is shown
}

// NewPreview returns a black picture with the guide over it. Mirrored shows the citizen as in a mirror.
func NewPreview(guide Guide, mirrored bool) *Preview {
	p := &Preview{guide: guide, mirrored: mirrored, min: fyne.NewSize(280, 210), oval: 0.86}
	p.ExtendBaseWidget(p)
	return p
}

// Low lets the picture shrink to height and returns p.
func (p *Preview) Low(height float32) *Preview {
	p.min = fyne.NewSize(height*4/3, height)
	return p
}

// Square shows the middle of the picture alone, with a smaller oval and room around it for [Aid]'s arrows, and returns p.
func (p *Preview) Square() *Preview {
	p.square, p.oval = true, 0.68
	return p
}

// Cut shows what is in the oval and nothing around it, neither picture nor ground, and returns p.
func (p *Preview) Cut() *Preview {
	p.cut = true
	p.Square().oval = 0.94
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
		p.fed = time.Now()
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
	from := p.shown(frame.Bounds())
	if dst == nil || dst.Rect.Size() != from.Size() {
		dst = image.NewRGBA(image.Rectangle{Max: from.Size()})
		p.buffers[p.next] = dst
	}
	draw.Draw(dst, dst.Rect, frame, from.Min, draw.Src)
	if p.mirrored {
		mirror(dst)
	}
	if p.guide == OvalGuide {
		p.shade(dst)
	}
	p.next = 1 - p.next
	p.latest = dst
	whole := frame.Bounds()
	p.zoom = fyne.NewPos(float32(whole.Dx())/float32(from.Dx()), float32(whole.Dy())/float32(from.Dy()))
}

// shown is the part of a picture of these bounds that is on the screen.
func (p *Preview) shown(b image.Rectangle) image.Rectangle {
	if !p.square {
		return b
	}
	side := min(b.Dx(), b.Dy())
	at := b.Min.Add(image.Pt((b.Dx()-side)/2, (b.Dy()-side)/2))
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(side, side))}
}

// shade darkens what lies around the oval, or takes it away.
func (p *Preview) shade(img *image.RGBA) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	ry := float64(p.oval) * float64(h) / 2
	rx := ry * float64(ovalAspect*ovalMiddleX)
	ry *= float64(ovalMiddleY)
	for y := range h {
		line := img.Pix[y*img.Stride : y*img.Stride+4*w]
		half, dy := 0.0, (float64(y)+0.5-float64(h)/2)/ry
		if dy*dy < 1 {
			half = rx * math.Sqrt(1-dy*dy)
		}
		left := 4 * max(0, int(float64(w)/2-half+0.5))
		right := 4 * min(w, int(float64(w)/2+half+0.5))
		p.fade(line[:left])
		p.fade(line[right:])
	}
}

func (p *Preview) fade(pixels []byte) {
	if p.cut {
		clear(pixels)
		return
	}
	for i := 0; i+3 < len(pixels); i += 4 {
		pixels[i], pixels[i+1], pixels[i+2] = dimmed[pixels[i]], dimmed[pixels[i+1]], dimmed[pixels[i+2]]
	}
}

// dimmed is what becomes of a channel outside the oval: the room stays visible, the eye goes to the face.
var dimmed = func() (t [256]byte) {
	for v := range t {
		t[v] = byte(v * 55 / 100)
	}
	return t
}()

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
	a := p.aid
	a.Good = good
	p.SetAid(a)
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
		preview: p, ground: NewFill(color.Black, look.RadiusCard), image: &canvas.Image{},
		message: Body("").Centered().Colored(look.ColorOnPicture),
	}
	if p.guide != NoGuide {
		r.aid = newAidDrawing(p)
	}
	r.image.FillMode, r.image.ScaleMode = canvas.ImageFillStretch, canvas.ImageScaleFastest
	r.image.CornerRadius = look.RadiusCard - 2
	p.drawing = r
	r.update()
	r.Layout(p.Size())
	return r
}

type previewRenderer struct {
	preview *Preview
	ground  *canvas.Image
	image   *canvas.Image
	frame   contour
	aid     *aidDrawing // nil where there is no guide
	message *Text
	objects []fyne.CanvasObject
	drawn   previewState
}

// previewState is all but the pixels of the frame. While it stays, a new frame redraws the image alone.
type previewState struct {
	live    bool
	message string
	pixels  image.Point
	zoom    fyne.Position
	ground  color.Color
	guide   color.Color
	traced  bool // the document itself is framed
}

func (r *previewRenderer) update() (same bool) {
	p := r.preview
	ink := look.ColorGuide
	if p.aid.Good {
		ink = look.ColorGuideGood
	}
	p.mu.Lock()
	r.image.Image = p.latest
	now := previewState{live: p.latest != nil, message: p.message, zoom: p.zoom, ground: themed(p, look.ColorPicture), guide: themed(p, ink)}
	now.traced = p.guide != OvalGuide && len(p.aid.Outline) > 0
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
	SetFill(r.ground, now.ground)
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
	r.frame.set(r.frameState(picture))
	r.frame.show(r.drawn.live)
	if r.aid != nil {
		r.aid.layout(r.image.Position(), picture, &r.drawn)
	}
	words := max(1, size.Width-2*look.SpaceL)
	center(r.message, words, r.message.HeightFor(words))
	r.gather()
}

// frameState is the frame for a document in the middle of a picture of the size; no line where the guide has none.
func (r *previewRenderer) frameState(picture fyne.Size) contourState {
	share := frames[r.preview.guide]
	if share.IsZero() || !r.drawn.live || r.drawn.traced {
		return contourState{}
	}
	const width, corner = 5, 12
	size, all := fyne.NewSize(picture.Height*share.Width-width, picture.Height*share.Height-width), r.preview.Size()
	return contourState{
		at: fyne.NewPos(all.Width/2, all.Height/2), size: size, corner: fyne.NewSquareSize(corner - width/2.0),
		width: width, ink: r.drawn.guide, scale: scaleOf(r.preview),
	}
}

// gather lists what is drawn, from behind to before.
func (r *previewRenderer) gather() {
	r.objects = append([]fyne.CanvasObject{r.ground, r.image}, r.frame.objects()...)
	r.objects = append(r.objects, r.message)
	if r.aid != nil {
		r.objects = append(r.objects, r.aid.objects()...)
	}
}

// ovalAspect is the proportion of a face, ovalMiddleX and ovalMiddleY where in the oval's breadth and height the middle of its line is.
const (
	ovalAspect  float32 = 0.72
	ovalMiddleX float32 = 86.0 / 90
	ovalMiddleY float32 = 121.0 / 125
)

// frames are the sizes of the guides' frames, in heights of the picture: ISO/IEC 7810 ID-1 is 85.60 × 53.98 mm, ID-3 125 × 88 mm.
var frames = map[Guide]fyne.Size{
	CardGuide:     {Width: 0.54 * 85.60 / 53.98, Height: 0.54},
	PassportGuide: {Width: 0.6 * 125 / 88, Height: 0.6},
}

func (r *previewRenderer) MinSize() fyne.Size { return r.preview.min }

func (r *previewRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *previewRenderer) Refresh() {
	if r.follow() {
		r.image.Refresh()
	}
}

// follow brings all but the picture up to date. It tells whether what is drawn anew for that was asked for; lines are drawn with every picture as
// they stand.
func (r *previewRenderer) follow() (quietly bool) {
	if r.update() {
		if r.aid != nil && r.aid.refresh() {
			r.gather()
		}
		return true
	}
	r.Layout(r.preview.Size())
	for _, o := range r.objects {
		o.Refresh()
	}
	return false
}

func (r *previewRenderer) Destroy() {}
