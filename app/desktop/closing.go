package desktop

import (
	"fyne.io/fyne/v2/dialog"

	"qoltanba/app/journey"
)

// askClose is told when the citizen closes the window. Nothing would be lost, whenever it is; but while something is on its way it is kind to
// say so first. Who waits is not asked again: the question goes away once there is nothing to wait for.
func (w *Window) askClose() {
	matter := w.underWay()
	if matter == "" {
		w.window.Close()
		return
	}
	if w.closing != nil {
		return
	}
	t := w.frame.Words().T
	w.closing = dialog.NewConfirm(t(matter), t(matter+".text"), func(yes bool) {
		w.closing = nil
		if yes {
			w.window.Close()
		}
	}, w.window)
	w.closing.SetConfirmText(t("closing.close"))
	w.closing.SetDismissText(t("closing.stay"))
	w.closing.Show()
}

// underWay names what should better be waited for; "" for nothing. A line that is down may be so for long, and is waited for next time too.
func (w *Window) underWay() string {
	if !w.state.Busy || w.state.Line != nil {
		return ""
	}
	if w.state.Stage == journey.StageKeys && w.mine.page == keyRenew {
		return "closing.submit"
	}
	return map[journey.Stage]string{
		journey.StageToken:     "closing.keys",
		journey.StageRecording: "closing.recording",
		journey.StageSubmit:    "closing.submit",
		journey.StagePassword:  "closing.keys",
	}[w.state.Stage]
}
