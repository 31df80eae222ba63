package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/wneessen/go-mail"
)

// Security is how the connection to the mail server is protected. There is no
// unprotected one.
type Security string

// The two ways (RFC 8314, 3).
const (
	ImplicitTLS Security = "tls"      // TLS from the first byte, port 465
	StartTLS    Security = "starttls" // STARTTLS, which must succeed, port 587
)

// MailConfig is how to reach the mail server.
type MailConfig struct {
	Host     string
	Port     int // 0: 465 or 587 by Security
	Security Security
	Roots    *x509.CertPool // authorities of the server; nil: the system's
	Username string         // empty: the server asks for no login
	Password string
	From     string        // sender's address
	Timeout  time.Duration // of one message; 0: 20 s
}

// Mail sends e-mail.
type Mail struct {
	config  MailConfig
	options []mail.Option
}

// NewMail checks the configuration; it does not connect yet.
func NewMail(c MailConfig) (*Mail, error) {
	if c.Timeout < 0 || c.Timeout > 2*time.Minute {
		return nil, errors.New("the mail server's timeout must be at most 2m")
	}
	if c.Timeout == 0 {
		c.Timeout = 20 * time.Second
	}
	options := []mail.Option{
		mail.WithTimeout(c.Timeout),
		mail.WithTLSConfig(&tls.Config{ServerName: c.Host, RootCAs: c.Roots, MinVersion: tls.VersionTLS12}),
	}
	switch c.Security {
	case ImplicitTLS:
		options = append(options, mail.WithSSLPort(false))
	case StartTLS:
		options = append(options, mail.WithTLSPortPolicy(mail.TLSMandatory))
	default:
		return nil, errors.New("the mail server's security must be tls or starttls")
	}
	if c.Port != 0 {
		options = append(options, mail.WithPort(c.Port))
	}
	if c.Username != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(c.Username), mail.WithPassword(c.Password))
	}
	if _, err := mail.NewClient(c.Host, options...); err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	if err := mail.NewMsg().From(c.From); err != nil {
		return nil, errors.New("the sender's e-mail address is not valid")
	}
	return &Mail{config: c, options: options}, nil
}

// Send delivers m to one recipient. Errors are [ErrUnavailable] or
// [ErrRefused] and hold neither address nor text.
func (s *Mail) Send(ctx context.Context, to string, m Message) error {
	msg := mail.NewMsg()
	if msg.From(s.config.From) != nil || msg.To(to) != nil {
		return fmt.Errorf("send e-mail: %w: the address is not valid", ErrRefused)
	}
	msg.Subject(m.subject)
	msg.SetDate()
	msg.SetMessageID()
	msg.SetBodyString(mail.TypeTextPlain, m.text+"\n")
	client, err := mail.NewClient(s.config.Host, s.options...)
	if err != nil {
		return fmt.Errorf("send e-mail: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	if err := client.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("send e-mail: %w", judge(err))
	}
	return nil
}

// judge keeps of a mail error what is safe to write down: the library and the
// server quote recipients and content.
func judge(err error) error {
	var sending *mail.SendError
	if errors.As(err, &sending) {
		if sending.IsTemp() {
			return fmt.Errorf("%w: %s, status %d", ErrUnavailable, sending.Reason, sending.ErrorCode())
		}
		return fmt.Errorf("%w: %s, status %d", ErrRefused, sending.Reason, sending.ErrorCode())
	}
	var authority x509.UnknownAuthorityError
	var network *net.OpError
	switch {
	case errors.As(err, &authority):
		return fmt.Errorf("%w: its certificate is of an unknown authority", ErrUnavailable)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: no answer in time", ErrUnavailable)
	case errors.As(err, &network):
		return fmt.Errorf("%w: no connection", ErrUnavailable)
	}
	return fmt.Errorf("%w: the dialogue with the server failed", ErrUnavailable)
}
