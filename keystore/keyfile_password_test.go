package keystore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/pfx"
	"qoltanba/keystore/profile"
)

// gostFile writes a key file that opens at once, and returns its path.
func gostFile(t *testing.T) string {
	t.Helper()
	key := gostKeys()[0]
	path := filepath.Join(t.TempDir(), "GOST512.p12")
	if err := os.WriteFile(path, fewRounds(t, key, issue(t, key, profile.GOST512)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const newPassword = "Steppe2027"

func TestPasswordIsChanged(t *testing.T) {
	t.Parallel()
	path := gostFile(t)
	if err := ChangePassword(path, goodPassword, newPassword, EncodingAES256); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKeyFile(path, goodPassword); !errors.Is(err, ErrPassword) {
		t.Errorf("the former password: %v", err)
	}
	kf, err := ReadKeyFile(path, newPassword)
	if err != nil || !keypair.Same(kf.Key.Public(), gostKeys()[0].Public()) {
		t.Errorf("the new password: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Error(err)
	}
}

// Other certificates in a file of another program stay there.
func TestChangeOfPasswordKeepsTheChain(t *testing.T) {
	t.Parallel()
	path := gostFile(t)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	contents, err := pfx.Decode(data, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	contents.Certificates = append(contents.Certificates, pfx.Item{DER: issue(t, rsaKeys()[0], profile.RSASign).Raw, FriendlyName: "authority"})
	if data, err = pfx.Encode(contents, goodPassword, pfx.TripleDES, 2); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ChangePassword(path, goodPassword, newPassword, Encoding3DES); err != nil {
		t.Fatal(err)
	}
	if data, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	if after, err := pfx.Decode(data, newPassword); err != nil || len(after.Certificates) != 2 || after.Certificates[1].FriendlyName != "authority" {
		t.Errorf("the chain is lost: %v", err)
	}
}

func TestChangeOfPasswordRefuses(t *testing.T) {
	t.Parallel()
	path := gostFile(t)
	before := snapshot(t, filepath.Dir(path))
	for name, c := range map[string]struct {
		path, former, password string
		want                   error
	}{
		"wrong former":  {path, "Another1", newPassword, ErrPassword},
		"weak password": {path, goodPassword, "password", ErrPasswordRules},
		"no file":       {path + ".absent", goodPassword, newPassword, os.ErrNotExist},
	} {
		if err := ChangePassword(c.path, c.former, c.password, Encoding3DES); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if after := snapshot(t, filepath.Dir(path)); after != before {
		t.Errorf("a refusal changed the folder from %s to %s", before, after)
	}
}

// Whatever fails, and wherever the process is killed, the file opens with one
// of the two passwords: the former one if the change was not said to be done,
// unless only the folder was left unsynced.
func TestChangeOfPasswordIsWholeOrNot(t *testing.T) {
	t.Parallel()
	for n := range 9 { // read, create, write, sync, close, read, replace, syncFolder; none
		for _, dead := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d %v", n, dead), func(t *testing.T) {
				t.Parallel()
				path := gostFile(t)
				d := &faultyDisk{failAt: n, err: errKilled, dead: dead}
				err := changePassword(d, path, goodPassword, newPassword, Encoding3DES)
				if (err == nil) != (n >= len(d.ops)) {
					t.Fatalf("after %v: %v", d.ops, err)
				}
				password := goodPassword
				if err == nil || d.ops[n] == "syncFolder" {
					password = newPassword
				}
				if _, err := ReadKeyFile(path, password); err != nil {
					t.Errorf("after %v: %v", d.ops, err)
				}
				if err := ChangePassword(path, password, goodPassword, Encoding3DES); err != nil {
					t.Errorf("again: %v", err)
				}
				if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
					t.Errorf("the folder has %v", entries)
				}
			})
		}
	}
}
