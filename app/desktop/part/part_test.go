package part_test

import (
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
)

func window(t *testing.T, content fyne.CanvasObject) fyne.Window {
	t.Helper()
	test.NewTempApp(t)
	test.ApplyTheme(t, look.New(look.Light))
	w := test.NewTempWindow(t, content)
	w.Resize(fyne.NewSize(640, 480))
	return w
}

// blobs counts the separate pieces of ink in a picture.
func blobs(img image.Image) int {
	b := img.Bounds()
	seen := make(map[image.Point]bool)
	ink := func(p image.Point) bool {
		if !p.In(b) {
			return false
		}
		r, _, _, _ := img.At(p.X, p.Y).RGBA()
		return r < 0x8000
	}
	count := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			start := image.Pt(x, y)
			if seen[start] || !ink(start) {
				continue
			}
			count++
			seen[start] = true
			for todo := []image.Point{start}; len(todo) > 0; {
				p := todo[len(todo)-1]
				todo = todo[:len(todo)-1]
				for dx := -1; dx <= 1; dx++ {
					for dy := -1; dy <= 1; dy++ {
						q := p.Add(image.Pt(dx, dy))
						if !seen[q] && ink(q) {
							seen[q] = true
							todo = append(todo, q)
						}
					}
				}
			}
		}
	}
	return count
}

func TestKazakhLettersAreDrawnWhole(t *testing.T) {
	test.NewTempApp(t)
	test.ApplyTheme(t, look.New(look.Light))
	pieces := map[string]int{"і": 2, "І": 1, "ә": 1, "ғ": 1, "қ": 1, "ң": 1, "ө": 1, "ұ": 1, "ү": 1, "һ": 1, "Ә": 1, "Қ": 1, "ё": 3, "й": 2}
	for _, style := range []fyne.TextStyle{{}, {Bold: true}, {Italic: true}, {Bold: true, Italic: true}} {
		for letter, want := range pieces {
			text := canvas.NewText(letter, color.Black)
			text.TextSize, text.TextStyle = 96, style
			c := software.NewCanvas()
			c.SetPadded(false)
			c.SetContent(container.NewStack(canvas.NewRectangle(color.White), text))
			c.Resize(fyne.NewSize(160, 160))
			if got := blobs(c.Capture()); got != want {
				t.Errorf("%s in %+v has %d pieces, want %d", letter, style, got, want)
			}
		}
	}
}

func TestDigitsTakeWhatIsTypedAndPasted(t *testing.T) {
	var last string
	d := part.NewDigits("телефон", "+7", []int{3, 3, 2, 2}, func(s string) { last = s })
	w := window(t, container.NewCenter(d))
	w.Canvas().Focus(d)
	test.Type(d, "70a1 ")
	if last != "701" {
		t.Fatalf("typed: %q", last)
	}
	clipboard := test.NewClipboard()
	clipboard.SetContent("+7 (701) 123-45-67")
	d.TypedShortcut(&fyne.ShortcutPaste{Clipboard: clipboard})
	if last != "7011234567" || !d.Complete() {
		t.Fatalf("pasted: %q", last)
	}
	d.TypedRune('9')
	if last != "7011234567" {
		t.Errorf("a digit too many was taken: %q", last)
	}
	d.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	d.TypedRune('8')
	if last != "8011234567" {
		t.Errorf("typing at the first box gives %q", last)
	}
	d.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	d.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	if last != "801123456" {
		t.Errorf("rubbing out gives %q", last)
	}
	d.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	d.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	if last != "01123456" {
		t.Errorf("deleting at the front gives %q", last)
	}
}

