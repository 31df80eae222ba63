package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestParseIIN(t *testing.T) {
	for _, good := range []string{"061211600012", "900101300811", " 0612 1160 0012 ", "061211-600012"} {
		if _, err := ParseIIN(good); err != nil {
			t.Errorf("%q refused: %v", good, err)
		}
	}
	// 90010130080 gives 10 in both rows: whatever its last digit, it was never issued.
	for last := range 10 {
		if _, err := ParseIIN(fmt.Sprintf("90010130080%d", last)); !errors.Is(err, ErrIIN) {
			t.Errorf("a number that is never issued was taken with last digit %d", last)
		}
	}
	for _, bad := range []string{"", "06121160001", "0612116000122", "061211600013", "06121160001x", "٠٦١٢١١٦٠٠٠١٢"} {
		if _, err := ParseIIN(bad); !errors.Is(err, ErrIIN) {
			t.Errorf("%q taken", bad)
		}
	}
}

func TestParsePhone(t *testing.T) {
	for _, written := range []string{"+77010000067", "87010000067", "8 (701) 000-00-67", "7010000067", "+7 701 000 00 67"} {
		got, err := ParsePhone(written)
		if err != nil || got != "+77010000067" {
			t.Errorf("%q: %v", written, err)
		}
	}
	for _, bad := range []string{"", "+7701000006", "+770100000677", "+49301234567", "8+7010000067", "+87010000067", "call me", "+79010000067"} {
		if _, err := ParsePhone(bad); !errors.Is(err, ErrPhone) {
			t.Errorf("%q taken", bad)
		}
	}
	if got := Phone("+77010000067").Masked(); got != "+7 701 ••• •• 67" {
		t.Errorf("masked as %q", got)
	}
	if got := Phone("short").Masked(); got != "" {
		t.Errorf("masked as %q", got)
	}
}

func TestPersonalDataStaysOutOfPrint(t *testing.T) {
	const digits = "061211600012"
	values := []any{IIN(digits), Phone(digits), Secret(digits), struct{ I IIN }{digits}, &StartRequest{IIN: digits}}
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, digits) || strings.Contains(text, fmt.Sprintf("%x", digits)) {
				t.Errorf("%T printed with %s: %s", value, verb, text)
			}
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", value)
		if strings.Contains(log.String(), digits) {
			t.Errorf("%T logged: %s", value, log.String())
		}
	}
	wire, err := json.Marshal(StartRequest{IIN: digits})
	if err != nil || !bytes.Contains(wire, []byte(digits)) {
		t.Errorf("the contract lost the value: %s, %v", wire, err)
	}
}

func FuzzParseIIN(f *testing.F) {
	f.Add("061211600012")
	f.Add("0612 1160 0012")
	f.Fuzz(func(t *testing.T, s string) {
		iin, err := ParseIIN(s)
		if err != nil {
			return
		}
		if again, err := ParseIIN(string(iin)); err != nil || again != iin {
			t.Fatalf("%q is not its own form", string(iin))
		}
	})
}

func FuzzParsePhone(f *testing.F) {
	f.Add("8 (701) 000-00-67")
	f.Fuzz(func(t *testing.T, s string) {
		phone, err := ParsePhone(s)
		if err != nil {
			return
		}
		if again, err := ParsePhone(string(phone)); err != nil || again != phone {
			t.Fatalf("%q is not its own form", string(phone))
		}
	})
}
