//go:build demo

package autopilot

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"syscall"
	"unsafe"

	"fyne.io/fyne/v2/driver"
	"golang.org/x/sys/windows"
)

// What x/sys does not have of GDI.
var (
	user32             = windows.NewLazySystemDLL("user32.dll")
	gdi32              = windows.NewLazySystemDLL("gdi32.dll")
	getClientRect      = user32.NewProc("GetClientRect")
	clientToScreen     = user32.NewProc("ClientToScreen")
	getDC              = user32.NewProc("GetDC")
	releaseDC          = user32.NewProc("ReleaseDC")
	createCompatibleDC = gdi32.NewProc("CreateCompatibleDC")
	deleteDC           = gdi32.NewProc("DeleteDC")
	createDIBSection   = gdi32.NewProc("CreateDIBSection")
	selectObject       = gdi32.NewProc("SelectObject")
	deleteObject       = gdi32.NewProc("DeleteObject")
	bitBlt             = gdi32.NewProc("BitBlt")
)

const sourceCopy = 0x00CC0020 // SRCCOPY

// bitmapInfo is BITMAPINFOHEADER.
type bitmapInfo struct {
	size          uint32
	width, height int32
	planes, bits  uint16
	compression   uint32
	imageSize     uint32
	perMetre      [2]int32
	colours       [2]uint32
}

// photograph copies from the screen what lies in the window's frame. The window is not asked: OpenGL draws past it.
func (p *Pilot) photograph(_ context.Context, path string) error {
	window, ok := p.native().(driver.WindowsWindowContext)
	if !ok || window.HWND == 0 {
		return errors.New("the window has no handle")
	}
	var corners struct{ left, top, right, bottom int32 }
	var origin struct{ x, y int32 }
	if err := call(getClientRect, window.HWND, uintptr(unsafe.Pointer(&corners))); err != nil {
		return err
	}
	if err := call(clientToScreen, window.HWND, uintptr(unsafe.Pointer(&origin))); err != nil {
		return err
	}
	at := image.Pt(int(origin.x), int(origin.y))
	picture, err := copyScreen(image.Rectangle{Min: at, Max: at.Add(image.Pt(int(corners.right), int(corners.bottom)))})
	if err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(file, picture), file.Close())
}

// copyScreen gives a part of the screen.
func copyScreen(part image.Rectangle) (*image.RGBA, error) {
	if part.Empty() {
		return nil, errors.New("nothing is to be seen")
	}
	screen, _, err := getDC.Call(0)
	if screen == 0 {
		return nil, fmt.Errorf("GetDC: %w", err)
	}
	defer func() { _, _, _ = releaseDC.Call(0, screen) }()
	memory, _, err := createCompatibleDC.Call(screen)
	if memory == 0 {
		return nil, fmt.Errorf("CreateCompatibleDC: %w", err)
	}
	defer func() { _, _, _ = deleteDC.Call(memory) }()
	width, height := part.Dx(), part.Dy()
	info := bitmapInfo{width: int32(width), height: -int32(height), planes: 1, bits: 32} //nolint:gosec // a screen is small
	info.size = uint32(unsafe.Sizeof(info))
	var pixels *byte
	bitmap, _, err := createDIBSection.Call(screen, uintptr(unsafe.Pointer(&info)), 0, uintptr(unsafe.Pointer(&pixels)), 0, 0)
	if bitmap == 0 {
		return nil, fmt.Errorf("CreateDIBSection: %w", err)
	}
	defer func() { _, _, _ = deleteObject.Call(bitmap) }()
	before, _, _ := selectObject.Call(memory, bitmap)
	defer func() { _, _, _ = selectObject.Call(memory, before) }()
	if err := call(bitBlt, memory, 0, 0, uintptr(width), uintptr(height), screen, uintptr(part.Min.X), uintptr(part.Min.Y), sourceCopy); err != nil {
		return nil, err
	}
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	copy(picture.Pix, unsafe.Slice(pixels, len(picture.Pix)))
	for i := 0; i < len(picture.Pix); i += 4 { // Windows has blue first and leaves the last byte to chance
		picture.Pix[i], picture.Pix[i+2], picture.Pix[i+3] = picture.Pix[i+2], picture.Pix[i], 0xff
	}
	return picture, nil
}

// call makes a call that answers 0 when it fails. What arguments point to stays where it is meanwhile.
//
//go:uintptrescapes
func call(proc *windows.LazyProc, args ...uintptr) error {
	if done, _, err := proc.Call(args...); done == 0 {
		var code syscall.Errno
		if errors.As(err, &code) && code == 0 {
			return errors.New(proc.Name + " failed")
		}
		return fmt.Errorf("%s: %w", proc.Name, err)
	}
	return nil
}