func TestMaskedDigitsAreNotShown(t *testing.T) {
	d := part.NewDigits("PIN", "", []int{6}, nil)
	window(t, container.NewCenter(d))
	d.SetMasked(true)
	d.SetValue("275081")
	for _, o := range test.WidgetRenderer(d).Objects() {
		if text, ok := o.(*canvas.Text); ok && text.Text != "" && text.Text != "•" {
			t.Errorf("a masked box shows %q", text.Text)
		}
	}
	if d.AccessibilityLabel() != "PIN" {
		t.Errorf("a screen reader is told %q", d.AccessibilityLabel())
	}
}

func TestTextWrapsToItsWidth(t *testing.T) {
	text := part.Body("қолтаңба кілттерін үйде отырып алыңыз")
	window(t, text)
	one := text.HeightFor(2000)
	if got := text.HeightFor(200); got < 2*one-1 {
		t.Errorf("at 200 the text is %v high, one line is %v", got, one)
	}
	column := part.Column(10, text, text)
	if got := part.HeightFor(column, 2000); got != 2*one+10 {
		t.Errorf("two lines and a gap are %v high, want %v", got, 2*one+10)
	}
}

func TestGrowTakesWhatIsLeft(t *testing.T) {
	body := part.Space(20)
	column := part.Column(0, part.Space(30), part.Grow(body), part.Space(50))
	window(t, column)
	column.Resize(fyne.NewSize(100, 400))
	if got := body.Size().Height; got != 320 {
		t.Errorf("the growing child is %v high, want 320", got)
	}
}

func TestButtonAnswersMouseAndKeys(t *testing.T) {
	pressed, hooked := 0, 0
	b := part.NewButton(part.Main, "Бастау", "", func() { pressed++ })
	b.SetKeyHook(func(*fyne.KeyEvent) bool { hooked++; return true })
	w := window(t, container.NewCenter(b))
	test.Tap(b)
	w.Canvas().Focus(b)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if pressed != 3 || hooked != 1 {
		t.Errorf("pressed %d times, want 3; the window saw %d keys, want 1", pressed, hooked)
	}
	b.Disable()
	test.Tap(b)
	if pressed != 3 {
		t.Error("a disabled button was pressed")
	}
}

func TestFocusedPieceShowsARing(t *testing.T) {
	b := part.NewButton(part.Plain, "Көмек", "", nil)
	w := window(t, container.NewCenter(b))
	before := w.Canvas().Capture()
	w.Canvas().Focus(b)
	after := w.Canvas().Capture()
	changed := 0
	for y := range before.Bounds().Dy() {
		for x := range before.Bounds().Dx() {
			if before.At(x, y) != after.At(x, y) {
				changed++
			}
		}
	}
	if changed < 300 {
		t.Errorf("only %d pixels tell that the button has the keyboard", changed)
	}
}

func TestCheckTogglesAndOptionStays(t *testing.T) {
	state := false
	check := part.NewCheck("растаймын", false, func(on bool) { state = on })
	option := part.NewOption("card", "Файл", "", false, func() {})
	window(t, part.Column(0, check, option))
	test.Tap(check)
	if !state {
		t.Error("a press did not tick the box")
	}
	check.SetValue("")
	if state {
		t.Error("an empty value did not untick the box")
	}
	test.Tap(option)
	test.Tap(option)
	if !option.Chosen() {
		t.Error("a second press took the option back")
	}
}

func TestCapsLockGivesItselfAway(t *testing.T) {
	e := part.NewSecret(nil)
	window(t, e)
	e.TypedRune('a')
	if e.CapsLock() {
		t.Error("a small letter is no sign of CapsLock")
	}
	e.TypedRune('A')
	if !e.CapsLock() {
		t.Error("a capital without Shift is a sign of CapsLock")
	}
	e.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	e.TypedRune('B')
	e.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	if e.CapsLock() {
		t.Error("a capital with Shift is no sign of CapsLock")
	}
}

