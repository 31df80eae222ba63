//go:build demo

package service

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/api/dpop"
)

// forgery is a call as no client of ours would make it. What is not said is as
// an honest client of the citizen would have it.
type forgery struct {
	method, path, kind string
	body               []byte
	key                crypto.Signer
	token              api.Secret
	proof              func(*dpop.Proof)      // mends the proof before it is signed
	mend               func(*http.Request)    // mends the request after it was signed
	stream             func([]byte) io.Reader // how the body is sent
}

// forge sends the call and reads the answer, which is a problem of the contract
// unless it is a success.
func (c *citizen) forge(f forgery) (status int, p api.Problem, answer []byte) {
	c.Helper()
	r := c.forged(f)
	status, kind, answer := c.send(r)
	if status/100 != 2 {
		if err := json.Unmarshal(answer, &p); err != nil || kind != api.ProblemType || p.Status != status || p.Code == "" {
			c.Errorf("%s %s is answered %d %s %.200s", f.method, f.path, status, kind, answer)
		}
	}
	return status, p, answer
}

// forged makes the request of a forgery.
func (c *citizen) forged(f forgery) *http.Request {
	c.Helper()
	if f.key == nil {
		f.key = c.session.Key
	}
	if f.token == "" {
		f.token = c.session.Token
	}
	escaped := f.path
	if at := strings.IndexByte(escaped, '?'); at >= 0 {
		escaped = escaped[:at]
	}
	proof := dpop.Proof{
		Method: f.method, URL: c.a.base + escaped, IssuedAt: c.a.clock.now(), Token: string(f.token), Nonce: c.e.Nonce, Body: f.body,
	}
	if f.proof != nil {
		f.proof(&proof)
	}
	signed, err := dpop.Sign(f.key, proof)
	if err != nil {
		c.Fatal(err)
	}
	var body io.Reader = bytes.NewReader(f.body)
	if f.stream != nil {
		body = f.stream(f.body)
	}
	r, err := http.NewRequestWithContext(c.Context(), f.method, c.a.base+f.path, body)
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set(dpop.Header, signed)
	r.Header.Set("Authorization", "DPoP "+string(f.token))
	r.Header.Set(api.HeaderIdempotency, rand.Text())
	if f.kind != "" {
		r.Header.Set("Content-Type", f.kind)
	}
	if f.mend != nil {
		f.mend(r)
	}
	return r
}

func (c *citizen) path(rest string) string { return "/v1/enrolments/" + c.e.ID + rest }

// unmeasured hides how long a body is.
func unmeasured(b []byte) io.Reader { return struct{ io.Reader }{bytes.NewReader(b)} }

