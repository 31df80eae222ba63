package desktop

import (
	"context"
	"slices"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
)

// tokenSearch is how long a vendor's library may take to tell what is plugged in.
const tokenSearch = 15 * time.Second

// lookForTokens asks, beside the interface, which tokens could take the keys. Where none is configured there is nothing to show.
func (w *Window) lookForTokens() {
	w.work.Go(func() {
		ctx, cancel := context.WithTimeout(w.ctx, tokenSearch)
		defer cancel()
		found, err := w.journey.Tokens(ctx)
		w.ui(func() {
			if err != nil {
				w.cfg.Log.Warn("no tokens", "error", err)
			}
			if w.ctx.Err() != nil || slices.Equal(found, w.typed.tokens) {
				return
			}
			w.typed.tokens = found
			if w.state.Stage == journey.StageForm {
				w.show(false)
			}
		})
	})
}

// tokenLook looks again for a token that was plugged in since; nil where none could be used.
func (w *Window) tokenLook() func() {
	if !w.state.TokensServed {
		return nil
	}
	return w.lookForTokens
}

// chosenToken is the token that was chosen, if it is still among those that can be.
func (w *Window) chosenToken() (journey.TokenRef, bool) {
	return w.typed.token, w.typed.token != (journey.TokenRef{}) && slices.Contains(w.typed.tokens, w.typed.token)
}

func (w *Window) chooseToken(serial string) {
	w.typed.token = journey.TokenRef{}
	for _, t := range w.typed.tokens {
		if t.Serial == serial {
			w.typed.token = t
		}
	}
	w.show(false)
}

// token asks for the PIN of the token.
func (w *Window) token(words *wording.Words) screen.Screen {
	s := w.state
	m := screen.TokenModel{Label: s.Form.Token.Label, Writing: s.Enrolment.Step == api.StepImport}
	if p := s.Problem; p != nil && p.Code == api.TokenPINWrong {
		m.Wrong, m.Last = true, p.TriesLeft != nil
	}
	on := screen.TokenActions{
		Next: func(pin string) {
			w.do("use token", func(ctx context.Context) error { return w.journey.UseToken(ctx, api.Secret(pin)) })
		},
		Back: w.back(),
	}
	if m.Writing {
		on.Lost = func() { w.do("lose token", w.journey.LoseToken) }
	}
	return screen.NewToken(words, m, on)
}