func TestPreviewMirrors(t *testing.T) {
	p := part.NewPreview(part.NoGuide, true)
	w := window(t, p)
	w.SetPadded(false)
	frame := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for y := range 48 {
		for x := range 64 {
			c := color.RGBA{R: 255, A: 255}
			if x >= 32 {
				c = color.RGBA{B: 255, A: 255}
			}
			frame.SetRGBA(x, y, c)
		}
	}
	p.Feed(frame)
	shot := w.Canvas().Capture()
	r, _, b, _ := shot.At(shot.Bounds().Dx()/4, shot.Bounds().Dy()/2).RGBA()
	if b < r {
		t.Error("the left of the mirror shows the left of the picture")
	}
	if r, _, _, _ := frame.At(0, 0).RGBA(); r == 0 {
		t.Error("the frame handed over was changed")
	}
}

// pixel is a colour of what a window shows, at shares of its width and height.
func pixel(w fyne.Window, x, y float64) color.NRGBA {
	shot := w.Canvas().Capture()
	b := shot.Bounds()
	c, _ := color.NRGBAModel.Convert(shot.At(int(x*float64(b.Dx())), int(y*float64(b.Dy())))).(color.NRGBA)
	return c
}

func grey(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = 200
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

func TestPreviewDimsWhatLiesRoundTheOval(t *testing.T) {
	p := part.NewPreview(part.OvalGuide, true).Square()
	w := window(t, p)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(480, 480))
	p.Feed(grey(64, 48))
	if in, out := pixel(w, 0.5, 0.5), pixel(w, 0.05, 0.5); in.R != 200 || out.R >= 150 || out.R == 0 {
		t.Errorf("in the oval %v, beside it %v", in, out)
	}
}

func TestCutPreviewShowsWhatLiesBehindIt(t *testing.T) {
	p := part.NewPreview(part.OvalGuide, true).Cut()
	w := window(t, nil)
	w.SetPadded(false)
	w.SetContent(part.Inset(0, 0, canvas.NewRectangle(color.NRGBA{R: 255, A: 255}), p))
	w.Resize(fyne.NewSize(480, 480))
	p.Feed(grey(64, 48))
	if in, out := pixel(w, 0.5, 0.5), pixel(w, 0.05, 0.05); in.G != 200 || out.R < 250 || out.G > 5 {
		t.Errorf("in the oval %v, beside it %v", in, out)
	}
}

// lit counts the green of the guide in a half of what a window shows.
func lit(w fyne.Window, from, to float64) (n int) {
	shot := w.Canvas().Capture()
	b := shot.Bounds()
	for y := range b.Dy() {
		for x := int(from * float64(b.Dx())); x < int(to*float64(b.Dx())); x++ {
			c, _ := color.NRGBAModel.Convert(shot.At(x, y)).(color.NRGBA)
			if c.G > 200 && c.R < 120 && c.B < 180 {
				n++
			}
		}
	}
	return n
}

func TestRingFillsOnTheSideOneTurnsTo(t *testing.T) {
	p := part.NewPreview(part.OvalGuide, true).Square()
	w := window(t, p)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(480, 480))
	p.Feed(grey(64, 48))
	green := func(a part.Aid) (left, right int) {
		p.SetAid(a)
		return lit(w, 0, 0.5), lit(w, 0.5, 1)
	}
	if l, r := green(part.Aid{Side: part.Left}); l+r != 0 {
		t.Errorf("before the movement %d and %d pixels are lit", l, r)
	}
	little, none := green(part.Aid{Side: part.Left, Lit: 0.3})
	more, _ := green(part.Aid{Side: part.Left, Lit: 0.9})
	if none != 0 || little == 0 || more <= little {
		t.Errorf("to the left %d, then %d are lit, to the right %d", little, more, none)
	}
	if l, r := green(part.Aid{Side: part.Right, Lit: 0.9}); r == 0 || l != 0 {
		t.Errorf("to the right %d are lit, to the left %d", r, l)
	}
	if l, r := green(part.Aid{Lit: 1}); l == 0 || r == 0 {
		t.Error("what is done is not lit all round")
	}
}

