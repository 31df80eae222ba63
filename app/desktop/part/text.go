// Package part holds the pieces from which the screens are built: text, buttons, fields, boxes for digits, the live picture, notices,
// and the layouts that put them together.
//
// Three things set them apart from the toolkit's own. Height follows width (HeightFor), so that a page of wrapped text in any language
// is laid out at once and nothing is cut. Whatever takes the keyboard shows a wide ring and lets the window see Enter, Escape and F1
// first (KeyTaker). And every piece asks the theme for its colours when it is refreshed, so that light and dark change under it.
package part

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"qoltanba/app/desktop/look"
)

// Text is words that wrap at spaces. A line feed begins a new line.
type Text struct {
	widget.BaseWidget
	text  string
	size  float32
	style fyne.TextStyle
	color fyne.ThemeColorName
	align fyne.TextAlign

	// What was measured, since the toolkit asks with every picture of the camera; forgotten when anything changes.
	broken  []string // into lines, at the width below
	width   float32
	longest float32 // word; 0 before it was measured
}

func newText(s string, size float32, bold bool, color fyne.ThemeColorName) *Text {
	t := &Text{text: s, size: size, style: fyne.TextStyle{Bold: bold}, color: color}
	t.ExtendBaseWidget(t)
	return t
}

// Body is ordinary text.
func Body(s string) *Text { return newText(s, look.TextBody, false, theme.ColorNameForeground) }

// Strong is ordinary text in bold.
func Strong(s string) *Text { return newText(s, look.TextBody, true, theme.ColorNameForeground) }

// Lead is the sentence below a title.
func Lead(s string) *Text { return newText(s, look.TextLead, false, look.ColorMuted) }

// Muted is text of second rank.
func Muted(s string) *Text { return newText(s, look.TextBody, false, look.ColorMuted) }

// Caption is the smallest text there is.
func Caption(s string) *Text { return newText(s, look.TextCaption, false, look.ColorMuted) }

// Title is a screen's name.
func Title(s string) *Text { return newText(s, look.TextTitle, true, theme.ColorNameForeground) }

// Heading is a part's name.
func Heading(s string) *Text { return newText(s, look.TextHeading, true, theme.ColorNameForeground) }

// Prompt is what a screen is about, in large letters.
func Prompt(s string) *Text { return newText(s, look.TextPrompt, true, theme.ColorNameForeground) }

// Far is read from a metre away.
func Far(s string) *Text { return newText(s, look.TextFar, true, theme.ColorNameForeground) }

// Colored changes the colour and returns t.
func (t *Text) Colored(name fyne.ThemeColorName) *Text {
	t.color = name
	return t
}

// Centered centres the lines and returns t.
func (t *Text) Centered() *Text {
	t.align = fyne.TextAlignCenter
	return t
}

// Text returns the words.
func (t *Text) Text() string { return t.text }

// SetText changes the words.
func (t *Text) SetText(s string) {
	if t.text == s {
		return
	}
	t.text = s
	t.forget()
	t.Refresh()
}

// AccessibilityLabel implements fyne.Accessible.
func (t *Text) AccessibilityLabel() string { return t.text }

// AccessibilityRole implements fyne.Accessible.
func (t *Text) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

func (t *Text) measure(s string) fyne.Size { return fyne.MeasureText(s, t.size, t.style) }

func (t *Text) forget() { t.broken, t.longest = nil, 0 }

// longestWord is the least width at which nothing is cut.
func (t *Text) longestWord() float32 {
	if t.longest == 0 {
		for word := range strings.FieldsSeq(t.text) {
			t.longest = max(t.longest, t.measure(word).Width)
		}
	}
	return t.longest
}

// lines are the words as they wrap at the width.
func (t *Text) lines(width float32) []string {
	if t.broken == nil || t.width != width {
		t.broken, t.width = t.wrap(width), width
	}
	return t.broken
}

func (t *Text) wrap(width float32) []string {
	var out []string
	for paragraph := range strings.SplitSeq(t.text, "\n") {
		line := ""
		for word := range strings.SplitSeq(paragraph, " ") {
			if line == "" {
				line = word
				continue
			}
			longer := line + " " + word
			if t.measure(longer).Width > width {
				out = append(out, line)
				line = word
				continue
			}
			line = longer
		}
		out = append(out, line)
	}
	return out
}

// HeightFor returns the height of the wrapped lines.
func (t *Text) HeightFor(width float32) float32 {
	return float32(len(t.lines(width))) * t.measure("Қ").Height
}

func (t *Text) naturalWidth() float32 {
	var w float32
	for line := range strings.SplitSeq(t.text, "\n") {
		w = max(w, t.measure(line).Width)
	}
	return w + 0.5
}

// CreateRenderer implements fyne.Widget.
// A renderer may be made anew for a widget that has its size already, so each of ours lays itself out at once.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{text: t}
	r.Layout(t.Size())
	return r
}

type textRenderer struct {
	text  *Text
	lines []fyne.CanvasObject
}

func (r *textRenderer) Destroy() {}

func (r *textRenderer) Objects() []fyne.CanvasObject { return r.lines }

func (r *textRenderer) MinSize() fyne.Size {
	w := r.text.longestWord()
	return fyne.NewSize(w, r.text.HeightFor(max(w, r.text.Size().Width)))
}

func (r *textRenderer) Layout(size fyne.Size) {
	t := r.text
	ink := themed(t, t.color)
	h := t.measure("Қ").Height
	lines := t.lines(size.Width)
	r.lines = r.lines[:0]
	for i, s := range lines {
		c := canvas.NewText(s, ink)
		c.TextSize, c.TextStyle, c.Alignment = t.size, t.style, t.align
		c.Resize(fyne.NewSize(size.Width, h))
		c.Move(fyne.NewPos(0, float32(i)*h))
		r.lines = append(r.lines, c)
	}
}

func (r *textRenderer) Refresh() {
	r.text.forget()
	r.Layout(r.text.Size())
	canvas.Refresh(r.text)
}

// themed returns a colour of the theme that w stands under.
func themed(w fyne.Widget, name fyne.ThemeColorName) color.Color {
	return look.Color(themeOf(w), name)
}

func themeOf(w fyne.Widget) fyne.Theme {
	if t, ok := w.(interface{ Theme() fyne.Theme }); ok {
		return t.Theme()
	}
	return theme.Current()
}
