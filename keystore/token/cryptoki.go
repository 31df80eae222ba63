//go:build cgo

package token

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/pkcs11"

	"qoltanba/keystore/keypair"
)

// cryptoki is a vendor's library.
type cryptoki struct{ *pkcs11.Ctx }

// load opens and initialises a library.
func load(path string) (driver, error) {
	lib := pkcs11.New(path)
	if lib == nil {
		return nil, ErrNoModule
	}
	if err := lib.Initialize(); err != nil {
		lib.Destroy()
		if errors.Is(err, pkcs11.Error(pkcs11.CKR_CRYPTOKI_ALREADY_INITIALIZED)) {
			return nil, ErrInUse
		}
		return nil, fmt.Errorf("%w: %w", ErrNoModule, err)
	}
	return cryptoki{lib}, nil
}

func (c cryptoki) close() error {
	err := c.Finalize()
	c.Destroy()
	return err
}

// meaning gives the library's errors that a caller branches on their names here.
func meaning(err error) error {
	var code pkcs11.Error
	if !errors.As(err, &code) {
		return err
	}
	named := map[uint]error{
		pkcs11.CKR_TOKEN_NOT_PRESENT: ErrGone, pkcs11.CKR_DEVICE_REMOVED: ErrGone, pkcs11.CKR_DEVICE_ERROR: ErrGone,
		pkcs11.CKR_SESSION_HANDLE_INVALID: ErrGone, pkcs11.CKR_SESSION_CLOSED: ErrGone, pkcs11.CKR_SLOT_ID_INVALID: ErrGone,
		pkcs11.CKR_KEY_HANDLE_INVALID: ErrGone, pkcs11.CKR_OBJECT_HANDLE_INVALID: ErrGone, pkcs11.CKR_USER_NOT_LOGGED_IN: ErrGone,
		pkcs11.CKR_CRYPTOKI_NOT_INITIALIZED: ErrGone, pkcs11.CKR_TOKEN_NOT_RECOGNIZED: ErrGone, pkcs11.CKR_GENERAL_ERROR: ErrGone,
		pkcs11.CKR_PIN_LOCKED: ErrLocked, pkcs11.CKR_PIN_EXPIRED: ErrPINExpired, pkcs11.CKR_USER_PIN_NOT_INITIALIZED: ErrNoPIN,
		pkcs11.CKR_DEVICE_MEMORY: ErrFull, pkcs11.CKR_MECHANISM_INVALID: ErrUnsupported, pkcs11.CKR_KEY_SIZE_RANGE: ErrUnsupported,
	}[uint(code)]
	if named == nil {
		return fmt.Errorf("the token's library: %w", err)
	}
	return fmt.Errorf("%w (%w)", named, err)
}

func (c cryptoki) tokens() ([]Info, error) {
	slots, err := c.GetSlotList(true)
	if err != nil {
		return nil, meaning(err)
	}
	var list []Info
	for _, slot := range slots {
		i, err := c.info(slot)
		if errors.Is(err, ErrGone) {
			continue // taken out since
		}
		if err != nil {
			return nil, err
		}
		list = append(list, i)
	}
	return list, nil
}

func (c cryptoki) info(slot uint) (Info, error) {
	t, err := c.GetTokenInfo(slot)
	if err != nil {
		return Info{}, meaning(err)
	}
	i := Info{
		Slot: slot, Label: plain(t.Label), Vendor: plain(t.ManufacturerID), Model: plain(t.Model), Serial: plain(t.SerialNumber),
		MinPIN: int(min(t.MinPinLen, 1<<16)), MaxPIN: int(min(t.MaxPinLen, 1<<16)),
		Ready: t.Flags&pkcs11.CKF_TOKEN_INITIALIZED != 0 && t.Flags&pkcs11.CKF_USER_PIN_INITIALIZED != 0,
	}
	switch {
	case t.Flags&pkcs11.CKF_USER_PIN_LOCKED != 0:
		i.Tries = TriesNone
	case t.Flags&pkcs11.CKF_USER_PIN_FINAL_TRY != 0:
		i.Tries = TriesLast
	case t.Flags&pkcs11.CKF_USER_PIN_COUNT_LOW != 0:
		i.Tries = TriesFewer
	}
	mechanisms, err := c.GetMechanismList(slot)
	if err != nil {
		return Info{}, meaning(err)
	}
	knows := func(id uint) bool {
		return slices.ContainsFunc(mechanisms, func(m *pkcs11.Mechanism) bool { return m.Mechanism == id })
	}
	if knows(pkcs11.CKM_RSA_PKCS_KEY_PAIR_GEN) && knows(pkcs11.CKM_RSA_PKCS) {
		i.Algorithms = []keypair.Algorithm{keypair.RSA}
	}
	return i, nil
}

