package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"

	"qoltanba/capture/face"
	"qoltanba/capture/picture"
)

func init() { commands["face"] = faces }

// studied are the limits of a picture that support staff look at: what a camera or a scanner makes.
var studied = picture.Limits{Bytes: 40 << 20, Pixels: 40_000_000, MinSide: 32, MaxSide: 8000, Quality: 98}

// faces prints what is seen of the face in each file and, for two files, whether they show one person.
func faces(_ context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("qoltanba face", flag.ContinueOnError)
	library := flags.String("onnxruntime", "", "`file` of ONNX Runtime's library; without it, it is looked for")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("name a picture, or two to compare: qoltanba face FILE [FILE]")
	}
	engine, err := openMatcher(*library)
	if err != nil {
		return err
	}
	return errors.Join(study(engine, flags.Args(), out), engine.Close())
}

func study(engine *face.Engine, files []string, out io.Writer) error {
	var prints []face.Print
	for _, file := range files {
		img, err := load(file)
		if err != nil {
			return err
		}
		var o face.Observation
		n, err := engine.Find(img, &o)
		if err != nil {
			return err
		}
		describe(out, filepath.Base(file), img, n, &o)
		if n == 0 || len(files) != 2 {
			continue
		}
		p, err := engine.Print(img, &o.Mesh)
		if errors.Is(err, face.ErrNoEmbedders) {
			_, _ = fmt.Fprintln(out, "  match      not in this program: only the one for support staff and the service hold the networks that tell faces apart")
			continue
		}
		if err != nil {
			return err
		}
		prints = append(prints, p)
	}
	if len(prints) == 2 {
		return judge(out, face.Compare(&prints[0], &prints[1]))
	}
	return nil
}

// load reads a picture by the same door as pictures of strangers.
func load(file string) (image.Image, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	clean, err := picture.Clean(data, studied)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	return jpeg.Decode(bytes.NewReader(clean.JPEG))
}

func describe(out io.Writer, name string, img image.Image, n int, o *face.Observation) {
	b := img.Bounds()
	counted := [...]string{"no face", "one face", "more than one face; the largest"}[n]
	_, _ = fmt.Fprintf(out, "%s, %d×%d: %s\n", name, b.Dx(), b.Dy(), counted)
	if n == 0 {
		return
	}
	q, nose := face.Assess(img, o), o.Mesh[face.NoseTip]
	_, _ = fmt.Fprintf(out, `  face       score %.2f, width %.0f pixels (%.0f %% of the shorter side), nose at %.0f, %.0f
  pose       yaw %+.0f°, pitch %+.0f°, roll %+.0f° (as measured; a person's own neutral may be some degrees off)
  eyes       openness %.2f and %.2f
  place      %+.0f %% right and %+.0f %% down of the middle
  quality    sharpness %.2f, light %.2f, contrast %.2f, light from one side %+.2f, glare %.2f, covered %.2f
`, o.Score, o.Width, 100*q.Size, nose.X, nose.Y, o.Pose.Yaw, o.Pose.Pitch, o.Pose.Roll, o.Eyes.Left, o.Eyes.Right,
		100*q.OffX, 100*q.OffY, q.Sharpness, q.Light, q.Contrast, q.Uneven, q.Glare, q.Occlusion)
}

func judge(out io.Writer, l face.Likeness) error {
	t := face.Published()
	_, err := fmt.Fprintf(out, `match: %s
  MobileFaceNet  cosine %.3f; same from %.2f, different up to %.2f
  ResNet         distance %.3f; same up to %.3f, different from %.3f
`, map[face.Verdict]string{face.Same: "the same person", face.Different: "different people", face.Unsure: "unsure, a person has to look"}[l.Verdict()],
		l.Cosine, t.SameCosine.Value, t.DifferentCosine.Value, l.Distance, t.SameDistance.Value, t.DifferentDistance.Value)
	return err
}
