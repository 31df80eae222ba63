package enrolment

import (
	"context"

	"qoltanba/app/api"
	"qoltanba/assets/texts"
)

// Text is a text that will have to be accepted.
func (s *Service) Text(_ context.Context, kind api.TextKind, language api.Language) (api.Text, error) {
	text, ok := texts.Find(kind, language)
	if !ok {
		return api.Text{}, api.Fail(api.NotFound, "no text of this kind in this language")
	}
	return text, nil
}

// ConsentBiometrics notes the consent, by version and hash of what was shown,
// without which nothing is taken. With it begins the term of retention.
func (s *Service) ConsentBiometrics(ctx context.Context, c Call, in api.ConsentRequest) (api.Enrolment, error) {
	return s.step(ctx, c, takes(api.StepBiometrics), func(w *work) error {
		accepted, err := accept(w, api.TextBiometrics, in)
		if err != nil {
			return err
		}
		w.State.Biometrics = accepted
		return w.enqueueAt(w.now.Add(texts.Retention), jobErase, caseArgs{Enrolment: w.ID})
	})
}

// AcceptAgreement notes that the NCA's user agreement was accepted.
func (s *Service) AcceptAgreement(ctx context.Context, c Call, in api.ConsentRequest) (api.Enrolment, error) {
	return s.step(ctx, c, takes(api.StepAgreement), func(w *work) error {
		accepted, err := accept(w, api.TextAgreement, in)
		w.State.Agreement = accepted
		return err
	})
}

// accept takes the text in any of its languages: the citizen may have switched.
func accept(w *work, kind api.TextKind, in api.ConsentRequest) (*consent, error) {
	for _, language := range api.Languages() {
		text, ok := texts.Find(kind, language)
		if ok && text.Version == in.Version && text.SHA256 == in.SHA256 {
			return &consent{Version: in.Version, SHA256: in.SHA256, At: w.now},
				w.audit("accept-"+string(kind), in.Version+" "+in.SHA256)
		}
	}
	return nil, api.Fail(api.TextOutdated, "read the text anew")
}
