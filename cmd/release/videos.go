package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"

	"qoltanba/capture/face"
)

// watch prints how steadily the face in each video of a folder is followed, 15 pictures a second.
func watch(ctx context.Context, e *face.Engine, folder string, out io.Writer) error {
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		return err
	}
	sort.Strings(files)
	_, _ = fmt.Fprint(out, "\n## Videos\n\n| video | pictures | with a face | lost | more than one | yaw, 5 to 95 % | pitch | eyes, 5, 50 % | size | sharpness | light |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, file := range files {
		if err := watchOne(ctx, e, file, out); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
	}
	return nil
}

// column is what one figure was in each picture.
type column []float64

// at is the figure below which a share of the pictures lies.
func (c column) at(share float64) float64 {
	if len(c) == 0 {
		return 0
	}
	slices.Sort(c)
	return c[int(share*float64(len(c)-1))]
}

func watchOne(ctx context.Context, e *face.Engine, file string, out io.Writer) error {
	var pictures, lost, crowded int
	var yaw, pitch, eyes, size, sharp, light column
	tracker, before := e.NewTracker(), 0
	err := frames(ctx, file, func(img image.Image) error {
		var o face.Observation
		n, err := tracker.Observe(img, &o)
		if err != nil {
			return err
		}
		pictures++
		if n == 0 && before > 0 {
			lost++
		}
		if before = n; n == 0 {
			return nil
		}
		if n > 1 {
			crowded++
		}
		q := face.Assess(img, &o)
		yaw, pitch, eyes = append(yaw, o.Pose.Yaw), append(pitch, o.Pose.Pitch), append(eyes, o.Eyes.Mean())
		size, sharp, light = append(size, q.Size), append(sharp, q.Sharpness), append(light, q.Light)
		return nil
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "| %s | %d | %d | %d times | %d | %+.0f to %+.0f | %+.0f to %+.0f | %.2f, %.2f | %.2f | %.2f | %.2f |\n", filepath.Base(file), pictures, len(yaw), lost,
		crowded, yaw.at(0.05), yaw.at(0.95), pitch.at(0.05), pitch.at(0.95), eyes.at(0.05), eyes.at(0.5), size.at(0.5), sharp.at(0.5), light.at(0.5))
	return err
}

// frames has ffmpeg decode a video, and calls see for each picture, which holds until the next.
func frames(ctx context.Context, file string, see func(image.Image) error) (err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	command := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-i", file, "-vf", "fps=15", "-f", "image2pipe", "-c:v", "ppm", "-") //nolint:gosec // G204: named by whoever runs it
	pipe, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("start ffmpeg, which decodes videos: %w", err)
	}
	seen := readPPM(bufio.NewReaderSize(pipe, 1<<20), see)
	if seen != nil {
		stop()
	}
	ended := command.Wait()
	if seen != nil {
		return seen
	}
	return ended
}

const maxVideoSide = 4096

// readPPM reads pictures in the portable pixmap format, one after another.
func readPPM(r *bufio.Reader, see func(image.Image) error) error {
	for img := image.NewRGBA(image.Rectangle{}); ; {
		var w, h, top int
		switch _, err := fmt.Fscanf(r, "P6\n%d %d\n%d\n", &w, &h, &top); {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return fmt.Errorf("what ffmpeg sends is no picture: %w", err)
		case w < 1 || h < 1 || w > maxVideoSide || h > maxVideoSide || top != 255:
			return fmt.Errorf("a picture of %d×%d", w, h)
		}
		if img.Rect.Dx() != w || img.Rect.Dy() != h {
			img = image.NewRGBA(image.Rect(0, 0, w, h))
		}
		if err := readPixels(r, img); err != nil {
			return err
		}
		if err := see(img); err != nil {
			return err
		}
	}
}

// readPixels fills the picture with pixels of three bytes.
func readPixels(r io.Reader, img *image.RGBA) error {
	row := make([]byte, 3*img.Rect.Dx())
	for y := range img.Rect.Dy() {
		if _, err := io.ReadFull(r, row); err != nil {
			return fmt.Errorf("a picture is cut off: %w", err)
		}
		for x := range img.Rect.Dx() {
			at := img.PixOffset(x, y)
			copy(img.Pix[at:], row[3*x:3*x+3])
			img.Pix[at+3] = 255
		}
	}
	return nil
}
