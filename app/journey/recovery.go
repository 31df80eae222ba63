package journey

import (
	"context"
	"errors"
	"slices"

	"qoltanba/app/api"
)

// recoverable says that a way was begun here that this computer cannot prove any
// more: no journal opens that names one, but the recovery secret is there.
func (j *Journey) recoverable() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.record.Enrolment == "" && !j.record.finished() && j.recovery.Enrolment != ""
}

// beginning is where a citizen without a way stands.
func (j *Journey) beginning() Stage {
	if j.recoverable() {
		return StageRecover
	}
	return StageWelcome
}

// spare is what is kept for a lost key.
func (j *Journey) spare() recovery {
	j.mu.Lock()
	defer j.mu.Unlock()
	return recovery{Enrolment: j.recovery.Enrolment, Secrets: slices.Clone(j.recovery.Secrets)}
}

// keepSpare has it on the disk before it is believed.
func (j *Journey) keepSpare(r recovery) error {
	if err := j.file.saveRecovery(r); err != nil {
		return err
	}
	j.note(func(*record) { j.recovery = r })
	return nil
}

func (j *Journey) dropSpare() error {
	if j.spare().Enrolment == "" {
		return nil
	}
	if err := j.file.dropRecovery(); err != nil {
		return err
	}
	j.note(func(*record) { j.recovery = recovery{} })
	return nil
}

// spareFor is the hash of the secret that is kept for an enrolment, drawn where
// there is none yet.
func (j *Journey) spareFor(enrolment string) (hash string, err error) {
	r := j.spare()
	if r.Enrolment != enrolment {
		r = recovery{Enrolment: enrolment, Secrets: []api.Secret{api.NewRecoverySecret()}}
		err = j.keepSpare(r)
	}
	return api.RecoveryHash(r.last()), err
}

// nextSpare is the hash of the secret that will take the place of the present
// one. Both are kept until the backend has said which it has.
func (j *Journey) nextSpare() (hash string, err error) {
	r := j.spare()
	if len(r.Secrets) == 1 {
		r.Secrets = append(r.Secrets, api.NewRecoverySecret())
		err = j.keepSpare(r)
	}
	if len(r.Secrets) == 0 {
		return "", nil // the file is gone: the way goes on without
	}
	return api.RecoveryHash(r.last()), err
}

// Recover opens, by the recovery secret, a way that leads back to the one whose
// key was lost with the keyring; the phone's code and the PIN follow. Where the
// backend knows nothing to go back to, that is told at the welcome. Stage:
// recover.
func (j *Journey) Recover(ctx context.Context) error {
	return j.act(ctx, "recover", []Stage{StageRecover}, func(ctx context.Context) error {
		seed, language := j.startSeed()
		if err := j.save(); err != nil {
			return err
		}
		spare := j.spare()
		var refused error
		for _, secret := range slices.Backward(spare.Secrets) {
			body := api.RecoveryRequest{Enrolment: spare.Enrolment, Secret: secret, Language: language}
			opened, err := api.Call(ctx, j.cfg.Client, api.RecoverEnrolment, api.Request[api.RecoveryRequest]{
				Session: j.session(), Body: body,
				Key: idempotencyKey(seed, api.RecoverEnrolment.ID, spare.Enrolment, string(secret), string(language)),
			})
			if api.CodeOf(err) == api.RecoveryRefused {
				refused = err
				continue
			}
			if err != nil {
				return err
			}
			if err := j.keepSpare(recovery{Enrolment: spare.Enrolment, Secrets: []api.Secret{secret}}); err != nil {
				return err
			}
			j.note(func(r *record) { r.secret = secrets{Token: opened.Token, Seed: newSeed()} })
			return j.arrive(opened.Enrolment)
		}
		if err := errors.Join(j.dropSpare(), j.show(StageWelcome)); err != nil {
			return err
		}
		return refused
	})
}

// Rebind goes on, by PIN, with the way whose key was lost: the backend binds it
// to the present key and withdraws its application. Stage: rebind.
func (j *Journey) Rebind(ctx context.Context, pin api.Secret) error {
	return j.act(ctx, "rebind", []Stage{StageRebind}, func(ctx context.Context) error {
		next, err := j.nextSpare()
		if err != nil {
			return err
		}
		err = step(ctx, j, api.RebindDevice, api.RebindRequest{PIN: pin, Recovery: next}, nil)
		if api.CodeOf(err) == api.RecoveryRefused {
			return errors.Join(err, j.dropSpare())
		}
		return err
	})
}

// rebound takes over the way that was led back to: what lies in the vault for it
// is set aside, and of the recovery secrets the next one is in force.
func (j *Journey) rebound(e api.Enrolment) error {
	if err := j.cfg.Vault.SetAside(e.ID); err != nil {
		return err
	}
	if spare := j.spare(); len(spare.Secrets) == 2 {
		if err := j.keepSpare(recovery{Enrolment: spare.Enrolment, Secrets: spare.Secrets[1:]}); err != nil {
			return err
		}
	}
	j.note(func(r *record) { r.CabinetLeft = e.Step == api.StepGrant })
	return nil
}
