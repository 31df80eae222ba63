package companion

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/xmldsig"
)

const (
	pkcs12 = "PKCS12"
	// maxFile is how many bytes of a file are read for a caller, whose signature
	// leaves the file where it is; maxHeld where the signature holds it.
	maxFile = 128 << 20
	maxHeld = 64 << 20
)

var (
	errStorage     = errors.New("storage.unknown")
	errStorageName = errors.New("storageName.param.empty")
	errFile        = errors.New("file.not_found")
	errXPath       = errors.New("the place of an XML signature cannot be chosen: leave both XPaths empty")
	// errSilent is a failure without a message.
	errSilent = errors.New("")
)

// storages are the names that portals have for places of keys.
var storages = []string{
	pkcs12, "JKS", "AKKaztokenStore", "AKKZIDCardStore", "AKEToken72KStore", "AKEToken5110Store", "AKJaCartaStore", "AKAKEYStore",
}

// call is a call of commonUtils whose arguments have the types of its method.
type call struct {
	strings []string // in their order, the others left out
	list    []string
	is      bool
}

// method is found by its name and the count of its arguments.
type method struct {
	types string // of arguments: s a string, b a boolean, l a list of strings
	run   func(*session, context.Context, call) (any, error)
}

var methods = map[string]method{
	"getActiveTokens":              {"", (*session).getActiveTokens},
	"getKeyInfo":                   {"s", (*session).getKeyInfo},
	"signXml":                      {"sssss", (*session).signXML},
	"signXmls":                     {"sslss", (*session).signXMLs},
	"createCAdESFromBase64":        {"sssb", fromBase64(false)},
	"createCAdESFromBase64Hash":    {"sss", (*session).createFromHash},
	"createCMSSignatureFromBase64": {"sssb", fromBase64(true)},
	"createCAdESFromFile":          {"sssb", fromFile(false)},
	"createCMSSignatureFromFile":   {"sssb", fromFile(true)},
	"applyCAdEST":                  {"sss", (*session).applyTimeStamp},
	"showFileChooser":              {"ss", (*session).showFileChooser},
	"changeLocale":                 {"s", (*session).changeLocale},
}

// commonUtils answers a request of this module.
func (ss *session) commonUtils(ctx context.Context, r request) result {
	object, err := ss.invoke(ctx, r)
	switch {
	case err == nil:
		return result{Code: "200", Object: object, UUID: r.uuid}
	case isCancelled(err):
		return result{Code: "500", Message: "action.canceled", UUID: r.uuid}
	case errors.Is(err, errSilent):
		return result{Code: "500", UUID: r.uuid}
	}
	return result{Code: "500", Message: message(err), UUID: r.uuid}
}

// message is what a caller hears; what this module says of itself goes as it is.
func message(err error) string {
	var own callError
	if errors.As(err, &own) || errors.Is(err, errStorage) || errors.Is(err, errStorageName) || errors.Is(err, errXPath) {
		return err.Error()
	}
	return plain(err)
}

// callError says what is wrong with a call, in the words of Java that clients
// look for.
type callError string

// Error implements error.
func (e callError) Error() string { return string(e) }

func (ss *session) invoke(ctx context.Context, r request) (any, error) {
	var args []json.RawMessage
	if r.args != nil {
		if err := json.Unmarshal(r.args, &args); err != nil {
			return nil, callError("java.lang.IllegalArgumentException: args is not a JSONArray. Method: " + r.method)
		}
	}
	m, known := methods[r.method]
	if !known || len(args) != len(m.types) {
		return nil, callError("NoSuchMethodException " + r.method)
	}
	var c call
	for i, arg := range args {
		if !c.take(m.types[i], arg) {
			return nil, callError("java.lang.IllegalArgumentException: argument type mismatch. Method: " + r.method)
		}
	}
	return m.run(ss, ctx, c)
}

// take reads an argument if it is of the type.
func (c *call) take(kind byte, arg json.RawMessage) bool {
	if present(arg) == nil {
		return false
	}
	switch kind {
	case 's':
		var s string
		if json.Unmarshal(arg, &s) != nil {
			return false
		}
		c.strings = append(c.strings, s)
		return true
	case 'b':
		return json.Unmarshal(arg, &c.is) == nil
	}
	return json.Unmarshal(arg, &c.list) == nil && len(c.list) <= MaxDocuments
}

// task begins what is to be signed with a key of a storage and of a type.
func (ss *session) task(storage, keyType string) (task, error) {
	if storage == "" {
		return task{}, errStorageName
	}
	if !slices.Contains(storages, storage) {
		return task{}, errStorage
	}
	if ss.Stores[storage] == nil {
		return task{}, errNoKeys
	}
	w := wish{signs: keyType == "SIGNATURE", signsIn: keyType == "AUTHENTICATION"}
	return task{form: formCMS, stores: []string{storage}, wish: w, language: ss.language}, nil
}

