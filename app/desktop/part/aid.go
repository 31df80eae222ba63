package part

import (
	"image/color"
	"math"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"qoltanba/app/desktop/look"
)

// Aid is what is drawn over the live picture of a face or a document to help. The zero value is the bare oval or frame.
type Aid struct {
	// Outline goes round the face, or along the four corners of the document: places as shares of the whole picture's width and height as the
	// camera took it, not mirrored. Empty for none.
	Outline []fyne.Position
	Spots   [][]fyne.Position // four corners each of where light is reflected on a document
	Good    bool              // what is seen suits: the oval turns green
	Lit     float32           // share of the ring round the oval, or of the document's outline, that is lit, 0 to 1
	Side    Side              // where the ring begins to light; on a side there are arrows too
	Number  int               // of a countdown; 0 for none
}

// Side is a side of the oval as the citizen sees it.
type Side string

// The sides. Around begins at the top and goes round.
const (
	Around Side = ""
	Left   Side = "left"
	Right  Side = "right"
	Up     Side = "up"
	Down   Side = "down"
)

func (a *Aid) equal(b *Aid) bool {
	return a.Good == b.Good && a.Lit == b.Lit && a.Side == b.Side && a.Number == b.Number && slices.Equal(a.Outline, b.Outline) &&
		slices.EqualFunc(a.Spots, b.Spots, slices.Equal[[]fyne.Position])
}

// SetAid shows other help. The outline is kept: the caller must not change it afterwards. While pictures come, it is drawn with the next of them:
// the whole window is drawn anew each time, and once a picture is enough.
func (p *Preview) SetAid(a Aid) {
	if p.aid.equal(&a) {
		return
	}
	p.aid = a
	if p.drawing != nil && p.drawing.follow() && time.Since(p.fed) > comesSoon {
		canvas.Refresh(p.drawing.ground)
	}
}

// comesSoon is how long after a picture the next one is counted on.
const comesSoon = 100 * time.Millisecond

const (
	ticks       = 60
	ticksGap    = 12 // between the oval and its ring
	ticksLength = 13
	arrows      = 3
	badge       = 96 // of the countdown's number
	maxOutline  = 48
	maxSpots    = 2
	spotLines   = 16
	barely      = 0.05 // what is less than this is a head that sways
)

// aidDrawing draws an Aid in lines, sharp at every size of the window.
type aidDrawing struct {
	preview *Preview
	oval    contour
	ring    [ticks]*canvas.Line
	outline [maxOutline]*canvas.Line
	spots   [maxSpots * spotLines]*canvas.Line
	arrows  [arrows]*canvas.Image
	badge   *canvas.Circle
	number  *canvas.Text

	drawn      Aid
	at, middle fyne.Position
	size       fyne.Size
	zoom       fyne.Position
	live       bool
	rx, ry     float32
}

func newAidDrawing(p *Preview) *aidDrawing {
	d := &aidDrawing{preview: p, badge: canvas.NewCircle(nil), number: canvas.NewText("", nil)}
	for i := range d.outline {
		d.outline[i] = &canvas.Line{StrokeWidth: 2.5}
	}
	for i := range d.spots {
		d.spots[i] = &canvas.Line{StrokeWidth: 4}
	}
	for i := range d.ring {
		d.ring[i] = &canvas.Line{StrokeWidth: 4}
	}
	for i := range d.arrows {
		d.arrows[i] = &canvas.Image{FillMode: canvas.ImageFillContain}
	}
	d.number.Alignment, d.number.TextStyle.Bold, d.number.TextSize = fyne.TextAlignCenter, true, look.TextNumber
	return d
}

// objects are all that is drawn, from behind to before.
func (d *aidDrawing) objects() (all []fyne.CanvasObject) {
	for _, line := range d.outline {
		all = append(all, line)
	}
	if d.preview.guide != OvalGuide {
		for _, line := range d.spots {
			all = append(all, line)
		}
		return all
	}
	all = append(all, d.oval.objects()...)
	for _, line := range d.ring {
		all = append(all, line)
	}
	for _, arrow := range d.arrows {
		all = append(all, arrow)
	}
	return append(all, d.badge, d.number)
}

// layout says where the picture is.
func (d *aidDrawing) layout(at fyne.Position, size fyne.Size, s *previewState) {
	d.at, d.size, d.live, d.zoom = at, size, s.live, s.zoom
	d.middle = at.AddXY(size.Width/2, size.Height/2)
	d.ry = size.Height * d.preview.oval / 2
	d.rx = d.ry * ovalAspect
	for i, line := range d.ring {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / ticks)
		x, y := float32(sin), -float32(cos) // from the top, clockwise
		line.Position1 = d.middle.AddXY(x*(d.rx+ticksGap), y*(d.ry+ticksGap))
		line.Position2 = d.middle.AddXY(x*(d.rx+ticksGap+ticksLength), y*(d.ry+ticksGap+ticksLength))
	}
	corner := at.AddXY(size.Width-look.SpaceM-badge, size.Height-look.SpaceM-badge)
	d.badge.Resize(fyne.NewSquareSize(badge))
	d.badge.Move(corner)
	h := fyne.MeasureText("0", d.number.TextSize, d.number.TextStyle).Height
	d.number.Resize(fyne.NewSize(badge, h))
	d.number.Move(corner.AddXY(0, (badge-h)/2))
	d.paint()
}