// bomb is a real PNG of 30,000 by 30,000 black pixels in about 100 KB.
func bomb(t *testing.T) []byte {
	t.Helper()
	const side = 30_000
	out := bytes.NewBufferString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, content []byte) {
		head := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
		out.Write(append(append(head, kind...), content...))
		out.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(append([]byte(kind), content...))))
	}
	size := binary.BigEndian.AppendUint32(nil, side)
	chunk("IHDR", append(binary.BigEndian.AppendUint32(size, side), 1, 0, 0, 0, 0)) // a bit a pixel, grey
	var rows bytes.Buffer
	z, err := zlib.NewWriterLevel(&rows, zlib.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	row := append([]byte{0}, make([]byte, side/8)...)
	for range side {
		if _, err := z.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	chunk("IDAT", rows.Bytes())
	chunk("IEND", nil)
	if config, err := png.DecodeConfig(bytes.NewReader(out.Bytes())); err != nil || config.Width != side || config.Height != side {
		t.Fatalf("the bomb is no picture: %v %v", config, err)
	}
	return out.Bytes()
}

// inflated is a JPEG whose header claims another size.
func inflated(t *testing.T, side uint16) []byte {
	t.Helper()
	b := photo(t, 400, 400, 1)
	at := bytes.Index(b, []byte{0xFF, 0xC0})
	binary.BigEndian.PutUint16(b[at+5:], side)
	binary.BigEndian.PutUint16(b[at+7:], side)
	return b
}

func gzipped(t *testing.T, content []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func pngOf(t *testing.T, w, h int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Pictures that are too many bytes, too many pixels, cut off or none are
// refused, each with its code, and nothing of them is kept.
func TestAbusePictures(t *testing.T) {
	t.Parallel()
	huge := bomb(t)
	if len(huge) > 120<<10 {
		t.Fatalf("the bomb has %d bytes", len(huge))
	}
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		c := a.citizen(t, "angsar")
		c.confirm()
		c.accept(api.TextBiometrics, api.ConsentBiometrics)
		jpeg, large := photo(t, 400, 400, 1), make([]byte, api.MaxPicture+1)
		copy(large, jpeg)
		before := a.kept(t)
		for name, bad := range map[string]struct {
			body   []byte
			want   api.Code
			stream func([]byte) io.Reader
		}{
			"over the limit":              {large, api.TooLarge, nil},
			"over the limit, unannounced": {large, api.TooLarge, unmeasured},
			"30,000 × 30,000 PNG":         {huge, api.PictureTooLarge, nil},
			"30,000 × 30,000 JPEG":        {inflated(t, 30_000), api.PictureTooLarge, nil},
			"65,535 × 65,535 JPEG":        {inflated(t, 65_535), api.PictureTooLarge, nil},
			"JPEG cut off":                {jpeg[:len(jpeg)*2/3], api.PictureDamaged, nil},
			"JPEG without its last byte":  {jpeg[:len(jpeg)-1], api.PictureDamaged, nil},
			"JPEG header alone":           {jpeg[:20], api.PictureDamaged, nil},
			"JPEG cut off, unannounced":   {jpeg[:len(jpeg)/2], api.PictureDamaged, unmeasured},
			"PNG cut off":                 {pngOf(t, 400, 400)[:60], api.PictureDamaged, nil},
			"small":                       {photo(t, 400, 200, 1), api.PictureTooSmall, nil},
			"GIF":                         {append([]byte("GIF89a"), jpeg...), api.PictureWrongType, nil},
			"SVG":                         {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), api.PictureWrongType, nil},
			"PDF":                         {[]byte("%PDF-1.7"), api.PictureWrongType, nil},
			"HEIC":                        {[]byte("\x00\x00\x00\x18ftypheic"), api.PictureWrongType, nil},
			"page":                        {[]byte("<html>"), api.PictureWrongType, nil},
			"nothing":                     {nil, api.PictureWrongType, nil},
			"zipped":                      {gzipped(t, jpeg), api.PictureWrongType, nil},
			"zipped bomb":                 {gzipped(t, make([]byte, 64<<20)), api.PictureWrongType, nil},
		} {
			status, p, _ := c.forge(forgery{method: http.MethodPut, path: c.path("/selfie"), kind: "image/jpeg", body: bad.body, stream: bad.stream})
			if p.Code != bad.want {
				t.Errorf("%s: %d %s, want %s", name, status, p.Code, bad.want)
			}
		}
		for _, kind := range []string{"", "image/gif", "application/json", "application/octet-stream", "multipart/form-data; boundary=x", "IMAGE", "text/html"} {
			if _, p, _ := c.forge(forgery{method: http.MethodPut, path: c.path("/selfie"), kind: kind, body: jpeg}); p.Code != api.PictureWrongType {
				t.Errorf("a picture that is called %q: %s", kind, p.Code)
			}
		}
		before.same(t, "a bad picture", a.kept(t))
		c.selfie()
		c.at(api.StepRecording)
		do(c, api.StartChallenge, api.ChallengeRequest{})
		before = a.kept(t)
		for name, bad := range map[string]struct {
			body []byte
			want api.Code
		}{
			"over the limit": {make([]byte, api.MaxFrames+1), api.TooLarge},
			"no frames":      {[]byte("frames"), api.RecordingBroken},
			"nothing":        {nil, api.RecordingBroken},
			"a picture":      {jpeg, api.RecordingBroken},
		} {
			if _, p, _ := c.forge(forgery{method: http.MethodPost, path: c.path("/challenge/frames"), kind: "application/octet-stream", body: bad.body}); p.Code != bad.want {
				t.Errorf("frames, %s: %s, want %s", name, p.Code, bad.want)
			}
		}
		before.same(t, "a bad batch", a.kept(t))
	})
}

