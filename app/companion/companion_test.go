package companion

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/xmldsig"
)

func TestProtocolWithoutConsent(t *testing.T) {
	t.Parallel()
	s := &script{allow: func(context.Context, Caller) (Permission, error) { return Refuse, nil }}
	page := start(t, s).dial(portal)
	for request, want := range map[string]string{
		heartbeat: heartbeat,
		`{"module":"kz.digiflow.mobile.extensions","method":"getVersion"}`:                                      `{"success":false,"errorCode":"MODULE_NOT_FOUND"}`,
		`{"module":"x","uuid":"7"}`:                                                                             `{"success":false,"errorCode":"MODULE_NOT_FOUND","uuid":"7"}`,
		`{"module":"kz.gov.pki.knca.commonUtils","method":"nosuch","args":["a"]}`:                               `{"code":"500","message":"NoSuchMethodException nosuch"}`,
		`{"module":"kz.gov.pki.knca.commonUtils","method":"getKeyInfo"}`:                                        `{"code":"500","message":"NoSuchMethodException getKeyInfo"}`,
		`{"module":"kz.gov.pki.knca.commonUtils","method":"changeLocale","args":["kz"]}`:                        `{"code":"200"}`,
		`{"module":"kz.gov.pki.knca.commonUtils","method":"changeLocale","args":["ru"],"uuid":"a<b>"}`:          `{"code":"200","uuid":"a<b>"}`,
		`{"module":"kz.gov.pki.knca.commonUtils","method":"changeLocale","args":["ru"],"uuid":""}`:              `{"code":"200"}`,
		`{"module":"kz.gov.pki.knca.commonUtils","method":"getKeyInfo","args":["Nowhere"]}`:                     `{"code":"500","message":"storage.unknown"}`,
		`{"module":"kz.gov.pki.knca.commonUtils","method":"getKeyInfo","args":[""]}`:                            `{"code":"500","message":"storageName.param.empty"}`,
		`{"module":"kz.gov.pki.knca.commonUtils","method":"getKeyInfo","args":["AKKaztokenStore"]}`:             `{"code":"500","message":"storage.empty"}`,
		`{"module":"kz.gov.pki.knca.commonUtils","method":"signXml","args":["PKCS12","SIGNATURE","<a>","",""]}`: `{"code":"500","message":"org.xml.sax.SAXParseException; lineNumber: 1; columnNumber: 4; XML document structures must start and end within the same entity."}`,
		`{"module":"kz.gov.pki.knca.commonUtils","method":"getActiveTokens"}`:                                   `{"code":"500","message":"action.canceled"}`,
		`{"module":"kz.gov.pki.knca.basics","method":"nosuch"}`:                                                 `{"status":false,"code":"INVOCATION_ERROR","message":"An invoked method threw an exception.","details":"java.lang.NoSuchMethodException: nosuch"}`,
		`{"module":"kz.gov.pki.ncalayerservices.accessory","method":"getServices"}`:                             `{"services":["kz.gov.pki.knca.basics","kz.gov.pki.knca.commonUtils","kz.gov.pki.ncalayerservices.accessory"]}`,
		`{"module":"kz.gov.pki.ncalayerservices.accessory","method":"installBundle"}`:                           `{"success":false,"errorCode":"METHOD_NOT_FOUND"}`,
		`{"method":"browseKeyStore","args":["PKCS12","P12",""]}`:                                                `{"errorCode":"NOT_SUPPORTED","message":"calls in which a page has the password are not served: use kz.gov.pki.knca.basics"}`,
		`{"Module":"kz.gov.pki.knca.basics"}`:                                                                   `{"errorCode":"NOT_SUPPORTED","message":"calls in which a page has the password are not served: use kz.gov.pki.knca.basics"}`,
		`[]`:                                                                                                    `{"success":false,"errorCode":"INVALID_REQUEST","message":"the request is no JSON object within the bounds"}`,
		``:                                                                                                      `{"success":false,"errorCode":"INVALID_REQUEST","message":"the request is no JSON object within the bounds"}`,
	} {
		if got := page.ask(request); got != want {
			t.Errorf("%s\n got %s\nwant %s", request, got, want)
		}
	}
	if bundles := decoded[map[string]string](t, page.ask(`{"module":"kz.gov.pki.ncalayerservices.accessory","method":"getBundles"}`)); bundles["kz.gov.pki.osgi.layer.websocket"] == "" {
		t.Errorf("%v", bundles)
	}
	if len(s.proposals()) != 0 {
		t.Error("a key was asked for without permission")
	}
}