// getActiveTokens lists tokens that are there; key files are none.
func (ss *session) getActiveTokens(ctx context.Context, _ call) (any, error) {
	if err := ss.allow(ctx); err != nil {
		return nil, err
	}
	active := []string{}
	for _, name := range storages[2:] {
		if ss.Stores[name] == nil {
			continue
		}
		if keys, err := ss.Stores[name].Keys(ctx); err == nil && len(keys) > 0 {
			active = append(active, name)
		}
	}
	return active, nil
}

func (ss *session) changeLocale(_ context.Context, c call) (any, error) {
	ss.language = languageNamed(c.strings[0], ss.language)
	return nil, nil
}

func (ss *session) showFileChooser(ctx context.Context, c call) (any, error) {
	if !slices.Contains([]string{"ALL", "P12", "JKS", "KEYSTORE", "CER", "CRL", "DIRECTORY", ""}, c.strings[0]) {
		return nil, callError("fileType.unknown")
	}
	if err := ss.allow(ctx); err != nil {
		return nil, err
	}
	wanted := FileRequest{Caller: ss.caller, Language: ss.language, Type: c.strings[0], Directory: c.strings[1]}
	if wanted.Type == "DIRECTORY" {
		wanted.Type = ""
	}
	var path string
	err := ss.inDialog(ctx, func() (err error) {
		path, err = ss.Consenter.ChooseFile(ctx, wanted)
		return err
	})
	return path, err
}

func fromBase64(stamped bool) func(*session, context.Context, call) (any, error) {
	return func(ss *session, ctx context.Context, c call) (any, error) {
		t, err := ss.task(c.strings[0], c.strings[1])
		if err != nil {
			return nil, err
		}
		content, err := decode(c.strings[2])
		if err != nil {
			return nil, err
		}
		t.attached, t.stamped = c.is, stamped
		t.documents = []Document{documentOf(content)}
		return ss.one(ctx, t)
	}
}

func fromFile(stamped bool) func(*session, context.Context, call) (any, error) {
	return func(ss *session, ctx context.Context, c call) (any, error) {
		t, err := ss.task(c.strings[0], c.strings[1])
		if err != nil {
			return nil, err
		}
		// Whether a file is there is told to nobody who may not ask.
		if err := ss.allow(ctx); err != nil {
			return nil, err
		}
		limit := int64(maxFile)
		if c.is {
			limit = maxHeld
		}
		content, err := readFile(c.strings[2], limit)
		if err != nil {
			return nil, err
		}
		t.attached, t.stamped = c.is, stamped
		document := documentOf(content)
		document.Path = c.strings[2]
		t.documents = []Document{document}
		return ss.one(ctx, t)
	}
}

// readFile reads a file of bounded size that is nothing but a file, in one piece.
func readFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > limit {
		return nil, errFile
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, errFile
	}
	defer file.Close() //nolint:errcheck // only read
	content := make([]byte, info.Size())
	if _, err := io.ReadFull(file, content); err != nil {
		return nil, errFile // it was cut meanwhile
	}
	if n, err := file.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return nil, errFile // it grew meanwhile
	}
	return content, nil
}

func (ss *session) createFromHash(ctx context.Context, c call) (any, error) {
	t, err := ss.task(c.strings[0], c.strings[1])
	if err != nil {
		return nil, err
	}
	digest, err := decode(c.strings[2])
	if err != nil {
		return nil, err
	}
	if len(digest) == 0 {
		return nil, errSilent
	}
	t.documents = []Document{{Kind: Digest, Content: digest}}
	return ss.one(ctx, t)
}

// one signs one document into base64 of DER.
func (ss *session) one(ctx context.Context, t task) (any, error) {
	signatures, _, err := ss.sign(ctx, t)
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString(signatures[0]), nil
}

func (ss *session) applyTimeStamp(ctx context.Context, c call) (any, error) {
	if _, err := ss.task(c.strings[0], c.strings[1]); err != nil {
		return nil, err
	}
	signature, err := decode(c.strings[2])
	if err != nil {
		return nil, err
	}
	if err := ss.allow(ctx); err != nil {
		return nil, err
	}
	stamped, err := ss.stamp(ctx, signature)
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString(stamped), nil
}

func (ss *session) signXML(ctx context.Context, c call) (any, error) {
	signed, err := ss.xmls(ctx, c.strings[0], c.strings[1], []string{c.strings[2]}, c.strings[3:])
	if err != nil {
		return nil, err
	}
	return signed[0], nil
}

func (ss *session) signXMLs(ctx context.Context, c call) (any, error) {
	return ss.xmls(ctx, c.strings[0], c.strings[1], c.list, c.strings[2:])
}