// A face at the left of the picture as taken is at the right of the mirror.
func TestOutlineIsMirroredWithThePicture(t *testing.T) {
	p := part.NewPreview(part.OvalGuide, true).Square()
	w := window(t, p)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(480, 480))
	p.Feed(grey(64, 48))
	p.SetAid(part.Aid{Good: true})
	before := lit(w, 0.9, 1)
	p.SetAid(part.Aid{Good: true, Outline: []fyne.Position{{X: 0.14, Y: 0.4}, {X: 0.14, Y: 0.6}, {X: 0.16, Y: 0.5}}})
	if after := lit(w, 0.9, 1); before != 0 || after == 0 {
		t.Errorf("at the right edge %d pixels, then %d", before, after)
	}
}

func BenchmarkPreviewFeed(b *testing.B) {
	test.NewTempApp(b)
	p := part.NewPreview(part.OvalGuide, true)
	w := test.NewTempWindow(b, p)
	w.Resize(fyne.NewSize(640, 480))
	frame := image.NewYCbCr(image.Rect(0, 0, 640, 480), image.YCbCrSubsampleRatio422)
	for b.Loop() {
		p.Feed(frame)
	}
}

func TestDigitsBeginAnewAfterAWrongNumber(t *testing.T) {
	test.NewTempApp(t)
	d := part.NewDigits("code", "", []int{6}, nil)
	for _, r := range "123456" {
		d.TypedRune(r)
	}
	d.TypedRune('7')
	if d.Value() != "123456" {
		t.Errorf("a seventh digit was taken: %s", d.Value())
	}
	d.SetWrong(true)
	d.TypedRune('7')
	if d.Value() != "7" {
		t.Errorf("after a wrong number: %s", d.Value())
	}
}

func TestTypingGoesOnAtTheEnd(t *testing.T) {
	test.NewTempApp(t)
	e := part.NewSecret(nil)
	e.SetValue("Қол")
	for _, r := range "таңба" {
		e.TypedRune(r)
	}
	if e.Value() != "Қолтаңба" {
		t.Errorf("became %q", e.Value())
	}
}

// TestGuidesLeaveThePictureFree: each frame of the camera is drawn with all that lies over it, the emptiness within an oval as well.
func TestGuidesLeaveThePictureFree(t *testing.T) {
	for guide, p := range map[string]*part.Preview{
		"oval": part.NewPreview(part.OvalGuide, true).Square(), "card": part.NewPreview(part.CardGuide, false),
		"passport": part.NewPreview(part.PassportGuide, false),
	} {
		w := window(t, p)
		w.SetPadded(false)
		w.Resize(fyne.NewSize(480, 480))
		p.Feed(grey(64, 48))
		var all, largest float32
		for _, o := range test.WidgetRenderer(p).Objects() {
			if img, ok := o.(*canvas.Image); ok && img.Visible() {
				area := img.Size().Width * img.Size().Height
				all, largest = all+area, max(largest, area)
			}
		}
		if over := all - largest; over == 0 || over > largest/8 {
			t.Errorf("%s: pictures of %v square units lie over one of %v", guide, over, largest)
		}
	}
}

func TestGroundsFollowTheTheme(t *testing.T) {
	s := part.NewSurface(look.ColorSurface, "", look.RadiusCard)
	w := window(t, s)
	w.Resize(fyne.NewSize(200, 200))
	light := pixel(w, 0.5, 0.5)
	test.ApplyTheme(t, look.New(look.Dark))
	dark := pixel(w, 0.5, 0.5)
	if light.R < 200 || dark.R > 100 {
		t.Errorf("in the light theme %v, in the dark one %v", light, dark)
	}
	s.Set(look.ColorWarnGround, theme.ColorNameSuccess)
	if edged := pixel(w, 0.5, 0.5); edged == dark {
		t.Error("the ground keeps its colour")
	}
}
