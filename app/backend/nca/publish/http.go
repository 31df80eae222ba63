package publish

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/ocsp"
	"qoltanba/app/backend/nca/timestamp"
	"qoltanba/keystore/keypair"
)

// Path is what [Publisher.Handler] is mounted at.
const Path = "/pki/"

// names are those of the algorithms in paths.
var names = map[string]keypair.Algorithm{"gost": keypair.GOST512, "rsa": keypair.RSA}

// URLs are the addresses at which a handler is reached that is served under
// base, such as "https://example.kz".
func URLs(base string) map[keypair.Algorithm]nca.URLs {
	urls := make(map[keypair.Algorithm]nca.URLs)
	base = strings.TrimSuffix(base, "/") + Path
	for name, algorithm := range names {
		urls[algorithm] = nca.URLs{
			OCSP: base + "ocsp", CPS: base + "cps", Issuer: base + "cert/" + name + ".cer",
			CRL: base + "crl/" + name + ".crl", DeltaCRL: base + "crl/" + name + "_d.crl",
		}
	}
	return urls
}

// RootURLs are those of what the roots publish, by the same handler.
func RootURLs(base string) map[keypair.Algorithm]nca.URLs {
	urls := make(map[keypair.Algorithm]nca.URLs)
	base = strings.TrimSuffix(base, "/") + Path
	for name, algorithm := range names {
		urls[algorithm] = nca.URLs{OCSP: base + "ocsp", Issuer: base + "cert/" + name + "_root.cer", CRL: base + "crl/" + name + "_root.crl"}
	}
	return urls
}

// Handler serves, beneath [Path], with NAME gost or rsa:
//
//	crl/NAME.crl, crl/NAME_d.crl     complete and delta revocation list
//	crl/NAME_root.crl                the root's list of revoked authorities
//	ocsp                             OCSP by POST, and by GET of ocsp/BASE64
//	tsp                              time stamps by POST
//	cert/NAME.cer, cert/NAME_root.cer  issuing and root certificate
//	cps                              certification practice statement
func (p *Publisher) Handler() http.Handler {
	mux := http.NewServeMux()
	for name, algorithm := range names {
		mux.HandleFunc("GET "+Path+"crl/"+name+".crl", p.list(algorithm, false))
		mux.HandleFunc("GET "+Path+"crl/"+name+"_d.crl", p.list(algorithm, true))
		mux.HandleFunc("GET "+Path+"crl/"+name+"_root.crl", p.rootList(algorithm))
		mux.HandleFunc("GET "+Path+"cert/"+name+".cer", p.certificate(algorithm, 0))
		mux.HandleFunc("GET "+Path+"cert/"+name+"_root.cer", p.certificate(algorithm, 1))
	}
	mux.HandleFunc("POST "+Path+"ocsp", p.postOCSP)
	mux.HandleFunc("GET "+Path+"ocsp/{question...}", p.getOCSP)
	mux.HandleFunc("POST "+Path+"tsp", p.postTimeStamp)
	mux.HandleFunc("GET "+Path+"cps", serveStatement)
	return mux
}

func (p *Publisher) list(algorithm keypair.Algorithm, delta bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if p.authority.Chain(algorithm) == nil {
			http.NotFound(w, r)
			return
		}
		lists, err := p.Lists(r.Context(), algorithm)
		if err != nil {
			http.Error(w, "the list cannot be made now: try again later", http.StatusServiceUnavailable)
			return
		}
		der := lists.Complete
		if delta {
			der = lists.Delta
		}
		send(w, "application/pkix-crl", der)
	}
}

// rootList serves what the root signed when its key was at hand.
func (p *Publisher) rootList(algorithm keypair.Algorithm) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		list := p.authority.RootList(algorithm)
		if list == nil {
			http.NotFound(w, r)
			return
		}
		send(w, "application/pkix-crl", list)
	}
}

// certificate serves one of the chain: 0 is the issuing one, 1 the root.
func (p *Publisher) certificate(algorithm keypair.Algorithm, of int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		chain := p.authority.Chain(algorithm)
		if chain == nil {
			http.NotFound(w, r)
			return
		}
		send(w, "application/pkix-cert", chain[of])
	}
}

func (p *Publisher) postOCSP(w http.ResponseWriter, r *http.Request) {
	question, ok := body(w, r, "application/ocsp-request", ocsp.MaxRequest)
	if ok {
		send(w, "application/ocsp-response", p.Answer(r.Context(), question))
	}
}

func (p *Publisher) postTimeStamp(w http.ResponseWriter, r *http.Request) {
	request, ok := body(w, r, "application/timestamp-query", timestamp.MaxRequest)
	if ok {
		send(w, "application/timestamp-reply", p.authority.TimeStamp(request))
	}
}

func (p *Publisher) getOCSP(w http.ResponseWriter, r *http.Request) {
	text := r.PathValue("question")
	if len(text) > base64.StdEncoding.EncodedLen(ocsp.MaxRequest) {
		http.Error(w, "the question is too long", http.StatusRequestURITooLong)
		return
	}
	answer := ocsp.Malformed
	if question, err := base64.StdEncoding.DecodeString(text); err == nil {
		answer = p.Answer(r.Context(), question)
	}
	send(w, "application/ocsp-response", answer)
}

// body reads a message of one media type and a limited size, or refuses it.
func body(w http.ResponseWriter, r *http.Request, want string, limit int64) ([]byte, bool) {
	if got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || got != want {
		http.Error(w, "send "+want, http.StatusUnsupportedMediaType)
		return nil, false
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		http.Error(w, "the message is larger than "+strconv.FormatInt(limit, 10)+" bytes", http.StatusRequestEntityTooLarge)
		return nil, false
	}
	if err != nil {
		http.Error(w, "the message was cut off", http.StatusBadRequest)
		return nil, false
	}
	return content, true
}

func send(w http.ResponseWriter, mediaType string, content []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content)
}

// statement is short: what this authority does is what the NCA publishes.
const statement = `Сертификаттау тәжірибесі туралы мәлімдеме
Сертификаттарды Қазақстан Республикасының Ұлттық куәландырушы орталығының қағидалары бойынша шығарамыз.
Кері қайтарылған сертификаттар тізімі кемінде сағат сайын және әр кері қайтарудан кейін жаңарады.

Регламент
Сертификаты выпускаются по правилам Национального удостоверяющего центра Республики Казахстан.
Список отозванных сертификатов обновляется не реже раза в час и после каждого отзыва.

Certification practice statement
Certificates are issued by the rules of the National Certification Authority of the Republic of Kazakhstan.
The list of revoked certificates is renewed every hour at least, and after each revocation.
`

func serveStatement(w http.ResponseWriter, _ *http.Request) {
	send(w, "text/plain; charset=utf-8", []byte(statement))
}