// cmsOf reads what basics or commonUtils gave.
func cmsOf(t testing.TB, text string, content []byte) (*cms.SignedData, []cms.Finding) {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(text)
	if block, _ := pem.Decode([]byte(text)); block != nil {
		if block.Type != "CMS" {
			t.Errorf("PEM of %s", block.Type)
		}
		der, err = block.Bytes, nil
	}
	must(t, err)
	sd, err := cms.Parse(der)
	must(t, err)
	findings, err := sd.Verify(cms.Verification{Content: content})
	must(t, err)
	for _, f := range findings {
		if !f.Whole || !f.Good || !f.BES {
			t.Errorf("%v", f.Reason)
		}
	}
	return sd, findings
}

func TestCommonUtilsSigns(t *testing.T) {
	t.Parallel()
	for name, who := range map[string]person{"gost.p12": actors().gost, "rsa.p12": actors().rsa} {
		s := &script{decide: pick(name)}
		site := start(t, s)
		page := site.dial(portal)
		for _, attached := range []bool{true, false} {
			r := page.common("createCAdESFromBase64", "PKCS12", "SIGNATURE", "MTEK", attached)
			text, _ := r.Object.(string)
			sd, findings := cmsOf(t, text, []byte("11\n"))
			if r.Code != "200" || r.Message != "" || sd.Detached == attached || len(findings) != 1 || !findings[0].Certificate.Equal(who.cert) {
				t.Errorf("%+v", r)
			}
		}
		r := page.common("createCAdESFromBase64Hash", "PKCS12", "SIGNATURE", base64.StdEncoding.EncodeToString(algorithmOf(who).Digest([]byte("11\n"))))
		hashed, _ := r.Object.(string)
		cmsOf(t, hashed, []byte("11\n"))

		again := page.common("createCAdESFromBase64", "PKCS12", "", hashed, false)
		joined, _ := again.Object.(string)
		if _, findings := cmsOf(t, joined, []byte("11\n")); len(findings) != 2 {
			t.Errorf("%d signers joined", len(findings))
		}
		path := filepath.Join(site.dir, "file.txt")
		must(t, os.WriteFile(path, []byte("a file"), 0o600))
		r = page.common("createCAdESFromFile", "PKCS12", "SIGNATURE", path, true)
		fromFile, _ := r.Object.(string)
		cmsOf(t, fromFile, []byte("a file"))
		if r := page.common("createCAdESFromFile", "PKCS12", "SIGNATURE", path+"x", true); r.Message != "file.not_found" {
			t.Errorf("%+v", r)
		}
		if r := page.common("createCAdESFromBase64Hash", "PKCS12", "SIGNATURE", ""); r.Code != "500" || r.Message != "" {
			t.Errorf("%+v", r)
		}
		r = page.common("signXml", "PKCS12", "SIGNATURE", "<tag>data</tag>", "", "")
		signed, _ := r.Object.(string)
		if f, err := xmldsig.Verify([]byte(signed)); err != nil || !f[0].Good || !f[0].Whole || !strings.Contains(signed, "\r\n<ds:SignedInfo>") {
			t.Errorf("%v: %+v", err, r)
		}
		r = page.common("signXmls", "PKCS12", "SIGNATURE", []string{"<a/>", "<b/>"}, "", "")
		if many, _ := r.Object.([]any); len(many) != 2 {
			t.Errorf("%+v", r)
		}
		if len(s.callers()) != 1 {
			t.Errorf("asked %d times for permission", len(s.callers()))
		}
		kinds := []Kind{}
		for _, p := range s.proposals() {
			if p.Caller.ID != portal || p.Purpose != SignDocuments || p.Language != Kazakh {
				t.Errorf("%v %q %q", p.Purpose, p.Caller.ID, p.Language)
			}
			kinds = append(kinds, p.Documents[0].Kind)
		}
		if want := []Kind{Text, Text, Digest, Signature, Text, XML, XML}; !slices.Equal(kinds, want) {
			t.Errorf("shown as %v", kinds)
		}
	}
}

func algorithmOf(p person) keypair.Algorithm {
	a, err := keypair.Of(p.key.Public())
	if err != nil {
		panic(err)
	}
	return a
}

