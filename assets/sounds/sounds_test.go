package sounds

import (
	"io/fs"
	"path"
	"strings"
	"testing"
	"time"
)

func TestEverySoundIsShortAndNeitherSilentNorTooLoud(t *testing.T) {
	t.Parallel()
	n := 0
	err := fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		pcm, err := PCM(path.Dir(p), strings.TrimSuffix(path.Base(p), ".wav"))
		if err != nil {
			t.Errorf("%s: %v", p, err)
			return nil
		}
		if long := time.Duration(len(pcm)) * time.Second / Rate; long < 50*time.Millisecond || long > 2*time.Second {
			t.Errorf("%s lasts %v", p, long)
		}
		peak := 0
		for _, s := range pcm {
			peak = max(peak, int(s), -int(s))
		}
		if peak < 5000 || peak > 30000 {
			t.Errorf("%s peaks at %d of 32767", p, peak)
		}
		return nil
	})
	if err != nil || n != 33 {
		t.Errorf("%d sounds, %v", n, err)
	}
}

func TestLanguagesSayTheSameWords(t *testing.T) {
	t.Parallel()
	said := map[string]int{}
	for _, l := range []string{"kk", "ru", "en"} {
		entries, err := files.ReadDir(l)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			said[e.Name()]++
		}
	}
	for name, n := range said {
		if n != 3 {
			t.Errorf("%s is said in %d languages", name, n)
		}
	}
}

func TestABrokenFileIsRefused(t *testing.T) {
	t.Parallel()
	good, err := files.ReadFile("tick.wav")
	if err != nil {
		t.Fatal(err)
	}
	for name, wav := range map[string][]byte{
		"nothing": nil, "no RIFF": []byte("RIFX0000WAVE"), "no samples": good[:36], "cut": good[:len(good)-10],
		"another rate": append(append([]byte(nil), good[:24]...), append([]byte{1}, good[25:]...)...),
	} {
		if _, err := samples(wav); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	if _, err := PCM("kk", "nonsense"); err == nil {
		t.Error("a sound that is not there was read")
	}
}
