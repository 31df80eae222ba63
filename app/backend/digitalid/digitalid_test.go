package digitalid

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/sealed"
	"qoltanba/keystore/profile"
)

var now = time.Date(2026, 11, 22, 9, 30, 0, 7, time.UTC)

func clock() time.Time { return now }

func secretOf(t *testing.T, fill byte) sealed.Secret {
	t.Helper()
	s, err := sealed.NewSecret(bytes.Repeat([]byte{fill}, sealed.MinSecret))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func statement() Statement {
	return Statement{
		Enrolment: "enrolment-1", Subject: profile.Subject{Surname: "Ахметов", Name: "Азамат", IIN: "900101300811"},
		Keys: []assertion.Hash{{1}, {2}}, Data: DataHash([]byte("data")), Device: strings.Repeat("d", 43),
	}
}

func TestAssertionsOutliveARestart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "digitalid")
	first, err := Open(dir, secretOf(t, 1), clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir, secretOf(t, 1), clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	v, err := assertion.NewVerifier(first.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	ids := make(map[string]bool)
	for _, p := range []*Party{first, again} {
		jws, err := p.SignAssertion(statement())
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.Verify(jws, now)
		if err != nil {
			t.Fatal(err)
		}
		s := statement()
		if got.Enrolment != s.Enrolment || got.Subject != s.Subject || got.Data != s.Data || got.Device != s.Device ||
			got.Keys[1] != s.Keys[1] || got.Expires.Sub(got.IssuedAt) != lifetime {
			t.Error("the assertion says something else than the statement")
		}
		ids[got.ID] = true
	}
	if len(ids) != 2 {
		t.Error("an identifier came twice")
	}
	if _, err := Open(dir, secretOf(t, 2), clock, rand.Reader); !errors.Is(err, sealed.ErrWrongSecret) {
		t.Errorf("wrong secret: %v", err)
	}
}

func TestRandomnessThatFailsSignsNothing(t *testing.T) {
	t.Parallel()
	fault := errors.New("no entropy")
	p, err := Open(filepath.Join(t.TempDir(), "digitalid"), secretOf(t, 1), clock, iotest.ErrReader(fault))
	if err != nil {
		t.Fatal(err)
	}
	if jws, err := p.SignAssertion(statement()); !errors.Is(err, fault) || jws != "" {
		t.Errorf("SignAssertion: %v", err)
	}
}

func TestAnUnknownFolderIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "letter.txt"), []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, secretOf(t, 1), clock, rand.Reader); err == nil {
		t.Error("a folder with other files was taken")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%d entries, %v", len(entries), err)
	}
}

func TestStatementIsHidden(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if out := fmt.Sprintf(verb, statement()); out != "[statement]" {
			t.Errorf("%s prints %q", verb, out)
		}
	}
	if statement().LogValue().String() != "[statement]" {
		t.Error("a log holds the statement")
	}
}
