package notify

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
)

// mailServer speaks as much SMTP (RFC 5321) over implicit TLS as one delivery
// needs. It is no substitute for a real server: it shows what leaves us.
type mailServer struct {
	port  int
	roots *x509.CertPool
	mails chan string
}

// startMail answers RCPT with the given reply. One connection at a time.
func startMail(t *testing.T, rcpt string) *mailServer {
	t.Helper()
	web := httptest.NewUnstartedServer(nil) // for its certificate
	web.StartTLS()
	web.Close()
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	s := &mailServer{port: l.Addr().(*net.TCPAddr).Port, roots: roots, mails: make(chan string, 1)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.SetDeadline(time.Now().Add(10 * time.Second))
			s.talk(c, rcpt)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return s
}

func (s *mailServer) talk(c net.Conn, rcpt string) {
	r := bufio.NewReader(c)
	say := func(line string) { _, _ = io.WriteString(c, line+"\r\n") }
	say("220 mail.test ESMTP")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " "); verb {
		case "EHLO":
			say("250-mail.test")
			say("250 8BITMIME")
		case "RCPT":
			say(rcpt)
		case "DATA":
			say("354 go on")
			var text strings.Builder
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				text.WriteString(strings.TrimPrefix(line, "."))
			}
			s.mails <- text.String()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func newMail(t *testing.T, s *mailServer, change func(*MailConfig)) *Mail {
	t.Helper()
	c := MailConfig{Host: "127.0.0.1", Port: s.port, Security: ImplicitTLS, Roots: s.roots, From: "no-reply@qoltanba.example", Timeout: 5 * time.Second}
	if change != nil {
		change(&c)
	}
	m, err := NewMail(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMailArrives(t *testing.T) {
	t.Parallel()
	s := startMail(t, "250 ok")
	m, err := NoticeMessage(api.Kazakh, Issued, Details{})
	if err != nil {
		t.Fatal(err)
	}
	if err := newMail(t, s, nil).Send(t.Context(), "aigul@citizen.example", m); err != nil {
		t.Fatal(err)
	}
	got, err := mail.ReadMessage(strings.NewReader(<-s.mails))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != m.subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	if err != nil || strings.TrimSpace(string(body)) != m.text {
		t.Errorf("body %q, %v", body, err)
	}
	for _, header := range []string{"Date", "Message-Id", "From", "To"} {
		if got.Header.Get(header) == "" {
			t.Errorf("no %s", header)
		}
	}
}

func TestMailErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, rcpt string
		change     func(*MailConfig)
		want       error
	}{
		{"no such box", "550 no aigul@citizen.example here", nil, ErrRefused},
		{"box is full", "452 aigul@citizen.example is full", nil, ErrUnavailable},
		{"strange certificate", "250 ok", func(c *MailConfig) { c.Roots = x509.NewCertPool() }, ErrUnavailable},
		{"no STARTTLS", "250 ok", func(c *MailConfig) { c.Security, c.Timeout = StartTLS, 300*time.Millisecond }, ErrUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := startMail(t, c.rcpt)
			err := newMail(t, s, c.change).Send(t.Context(), "aigul@citizen.example", Message{subject: "s", text: "407162"})
			if !errors.Is(err, c.want) {
				t.Fatalf("Send = %v, want %v", err, c.want)
			}
			if strings.Contains(err.Error(), "aigul") || strings.Contains(err.Error(), "407162") {
				t.Errorf("the error shows recipient or text: %v", err)
			}
		})
	}
}

func TestMailRefusesInjectedAddress(t *testing.T) {
	t.Parallel()
	s := startMail(t, "250 ok")
	m := newMail(t, s, nil)
	for _, to := range []string{"", "aigul", "a@b.example\r\nBcc: all@b.example", "a@b.example, c@d.example"} {
		if err := m.Send(t.Context(), to, Message{text: "x"}); !errors.Is(err, ErrRefused) {
			t.Errorf("%q: %v", to, err)
		}
	}
}

func TestNewMailRefuses(t *testing.T) {
	t.Parallel()
	good := MailConfig{Host: "mail.example", Security: StartTLS, From: "no-reply@qoltanba.example"}
	if _, err := NewMail(good); err != nil {
		t.Fatal(err)
	}
	for i, spoil := range []func(*MailConfig){
		func(c *MailConfig) { c.Host = "" },
		func(c *MailConfig) { c.Security = "none" },
		func(c *MailConfig) { c.Security = "" },
		func(c *MailConfig) { c.Port = 70000 },
		func(c *MailConfig) { c.From = "nobody" },
		func(c *MailConfig) { c.Timeout = time.Hour },
	} {
		c := good
		spoil(&c)
		if _, err := NewMail(c); err == nil {
			t.Errorf("%s was accepted", fmt.Sprint("case ", i))
		}
	}
}