// Who sends pictures again and again comes to a bound, at once or one by one.
func TestEvidenceIsBounded(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, func(p *Plan) {
			on(p)
			p.Rules.Evidence = 1 << 20
		})
		c := a.citizen(t, "aigul")
		c.confirm()
		c.accept(api.TextBiometrics, api.ConsentBiometrics)
		c.selfie()
		c.record()
		do(c, api.SetPIN, api.SetPINRequest{PIN: goodPIN})
		front := func(seed byte) error {
			e, err := ask(c, api.SendCard, api.Picture{Type: "image/jpeg", Data: drawn(1200, 800, seed)}, "side", string(api.Front))
			if err == nil {
				c.e = e
			}
			return err
		}
		var err error
		sent := byte(0)
		for ; err == nil && sent < 100; sent++ {
			err = front(sent)
		}
		if api.CodeOf(err) != api.TooMany || sent < 3 {
			t.Fatalf("after %d pictures: %v", sent, err)
		}
		before := a.kept(t)
		if err := front(sent); api.CodeOf(err) != api.TooMany {
			t.Errorf("one more: %v", err)
		}
		before.same(t, "a picture too many", a.kept(t))
	})
}

// JSON that is none, or says what the contract does not know, is refused as a
// bad request, and nothing of it is repeated in the answer.
func TestAbuseJSON(t *testing.T) {
	t.Parallel()
	const marker = "zzzmarkerzzz"
	good := `{"phone":"+77010000067","language":"ru","reason":"help"}`
	with := func(member string) []byte { return []byte(good[:len(good)-1] + "," + member + "}") }
	bad := map[string]forgery{
		"nothing":                {body: nil},
		"blanks":                 {body: []byte("  \n")},
		"no JSON":                {body: []byte("{" + marker)},
		"cut off":                {body: []byte(good[:len(good)-2])},
		"a comment":              {body: []byte("/* " + marker + " */" + good)},
		"something after":        {body: []byte(good + good)},
		"NUL after":              {body: []byte(good + "\x00")},
		"byte order mark":        {body: []byte("\ufeff" + good)},
		"UTF-16":                 {body: []byte(strings.Join(strings.Split(good, ""), "\x00"))},
		"null":                   {body: []byte("null")},
		"a list":                 {body: []byte("[" + good + "]")},
		"a string":               {body: []byte(`"` + marker + `"`)},
		"a number":               {body: []byte("1e999")},
		"NaN":                    {body: with(`"x":NaN`)},
		"infinity":               {body: with(`"x":-Infinity`)},
		"deep lists":             {body: []byte(strings.Repeat("[", 30_000))},
		"deep lists that end":    {body: []byte(strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000))},
		"deep objects":           {body: with(`"x":` + strings.Repeat(`{"a":`, 5_000) + "1" + strings.Repeat("}", 5_000))},
		"unknown field":          {body: with(`"` + marker + `":1`)},
		"prototype":              {body: with(`"__proto__":{"admin":true}`)},
		"field in other letters": {body: with(`"Phone":"+77010000068"`)},
		"a name twice":           {body: with(`"phone":"+77010000068"`)},
		"a name twice, escaped":  {body: with(`"\u0070hone":"+77010000068"`)},
		"missing field":          {body: []byte(`{"phone":"+77010000067"}`)},
		"null for text":          {body: []byte(strings.Replace(good, `"ru"`, "null", 1))},
		"number for text":        {body: []byte(strings.Replace(good, `"ru"`, "1", 1))},
		"object for text":        {body: []byte(strings.Replace(good, `"ru"`, `{"`+marker+`":1}`, 1))},
		"list for text":          {body: []byte(strings.Replace(good, `"ru"`, `["ru"]`, 1))},
		"another language":       {body: []byte(strings.Replace(good, `"ru"`, `"`+marker+`"`, 1))},
		"a phone of digits":      {body: []byte(strings.Replace(good, "+77010000067", "+770100000٦٧", 1))},
		"a phone and a line":     {body: []byte(strings.Replace(good, "+77010000067", `+77010000067\n`, 1))},
		"a phone and NUL":        {body: []byte(strings.Replace(good, "+77010000067", `+77010000067\u0000`, 1))},
		"zipped":                 {body: gzipped(t, []byte(good)), mend: func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }},
		"a form":                 {kind: "application/x-www-form-urlencoded", body: []byte("phone=%2B77010000067&language=ru&reason=help")},
		"plain text":             {kind: "text/plain", body: []byte(good)},
		"another JSON":           {kind: "text/json", body: []byte(good)},
		"XML":                    {kind: "application/xml", body: []byte("<phone/>")},
		"no type":                {kind: "-", body: []byte(good), mend: func(r *http.Request) { r.Header.Del("Content-Type") }},
	}
	heads := map[string]string{
		"NaN": "NaN", "beyond numbers": "1e400", "negative": "-1", "too many": "601", "a part": "1.5", "text": `"1"`, "true": "true",
		"null": "null", "an exponent": "1e2", "2⁶⁴": "18446744073709551616", "twice": `1,"frames":2`, "a list": "[1]",
	}
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		c := a.citizen(t, "angsar")
		c.confirm()
		before := a.kept(t)
		try := func(name string, f forgery, want api.Code) {
			status, p, answer := c.forge(f)
			if p.Code != want {
				t.Errorf("%s: %d %s, want %s", name, status, p.Code, want)
			}
			if bytes.Contains(answer, []byte(marker)) {
				t.Errorf("%s: the answer repeats what was sent: %s", name, answer)
			}
		}
		for name, f := range bad {
			f.method, f.path = http.MethodPost, c.path("/call")
			if f.kind == "" {
				f.kind = "application/json"
			}
			try(name, f, api.BadRequest)
		}
		for name, number := range heads {
			body := []byte(`{"frames":` + number + `,"head":"` + strings.Repeat("0", 64) + `"}`)
			try("heads: "+name, forgery{method: http.MethodPost, path: c.path("/challenge/heads"), kind: "application/json", body: body}, api.BadRequest)
		}
		try("over the limit", forgery{
			method: http.MethodPost, path: c.path("/call"), kind: "application/json", body: bytes.Repeat([]byte(" "), api.MaxJSON+1),
		}, api.TooLarge)
		try("over the limit, unannounced", forgery{
			method: http.MethodPost, path: c.path("/call"), kind: "application/json", body: bytes.Repeat([]byte(" "), api.MaxJSON+1), stream: unmeasured,
		}, api.TooLarge)
		try("a body where there is none", forgery{method: http.MethodPost, path: c.path("/code"), kind: "application/json", body: []byte("{}")}, api.TooLarge)
		before.same(t, "bad JSON", a.kept(t))
		if status, _, _ := c.forge(forgery{method: http.MethodPost, path: c.path("/call"), kind: "application/json", body: []byte(good)}); status != http.StatusOK {
			t.Errorf("what is good is answered %d: the table proves nothing", status)
		}
	})
}