// refresh brings the drawing up to date, and tells whether there is other help than before. Lines are drawn with every picture of the window as
// they stand; a drawing or a number asks for it.
func (d *aidDrawing) refresh() (changed bool) {
	if d.drawn.equal(&d.preview.aid) {
		return false
	}
	return d.paint()
}

// show puts a drawing into img, if another one is there.
func (d *aidDrawing) show(img *canvas.Image, name string, ink fyne.ThemeColorName) {
	drawing := look.Icon(d.preview.Theme(), name, ink)
	if img.Resource == nil || img.Resource.Name() != drawing.Name() {
		img.Resource = drawing
		img.Refresh()
	}
}

// paint brings colours and what moves up to date. It tells whether the oval is of other pictures now.
func (d *aidDrawing) paint() (another bool) {
	p, a := d.preview, &d.preview.aid
	d.drawn = *a
	if p.guide != OvalGuide {
		d.paintDocument()
		return false
	}
	ink := look.ColorGuide
	if a.Good {
		ink = look.ColorGuideGood
	}
	if d.live {
		another = d.oval.set(d.ovalState(themed(p, ink)))
	}
	d.oval.show(d.live)
	ring := d.live && (a.Lit > 0 || a.Side != Around)
	for i, line := range d.ring {
		line.Hidden = !ring
		line.StrokeColor, line.StrokeWidth = themed(p, look.ColorGuideRest), 3
		if a.lights(i) {
			line.StrokeColor, line.StrokeWidth = themed(p, look.ColorGuideGood), 5
		}
	}
	d.paintOutline(ink)
	d.paintArrows()
	d.badge.FillColor, d.number.Color = themed(p, look.ColorPicture), themed(p, look.ColorGuideGood)
	d.badge.StrokeColor, d.badge.StrokeWidth = d.number.Color, 4
	d.badge.Hidden = !d.live || a.Number == 0
	d.number.Hidden = d.badge.Hidden
	if text := strconv.Itoa(a.Number); text != d.number.Text {
		d.number.Text = text
		d.number.Refresh()
	}
	return another
}

// ovalState is the oval in the proportions of a face; the shade round it ends under its line.
func (d *aidDrawing) ovalState(ink color.Color) contourState {
	size := fyne.NewSize(2*d.rx*ovalMiddleX, 2*d.ry*ovalMiddleY)
	return contourState{
		at: d.middle, size: size, corner: fyne.NewSize(size.Width/2, size.Height/2), width: d.rx / 18, ink: ink, scale: scaleOf(d.preview),
	}
}

// lights tells whether a tick of the ring is lit.
func (a *Aid) lights(tick int) bool {
	switch {
	case a.Lit < barely:
		return false
	case a.Lit >= 1:
		return true
	case a.Side == Around:
		return float32(tick) < a.Lit*ticks
	}
	away := tick - map[Side]int{Up: 0, Right: ticks / 4, Down: ticks / 2, Left: ticks * 3 / 4}[a.Side]
	away = min(absolute(away), ticks-absolute(away))
	return float32(away) <= a.Lit*ticks/4
}

func absolute(n int) int { return max(n, -n) }

// paintOutline draws the face's outline where the face is on the screen.
func (d *aidDrawing) paintOutline(ink fyne.ThemeColorName) {
	spots := d.preview.aid.Outline
	n := min(len(spots), maxOutline)
	for i, line := range d.outline {
		line.Hidden = !d.live || i >= n
		if !line.Hidden {
			line.StrokeColor = themed(d.preview, ink)
			line.Position1, line.Position2 = d.place(spots[i]), d.place(spots[(i+1)%n])
		}
	}
}

// place is where a share of the whole picture is on the screen.
func (d *aidDrawing) place(share fyne.Position) fyne.Position {
	p := d.preview
	x, y := share.X, share.Y
	if p.mirrored {
		x = 1 - x
	}
	x, y = 0.5+(x-0.5)*d.zoom.X, 0.5+(y-0.5)*d.zoom.Y // what is shown is the middle
	return d.at.AddXY(x*d.size.Width, y*d.size.Height)
}

// paintArrows points three arrows from the oval to the side; as many are lit as the movement has come.
func (d *aidDrawing) paintArrows() {
	a := &d.preview.aid
	way := map[Side]fyne.Position{Left: {X: -1}, Right: {X: 1}, Up: {Y: -1}, Down: {Y: 1}}[a.Side]
	out, room := d.rx, d.size.Width/2-d.rx
	wide := fyne.NewSize(0.5, 1) // an arrow is as thick in its direction as half of it is across
	if way.X == 0 {
		out, room, wide = d.ry, d.size.Height/2-d.ry, fyne.NewSize(1, 0.5)
	}
	out += ticksGap + ticksLength + 4
	deep := min(34, (room-ticksGap-ticksLength-8)/(1+0.62*(arrows-1)))
	for i, img := range d.arrows {
		img.Hidden = !d.live || a.Side == Around
		if img.Hidden {
			continue
		}
		ink := look.ColorGuide
		if a.Lit*arrows > float32(i)+0.3 {
			ink = look.ColorGuideGood
		}
		d.show(img, "chevron-"+string(a.Side), ink)
		at := out + deep/2 + float32(i)*deep*0.62
		size := fyne.NewSize(2*deep*wide.Width, 2*deep*wide.Height)
		img.Resize(size)
		img.Move(d.middle.AddXY(way.X*at-size.Width/2, way.Y*at-size.Height/2))
	}
}