// plain cuts the padding of a fixed field off, and what no terminal should see.
func plain(field string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(field, "")))
}

func (c cryptoki) login(slot uint, pin PIN) (uint, error) {
	i, err := c.info(slot)
	if errors.Is(err, ErrGone) {
		return 0, ErrNoToken
	}
	if err != nil {
		return 0, err
	}
	if err := i.CheckPIN(pin); err != nil {
		return 0, err
	}
	session, err := c.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	if err != nil {
		return 0, meaning(err)
	}
	err = c.Login(session, pkcs11.CKU_USER, string(pin))
	if code := pkcs11.Error(0); errors.As(err, &code) {
		switch code {
		case pkcs11.CKR_PIN_INCORRECT:
			err = c.wrong(slot)
		case pkcs11.CKR_PIN_LEN_RANGE, pkcs11.CKR_PIN_INVALID:
			err = &PINLength{i.MinPIN, i.MaxPIN}
		}
	}
	if err != nil {
		return 0, errors.Join(meaning(err), c.CloseSession(session))
	}
	return uint(session), nil
}

// wrong says how many tries are left after a wrong PIN.
func (c cryptoki) wrong(slot uint) error {
	i, err := c.info(slot)
	if err != nil {
		return &WrongPIN{TriesFewer}
	}
	return &WrongPIN{i.Tries}
}

// logout ends a session and with it the login, which a library keeps for the
// whole process.
func (c cryptoki) logout(session uint) error {
	err := c.Logout(pkcs11.SessionHandle(session))
	return meaning(errors.Join(err, c.CloseSession(pkcs11.SessionHandle(session))))
}

func attribute(kind uint, value any) *pkcs11.Attribute { return pkcs11.NewAttribute(kind, value) }

// generate makes a pair, names it after its public half, and tries it. What is
// not as it should be is destroyed again.
func (c cryptoki) generate(session uint, order keyOrder) (_ object, err error) {
	sh := pkcs11.SessionHandle(session)
	public, private, err := c.GenerateKeyPair(sh,
		[]*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS_KEY_PAIR_GEN, nil)},
		[]*pkcs11.Attribute{
			attribute(pkcs11.CKA_TOKEN, true), attribute(pkcs11.CKA_VERIFY, true), attribute(pkcs11.CKA_LABEL, order.label),
			attribute(pkcs11.CKA_MODULUS_BITS, order.bits), attribute(pkcs11.CKA_PUBLIC_EXPONENT, []byte{1, 0, 1}),
		},
		[]*pkcs11.Attribute{
			attribute(pkcs11.CKA_TOKEN, true), attribute(pkcs11.CKA_PRIVATE, true), attribute(pkcs11.CKA_SENSITIVE, true),
			attribute(pkcs11.CKA_EXTRACTABLE, false), attribute(pkcs11.CKA_SIGN, true), attribute(pkcs11.CKA_LABEL, order.label),
		})
	if err != nil {
		return object{}, meaning(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.DestroyObject(sh, private), c.DestroyObject(sh, public))
		}
	}()
	made, err := c.read(sh, private)
	if err != nil {
		return object{}, err
	}
	if made.id, err = order.id(made.public); err != nil {
		return object{}, err
	}
	for _, half := range []pkcs11.ObjectHandle{public, private} {
		if err := c.SetAttributeValue(sh, half, []*pkcs11.Attribute{attribute(pkcs11.CKA_ID, made.id)}); err != nil {
			return object{}, meaning(err)
		}
	}
	return made, errors.Join(c.kept(sh, private), c.tried(session, made))
}

// kept checks that the private key will never be given out.
func (c cryptoki) kept(sh pkcs11.SessionHandle, private pkcs11.ObjectHandle) error {
	for kind, want := range map[uint]bool{
		pkcs11.CKA_SENSITIVE: true, pkcs11.CKA_EXTRACTABLE: false,
		pkcs11.CKA_ALWAYS_SENSITIVE: true, pkcs11.CKA_NEVER_EXTRACTABLE: true,
	} {
		value, err := c.value(sh, private, kind)
		if err != nil {
			return meaning(err)
		}
		if len(value) != 1 || (value[0] != 0) != want {
			return ErrWeak
		}
	}
	return nil
}

// tried checks that the private half signs for the public one.
func (c cryptoki) tried(session uint, made object) error {
	message := []byte("a new key tries itself")
	content, err := digestInfo(keypair.RSA.Digest(message), crypto.SHA256)
	if err != nil {
		return err
	}
	signature, err := c.sign(session, made.handle, content)
	if err == nil && !keypair.Verify(made.public, message, signature) {
		err = errors.New("the token's new key does not sign for its public half: use another token")
	}
	return err
}

