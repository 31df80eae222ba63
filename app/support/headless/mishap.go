//go:build demo

package headless

import (
	"context"
	"errors"
	"fmt"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/journey"
	"qoltanba/app/support/sample"
)

// code gives the code of the SMS, after as many wrong ones as the script says.
func (w *walker) code(ctx context.Context, s journey.State) (string, error) {
	if c := s.Enrolment.Code; c != nil && (c.TriesLeft == 0 || time.Now().After(c.ExpiresAt)) {
		return w.resend(ctx, c.ResendAt, w.j.ResendCode)
	}
	patience := longPatience
	if w.script.CallBack {
		patience = shortPatience
	}
	code, err := w.phone.Code(ctx, patience)
	if errors.Is(err, sample.ErrNoCode) && w.script.CallBack && ctx.Err() == nil {
		return "no code came", w.j.OpenCallBack(ctx)
	}
	if err != nil {
		return "", err
	}
	for ; w.wrongCodes < w.script.WrongCodes; w.wrongCodes++ {
		err := w.j.GiveCode(ctx, mistyped(code, w.wrongCodes))
		switch api.CodeOf(err) {
		case api.CodeWrong:
			w.line("%-16s wrong code, as the script says", s.Stage)
		case api.CodeExhausted:
			w.wrongCodes++
			return "wrong code, one too many", nil
		default:
			return "", fmt.Errorf("a wrong code was answered by %w", cause(err))
		}
	}
	err = w.j.GiveCode(ctx, code)
	if api.CodeOf(err) == api.CodeWrong { // it came from a message that a process before this one had used
		return "code of an older message given", nil
	}
	return "code given", err
}

// emailCode gives the code of the newest letter.
func (w *walker) emailCode(ctx context.Context, s journey.State) (string, error) {
	e := s.Enrolment.Email
	if e == nil {
		return "", errors.New("no address awaits a code")
	}
	if c := e.Code; c != nil && (c.TriesLeft == 0 || time.Now().After(c.ExpiresAt)) {
		return w.resend(ctx, c.ResendAt, w.j.ResendEmailCode)
	}
	code, err := w.mail.Code(ctx, longPatience)
	if err != nil {
		return "", err
	}
	err = w.j.GiveEmailCode(ctx, code)
	if api.CodeOf(err) == api.CodeWrong { // it came from a letter that a process before this one had used
		return "code of an older letter given", nil
	}
	return "address confirmed by its code", err
}

// resend asks for another code once one may be asked for.
func (w *walker) resend(ctx context.Context, from time.Time, ask func(context.Context) error) (string, error) {
	timer := time.NewTimer(time.Until(from) + 100*time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return "asked for another code", ask(ctx)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

var errAccepted = errors.New("acceptance")

func cause(err error) error {
	if err == nil {
		return errAccepted
	}
	return err
}

// pin gives the PIN, after as many wrong ones as the script says.
func (w *walker) pin(ctx context.Context, give func(context.Context, api.Secret) error) error {
	for ; w.wrongPINs < w.script.WrongPINs; w.wrongPINs++ {
		err := give(ctx, mistyped(w.script.PIN, w.wrongPINs))
		switch api.CodeOf(err) {
		case api.PINWrong:
		case api.PINLocked:
			w.wrongPINs++
			return nil // the stage is locked now
		default:
			return fmt.Errorf("a wrong PIN was answered by %w", cause(err))
		}
	}
	return give(ctx, w.script.PIN)
}

// callBack asks an operator to register the phone, waits for it, and starts
// again.
func (w *walker) callBack(ctx context.Context, s journey.State) (string, error) {
	if s.Enrolment.Call == nil {
		return "call-back asked for", w.j.AskCall(ctx, w.script.Citizen.Phone, api.CallToRegister)
	}
	answered := func(now journey.State) bool {
		return now.Enrolment.Call == nil || now.Enrolment.Call.State != api.CallWaiting
	}
	if err := w.wait(ctx, answered); err != nil {
		return "", err
	}
	call := w.j.State().Enrolment.Call
	if call == nil || call.State != api.CallRegistered {
		return "", errors.New("the operator did not register the phone")
	}
	return "phone registered, once more from the IIN", w.j.StartAgain(ctx)
}

// mistyped is a code that differs from the right one; the n-th differs from
// the others.
func mistyped(code api.Secret, n int) api.Secret {
	digits := []byte(code)
	i := n % len(digits)
	digits[i] = '0' + (digits[i]-'0'+byte(1+n/len(digits)))%10 //nolint:gosec // small
	return api.Secret(digits)
}
