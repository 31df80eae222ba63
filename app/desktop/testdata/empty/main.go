// Command empty opens an empty window of the toolkit: what the toolkit alone costs.
package main

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"qoltanba/app/desktop/frame"
)

func main() {
	w := app.NewWithID("kz.qoltanba.empty").NewWindow("Empty")
	w.Resize(fyne.NewSize(frame.Width, frame.Height))
	w.ShowAndRun()
}
