//go:build !demo

package service

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A plain start wants everything configured, and says all that is missing.
func TestServeWantsTheWorld(t *testing.T) {
	t.Parallel()
	_, err := command(t, "", "serve", "--data", filepath.Join(t.TempDir(), "data"), "--listen", "127.0.0.1:0")
	if err == nil {
		t.Fatal("served with nothing configured")
	}
	for _, what := range []string{"public_url", "tls", "sms", "mail", "mobile_base", "register"} {
		if !strings.Contains(err.Error(), what+":") {
			t.Errorf("%s is not missed: %v", what, err)
		}
	}
}

func TestServeRefusesDemoData(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, stampFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve", "--data", data}, {"operator", "add", "dana", "--name", "Дана", "--data", data}} {
		if _, err := command(t, "", args...); err == nil || !strings.Contains(err.Error(), "demonstration") {
			t.Errorf("%v: %v", args, err)
		}
	}
}
