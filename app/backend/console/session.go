package console

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/store"
)

// Bounds of a session and of guessing at a password.
const (
	sessionIdle = 30 * time.Minute
	sessionMost = 10 * time.Hour
	loginTries  = 5
	loginLock   = 15 * time.Minute
)

const cookieName = "qoltanba-operator"

// errLogin is told for a wrong name, a wrong password, a lock and a disabled
// operator alike.
var errLogin = errors.New("the name or the password is wrong, or the account is locked for a while")

// Passwords hashes and verifies operators' passwords; *pin.Hasher does.
type Passwords interface {
	HashPassword(ctx context.Context, password api.Secret, login string) (string, error)
	VerifyPassword(ctx context.Context, password api.Secret, login, stored string) (bool, error)
}

// login opens a session and returns the cookie's token. An unknown name costs
// the same work as a wrong password: the hash of nobody is verified, and the
// refusal is recorded.
func (c *Console) login(ctx context.Context, login string, password api.Secret) (token string, err error) {
	operator, err := c.operator(ctx, login)
	if err != nil {
		return "", err
	}
	stored := operator.Password
	if stored == "" {
		stored = c.nobody
	}
	ok, err := c.passwords.VerifyPassword(ctx, password, login, stored)
	if err != nil {
		return "", err
	}
	now := c.now()
	token = rand.Text() + rand.Text()
	refused := false
	err = c.store.Update(ctx, func(tx store.Tx) error {
		refused = true
		if operator.Login == "" {
			return tx.Record(store.AuditEntry{At: now, Actor: "operator:", Action: "console.login-refused"})
		}
		operator, err := tx.Operator(login)
		if err != nil {
			return err
		}
		// A password that was replaced meanwhile is not the one that was verified.
		if !ok || operator.Password != stored || operator.Disabled || now.Before(operator.LockedTo) {
			return c.countFailure(tx, operator, ok, now)
		}
		refused = false
		return c.begin(tx, operator, token, now)
	})
	switch {
	case err != nil:
		return "", err
	case refused:
		return "", errLogin
	}
	return token, nil
}

func (c *Console) begin(tx store.Tx, o store.Operator, token string, now time.Time) error {
	o.Failures, o.LockedTo = 0, time.Time{}
	if err := tx.PutOperator(o); err != nil {
		return err
	}
	if err := tx.Record(store.AuditEntry{At: now, Actor: actor(o.Login), Action: "console.login"}); err != nil {
		return err
	}
	return tx.PutSession(store.Session{
		Hash: tokenHash(token), Operator: o.Login, CSRF: rand.Text(), Since: now, Until: now.Add(sessionIdle),
	})
}

func (c *Console) countFailure(tx store.Tx, o store.Operator, passwordRight bool, now time.Time) error {
	if now.Before(o.LockedTo) {
		return nil // trying on does not prolong the lock
	}
	if !passwordRight {
		o.Failures++
	}
	if o.Failures >= loginTries {
		o.Failures, o.LockedTo = 0, now.Add(loginLock)
	}
	if err := tx.PutOperator(o); err != nil {
		return err
	}
	return tx.Record(store.AuditEntry{At: now, Actor: actor(o.Login), Action: "console.login-refused"})
}

// operator reads an account; one without a login is that of nobody.
func (c *Console) operator(ctx context.Context, login string) (o store.Operator, err error) {
	err = c.store.View(ctx, func(tx store.Tx) (err error) {
		o, err = tx.Operator(login)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrText) {
		return store.Operator{}, nil
	}
	return o, err
}

// byItself marks the request of a page that reloads without a person.
const byItself = "auto"

// session finds the session of a request and prolongs it, at most to
// [sessionMost] after the login.
func (c *Console) session(r *http.Request) (session store.Session, operator store.Operator, err error) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return session, operator, store.ErrNotFound
	}
	now := c.now()
	err = c.store.Update(r.Context(), func(tx store.Tx) (err error) {
		if session, err = tx.Session(tokenHash(cookie.Value)); err != nil {
			return err
		}
		if operator, err = tx.Operator(session.Operator); err != nil {
			return err
		}
		if operator.Disabled || !now.Before(session.Until) {
			return store.ErrNotFound
		}
		if r.URL.RawQuery == byItself || session.Until.Sub(now) > sessionIdle-time.Minute {
			return nil // nobody is there, or it was prolonged within the last minute
		}
		until := now.Add(sessionIdle)
		if most := session.Since.Add(sessionMost); until.After(most) {
			until = most
		}
		if until.Equal(session.Until) {
			return nil
		}
		session.Until = until
		return tx.PutSession(session)
	})
	return session, operator, err
}

func (c *Console) logout(ctx context.Context, s store.Session) error {
	return c.store.Update(ctx, func(tx store.Tx) error { return tx.DeleteSession(s.Hash) })
}

func (c *Console) cookie(token string, age time.Duration) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // G124: the demo on loopback has no TLS
		Name: cookieName, Value: token, Path: Path, MaxAge: int(age.Seconds()),
		HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteStrictMode,
	}
}

// sameToken compares a form's token with the session's in constant time.
func sameToken(s store.Session, given string) bool {
	return s.CSRF != "" && subtle.ConstantTimeCompare([]byte(s.CSRF), []byte(given)) == 1
}

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func actor(login string) string { return "operator:" + login }
