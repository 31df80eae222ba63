//go:build demo

package service

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// forgedProofs are JWS that look like a proof of possession and are none: of
// another algorithm, without a signature, under a shared secret, with a private
// key inside.
func forgedProofs(t *testing.T) map[string]string {
	t.Helper()
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signed := func(algorithm jose.SignatureAlgorithm, key any, kind jose.ContentType) string {
		t.Helper()
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, (&jose.SignerOptions{EmbedJWK: algorithm != jose.HS256}).WithType(kind))
		if err != nil {
			t.Fatal(err)
		}
		jws, err := signer.Sign([]byte(`{"jti":"a","htm":"PUT","htu":"x","iat":1}`))
		if err != nil {
			t.Fatal(err)
		}
		text, err := jws.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	encoded := func(v map[string]any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	p256 := newKey(t)
	jwk := func(key any) any { return jose.JSONWebKey{Key: key} }
	claims := encoded(map[string]any{"jti": "a", "htm": "PUT"})
	return map[string]string{
		"a proof by P-384":             signed(jose.ES384, p384, "dpop+jwt"),
		"a proof by RSA":               signed(jose.RS256, rsaKey, "dpop+jwt"),
		"a proof by a shared secret":   signed(jose.HS256, make([]byte, 32), "dpop+jwt"),
		"a proof of another type":      signed(jose.ES256, p256, "JWT"),
		"a proof of algorithm none":    encoded(map[string]any{"alg": "none", "typ": "dpop+jwt", "jwk": jwk(p256.Public())}) + "." + claims + ".",
		"a proof with a private key":   encoded(map[string]any{"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk(p256)}) + "." + claims + ".AAAA",
		"a proof that names no key":    encoded(map[string]any{"alg": "ES256", "typ": "dpop+jwt"}) + "." + claims + ".AAAA",
		"a proof with a key elsewhere": encoded(map[string]any{"alg": "ES256", "typ": "dpop+jwt", "jku": "http://127.0.0.1:1/"}) + "." + claims + ".AAAA",
	}
}