// A nonce, a proof, a token and an idempotency key are each good for what they
// were made for, once, and in the hands of the device's key alone.
func TestAbuseProofs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		c := a.citizen(t, "aigul")
		c.confirm()
		used := c.e.Nonce
		c.accept(api.TextBiometrics, api.ConsentBiometrics)
		picture := photo(t, 400, 400, 1)
		send := forgery{method: http.MethodPut, path: c.path("/selfie"), kind: "image/jpeg", body: picture}
		replayed := c.forged(forgery{method: http.MethodGet, path: c.path("")})
		proof := replayed.Header.Get(dpop.Header)
		if status, _, body := c.send(replayed); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
		before := a.kept(t)
		for name, bad := range proofAbuses(t, used, proof) {
			f := send
			bad.change(&f)
			if status, p, _ := c.forge(f); p.Code != bad.want {
				t.Errorf("%s: %d %s (%s), want %s", name, status, p.Code, p.Detail, bad.want)
			}
		}
		before.same(t, "a bad proof", a.kept(t))
		if status, p, _ := c.forge(send); status != http.StatusOK {
			t.Errorf("what is good is answered %d %s: the table proves nothing", status, p.Code)
		}
	})
}

type proofAbuse struct {
	want   api.Code
	change func(*forgery)
}

