// Package notify tells the citizen something outside the application: by SMS
// ([SMS], [Kannel]) and by e-mail ([Mail]).
//
// A [Message] is made only from the table of texts in this package, which names
// the purpose of every one-time code in Kazakh, Russian and English, so that a
// citizen who is tricked on the phone can read what the code would really do.
// A message redacts itself: it may hold a code.
//
// No error of this package holds a phone, an address, a text or a credential.
// That takes care, for Kannel's interface puts all of them into the URL, and
// net/http puts the URL into its errors.
package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"qoltanba/app/api"
)

// SMS sends short messages. Send returns when the gateway has taken the message
// over, which says nothing yet about the phone. An error is [ErrUnavailable] or
// [ErrRefused], perhaps wrapped.
type SMS interface {
	Send(ctx context.Context, to api.Phone, m Message) error
}

// The ways a message is not taken over.
var (
	// ErrUnavailable says that trying again later may help.
	ErrUnavailable = errors.New("the message gateway does not answer: try again later")
	// ErrRefused says that the same message will be refused again.
	ErrRefused = errors.New("the message gateway refused the message: check its settings and the recipient")
)

// Message is a text for a citizen; subject is used by e-mail alone.
type Message struct{ subject, text string }

// Reveal returns the text for whoever transmits it.
func (m Message) Reveal() string { return m.text }

// Format implements [fmt.Formatter] and hides the text from every verb.
func (Message) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[message]") }

// LogValue implements [slog.LogValuer] and hides the text.
func (Message) LogValue() slog.Value { return slog.StringValue("[message]") }
