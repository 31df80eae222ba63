package desktop

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"sync/atomic"
	"testing"

	"qoltanba/app/api"
	"qoltanba/app/journey"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/token"
)

// stick is a token that keeps its keys in memory.
type stick struct {
	keys    map[string]crypto.Signer
	written int
	in      atomic.Bool // plugged in
}

const stickPIN = "135724"

func (s *stick) Tokens(context.Context) ([]token.Info, error) {
	if !s.in.Load() {
		return nil, nil
	}
	return []token.Info{{Label: "KAZTOKEN", Serial: "7", Ready: true, Algorithms: []keypair.Algorithm{keypair.RSA}}}, nil
}

func (s *stick) Login(_ context.Context, _ string, pin token.PIN) (journey.TokenSession, error) {
	if pin != stickPIN {
		return nil, &token.WrongPIN{Left: token.TriesLast}
	}
	return s, nil
}

func (s *stick) Labelled(_ context.Context, label string) (crypto.Signer, error) {
	if key, ok := s.keys[label]; ok {
		return key, nil
	}
	return nil, token.ErrNoKey
}

func (s *stick) Generate(_ context.Context, _ keypair.Algorithm, label string) (crypto.Signer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	s.keys[label] = key
	return key, err
}

func (s *stick) PutCertificate(context.Context, *x509.Certificate) error {
	s.written++
	return nil
}

func (s *stick) Close(context.Context) error { return nil }

// The form offers the token that is plugged in; its PIN is asked for twice, and a wrong one is told on the page.
func TestKeysGoIntoATokenInTheWindow(t *testing.T) {
	plugged := &stick{keys: map[string]crypto.Signer{}}
	c := newComputer(t)
	c.tokens = plugged
	d, _ := atIINOf(t, c)
	d.write("iin.number", sampleIIN)
	d.press("iin.main")
	d.untilScreen("code")
	c.service.issuing(t)
	c.service.mu.Lock()
	c.service.e.Step = api.StepApplication
	c.service.e.Passed = &api.PassedData{IIN: sampleIIN, Surname: "САПАРОВА", Name: "АЙГУЛ"}
	c.service.e.Offers = []api.KeyOffer{{Keys: api.KeysGOST512, Storage: api.StoragePC}, {Keys: api.KeysRSA2048, Storage: api.StorageToken}}
	c.service.mu.Unlock()
	d.do("refresh", d.journey.Refresh)
	d.untilScreen("application")
	if d.frame.Find("application.token.7") != nil {
		t.Error("a token that is not plugged in is offered")
	}
	plugged.in.Store(true)
	d.press("application.look")
	d.until("the token", func() bool { return d.frame.Find("application.token.7") != nil && !d.state.Busy })
	d.choose("application.token.7")
	if d.frame.Find("application.folder") != nil || !d.says("KAZTOKEN") {
		t.Error("a folder is asked for beside the token")
	}
	d.press("application.main")
	d.untilScreen("token")
	if !d.asleep("token.main") {
		t.Error("a token is opened without its PIN")
	}
	d.write("token.password", "000000")
	d.press("token.main")
	d.until("the refusal", func() bool { return d.says(d.frame.Words().T("token.last")) && !d.state.Busy })
	d.write("token.password", stickPIN)
	d.press("token.main")
	d.until("the certificates", func() bool { return d.says(d.frame.Words().T("token.write.title")) && !d.state.Busy })
	d.write("token.password", stickPIN)
	d.press("token.main")
	d.untilScreen("success")
	if len(plugged.keys) != 2 || plugged.written != 2 || d.frame.Find("success.try") != nil || !d.says("KAZTOKEN") {
		t.Errorf("%d keys and %d certificates in the token", len(plugged.keys), plugged.written)
	}
}
