package companion

import (
	"context"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"qoltanba/keystore/xmldsig"
)

// Codes of basics' failures.
const (
	invocationError = "INVOCATION_ERROR"
	generalError    = "GENERAL_ERROR"
	invalidParams   = "INVALID_SIGNING_PARAMS"
	signingFailure  = "SIGNING_FAILURE"
)

// basicsError is a failure of basics.
type basicsError struct{ code, details string }

// Error implements error.
func (e *basicsError) Error() string { return e.code + ": " + e.details }

func thrown(details string) error  { return &basicsError{invocationError, details} }
func invalid(details string) error { return &basicsError{invalidParams, details} }

// basicsMessages go with the codes.
var basicsMessages = map[string]string{
	invocationError: "An invoked method threw an exception.",
	generalError:    "General error.",
	invalidParams:   "Invalid signing parameters.",
	signingFailure:  "Signing failure.",
}

// basics answers a request of this module.
func (ss *session) basics(ctx context.Context, r request) outcome {
	if r.method != "sign" {
		return failure(thrown("java.lang.NoSuchMethodException: "+r.method), r)
	}
	t, withCertificate, err := ss.parseSign(r.args)
	if err != nil {
		return failure(err, r)
	}
	signatures, cert, err := ss.sign(ctx, t)
	if isCancelled(err) {
		return outcome{Status: true, Body: &body{}, UUID: r.uuid}
	}
	if err != nil {
		return failure(&basicsError{signingFailure, plain(err)}, r)
	}
	encoded := make([]string, len(signatures))
	for i, signature := range signatures {
		switch t.form {
		case formCMS:
			encoded[i] = string(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: signature}))
		case formXML:
			encoded[i] = string(signature)
		case formRaw:
			encoded[i] = base64.StdEncoding.EncodeToString(signature)
		}
	}
	if !withCertificate {
		return outcome{Status: true, Body: &body{encoded}, UUID: r.uuid}
	}
	return outcome{Status: true, Body: &body{map[string]any{
		"signatures": encoded, "certificate": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})),
	}}, UUID: r.uuid}
}

func failure(err error, r request) outcome {
	var e *basicsError
	if !errors.As(err, &e) {
		e = &basicsError{generalError, plain(err)}
	}
	return outcome{Code: e.code, Message: basicsMessages[e.code], Details: e.details, UUID: r.uuid}
}

// object is a JSON object that is read as Java's JSONObject is, with its words
// for what is wrong.
type object map[string]json.RawMessage

// object returns the object of a name; nil where there is none or null.
func (o object) object(name string) (object, error) {
	if present(o[name]) == nil {
		return nil, nil
	}
	var inner object
	if json.Unmarshal(o[name], &inner) != nil {
		return nil, thrown(fmt.Sprintf("org.json.JSONException: JSONObject[%q] is not a JSONObject.", name))
	}
	return inner, nil
}

// text returns the string of a name, "" where there is none or null.
func (o object) text(name string) (string, error) {
	if present(o[name]) == nil {
		return "", nil
	}
	var s string
	if json.Unmarshal(o[name], &s) != nil {
		return "", thrown(fmt.Sprintf("org.json.JSONException: JSONObject[%q] is not a string.", name))
	}
	return s, nil
}

// list returns the strings of a name, nil where there is none or null.
func (o object) list(name string) ([]string, error) {
	if present(o[name]) == nil {
		return nil, nil
	}
	list := []string{}
	if json.Unmarshal(o[name], &list) != nil {
		return nil, thrown(fmt.Sprintf("org.json.JSONException: JSONObject[%q] is not a JSONArray.", name))
	}
	return list, nil
}

// flags reads booleans into their places, which hold what they are otherwise.
func (o object) flags(places map[string]*bool) error {
	for name, place := range places {
		is, ok := truth(o[name], *place)
		if !ok {
			return thrown(fmt.Sprintf("org.json.JSONException: JSONObject[%q] is not a Boolean.", name))
		}
		*place = is
	}
	return nil
}

