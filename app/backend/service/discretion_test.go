//go:build demo

package service

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"qoltanba/app/api"
	"qoltanba/app/api/dpop"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/registry"
)

// What is written of a way, mishaps included, names nobody: neither the log nor
// the audit trail, the queue or the tables of counters and answers hold anything
// that belongs to the citizen.
func TestDiscretion(t *testing.T) {
	t.Parallel()
	var o outage
	a := open(t, suffering(&o))
	c := a.citizen(t, "aigul")
	o.begin()
	c.start()
	c.until("attempt to find the phone", o.felt)
	o.down.Store(false)
	right := c.code(0)
	do(c, api.AskCall, api.CallRequest{Phone: c.who.Phone, Language: c.who.Language, Reason: api.CallForHelp})
	refused(c, api.CodeWrong, api.CheckCode, api.CodeRequest{Code: other(right)})
	do(c, api.CheckCode, api.CodeRequest{Code: right})
	had := c.messages()
	o.begin()
	do(c, api.SignIn, api.SignInRequest{Phone: c.who.Phone})
	c.until("attempt to send", o.felt)
	o.down.Store(false)
	do(c, api.CheckCode, api.CodeRequest{Code: c.code(had)})
	c.identify()
	refused(c, api.PINWrong, api.CheckPIN, api.PINRequest{PIN: wrongPIN})
	c.decide(enrolment.Verdict{Reason: api.RejectFields})
	do(c, api.RepeatRejected, api.None{})
	expired := c.who.Card
	expired.IssueDate, expired.ExpiryDate = "2010-01-01", "2020-01-01"
	refused(c, api.CardExpired, api.ConfirmFields, api.FieldsRequest{Fields: expired, Confirmed: true})
	c.fields()
	c.decide(enrolment.Verdict{Approve: true})
	c.grant()
	c.accept(api.TextAgreement, api.AcceptAgreement)
	c.obtain()

	secrets := secretsOf(c)
	written := map[string]string{"the log": a.log.String()}
	for what, query := range map[string]string{
		"the trail":    "SELECT enrolment, actor, action, detail FROM audit_trail",
		"the queue":    "SELECT kind, CAST(args AS TEXT), CAST(COALESCE(errors, '') AS TEXT), CAST(metadata AS TEXT), CAST(tags AS TEXT) FROM river_job",
		"the counters": "SELECT name FROM windows",
		"the proofs":   "SELECT space, value FROM used_values",
		"the answers":  "SELECT owner, name, request, CAST(body AS TEXT) FROM answers",
	} {
		found := rows(t, a, query)
		if len(found) == 0 {
			t.Errorf("%s is empty", what)
		}
		for _, row := range found {
			written[what] += strings.Join(row, " ") + "\n"
		}
	}
	for where, text := range written {
		for what, secret := range secrets {
			if regexp.MustCompile(`(?:^|[^\pL\pN])` + regexp.QuoteMeta(secret) + `(?:$|[^\pL\pN])`).MatchString(text) {
				t.Errorf("%s holds the %s", where, what)
			}
		}
	}
}

const wrongPIN = api.Secret("738164")

// other is a code that is not the right one.
func other(right api.Secret) api.Secret {
	wrong := []byte(right)
	wrong[0] = '0' + (wrong[0]-'0'+1)%10
	return api.Secret(wrong)
}

// secretsOf is all that belongs to the citizen and to nobody who reads a log.
func secretsOf(c *citizen) map[string]string {
	c.Helper()
	secrets := map[string]string{
		"IIN": string(c.who.IIN), "phone": strings.TrimPrefix(string(c.who.Phone), "+"), "surname": c.who.Card.Surname, "name": c.who.Card.Name,
		"patronymic": c.who.Card.Patronymic, "document": c.who.Card.DocumentNumber, "birth place": c.who.Card.BirthPlace,
		"token": string(c.session.Token), "PIN": string(goodPIN), "wrong PIN": string(wrongPIN), "e-mail": "a@example.kz", "address": "127.0.0.1",
	}
	for n, m := range c.a.phone.Messages(c.who.Phone) {
		if code := sixDigits.FindString(m.Text); code != "" {
			secrets["code "+string(rune('0'+n))] = code
		}
	}
	if len(secrets) < 14 || slices.Contains([]string{secrets["IIN"], secrets["name"], secrets["document"], secrets["birth place"]}, "") {
		c.Fatalf("not all is known that should not be")
	}
	return secrets
}

