package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qoltanba/keystore/census"
	"qoltanba/keystore/profile"
)

func TestKeysAreListed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	id := strings.Repeat("7b", 20)
	if err := os.WriteFile(filepath.Join(dir, "GOST512_"+id+".p12"), []byte("cut off"), 0o600); err != nil {
		t.Fatal(err)
	}
	var text, values strings.Builder
	if err := keys(t.Context(), []string{dir}, &text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 key files", "(damaged)", "gost512; key " + id} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("it says no %q: %s", want, text.String())
		}
	}
	if err := keys(t.Context(), []string{"--json", dir, dir}, &values); err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(values.String()))
	for range 2 {
		var r keysReport
		if err := decoder.Decode(&r); err != nil || len(r.Files) != 1 || r.Files[0].Condition != census.Damaged || r.Files[0].Keys[0].ID != id {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

func TestKeysHideTheIIN(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	found := census.Report{Cut: true, Links: 2, Files: []census.File{{Path: "a.p12", Condition: census.Opened, Leftover: true, Keys: []census.Key{{
		Kind: profile.GOST512, Owner: profile.Subject{Surname: "САПАРОВА", Name: "АЙГУЛ", IIN: "061211600012"}, Until: until,
		Certificate: nil, Standing: census.StandingUnknown,
	}}}}}
	text := reportKeys(".", found, until.AddDate(0, 0, 1)).text()
	if strings.Contains(text, "061211600012") || !strings.Contains(text, "not everything") || !strings.Contains(text, "2 links") || !strings.Contains(text, "interrupted") {
		t.Error(text)
	}
	if maskedIIN("061211600012") != "•••••••••012" || maskedIIN("061211") != "" {
		t.Error("the IIN shows")
	}
}

func TestKeysRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, make([]byte, maxPasswords+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{nil, {filepath.Join(dir, "gone")}, {"--passwords", large, dir}, {"--passwords", large + ".gone", dir}, {"--unknown", dir}} {
		var out strings.Builder
		if err := keys(t.Context(), args, &out); err == nil {
			t.Errorf("%v passes: %s", args, out.String())
		}
	}
}
