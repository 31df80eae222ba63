// Package sounds embeds what the program says aloud: a few words in each language, a bell, a tick and a shutter. PROVENANCE.md tells how they are
// made.
package sounds

import (
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
)

//go:embed *.wav */*.wav
var files embed.FS

// Rate is the number of samples a second. All sounds are mono.
const Rate = 22050

// PCM returns the samples of a sound: one of the words in the language's folder, or else one of those that need no language.
func PCM(language, name string) ([]int16, error) {
	data, err := files.ReadFile(language + "/" + name + ".wav")
	if errors.Is(err, fs.ErrNotExist) {
		data, err = files.ReadFile(name + ".wav")
	}
	if err != nil {
		return nil, fmt.Errorf("read the sound %q: %w", name, err)
	}
	return samples(data)
}

// samples reads a canonical RIFF WAVE file of 16 bits, mono, at Rate.
func samples(wav []byte) ([]int16, error) {
	const header = 12
	if len(wav) < header || string(wav[:4]) != "RIFF" || string(wav[8:header]) != "WAVE" {
		return nil, errors.New("the sound is no RIFF WAVE file")
	}
	for rest := wav[header:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		if size > len(body) {
			return nil, errors.New("the sound is cut off")
		}
		switch id {
		case "fmt ":
			if size < 16 || binary.LittleEndian.Uint16(body) != 1 || binary.LittleEndian.Uint16(body[2:]) != 1 ||
				binary.LittleEndian.Uint32(body[4:]) != Rate || binary.LittleEndian.Uint16(body[14:]) != 16 {
				return nil, fmt.Errorf("the sound is not of 16 bits, mono, %d Hz", Rate)
			}
		case "data":
			out := make([]int16, size/2)
			for i := range out {
				out[i] = int16(binary.LittleEndian.Uint16(body[2*i:])) //nolint:gosec // the bits are those of an int16
			}
			return out, nil
		}
		rest = body[min(len(body), size+size%2):]
	}
	return nil, errors.New("the sound has no samples")
}
