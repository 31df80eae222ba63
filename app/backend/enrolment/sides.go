package enrolment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/jpeg"
	"slices"

	"qoltanba/app/api"
	"qoltanba/assets/glyphs"
	"qoltanba/capture/document"
	"qoltanba/capture/document/mrz"
	"qoltanba/capture/liveness"
	"qoltanba/capture/picture"
	"qoltanba/keystore/profile"
)

// sides are the pictures of a document that one call brought, clean, and the
// film of its side where it came from a camera.
type sides struct {
	pictures map[api.Side]picture.Picture
	film     []byte        // a batch of package liveness; nil for a file
	head     liveness.Head // of the film's chain
	order    []api.Side    // of pictures
}

// openSides reads what was sent as a side, whatever it is.
func (s *Service) openSides(ctx context.Context, c Call, side api.Side, in api.Picture) (*sides, error) {
	out := &sides{pictures: map[api.Side]picture.Picture{}, order: []api.Side{side}}
	content := in.Data
	switch {
	case in.Type == api.TypeFilmed:
		best, batch, frames, err := liveness.ParseSide(in.Data)
		if err != nil {
			return nil, api.Fail(api.PictureDamaged, "the film of a side").WithCause(err)
		}
		if out.head, err = liveness.SideHead(c.Nonce, frames); err != nil {
			return nil, api.Fail(api.PictureDamaged, "the film of a side").WithCause(err)
		}
		content, out.film = best, batch
	case picture.IsPDF(in.Data):
		return out, s.openPDF(ctx, out, side, in.Data)
	}
	clean, err := s.cleanPicture(ctx, content, picture.Document)
	if err != nil {
		return nil, err
	}
	out.pictures[side] = clean
	return out, nil
}

// openPDF takes the document out of the pages of a PDF: both sides of a card
// where both are there, and the first page as it is where none is found.
func (s *Service) openPDF(ctx context.Context, out *sides, side api.Side, content []byte) error {
	if s.PDF == nil {
		return api.Fail(api.PDFUnserved, "poppler is not installed")
	}
	free, err := s.oneAtATime(ctx)
	if err != nil {
		return err
	}
	defer free()
	pages, err := s.PDF.Pages(ctx, content)
	if err != nil {
		return pictureProblem(err)
	}
	found, err := s.cutOut(ctx, pages)
	if err != nil {
		return err
	}
	for of, img := range pick(side, found, pages[0]) {
		var encoded bytes.Buffer
		if err := jpeg.Encode(&encoded, img, &jpeg.Options{Quality: picture.Document.Quality}); err != nil {
			return err
		}
		clean, err := picture.Clean(encoded.Bytes(), picture.Document)
		if err != nil {
			return pictureProblem(err)
		}
		out.pictures[of] = clean
	}
	out.order = slices.DeleteFunc(side.Document().Sides(), func(of api.Side) bool { return out.pictures[of].JPEG == nil })
	return nil
}

// cutOut finds the documents of the pages.
func (s *Service) cutOut(ctx context.Context, pages []image.Image) ([]document.Cutout, error) {
	examiner, err := document.NewExaminer(glyphs.OCRB, mrz.Options{IIN: func(iin string) bool { return profile.CheckIIN(iin) == nil }})
	if err != nil {
		return nil, err
	}
	var all []document.Cutout
	for _, page := range pages {
		if ctx.Err() != nil {
			return nil, api.Fail(api.Overloaded, "the pages of a PDF").WithCause(ctx.Err())
		}
		all = append(all, examiner.CutOut(page)...)
	}
	return all, nil
}

// pick says which of what was found is which side. A single one is the side
// that was asked for: whether it really is, the reading tells.
func pick(side api.Side, found []document.Cutout, first image.Image) map[api.Side]image.Image {
	switch {
	case len(found) == 0:
		return map[api.Side]image.Image{side: first}
	case len(found) == 1 || side == api.DataPage:
		return map[api.Side]image.Image{side: found[0].Picture}
	}
	front, back := 0, slices.IndexFunc(found, func(c document.Cutout) bool { return c.Side == document.Back })
	switch {
	case back == 0: // the other is not the back, whatever else is known of it
		front = 1
	case back > 0:
		front = 0
	default: // two of a kind: as they lie
		front, back = 0, 1
	}
	return map[api.Side]image.Image{api.Front: found[front].Picture, api.Back: found[back].Picture}
}

// keepSides puts what a call brought into the evidence, and gives the pieces
// for the enrolment's state.
func (s *Service) keepSides(ctx context.Context, c Call, may rule, side api.Side, in api.Picture) (map[api.Side]piece, string, error) {
	r, err := s.ready(ctx, c, may)
	if err != nil {
		return nil, "", err
	}
	got, err := s.openSides(ctx, c, side, in)
	if err != nil {
		return nil, "", err
	}
	pieces, what := map[api.Side]piece{}, ""
	var objects []object
	size := len(got.film)
	for _, of := range got.order {
		p := piece{Source: fromFile}
		content := got.pictures[of].JPEG
		sum := sha256.Sum256(content)
		base := "card-" + string(of) + "-" + hex.EncodeToString(sum[:6])
		p.Name, p.SHA256 = base+".jpg", hex.EncodeToString(sum[:])
		objects, size = append(objects, object{p.Name, content, maxClean}), size+len(content)
		what += p.SHA256
		if got.film != nil {
			p.Source, p.Frames = fromCamera, base+"-"+got.head.String()[:12]+".frames"
			objects = append(objects, object{p.Frames, got.film, api.MaxFrames})
			what += " " + got.head.String()
		}
		pieces[of] = p
	}
	if err := s.reserve(ctx, c, may, objects[0].name, size); err != nil {
		return nil, "", err
	}
	for _, o := range objects {
		if err := s.keepEvidence(ctx, r.ID, o.name, o.content, o.most); err != nil {
			return nil, "", err
		}
	}
	return pieces, what, nil
}

// object is one of the evidence.
type object struct {
	name    string
	content []byte
	most    int64
}

// Where a side came from.
const (
	fromCamera = "camera" // filmed by the citizen's program, before its camera
	fromFile   = "file"
)

// pictureProblem words a refusal of packages picture and pdf.
func pictureProblem(err error) error {
	code := map[picture.Reason]api.Code{
		picture.TooLarge: api.PictureTooLarge, picture.TooSmall: api.PictureTooSmall, picture.WrongType: api.PictureWrongType,
		picture.Damaged: api.PictureDamaged, picture.Locked: api.PDFLocked, picture.ManyPages: api.PDFPages,
	}[picture.ReasonOf(err)]
	switch {
	case code != "":
		return api.Fail(code, "%s", picture.ReasonOf(err))
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return api.Fail(api.Overloaded, "a picture was not looked at in time").WithCause(err)
	}
	return err
}