func (ss *session) xmls(ctx context.Context, storage, keyType string, documents, xpaths []string) ([]string, error) {
	t, err := ss.task(storage, keyType)
	if err != nil {
		return nil, err
	}
	if xpaths[0] != "" || xpaths[1] != "" {
		return nil, errXPath
	}
	t.form, t.layout = formXML, xmldsig.Broken
	if t.documents, err = xmlDocuments(documents); err != nil {
		return nil, err
	}
	signatures, _, err := ss.sign(ctx, t)
	return texts(signatures), err
}

// xmlDocuments checks that all are XML before anybody is asked.
func xmlDocuments(sources []string) ([]Document, error) {
	documents := make([]Document, len(sources))
	for i, source := range sources {
		if err := xmldsig.Check([]byte(source)); err != nil {
			return nil, err
		}
		documents[i] = Document{Kind: XML, Content: []byte(source)}
	}
	return documents, nil
}

func texts(all [][]byte) []string {
	out := make([]string, len(all))
	for i, one := range all {
		out[i] = string(one)
	}
	return out
}

// keyInfo tells whose certificate it is, all as strings.
type keyInfo struct {
	Alias                  string `json:"alias"`
	KeyID                  string `json:"keyId"`
	Algorithm              string `json:"algorithm"`
	SubjectCN              string `json:"subjectCn"`
	SubjectDN              string `json:"subjectDn"`
	IssuerCN               string `json:"issuerCn"`
	IssuerDN               string `json:"issuerDn"`
	SerialNumber           string `json:"serialNumber"`
	CertNotAfter           string `json:"certNotAfter"` // milliseconds since 1970
	CertNotBefore          string `json:"certNotBefore"`
	AuthorityKeyIdentifier string `json:"authorityKeyIdentifier"`
	PEM                    string `json:"pem"`
}

func (ss *session) getKeyInfo(ctx context.Context, c call) (any, error) {
	t, err := ss.task(c.strings[0], "")
	if err != nil {
		return nil, err
	}
	if err := ss.allow(ctx); err != nil {
		return nil, err
	}
	// To look at a certificate it need not be valid.
	t.wish.expired, t.wish.revoked = true, true
	opened, err := ss.choose(ctx, ShowCertificate, t)
	ss.tell(t, nil, err)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	return describe(opened.Certificate), nil
}

func describe(cert *x509.Certificate) keyInfo {
	id := hex.EncodeToString(keyID(cert))
	if cert.SubjectKeyId != nil {
		id = hex.EncodeToString(cert.SubjectKeyId)
	}
	return keyInfo{
		Alias: id, KeyID: id, Algorithm: algorithmName(cert),
		SubjectCN: cert.Subject.CommonName, SubjectDN: nameText(cert.RawSubject),
		IssuerCN: cert.Issuer.CommonName, IssuerDN: nameText(cert.RawIssuer),
		SerialNumber:           cert.SerialNumber.Text(16),
		CertNotAfter:           strconv.FormatInt(cert.NotAfter.UnixMilli(), 10),
		CertNotBefore:          strconv.FormatInt(cert.NotBefore.UnixMilli(), 10),
		AuthorityKeyIdentifier: hex.EncodeToString(cert.AuthorityKeyId),
		PEM:                    string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})),
	}
}

func algorithmName(cert *x509.Certificate) string {
	public, err := keypair.PublicKeyOf(cert)
	if err != nil {
		return ""
	}
	switch algorithm, _ := keypair.Of(public); algorithm {
	case keypair.GOST512:
		return "ECGOST3410-2015-512"
	case keypair.GOST256:
		return "ECGOST3410-2015-256"
	default:
		return "RSA"
	}
}

// nameLetters are how attributes are spelled; others go by their number.
var nameLetters = map[string]string{
	"2.5.4.3": "CN", "2.5.4.4": "SURNAME", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
	"2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "T", "2.5.4.15": "BusinessCategory", "2.5.4.42": "GIVENNAME",
	"1.2.840.113549.1.9.1": "E", "0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID",
}

// nameText spells a name as clients read it: in the encoded order, with commas
// and no blanks.
func nameText(der []byte) string {
	var name pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &name); err != nil || len(rest) > 0 {
		return ""
	}
	var parts []string
	for _, set := range name {
		for _, a := range set {
			letters, known := nameLetters[a.Type.String()]
			if !known {
				letters = a.Type.String()
			}
			parts = append(parts, letters+"="+escapeName(fmt.Sprint(a.Value)))
		}
	}
	return strings.Join(parts, ",")
}

// escapeName keeps what separates (RFC 4514, 2.4) from the value of an attribute.
func escapeName(value string) string {
	return strings.NewReplacer(`\`, `\\`, `,`, `\,`, `+`, `\+`, `"`, `\"`, `<`, `\<`, `>`, `\>`, `;`, `\;`).Replace(value)
}