func proofAbuses(t *testing.T, usedNonce, usedProof string) map[string]proofAbuse {
	proof := func(change func(*dpop.Proof)) func(*forgery) { return func(f *forgery) { f.proof = change } }
	header := func(name, value string) func(*forgery) {
		return func(f *forgery) { f.mend = func(r *http.Request) { r.Header.Set(name, value) } }
	}
	table := map[string]proofAbuse{
		"replayed nonce":            {api.NonceUsed, proof(func(p *dpop.Proof) { p.Nonce = usedNonce })},
		"no nonce":                  {api.NonceUsed, proof(func(p *dpop.Proof) { p.Nonce = "" })},
		"an invented nonce":         {api.NonceUsed, proof(func(p *dpop.Proof) { p.Nonce = strings.Repeat("A", len(usedNonce)) })},
		"token of another device":   {api.Unauthorised, func(f *forgery) { f.key = newKey(t) }},
		"another token":             {api.Unauthorised, func(f *forgery) { f.token = api.Secret(rand.Text() + rand.Text()) }},
		"replayed proof":            {api.ProofRefused, header(dpop.Header, usedProof)},
		"no proof":                  {api.ProofRefused, func(f *forgery) { f.mend = func(r *http.Request) { r.Header.Del(dpop.Header) } }},
		"two proofs":                {api.ProofRefused, func(f *forgery) { f.mend = func(r *http.Request) { r.Header.Add(dpop.Header, usedProof) } }},
		"no token":                  {api.Unauthorised, func(f *forgery) { f.mend = func(r *http.Request) { r.Header.Del("Authorization") } }},
		"token without a name":      {api.Unauthorised, header("Authorization", "DPoP ")},
		"bearer":                    {api.Unauthorised, func(f *forgery) { f.mend = bearer }},
		"proof of another method":   {api.ProofRefused, proof(func(p *dpop.Proof) { p.Method = http.MethodPost })},
		"proof of another path":     {api.ProofRefused, proof(func(p *dpop.Proof) { p.URL += "/x" })},
		"proof of another service":  {api.ProofRefused, proof(func(p *dpop.Proof) { p.URL = "https://evil.example/v1/enrolments" })},
		"proof of another body":     {api.ProofRefused, proof(func(p *dpop.Proof) { p.Body = []byte("x") })},
		"proof of another token":    {api.ProofRefused, proof(func(p *dpop.Proof) { p.Token = "x" })},
		"proof of no token":         {api.ProofRefused, proof(func(p *dpop.Proof) { p.Token = "" })},
		"proof of yesterday":        {api.ClockWrong, proof(func(p *dpop.Proof) { p.IssuedAt = p.IssuedAt.Add(-24 * time.Hour) })},
		"proof of tomorrow":         {api.ClockWrong, proof(func(p *dpop.Proof) { p.IssuedAt = p.IssuedAt.Add(24 * time.Hour) })},
		"proof just too old":        {api.ClockWrong, proof(func(p *dpop.Proof) { p.IssuedAt = p.IssuedAt.Add(-dpop.Skew - time.Second) })},
		"a proof's long id":         {api.ProofRefused, proof(func(p *dpop.Proof) { p.ID = strings.Repeat("x", 65) })},
		"a proof's id with NUL":     {api.ProofRefused, proof(func(p *dpop.Proof) { p.ID = "a\x00b" })},
		"a long proof":              {api.ProofRefused, header(dpop.Header, strings.Repeat("a", 5<<10))},
		"a proof of two parts":      {api.ProofRefused, header(dpop.Header, usedProof[:strings.LastIndexByte(usedProof, '.')])},
		"a proof unsigned":          {api.ProofRefused, header(dpop.Header, usedProof[:strings.LastIndexByte(usedProof, '.')+1])},
		"idempotency key too short": {api.BadRequest, header(api.HeaderIdempotency, "short")},
		"idempotency key too long":  {api.BadRequest, header(api.HeaderIdempotency, strings.Repeat("k", 129))},
		"idempotency key of spaces": {api.BadRequest, header(api.HeaderIdempotency, strings.Repeat(" k", 10))},
		"no idempotency key":        {api.BadRequest, func(f *forgery) { f.mend = func(r *http.Request) { r.Header.Del(api.HeaderIdempotency) } }},
	}
	for name, value := range forgedProofs(t) {
		table[name] = proofAbuse{api.ProofRefused, header(dpop.Header, value)}
	}
	return table
}

func bearer(r *http.Request) {
	r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "DPoP", "Bearer", 1))
}
