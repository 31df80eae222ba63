//go:build demo

// Package sample answers for the mobile base and the register of individuals
// from the embedded sample population, in the demo build only.
package sample

import (
	"context"
	"sync"

	"qoltanba/app/api"
	"qoltanba/app/backend/registry"
	"qoltanba/assets/citizens"
	"qoltanba/assets/portraits"
)

// Population is a [registry.MobileBase] and a [registry.PopulationRegister].
// Phones registered during the demonstration last until it ends.
type Population struct {
	mu     sync.Mutex
	phones map[api.IIN]api.Phone
	people map[api.IIN]registry.Person
	faces  map[string]string // by reference: names in package portraits
}

// New returns the population as embedded.
func New() *Population {
	p := &Population{phones: map[api.IIN]api.Phone{}, people: map[api.IIN]registry.Person{}, faces: map[string]string{}}
	for _, c := range citizens.All() {
		p.people[c.IIN] = registry.Person{IIN: c.IIN, Fields: c.Register, Portrait: "sample:" + c.ID}
		p.faces["sample:"+c.ID] = c.Portrait
		if c.MobileBase != "" {
			p.phones[c.IIN] = c.MobileBase
		}
	}
	return p
}

// Phone implements [registry.MobileBase].
func (p *Population) Phone(_ context.Context, iin api.IIN) (api.Phone, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	phone, ok := p.phones[iin]
	if !ok {
		return "", registry.ErrUnknown
	}
	return phone, nil
}

// Register implements [registry.MobileBase].
func (p *Population) Register(_ context.Context, iin api.IIN, phone api.Phone) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.people[iin]; !ok {
		return registry.ErrUnknown
	}
	p.phones[iin] = phone
	return nil
}

// Portrait implements [registry.PopulationRegister].
func (p *Population) Portrait(_ context.Context, person registry.Person) ([]byte, error) {
	name, ok := p.faces[person.Portrait]
	if !ok {
		return nil, registry.ErrUnknown
	}
	face, err := portraits.Find(name)
	if err != nil {
		return nil, err
	}
	return face.JPEG, nil
}

// Person implements [registry.PopulationRegister].
func (p *Population) Person(_ context.Context, iin api.IIN) (registry.Person, error) {
	person, ok := p.people[iin]
	if !ok {
		return registry.Person{}, registry.ErrUnknown
	}
	return person, nil
}
