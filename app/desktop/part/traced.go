package part

import (
	"math"

	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
)

// paintDocument draws the outline along the four corners of a document, lit from its upper left corner on as far as it has been filmed, and
// marks where light is reflected.
func (d *aidDrawing) paintDocument() {
	a := &d.preview.aid
	ink := look.ColorGuide
	if a.Good {
		ink = look.ColorGuideGood
	}
	seen := d.live && len(a.Outline) == 4
	for i, line := range d.outline {
		if line.Hidden = !seen; !seen {
			continue
		}
		line.StrokeColor, line.StrokeWidth = themed(d.preview, ink), 4
		if a.Lit > 0 {
			line.StrokeColor = themed(d.preview, look.ColorGuide)
			if float32(i) < a.Lit*maxOutline {
				line.StrokeColor, line.StrokeWidth = themed(d.preview, look.ColorGuideGood), 7
			}
		}
		line.Position1, line.Position2 = d.place(along(a.Outline, i)), d.place(along(a.Outline, i+1))
	}
	for i, line := range d.spots {
		if line.Hidden = !d.live || i/spotLines >= len(a.Spots) || len(a.Spots[i/spotLines]) != 4; line.Hidden {
			continue
		}
		spot := a.Spots[i/spotLines]
		line.StrokeColor = themed(d.preview, look.ColorGuideSpot)
		line.Position1, line.Position2 = d.place(around(spot, i)), d.place(around(spot, i+1))
	}
}

// along is a place of the way round four corners, which has maxOutline steps.
func along(corners []fyne.Position, step int) fyne.Position {
	const side = maxOutline / 4
	step %= maxOutline
	from, to, t := corners[step/side], corners[(step/side+1)%4], float32(step%side)/side
	return fyne.NewPos(from.X+(to.X-from.X)*t, from.Y+(to.Y-from.Y)*t)
}

// around is a place of the ellipse round four corners, which has spotLines steps.
func around(c []fyne.Position, step int) fyne.Position {
	const wide = 0.75 // half of an ellipse round a square of side 1 is 0.71
	sin, cos := math.Sincos(2 * math.Pi * float64(step%spotLines) / spotLines)
	u, v := float32(0.5+wide*cos), float32(0.5+wide*sin)
	mix := func(a, b, d, e float32) float32 { return (a*(1-u)+b*u)*(1-v) + (e*(1-u)+d*u)*v }
	return fyne.NewPos(mix(c[0].X, c[1].X, c[2].X, c[3].X), mix(c[0].Y, c[1].Y, c[2].Y, c[3].Y))
}