// parseSign reads the arguments of sign.
func (ss *session) parseSign(raw json.RawMessage) (t task, withCertificate bool, err error) {
	var args object
	if json.Unmarshal(raw, &args) != nil || args == nil {
		return t, false, thrown(`org.json.JSONException: JSONObject["args"] is not a JSONObject.`)
	}
	signing, err1 := args.object("signingParams")
	signer, err2 := args.object("signerParams")
	format, err3 := args.text("format")
	locale, err4 := args.text("locale")
	logo, err5 := args.text("logo")
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return t, false, err
	}
	if t.form = map[string]form{"cms": formCMS, "xml": formXML, "raw": formRaw}[format]; t.form == 0 {
		return t, false, invalid("format: " + strconv.Quote(format))
	}
	decoded, attached, digested, expired, revoked := false, true, false, false, false
	if err := signing.flags(map[string]*bool{
		"decode": &decoded, "encapsulate": &attached, "digested": &digested, "allowExpired": &expired, "allowRevoked": &revoked,
		"outputCert": &withCertificate,
	}); err != nil {
		return t, false, err
	}
	if t.stores, err = ss.allowedStores(args); err != nil {
		return t, false, err
	}
	if t.wish, err = ss.parseWish(signer); err != nil {
		return t, false, err
	}
	t.wish.expired, t.wish.revoked = expired, revoked
	t.attached, t.stamped = attached && !digested && t.form == formCMS, t.form == formCMS && present(signing["tsaProfile"]) != nil
	t.language, t.layout, t.logo = languageNamed(locale, Kazakh), xmldsig.Compact, parseLogo(logo)
	t.documents, err = parseDocuments(args["data"], t.form, decoded, digested)
	return t, withCertificate, err
}

const maxLogo = 50000 // characters of base64

func parseLogo(logo string) []byte {
	if len(logo) > maxLogo {
		return nil
	}
	picture, err := base64.StdEncoding.DecodeString(logo)
	if err != nil || KindOf(picture) != Picture {
		return nil
	}
	return picture
}

// allowedStores are those that the caller allows and that are there.
func (ss *session) allowedStores(args object) ([]string, error) {
	allowed, err := args.list("allowedStorages")
	if err != nil {
		return nil, err
	}
	var stores []string
	for _, name := range storages {
		if ss.Stores[name] != nil && (allowed == nil || slices.Contains(allowed, name)) {
			stores = append(stores, name)
		}
	}
	for _, name := range allowed {
		if !slices.Contains(storages, name) {
			return nil, invalid("allowedStorages: " + strconv.Quote(name))
		}
	}
	return stores, nil
}

// parseWish reads signerParams.
func (ss *session) parseWish(signer object) (w wish, err error) {
	oids, err1 := signer.list("extKeyUsageOids")
	chain, err2 := signer.list("chain")
	var err3, err4, err5 error
	w.iin, err3 = signer.text("iin")
	w.bin, err4 = signer.text("bin")
	w.serial, err5 = signer.text("serialNumber")
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return w, err
	}
	for _, text := range oids {
		oid, err := parseOID(text)
		if err != nil {
			return w, invalid("extKeyUsageOids: " + strconv.Quote(text))
		}
		w.usages = append(w.usages, oid)
	}
	if len(chain) > maxChain {
		return w, invalid("chain: too many certificates")
	}
	for _, text := range chain {
		der, err := decode(text)
		if err != nil {
			return w, invalid("chain: a certificate is no PEM")
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return w, invalid("chain: a certificate cannot be read")
		}
		w.authorities = append(w.authorities, cert)
	}
	// Without a chain, the authorities of this computer's settings count; with
	// an empty one, any certificate will do.
	if w.judged = chain == nil || len(chain) > 0; chain == nil {
		w.authorities = ss.Authorities
	}
	return w, nil
}

const maxChain = 20

func parseOID(text string) (asn1.ObjectIdentifier, error) {
	var oid asn1.ObjectIdentifier
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.ParseUint(part, 10, 31)
		if err != nil {
			return nil, err
		}
		oid = append(oid, int(n))
	}
	if len(oid) < 2 || len(oid) > 30 {
		return nil, strconv.ErrRange
	}
	return oid, nil
}

// parseDocuments reads data, one string or many.
func parseDocuments(raw json.RawMessage, f form, decoded, digested bool) ([]Document, error) {
	var many []string
	var one string
	switch {
	case present(raw) == nil:
		return nil, thrown(`org.json.JSONException: JSONObject["data"] not found.`)
	case raw[0] == '"' && json.Unmarshal(raw, &one) == nil:
		many = []string{one}
	case json.Unmarshal(raw, &many) != nil || f == formRaw:
		return nil, thrown(`org.json.JSONException: JSONObject["data"] is not a string.`)
	}
	if len(many) == 0 || len(many) > MaxDocuments {
		return nil, invalid(fmt.Sprintf("data: 1 to %d documents", MaxDocuments))
	}
	if f == formXML {
		documents, err := xmlDocuments(many)
		if err != nil {
			return nil, &basicsError{signingFailure, plain(err)}
		}
		return documents, nil
	}
	documents := make([]Document, len(many))
	for i, data := range many {
		content := []byte(data)
		if decoded || digested || strings.HasPrefix(data, "-----BEGIN CMS-----") {
			var err error
			if content, err = decode(data); err != nil {
				return nil, invalid("data: " + err.Error())
			}
		}
		if len(content) == 0 {
			return nil, invalid("data: a document is empty")
		}
		documents[i] = documentOf(content)
		if digested {
			documents[i].Kind = Digest
		}
	}
	return documents, nil
}
