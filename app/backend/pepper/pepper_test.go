package pepper

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

func TestNewRefusesShortSecret(t *testing.T) {
	t.Parallel()
	if _, err := New(make([]byte, Size-1)); !errors.Is(err, ErrShort) {
		t.Fatalf("New = %v, want ErrShort", err)
	}
}

func TestMACSeparates(t *testing.T) {
	t.Parallel()
	secret := bytes.Repeat([]byte{7}, Size)
	p, err := New(secret)
	if err != nil {
		t.Fatal(err)
	}
	other, err := New(bytes.Repeat([]byte{8}, Size))
	if err != nil {
		t.Fatal(err)
	}
	base := p.MAC("otp", "12", "3")
	secret[0] = 0 // the pepper holds its own copy
	if !bytes.Equal(base, p.MAC("otp", "12", "3")) {
		t.Error("MAC is not stable")
	}
	for name, mac := range map[string][]byte{
		"label":    p.MAC("pin", "12", "3"),
		"boundary": p.MAC("otp", "1", "23"),
		"count":    p.MAC("otp", "123"),
		"pepper":   other.MAC("otp", "12", "3"),
	} {
		if bytes.Equal(base, mac) {
			t.Errorf("a different %s gives the same MAC", name)
		}
	}
}

func TestZeroPepperPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("the zero Pepper made a MAC")
		}
	}()
	Pepper{}.MAC("otp")
}

func TestPepperRedactsItself(t *testing.T) {
	t.Parallel()
	p, err := New([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if got := fmt.Sprintf(verb, p); got != "[pepper]" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	if got := p.LogValue().String(); got != "[pepper]" {
		t.Errorf("LogValue = %q", got)
	}
}
