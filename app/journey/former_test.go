package journey

import (
	"slices"
	"testing"

	"qoltanba/app/api"
)

// atFormer is a citizen who has renewed a pair and is asked about the former one,
// after another start.
func atFormer(t *testing.T) (*citizen, *process, ended) {
	t.Helper()
	c, p, gone := atKeys(t)
	if err := p.Renew(t.Context(), held(t, p, api.CertificateSign).Serial, modelPass); err != nil {
		t.Fatal(err)
	}
	if err := c.walk(t.Context(), p.Journey, StageFormer); err != nil {
		t.Fatal(err)
	}
	p.stop()
	p = c.start(c.model)
	t.Cleanup(p.stop)
	if s := p.State(); s.Stage != StageFormer || len(s.Former) != 2 || len(gone) != 0 {
		t.Fatalf("after another start at %s, asked about %d, %d ended", s.Stage, len(s.Former), len(gone))
	}
	return c, p, gone
}

func TestFormerKeysAreKeptUnlessTheCitizenSaysSo(t *testing.T) {
	t.Parallel()
	c, p, gone := atFormer(t)
	if err := p.KeepFormer(t.Context()); err != nil || p.State().Stage != StageDone || len(gone) != 0 {
		t.Fatalf("at %s, %d ended: %v", p.State().Stage, len(gone), err)
	}
	p.stop()
	again := c.start(c.model)
	defer again.stop()
	if s := again.State(); s.Stage != StageDone || len(s.Former) != 0 {
		t.Errorf("asked again, at %s", s.Stage)
	}
}

// A refusal leaves the question, as far as it is open, over another start too.
func TestFormerKeysAreRevokedByPIN(t *testing.T) {
	t.Parallel()
	c, p, gone := atFormer(t)
	ctx := t.Context()
	if err := p.RevokeFormer(ctx, "111111"); api.CodeOf(err) != api.PINWrong || p.State().Stage != StageFormer || len(gone) != 0 {
		t.Fatalf("a wrong PIN: %v at %s", err, p.State().Stage)
	}
	former := p.State().Former
	k := &killer{http: c.model, disk: osDisk{}, left: 1 + 4} // one call, and what the journal does for it
	p.stop()
	p = c.start(k)
	p.file.disk, k.left = k, 5
	if err := p.RevokeFormer(ctx, modelPIN); err == nil {
		t.Fatal("killed, and nothing is told")
	}
	p.stop()
	if len(gone) != 1 || gone[former[0].Serial] != api.Superseded {
		t.Fatalf("%v ended before the kill", gone)
	}
	p = c.start(c.model)
	defer p.stop()
	if s := p.State(); s.Stage != StageFormer || !slices.Equal(s.Former, former[1:]) {
		t.Fatalf("at %s, asked about %d", s.Stage, len(s.Former))
	}
	if err := p.RevokeFormer(ctx, modelPIN); err != nil || p.State().Stage != StageDone || len(gone) != 2 {
		t.Errorf("at %s, %d ended: %v", p.State().Stage, len(gone), err)
	}
}

// Who holds nothing from before is asked nothing; nor is who cannot be told.
func TestNoQuestionWithoutFormerKeys(t *testing.T) {
	t.Parallel()
	c := newCitizen(t)
	c.model.holds()
	p := c.start(c.model)
	defer p.stop()
	var seen stages
	defer p.Subscribe(seen.add)()
	if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(seen.list, StageFormer) {
		t.Error("asked about nothing")
	}
}

// A refusal among the keys, of which no way is under way, ends no way.
func TestAWrongPINAmongTheKeysLeavesThemOpen(t *testing.T) {
	t.Parallel()
	c := newCitizen(t)
	c.model.holds()
	p := c.start(c.model)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	if err := p.OpenKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := p.RevokeByPIN(t.Context(), held(t, p, api.CertificateSign).Serial, api.NotNeeded, "111111")
	if api.CodeOf(err) != api.PINWrong || p.State().Stage != StageKeys {
		t.Errorf("%v at %s", err, p.State().Stage)
	}
}
