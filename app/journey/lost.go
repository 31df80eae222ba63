package journey

import (
	"context"

	"qoltanba/app/api"
)

// keysAwaited says that the private keys are needed: certificates on them were
// asked for and are not in key files yet.
func keysAwaited(e api.Enrolment) bool {
	rejected := e.Application != nil && e.Application.Status == api.ApplicationRejected
	return (e.Step == api.StepIssue || e.Step == api.StepImport) && !rejected
}

// checkKeys looks, when a way is resumed, whether the keys that wait can still
// be opened. A keyring that does not answer says nothing about them; one that
// answers and has the vault's key no more, or another, has lost them for good.
func (j *Journey) checkKeys(ctx context.Context) error {
	if !keysAwaited(j.State().Enrolment) || j.tokenPlace() != nil {
		return nil
	}
	_, err := j.pending(ctx)
	if !j.lostKeys() {
		return err
	}
	j.change(j.settleStage)
	return nil
}

// GiveUpKeys gives up, by PIN, the application whose keys are lost: the backend
// withdraws it and has its certificates revoked, what lies in the vault is set
// aside, and the way goes on from the consent to pass the data. Stage:
// keys-lost.
func (j *Journey) GiveUpKeys(ctx context.Context, pin api.Secret) error {
	return j.act(ctx, "give up keys", []Stage{StageKeysLost}, func(ctx context.Context) error {
		if err := step(ctx, j, api.WithdrawApplication, api.PINRequest{PIN: pin}, nil); err != nil {
			return err
		}
		// A process killed before the next line finds lost keys that nothing
		// was applied for, and sets them aside when new ones are made.
		if err := j.cfg.Vault.SetAside(j.entry()); err != nil {
			return err
		}
		j.note(func(r *record) { r.secret.Requests, r.Token, j.keysLost = nil, nil, false })
		return j.save()
	})
}