func TestKeyInfo(t *testing.T) {
	t.Parallel()
	s := &script{decide: pick("gost.p12")}
	page := start(t, s).dial(portal)
	r := page.common("getKeyInfo", "PKCS12")
	info, _ := r.Object.(map[string]any)
	want := describe(actors().gost.cert)
	if r.Code != "200" || len(info) != 12 || info["algorithm"] != "ECGOST3410-2015-512" || info["alias"] != want.KeyID || info["pem"] != want.PEM ||
		info["subjectDn"] != "CN=СЕРІКОВ ЕРЛАН,SURNAME=СЕРІКОВ,SERIALNUMBER=IIN900101300811,C=KZ,GIVENNAME=МАРАТҰЛЫ" ||
		info["issuerDn"] != "CN=НЕГІЗГІ" || len(want.CertNotAfter) != 13 {
		t.Errorf("%+v", info)
	}
	if p := s.proposals(); p[0].Purpose != ShowCertificate || len(p[0].Documents) != 0 {
		t.Error("more than a look was proposed")
	}
}

func TestBasicsSigns(t *testing.T) {
	t.Parallel()
	s := &script{decide: pick("gost.p12")}
	page := start(t, s).dial(portal)
	sign := func(format string, data any, params map[string]any) (string, []string) {
		t.Helper()
		o := page.signed(map[string]any{"allowedStorages": nil, "format": format, "data": data, "signingParams": params, "signerParams": map[string]any{"extKeyUsageOids": []string{}}, "locale": "ru"})
		if !o.Status {
			t.Fatalf("%+v", o)
		}
		var list []string
		if json.Unmarshal(o.Body["result"], &list) != nil {
			var with struct {
				Signatures  []string
				Certificate string
			}
			must(t, json.Unmarshal(o.Body["result"], &with))
			return with.Certificate, with.Signatures
		}
		return "", list
	}
	_, list := sign("cms", "MTEK", map[string]any{})
	if sd, _ := cmsOf(t, list[0], []byte("MTEK")); sd.Detached || len(list) != 1 || !strings.HasPrefix(list[0], "-----BEGIN CMS-----\n") || !strings.HasSuffix(list[0], "\n-----END CMS-----\n") {
		t.Errorf("%q", list)
	}
	_, list = sign("cms", []string{"MTEK", "MTIK"}, map[string]any{"decode": "true", "encapsulate": "false"})
	if sd, _ := cmsOf(t, list[1], []byte("12\n")); !sd.Detached || len(list) != 2 {
		t.Errorf("%q", list)
	}
	_, joined := sign("cms", list[0], map[string]any{"decode": true})
	if _, findings := cmsOf(t, joined[0], []byte("11\n")); len(findings) != 2 {
		t.Errorf("%d signers", len(findings))
	}
	digest := base64.StdEncoding.EncodeToString(keypair.GOST512.Digest([]byte("11\n")))
	_, list = sign("cms", digest, map[string]any{"decode": true, "digested": "true"})
	cmsOf(t, list[0], []byte("11\n"))
	certificate, list := sign("raw", "MTEK", map[string]any{"decode": true, "outputCert": true})
	raw, err := base64.StdEncoding.DecodeString(list[0])
	must(t, err)
	if block, _ := pem.Decode([]byte(certificate)); block == nil || !bytes.Equal(block.Bytes, actors().gost.cert.Raw) || !keypair.Verify(actors().gost.key.Public(), []byte("11\n"), raw) {
		t.Error("raw is not verified by the certificate beside it")
	}
	_, list = sign("raw", digest, map[string]any{"digested": true})
	if raw, err = base64.StdEncoding.DecodeString(list[0]); err != nil || !keypair.Verify(actors().gost.key.Public(), []byte("11\n"), raw) {
		t.Error("raw of a digest is not verified")
	}
	_, list = sign("xml", []string{"<tag>data</tag>", "<b/>"}, map[string]any{})
	for _, x := range list {
		if f, err := xmldsig.Verify([]byte(x)); err != nil || !f[0].Good || strings.ContainsAny(x, "\r\n") {
			t.Errorf("%v: %s", err, x)
		}
	}
	for _, p := range s.proposals() {
		if p.Language != Russian {
			t.Errorf("in %s", p.Language)
		}
	}
}

