//go:build demo

package sample

import (
	"errors"
	"testing"

	"qoltanba/app/api"
	"qoltanba/app/backend/registry"
	"qoltanba/assets/citizens"
)

var (
	_ registry.MobileBase         = (*Population)(nil)
	_ registry.PopulationRegister = (*Population)(nil)
)

func TestPopulationAnswers(t *testing.T) {
	t.Parallel()
	p := New()
	for _, c := range citizens.All() {
		person, err := p.Person(t.Context(), c.IIN)
		if err != nil || person.Fields != c.Register || person.IIN != c.IIN {
			t.Errorf("%s: the register does not answer as embedded: %v", c.ID, err)
		}
		phone, err := p.Phone(t.Context(), c.IIN)
		if c.MobileBase == "" {
			if !errors.Is(err, registry.ErrUnknown) {
				t.Errorf("%s: %v, want ErrUnknown", c.ID, err)
			}
		} else if phone != c.MobileBase || err != nil {
			t.Errorf("%s: the mobile base does not answer as embedded: %v", c.ID, err)
		}
		if err := p.Register(t.Context(), c.IIN, c.Phone); err != nil {
			t.Errorf("%s: %v", c.ID, err)
		}
		if phone, err := p.Phone(t.Context(), c.IIN); phone != c.Phone || err != nil {
			t.Errorf("%s: the phone was not registered: %v", c.ID, err)
		}
	}
}

func TestStrangerIsUnknown(t *testing.T) {
	t.Parallel()
	p := New()
	const stranger = api.IIN("061211600012")
	if _, err := p.Person(t.Context(), stranger); !errors.Is(err, registry.ErrUnknown) {
		t.Error(err)
	}
	if _, err := p.Phone(t.Context(), stranger); !errors.Is(err, registry.ErrUnknown) {
		t.Error(err)
	}
	if err := p.Register(t.Context(), stranger, "+77000000001"); !errors.Is(err, registry.ErrUnknown) {
		t.Error(err)
	}
}
