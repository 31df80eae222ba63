//go:build demo

package autopilot

import (
	"context"
	"fmt"

	"fyne.io/fyne/v2"
)

// trySignature tries the key on the last screen: with a mistyped password first, then with the right one; keeps what came of it and goes back.
func (p *Pilot) trySignature(ctx context.Context) error {
	if err := p.press(ctx, "success.try"); err != nil {
		return err
	}
	if err := p.mistypePassword(ctx); err != nil {
		return err
	}
	if err := p.press(ctx, "trial.main"); err != nil {
		return err
	}
	if _, err := p.find(ctx, "trialresult.main"); err != nil {
		return err
	}
	if err := p.look(ctx, "trialresult"); err != nil {
		return err
	}
	return p.keepTrial(ctx)
}

// mistypePassword gives the password with a letter too many, and takes that away.
func (p *Pilot) mistypePassword(ctx context.Context) error {
	if err := p.write(ctx, "trial.password", p.Password+"1"); err != nil {
		return err
	}
	if err := p.look(ctx, "trial"); err != nil {
		return err
	}
	before := p.state()
	if err := p.press(ctx, "trial.main"); err != nil {
		return err
	}
	if err := p.until(ctx, func() (bool, error) {
		now := p.window.State()
		return !now.Busy && now.Problem != nil && now.Problem != before.Problem, nil
	}); err != nil {
		return err
	}
	if err := p.look(ctx, "trial-wrong"); err != nil {
		return err
	}
	return p.eraseLast(ctx, "trial.password")
}

// keepTrial saves the signature and goes back to the last screen.
func (p *Pilot) keepTrial(ctx context.Context) error {
	if err := p.press(ctx, "trialresult.main"); err != nil {
		return err
	}
	if err := p.until(ctx, func() (bool, error) { return p.window.Frame().Find("back") == nil, nil }); err != nil {
		return err
	}
	if err := p.look(ctx, "trialresult-saved"); err != nil {
		return err
	}
	if err := p.press(ctx, "trialresult.main"); err != nil {
		return err
	}
	_, err := p.find(ctx, "success.main")
	return err
}

// eraseLast takes the last letter away from what has the id, by the key for it.
func (p *Pilot) eraseLast(ctx context.Context, id string) error {
	o, err := p.find(ctx, id)
	if err != nil {
		return err
	}
	entry, ok := o.(fyne.Focusable)
	if !ok {
		return fmt.Errorf("nothing can be erased from %s", id)
	}
	fyne.DoAndWait(func() {
		entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
		entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	})
	return nil
}
