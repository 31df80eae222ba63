package journey

import (
	"context"
	"time"

	"qoltanba/app/api"
)

// New keys end no former ones. When they lie in their files the citizen is asked
// what becomes of those that are still good; the question stands in the journal
// until it is answered, and what nobody answers is kept.

// FormerKey is a certificate of the citizen from before, still good when the new
// key files were written.
type FormerKey struct {
	Serial     string              `json:"serial"`
	Kind       api.CertificateKind `json:"kind"`
	ValidUntil time.Time           `json:"valid_until"`
}

const (
	// formerTime is how long the new keys wait for the word on former ones. Where
	// none comes, my keys show them later.
	formerTime = 20 * time.Second
	maxFormer  = 16
)

// KeepFormer leaves the former keys as they are. Stage: former.
func (j *Journey) KeepFormer(ctx context.Context) error {
	return j.act(ctx, "keep former keys", []Stage{StageFormer}, func(context.Context) error {
		return j.asked(nil)
	})
}

// RevokeFormer revokes the former keys for good, by PIN, one after another. What
// it did not come to is asked about again. Stage: former.
func (j *Journey) RevokeFormer(ctx context.Context, pin api.Secret) error {
	return j.act(ctx, "revoke former keys", []Stage{StageFormer}, func(ctx context.Context) error {
		for left := j.State().Former; len(left) > 0; left = left[1:] {
			body := api.RevocationRequest{Serial: left[0].Serial, Reason: api.Superseded, PIN: pin}
			_, err := api.Call(ctx, j.cfg.Client, api.RevokeCertificate, api.Request[api.RevocationRequest]{Session: j.holder(), Body: body})
			if err != nil {
				return err
			}
			if err := j.asked(left[1:]); err != nil {
				return err
			}
		}
		return nil
	})
}

// asked notes what is still to be asked about, and goes on where nothing is.
func (j *Journey) asked(left []FormerKey) error {
	j.note(func(r *record) { r.Former = left })
	j.change(func(s *State) {
		if s.Former = left; len(left) == 0 {
			s.Stage = StageDone
		}
	})
	return j.save()
}

// findFormer are the citizen's good certificates of other ways. A line that is
// down is not waited for.
func (j *Journey) findFormer(ctx context.Context) (former []FormerKey) {
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, patiently{}, nil), formerTime)
	defer cancel()
	told, err := api.Call(ctx, j.cfg.Client, api.ListHeld, api.Request[api.None]{Session: j.holder()})
	if err != nil {
		return nil
	}
	for _, c := range told.Certificates {
		if c.State == api.HeldGood && !c.Here && len(former) < maxFormer {
			former = append(former, FormerKey{Serial: c.Serial, Kind: c.Kind, ValidUntil: c.NotAfter})
		}
	}
	return former
}
