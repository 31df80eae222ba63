package screen

import (
	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// CameraState is how the camera does.
type CameraState string

// The states. All but the first two have a remedy on screen.
const (
	CameraStarting  CameraState = "starting"
	CameraLive      CameraState = "live"
	CameraNone      CameraState = "none"
	CameraBusy      CameraState = "busy"
	CameraDenied    CameraState = "denied"
	CameraUnplugged CameraState = "unplugged"
	CameraStalled   CameraState = "stalled"
)

// CameraModel is what the camera check knows.
type CameraModel struct {
	State   CameraState
	Cameras []string // names, as the system calls them
	Chosen  int
}

// CameraActions are what can be done on the camera check.
type CameraActions struct {
	Choose func(index int)
	Retry  func()
	Next   func()
	Back   func()
}

// Camera is the camera check. Frames go to Preview.
type Camera struct {
	*View
	Preview *part.Preview
	stage   *fyne.Container
	notice  *fyne.Container
	on      CameraActions
}

// NewCamera builds the camera check.
func NewCamera(w *wording.Words, m CameraModel, on CameraActions) *Camera {
	c := &Camera{View: newView(w, "camera", PhoneStage), Preview: part.NewPreview(part.NoGuide, true), on: on}
	c.notice, c.stage = part.Column(0), part.Grow(c.Preview)
	picker := part.Column(4)
	if len(m.Cameras) > 1 {
		list := register(c.View, "camera.choose", part.NewSelect(m.Cameras, m.Chosen, on.Choose))
		picker.Add(part.Row(12, part.Body(w.T("camera.choose")), part.Grow(list)))
	} else {
		picker.Hide()
	}
	c.Body = part.Column(look.SpaceM, c.stage, c.notice, picker)
	c.setMain("camera.next", on.Next)
	c.setBack(on.Back)
	c.Update(m)
	return c
}

// Update shows another state; the list of cameras stays as it was built.
func (c *Camera) Update(m CameraModel) {
	enable(c.Main, m.State == CameraLive)
	c.notice.RemoveAll()
	c.setLead(c.text("camera.lead"))
	switch m.State {
	case CameraLive:
		c.notice.Add(part.Notice(part.Good, "", c.text("camera.live")))
	case CameraStarting:
		c.Preview.SetMessage(c.text("camera.starting"))
	default:
		c.setLead(c.text("camera.trouble"))
		retry := c.button(part.Plain, "camera.retry", "camera.retry", "refresh", c.on.Retry)
		c.notice.Add(part.Notice(part.Warn, c.text("camera."+string(m.State)), c.text("camera."+string(m.State)+".remedy"),
			part.Space(look.SpaceXS), part.Row(0, retry)))
	}
	c.stage.Hidden = m.State != CameraLive && m.State != CameraStarting
	c.notice.Hidden = len(c.notice.Objects) == 0
	c.settle()
}