// slowBase counts the questions to the mobile base and answers none until it is
// open.
type slowBase struct {
	registry.MobileBase
	open  chan struct{}
	asked atomic.Int64
}

func (b *slowBase) Phone(ctx context.Context, iin api.IIN) (api.Phone, error) {
	b.asked.Add(1)
	select {
	case <-b.open:
		return b.MobileBase.Phone(ctx, iin)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Whether an IIN has a phone, has none or is nobody's, step 3 is answered with
// the same headers, the same fields and as many bytes, and before anybody was
// asked, so that the time tells nothing either.
func TestAnswersAlike(t *testing.T) {
	t.Parallel()
	base := &slowBase{open: make(chan struct{})}
	a := open(t, func(p *Plan) {
		base.MobileBase = p.World.MobileBase
		p.World.MobileBase = base
	})
	known, without, nobody := a.citizen(t, "aigul"), a.citizen(t, "zhanna"), a.citizen(t, "aigul")
	without.who.Language, nobody.who.IIN = known.who.Language, "061211600012"
	var first, later []string
	people := []*citizen{known, without, nobody}
	for _, c := range people {
		c.start() // answered while the mobile base answers nobody
		first = append(first, c.look())
	}
	close(base.open)
	for _, c := range people {
		c.until("end of the search for a phone", func() bool {
			trail := c.trail()
			return strings.Contains(trail, "no-code") || strings.Contains(trail, "code-sent")
		})
		later = append(later, c.look())
		if p := refused(c, api.CodeWrong, api.CheckCode, api.CodeRequest{Code: "000000"}); *p.TriesLeft != 2 {
			t.Errorf("a wrong code leaves %d tries", *p.TriesLeft)
		}
		later[len(later)-1] += c.look()
	}
	for _, answers := range [][]string{first, later} {
		if answers[0] != answers[1] || answers[0] != answers[2] {
			t.Errorf("a known IIN is answered\n%s\none without phone\n%s\nand nobody's\n%s", answers[0], answers[1], answers[2])
		}
	}
	if base.asked.Load() != 3 {
		t.Errorf("the mobile base was asked %d times", base.asked.Load())
	}
}

// look is the enrolment as it lies on the wire, with what is drawn at random
// struck out, character for character.
func (c *citizen) look() string {
	c.Helper()
	path := "/v1/enrolments/" + c.e.ID
	proof, err := dpop.Sign(c.session.Key, dpop.Proof{Method: http.MethodGet, URL: c.a.base + path, IssuedAt: c.a.clock.now(), Token: string(c.session.Token)})
	if err != nil {
		c.Fatal(err)
	}
	r, err := http.NewRequestWithContext(c.Context(), http.MethodGet, c.a.base+path, nil)
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set(dpop.Header, proof)
	r.Header.Set("Authorization", "DPoP "+string(c.session.Token))
	resp, err := c.a.client.HTTP.Do(r)
	if err != nil {
		c.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.Fatal(err)
	}
	resp.Header.Del("Date")
	var wire bytes.Buffer
	wire.WriteString(resp.Status + "\n")
	if err := resp.Header.Write(&wire); err != nil {
		c.Fatal(err)
	}
	wire.Write(body)
	return random.ReplaceAllStringFunc(wire.String(), func(s string) string { return strings.Repeat("x", len(s)) })
}

var random = regexp.MustCompile(`[A-Z2-7]{26,}`)
