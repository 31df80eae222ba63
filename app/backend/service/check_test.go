//go:build demo

package service

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/digitalid"
	"qoltanba/app/backend/nca"
	"qoltanba/keystore/profile"
)

// What a running service issued is checked and shown from the command line.
func TestAuthorityCheckWhileItRuns(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	if err := os.WriteFile(filepath.Join(a.data, stampFile), nil, 0o600); err != nil { // which serve makes
		t.Fatal(err)
	}
	asked := requests(t)
	var keys []assertion.Hash
	for _, der := range asked {
		request, err := x509.ParseCertificateRequest(der)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, assertion.HashKey(request.RawSubjectPublicKeyInfo))
	}
	word, err := a.Enrolments.DigitalID.SignAssertion(digitalid.Statement{
		Enrolment: "enrolment-1", Subject: profile.Subject{Surname: "Әбілқайыров", Name: "Іңкәр", IIN: "900101300811"}, Keys: keys,
		Data: digitalid.DataHash([]byte("data")), Device: "0123456789012345678901234567890123456789012",
	})
	if err != nil {
		t.Fatal(err)
	}
	authority := a.Enrolments.NCA
	app, err := authority.Apply(t.Context(), word, asked, "", nca.StoragePC)
	if err == nil {
		app, err = authority.Issue(t.Context(), app.Number)
	}
	if err != nil {
		t.Fatal(err)
	}
	issued, err := authority.Certificates(t.Context(), app.Number)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(issued[0].DER)
	if err != nil {
		t.Fatal(err)
	}
	out, err := command(t, "", "authority", "check", "--data", a.data)
	if err != nil || !strings.Contains(out, issued[0].Kind.Name()) || strings.Contains(out, "900101300811") {
		t.Errorf("%v\n%s", err, out)
	}
	shown, err := command(t, "", "authority", "show", cert.SerialNumber.Text(16), "--data", a.data)
	if err != nil || !strings.Contains(shown, "IIN900101300811") || strings.Contains(shown, "OTHERWISE") {
		t.Errorf("%v\n%s", err, shown)
	}
	file := filepath.Join(t.TempDir(), "one.cer")
	if err := os.WriteFile(file, issued[0].DER, 0o600); err != nil {
		t.Fatal(err)
	}
	if again, err := command(t, "", "authority", "show", file); err != nil || again != shown {
		t.Errorf("from a file: %v\n%s", err, again)
	}
}