func TestBasicsRefuses(t *testing.T) {
	t.Parallel()
	s := &script{}
	page := start(t, s).dial(portal)
	good := map[string]any{"allowedStorages": nil, "format": "cms", "data": "MTEK", "signingParams": map[string]any{}, "signerParams": map[string]any{"iin": "", "bin": "", "chain": nil}}
	for name, c := range map[string]struct {
		key     string
		value   any
		code    string
		details string
	}{
		"params no object":   {"signingParams", 555, invocationError, `org.json.JSONException: JSONObject["signingParams"] is not a JSONObject.`},
		"no boolean":         {"signingParams", map[string]any{"decode": 1}, invocationError, `org.json.JSONException: JSONObject["decode"] is not a Boolean.`},
		"no format":          {"format", "pdf", invalidParams, `format: "pdf"`},
		"no data":            {"data", nil, invocationError, `org.json.JSONException: JSONObject["data"] not found.`},
		"no documents":       {"data", []string{}, invalidParams, "data: 1 to 500 documents"},
		"an unknown storage": {"allowedStorages", []string{"X"}, invalidParams, `allowedStorages: "X"`},
		"no OID":             {"signerParams", map[string]any{"extKeyUsageOids": []string{"1.x"}}, invalidParams, `extKeyUsageOids: "1.x"`},
		"no certificate":     {"signerParams", map[string]any{"chain": []string{"MTEK"}}, invalidParams, "chain: a certificate cannot be read"},
		"no time stamps":     {"signingParams", map[string]any{"tsaProfile": map[string]any{}}, signingFailure, errNoStamp.Error()},
	} {
		args := map[string]any{}
		for k, v := range good {
			args[k] = v
		}
		args[c.key] = c.value
		if o := page.signed(args); o.Status || o.Code != c.code || o.Details != c.details || o.Message != basicsMessages[c.code] {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if o := page.signed(good); !o.Status || o.Body == nil || len(o.Body) != 0 {
		t.Errorf("cancelled: %+v", o)
	}
	if r := page.common("createCAdESFromBase64", "PKCS12", "SIGNATURE", "MTEK", true); r.Message != "action.canceled" || r.Code != "500" {
		t.Errorf("cancelled: %+v", r)
	}
}

// Keys that are not fit are marked before the choice and refused after it; a
// wrong password is told and asked for again.
func TestOnlyFitKeysSign(t *testing.T) {
	t.Parallel()
	var problems []error
	step := 0
	s := &script{}
	s.decide = func(_ context.Context, p Proposal) (Choice, error) {
		problems = append(problems, p.Problem)
		step++
		choose := func(name string, password Password) (Choice, error) {
			c, err := pick(name)(t.Context(), Proposal{Keys: p.Keys})
			c.Password = password
			return c, err
		}
		switch step {
		case 1:
			return choose("gost.p12", "Wrong1")
		case 2:
			return choose("old.p12", password)
		case 3:
			return choose("auth.p12", password)
		case 4:
			return choose("gost.p12", password)
		}
		return Choice{}, ErrCancelled
	}
	site := start(t, s, func(c *Config) { c.Authorities = nil })
	page := site.dial(portal)
	args := map[string]any{
		"format": "cms", "data": "MTEK", "signingParams": map[string]any{},
		"signerParams": map[string]any{"extKeyUsageOids": []string{"1.3.6.1.5.5.7.3.4", "1.2.398.3.3.4.1.1"}, "iin": "900101300811"},
	}
	if o := page.signed(args); !o.Status || o.Body["result"] == nil {
		t.Errorf("%+v", o)
	}
	for i, want := range []error{nil, ErrPassword, ErrUnfit, ErrUnfit} {
		if !errors.Is(problems[i], want) {
			t.Errorf("problem %d is %v", i, problems[i])
		}
	}
	page.signed(args)
	seen := s.proposals()
	keys := seen[len(seen)-1].Keys
	if filepath.Base(keys[0].Path) != "gost.p12" || len(keys[0].Against) != 0 {
		t.Errorf("first comes %s", keys[0].Path)
	}
	for _, k := range keys {
		want := map[string][]Reason{"gost.p12": nil, "old.p12": {Expired, OtherPerson}, "auth.p12": {OtherUse}, "rsa.p12": nil}[filepath.Base(k.Path)]
		if !slices.Equal(k.Against, want) || (k.Certificate == nil) != (filepath.Base(k.Path) == "rsa.p12") || k.Standing != StandingUnknown {
			t.Errorf("%s: %v", k.Path, k.Against)
		}
	}
	if log := site.log.String(); strings.Contains(log, "900101300811") || strings.Contains(log, "СЕРІКОВ") || strings.Contains(log, "Wrong1") || !strings.Contains(log, "outcome=signed") {
		t.Error("the log tells too much, or too little")
	}
}

func TestWishes(t *testing.T) {
	t.Parallel()
	c := actors()
	now := time.Now()
	for name, tc := range map[string]struct {
		wish     wish
		cert     person
		standing Standing
		want     []Reason
	}{
		"nothing":            {wish{}, c.gost, StandingUnknown, nil},
		"revoked":            {wish{}, c.gost, StandingRevoked, []Reason{Revoked}},
		"revoked will do":    {wish{revoked: true}, c.gost, StandingRevoked, nil},
		"expired will do":    {wish{expired: true}, c.expired, StandingGood, nil},
		"sign in with GOST":  {wish{signsIn: true}, c.gost, StandingGood, nil},
		"sign in with RSA":   {wish{signsIn: true}, c.rsa, StandingGood, []Reason{OtherUse}},
		"sign with auth":     {wish{signs: true}, c.signIn, StandingGood, []Reason{OtherUse}},
		"company":            {wish{bin: "123456789012"}, c.gost, StandingGood, []Reason{OtherCompany}},
		"serial":             {wish{serial: "0" + strings.ToUpper(c.gost.cert.SerialNumber.Text(16))}, c.gost, StandingGood, nil},
		"another serial":     {wish{serial: "12"}, c.gost, StandingGood, []Reason{OtherSerial}},
		"own authority":      {wish{judged: true, authorities: []*x509.Certificate{c.root.cert}}, c.gost, StandingGood, nil},
		"another authority":  {wish{judged: true, authorities: []*x509.Certificate{c.rsa.cert}}, c.gost, StandingGood, []Reason{OtherIssuer}},
		"expired, authority": {wish{judged: true, expired: true, authorities: []*x509.Certificate{c.root.cert}}, c.expired, StandingGood, nil},
		"any authority":      {wish{judged: true}, c.gost, StandingGood, nil},
	} {
		if got := tc.wish.against(tc.cert.cert, tc.standing, now); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestDocumentsAreToldByTheirContent(t *testing.T) {
	t.Parallel()
	signature, err := cms.Signer{Key: actors().gost.key, Certificate: actors().gost.cert}.Attached([]byte("x"))
	must(t, err)
	for content, want := range map[string]Kind{
		"Мәтін\r\n": Text, "<a/>": XML, " \ufeff": Text, `{"a":1}`: JSON, "[1": Text, "%PDF-1.7": PDF, "\x89PNG\r\n\x1a\n": Picture, "\xff\xd8\xff\xe0": Picture,
		"\x00\x01": Other, "a\u202eb": Other, "\x1b[2J": Other, string(signature): Signature, "0\x82": Other, "": Text,
	} {
		if got := KindOf([]byte(content)); got != want {
			t.Errorf("%q is shown as %d", content, got)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"module":"kz.gov.pki.knca.basics","method":"sign","args":{"format":"cms","data":["MTEK"],"signingParams":{"decode":"true"},"signerParams":{"extKeyUsageOids":["1.2"],"chain":[""]}},"uuid":"1"}`))
	f.Add([]byte(`{"module":"kz.gov.pki.knca.commonUtils","method":"signXmls","args":["PKCS12","",["<a/>"],"",""]}`))
	f.Add([]byte(strings.Repeat("[", 100)))
	f.Fuzz(func(t *testing.T, frame []byte) {
		r, err := parseRequest(frame)
		if err != nil {
			return
		}
		ss := &session{Server: &Server{Config: Config{Stores: map[string]Store{}}}}
		if _, _, err := ss.parseSign(r.args); err != nil && failure(err, r).Code == "" {
			t.Error("a failure without a code")
		}
		var args []json.RawMessage
		if json.Unmarshal(r.args, &args) == nil {
			for _, a := range args {
				new(call).take('s', a)
				new(call).take('b', a)
				new(call).take('l', a)
			}
		}
	})
}
