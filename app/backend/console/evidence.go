package console

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"

	"qoltanba/app/api"
	"qoltanba/capture/liveness"
)

// serveEvidence shows one picture of a case. The case names its objects; the path only says which.
func (c *Console) serveEvidence(v *visit) error {
	seen, err := c.service.Case(v.r.Context(), v.operator.Login, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	names := map[string]string{"selfie": seen.Selfie.Name}
	for side, e := range seen.Card {
		names["card-"+string(side)] = e.Name
	}
	picture, err := c.read(v, seen.ID, names[v.r.PathValue("what")], api.MaxPicture)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "image/jpeg") // evidence is cleaned to JPEG when it is taken
	_, _ = v.w.Write(picture)                      // the operator may have gone
	return nil
}

// serveRecording gives all frames in one piece: for each, milliseconds and length as 32-bit big-endian numbers, and the JPEG. The header
// Frames says how many there are, so that the player can tell a recording that broke off.
func (c *Console) serveRecording(v *visit) error {
	seen, err := c.service.Case(v.r.Context(), v.operator.Login, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/octet-stream")
	v.w.Header().Set("Frames", strconv.Itoa(seen.Recording.Frames))
	for i, name := range seen.Recording.Batches {
		content, err := c.read(v, seen.ID, name, api.MaxFrames)
		if err == nil {
			err = sendFrames(v.w, content)
		}
		if err != nil && i > 0 { // it has begun: the player sees that frames are missing
			c.log.ErrorContext(v.r.Context(), "console recording", "case", seen.ID, "error", err)
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sendFrames parses a whole batch before it writes any of it.
func sendFrames(w io.Writer, content []byte) error {
	frames, err := liveness.ParseBatch(content)
	if err != nil {
		return err
	}
	for i := range frames {
		var head [8]byte
		binary.BigEndian.PutUint32(head[:], frames[i].Millis)
		binary.BigEndian.PutUint32(head[4:], uint32(len(frames[i].JPEG))) //nolint:gosec // a frame is far below 4 GB
		if _, err := w.Write(append(head[:], frames[i].JPEG...)); err != nil {
			return nil //nolint:nilerr // the operator has gone
		}
	}
	return nil
}

func (c *Console) read(v *visit, id, name string, most int64) ([]byte, error) {
	object, err := c.service.OpenEvidence(v.r.Context(), id, name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = object.Close() }() // it was only read
	content, err := io.ReadAll(io.LimitReader(object, most))
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	return content, nil
}
