package prompt

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"qoltanba/app/companion"
	"qoltanba/keystore/keypair"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// screen answers as told.
type screen struct {
	allow  func(context.Context, companion.Caller) (companion.Permission, error)
	decide func(context.Context, companion.Proposal) (companion.Choice, error)
	file   func(companion.FileRequest) (string, error)
}

func (s screen) Allow(ctx context.Context, c companion.Caller, _ companion.Language) (companion.Permission, error) {
	return s.allow(ctx, c)
}

func (s screen) Decide(ctx context.Context, p companion.Proposal) (companion.Choice, error) {
	return s.decide(ctx, p)
}

func (s screen) ChooseFile(_ context.Context, r companion.FileRequest) (string, error) {
	return s.file(r)
}

// started is a consenter whose windows are served in this process.
func started(t *testing.T, s screen) (*Consenter, *atomic.Int32) {
	t.Helper()
	windows := new(atomic.Int32)
	c := &Consenter{Start: func() (Window, error) {
		windows.Add(1)
		here, there := net.Pipe()
		go func() {
			_ = Serve(context.Background(), there, there, s)
			_ = there.Close()
		}()
		return here, nil
	}}
	t.Cleanup(func() { _ = c.Close() })
	return c, windows
}

func certificate(t *testing.T) *x509.Certificate {
	t.Helper()
	key, err := keypair.GOST512.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "ӘЙГҮЛ"}, NotAfter: time.Now().Add(time.Hour), SubjectKeyId: []byte{1}}
	der, err := keypair.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestQuestionsAndAnswersComeOver(t *testing.T) {
	t.Parallel()
	want := companion.Proposal{
		Caller: companion.Caller{ID: "https://a.kz", Origin: "https://a.kz", Browser: true}, Purpose: companion.SignDocuments,
		Documents: []companion.Document{{Kind: companion.XML, Content: []byte("<a/>")}, {Kind: companion.Other, Path: "/b", Content: []byte{0, 1}}},
		Keys: []companion.Offer{{
			Key:      companion.Key{Store: "PKCS12", ID: "/k.p12", Path: "/k.p12", Certificate: certificate(t), LastUsed: time.Now().UTC().Round(0)},
			Standing: companion.StandingRevoked, Against: []companion.Reason{companion.Revoked}, Unlocked: true,
		}, {Key: companion.Key{Store: "PKCS12", ID: "/l.p12"}}},
		Attached: true, Stamped: true, Language: companion.Russian, Logo: []byte{9}, Problem: companion.ErrPassword,
	}
	c, windows := started(t, screen{
		allow: func(_ context.Context, caller companion.Caller) (companion.Permission, error) {
			if caller != want.Caller {
				t.Errorf("%+v", caller)
			}
			return companion.AllowOnce, nil
		},
		decide: func(_ context.Context, got companion.Proposal) (companion.Choice, error) {
			if !reflect.DeepEqual(got, want) {
				t.Error("another proposal")
			}
			return companion.Choice{Store: "PKCS12", ID: "/k.p12", Password: "Secret1", Keep: true}, nil
		},
		file: func(r companion.FileRequest) (string, error) {
			if r.Type != "P12" {
				t.Errorf("%+v", r)
			}
			return "", companion.ErrCancelled
		},
	})
	if p, err := c.Allow(t.Context(), want.Caller, want.Language); p != companion.AllowOnce || err != nil {
		t.Errorf("%v: %v", p, err)
	}
	if choice, err := c.Decide(t.Context(), want); err != nil || choice.Password != "Secret1" || choice.ID != "/k.p12" || !choice.Keep {
		t.Errorf("%v", err)
	}
	if _, err := c.ChooseFile(t.Context(), companion.FileRequest{Type: "P12"}); !errors.Is(err, companion.ErrCancelled) {
		t.Errorf("%v", err)
	}
	if windows.Load() != 1 {
		t.Errorf("%d windows for three questions in a row", windows.Load())
	}
}

func TestACallerThatGoesClosesTheDialog(t *testing.T) {
	t.Parallel()
	closed, stands := make(chan error, 1), make(chan struct{}, 1)
	c, _ := started(t, screen{
		decide: func(ctx context.Context, _ companion.Proposal) (companion.Choice, error) {
			stands <- struct{}{}
			<-ctx.Done()
			closed <- ctx.Err()
			return companion.Choice{}, ctx.Err()
		},
		allow: func(context.Context, companion.Caller) (companion.Permission, error) { return companion.Allow, nil },
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-stands
		cancel()
	}()
	if _, err := c.Decide(ctx, companion.Proposal{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := <-closed; !errors.Is(err, context.Canceled) {
		t.Errorf("the dialog: %v", err)
	}
	if p, err := c.Allow(t.Context(), companion.Caller{}, companion.Kazakh); p != companion.Allow || err != nil {
		t.Errorf("the next question: %v, %v", p, err)
	}
}

func TestAWindowThatEndsIsANo(t *testing.T) {
	t.Parallel()
	n := 0
	c := &Consenter{Start: func() (Window, error) {
		n++
		here, there := net.Pipe()
		go func() {
			_, _ = io.ReadFull(there, make([]byte, 1))
			_ = there.Close()
		}()
		return here, nil
	}}
	defer c.Close()
	for range 2 {
		if _, err := c.Allow(t.Context(), companion.Caller{}, companion.Kazakh); !errors.Is(err, companion.ErrCancelled) {
			t.Errorf("%v", err)
		}
	}
	if n != 2 {
		t.Errorf("%d windows", n)
	}
	c = &Consenter{Start: func() (Window, error) { return nil, errors.New("no display") }}
	if _, err := c.Allow(t.Context(), companion.Caller{}, companion.Kazakh); err == nil {
		t.Error("allowed without a window")
	}
}
