package legible

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"qoltanba/app/companion"
)

func document(content string) companion.Document {
	return companion.Document{Kind: companion.KindOf([]byte(content)), Content: []byte(content)}
}

func TestDocumentsAreReadable(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"Мәтін\r\nекінші жол\n":                                     "Мәтін\nекінші жол",
		`{"a":{"b":[1,2]},"c":"д"}`:                                 "{\n___\"a\": {\n______\"b\": [\n_________1,\n_________2\n______]\n___},\n___\"c\": \"д\"\n}",
		`<?xml version="1.0"?><a:b x="1"> <c>мән</c><!--!--></a:b>`: "a:b  x=\"1\"\n___c\n______мән\n___<!-- ! -->",
		"<a><b></a>":                   "a\n___b",
		"<a b>":                        "<a b>",
		strings.Repeat("x", 2*maxWord): strings.Repeat("x", maxWord) + "\n" + strings.Repeat("x", maxWord),
	} {
		if got := strings.ReplaceAll(Of(document(content)).Text, indent, "___"); got != want {
			t.Errorf("%q is shown as %q, want %q", content, got, want)
		}
	}
	s := Of(document("abc"))
	if s.SHA256 != "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad" || s.Size != 3 || s.Cut {
		t.Errorf("%+v", s)
	}
	if s := Of(companion.Document{Kind: companion.Digest, Content: []byte{1, 2}}); !s.Unseen || s.SHA256 != "0102" || s.Text != "" {
		t.Errorf("%+v", s)
	}
	if s := Of(companion.Document{Kind: companion.Text, Path: "/a/b\u202ec.txt", Content: []byte("a")}); s.Name != "b\ufffdc.txt" {
		t.Errorf("%q", s.Name)
	}
	if s := Of(document("%PDF-1.4")); s.Content == nil || s.Text != "" {
		t.Errorf("%+v", s)
	}
}

func TestLongDocumentsAreCut(t *testing.T) {
	t.Parallel()
	for _, content := range []string{strings.Repeat("ж\n", 2*maxLines), strings.Repeat("сөз ", maxText), "<a>" + strings.Repeat("<b/>", maxText) + "</a>"} {
		if s := Of(document(content)); !s.Cut || len(s.Text) > 4*maxText {
			t.Errorf("%d bytes: cut %v", len(s.Text), s.Cut)
		}
	}
}

func FuzzOf(f *testing.F) {
	for _, seed := range []string{"text", `{"a":1}`, "<a>b</a>", "%PDF-", "\u202e", "0\x80"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, kind := range []companion.Kind{companion.KindOf(content), companion.Text, companion.XML, companion.JSON} {
			s := Of(companion.Document{Kind: kind, Content: bytes.Clone(content)})
			if !utf8.ValidString(s.Text) {
				t.Errorf("%q", s.Text)
			}
			for _, r := range s.Text {
				if r != '\n' && r != '\u00a0' && !unicode.IsPrint(r) {
					t.Errorf("%q is shown", r)
				}
			}
		}
	})
}