func (c cryptoki) value(sh pkcs11.SessionHandle, o pkcs11.ObjectHandle, kind uint) ([]byte, error) {
	values, err := c.GetAttributeValue(sh, o, []*pkcs11.Attribute{pkcs11.NewAttribute(kind, nil)})
	if err != nil || len(values) != 1 {
		return nil, err
	}
	return values[0].Value, nil
}

// read reads a private key; its public half stands in the private object, or
// in a public one with the same CKA_ID.
func (c cryptoki) read(sh pkcs11.SessionHandle, private pkcs11.ObjectHandle) (object, error) {
	o := object{handle: uint(private)}
	var err error
	if o.id, err = c.value(sh, private, pkcs11.CKA_ID); err != nil {
		return o, meaning(err)
	}
	label, err := c.value(sh, private, pkcs11.CKA_LABEL)
	if err != nil {
		return o, meaning(err)
	}
	o.label = plain(string(label))
	from := private
	modulus, err := c.value(sh, from, pkcs11.CKA_MODULUS)
	if err != nil || len(modulus) == 0 {
		public, err := c.find(sh, attribute(pkcs11.CKA_CLASS, pkcs11.CKO_PUBLIC_KEY), attribute(pkcs11.CKA_ID, o.id))
		if err != nil {
			return o, err
		}
		if len(public) == 0 {
			return o, errNoPublicKey
		}
		from = public[0]
		if modulus, err = c.value(sh, from, pkcs11.CKA_MODULUS); err != nil {
			return o, meaning(err)
		}
	}
	exponent, err := c.value(sh, from, pkcs11.CKA_PUBLIC_EXPONENT)
	if err != nil {
		return o, meaning(err)
	}
	o.public, err = publicKey(modulus, exponent)
	return o, err
}

func (c cryptoki) find(sh pkcs11.SessionHandle, like ...*pkcs11.Attribute) ([]pkcs11.ObjectHandle, error) {
	if err := c.FindObjectsInit(sh, like); err != nil {
		return nil, meaning(err)
	}
	found, _, err := c.FindObjects(sh, maxObjects)
	return found, meaning(errors.Join(err, c.FindObjectsFinal(sh)))
}

func (c cryptoki) keys(session uint) ([]object, error) {
	sh := pkcs11.SessionHandle(session)
	found, err := c.find(sh, attribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY), attribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_RSA),
		attribute(pkcs11.CKA_SIGN, true))
	if err != nil {
		return nil, err
	}
	var list []object
	for _, handle := range found {
		o, err := c.read(sh, handle)
		if errors.Is(err, errNoPublicKey) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, nil
}

func (c cryptoki) sign(session, private uint, content []byte) ([]byte, error) {
	sh := pkcs11.SessionHandle(session)
	mechanism := []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS, nil)}
	if err := c.SignInit(sh, mechanism, pkcs11.ObjectHandle(private)); err != nil {
		return nil, meaning(err)
	}
	signature, err := c.Sign(sh, content)
	return signature, meaning(err)
}

func (c cryptoki) certificates(session uint) ([]*x509.Certificate, error) {
	sh := pkcs11.SessionHandle(session)
	found, err := c.find(sh, attribute(pkcs11.CKA_CLASS, pkcs11.CKO_CERTIFICATE), attribute(pkcs11.CKA_CERTIFICATE_TYPE, pkcs11.CKC_X_509))
	if err != nil {
		return nil, err
	}
	var list []*x509.Certificate
	for _, handle := range found {
		der, err := c.value(sh, handle, pkcs11.CKA_VALUE)
		if err != nil {
			return nil, meaning(err)
		}
		if len(der) > maxCertificate {
			continue
		}
		if cert, err := x509.ParseCertificate(bytes.Clone(der)); err == nil {
			list = append(list, cert)
		}
	}
	return list, nil
}

func (c cryptoki) putCertificate(session uint, id []byte, label string, cert *x509.Certificate) error {
	serial, err := asn1.Marshal(cert.SerialNumber)
	if err != nil {
		return err
	}
	_, err = c.CreateObject(pkcs11.SessionHandle(session), []*pkcs11.Attribute{
		attribute(pkcs11.CKA_CLASS, pkcs11.CKO_CERTIFICATE), attribute(pkcs11.CKA_CERTIFICATE_TYPE, pkcs11.CKC_X_509),
		attribute(pkcs11.CKA_TOKEN, true), attribute(pkcs11.CKA_PRIVATE, false), attribute(pkcs11.CKA_ID, id),
		attribute(pkcs11.CKA_LABEL, label), attribute(pkcs11.CKA_SUBJECT, cert.RawSubject), attribute(pkcs11.CKA_ISSUER, cert.RawIssuer),
		attribute(pkcs11.CKA_SERIAL_NUMBER, serial), attribute(pkcs11.CKA_VALUE, cert.Raw),
	})
	return meaning(err)
}
