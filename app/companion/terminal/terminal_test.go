package terminal

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"qoltanba/app/companion"
)

var page = companion.Caller{ID: "https://portal.kz", Origin: "https://portal.kz", Browser: true}

func answering(lines string, language companion.Language) (*Consenter, *bytes.Buffer) {
	out := new(bytes.Buffer)
	return New(strings.NewReader(lines), out, language, nil), out
}

func TestAnswersAreRead(t *testing.T) {
	t.Parallel()
	for language, answers := range map[companion.Language]string{companion.Kazakh: "ибе", companion.Russian: "док", companion.English: "yov"} {
		for i, want := range []companion.Permission{companion.Allow, companion.AllowOnce, companion.Block} {
			c, out := answering(string([]rune(answers)[i])+"\n", language)
			if got, err := c.Allow(t.Context(), page, language); got != want || err != nil || !strings.Contains(out.String(), page.ID) {
				t.Errorf("%s: %v %v: %s", language, got, err, out)
			}
		}
		c, _ := answering("?\n", language)
		if got, err := c.Allow(t.Context(), page, language); got != companion.Refuse || err != nil {
			t.Errorf("%s: %v %v", language, got, err)
		}
	}
	c, _ := answering("", companion.English)
	if _, err := c.Allow(t.Context(), page, companion.English); !errors.Is(err, companion.ErrCancelled) {
		t.Errorf("the end of input: %v", err)
	}
}

func TestChoiceIsByNumberOrPath(t *testing.T) {
	t.Parallel()
	p := companion.Proposal{
		Caller: companion.Caller{Program: "/usr/bin/x\x1b[2J"}, Purpose: companion.SignDocuments,
		Documents: []companion.Document{{Kind: companion.Text, Content: []byte("Мәтін")}, {Kind: companion.Digest, Content: []byte("secret")}},
		Keys:      []companion.Offer{{Key: companion.Key{Store: "AKKaztokenStore", ID: "7"}}},
	}
	c, out := answering("1\nPin\n/keys/a.p12\nSecret1\n\n", companion.Russian)
	if choice, err := c.Decide(t.Context(), p); err != nil || choice.Store != "AKKaztokenStore" || choice.ID != "7" || choice.Password != "Pin" {
		t.Errorf("%v", err)
	}
	if choice, err := c.Decide(t.Context(), p); err != nil || choice.Store != "PKCS12" || choice.ID != "/keys/a.p12" || choice.Password != "Secret1" {
		t.Errorf("%v", err)
	}
	if _, err := c.Decide(t.Context(), p); !errors.Is(err, companion.ErrCancelled) {
		t.Errorf("%v", err)
	}
	if text := out.String(); !strings.Contains(text, "Мәтін") || strings.ContainsRune(text, '\x1b') || strings.Contains(text, "Secret1") || !strings.Contains(text, "отпечаток") {
		t.Errorf("shown: %q", text)
	}
}

func TestACallerThatGoesEndsTheQuestion(t *testing.T) {
	t.Parallel()
	reader, writer := io.Pipe()
	c := New(reader, io.Discard, companion.Kazakh, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.ChooseFile(ctx, companion.FileRequest{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ChooseFile(t.Context(), companion.FileRequest{}); !errors.Is(err, companion.ErrCancelled) {
		t.Errorf("%v", err)
	}
}

func TestWordsAreComplete(t *testing.T) {
	t.Parallel()
	for language, table := range words {
		for name := range words[companion.English] {
			if table[name] == "" {
				t.Errorf("%s lacks %q", language, name)
			}
		}
		if len(table) != len(words[companion.English]) {
			t.Errorf("%s has %d words", language, len(table))
		}
	}
}
