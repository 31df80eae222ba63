//go:build demo

// Package citizens holds the sample population of the demo build: invented
// citizens, each made for one way through the service or one trouble on it.
//
// The backend's demo serves them as mobile base and register; the demo's
// autopilot and headless way type what stands on their documents.
package citizens

import (
	_ "embed" // for citizens.json
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"qoltanba/app/api"
)

//go:embed citizens.json
var data []byte

// Citizen is one invented person.
type Citizen struct {
	ID         string         `json:"id"`       // short name for scripts
	For        string         `json:"for"`      // what the record is for, in English
	Language   api.Language   `json:"language"` // what the citizen would choose
	IIN        api.IIN        `json:"iin"`
	Phone      api.Phone      `json:"phone"`                 // in the citizen's hand
	MobileBase api.Phone      `json:"mobile_base,omitempty"` // empty: not in the base
	Portrait   string         `json:"portrait,omitempty"`    // name in package portraits; empty: the first there
	Register   api.CardFields `json:"register"`              // as the state has it
	// Document is what the citizen comes with; the identity card where it is empty.
	Document api.DocumentKind `json:"document,omitempty"`
	Card     api.CardFields   `json:"card"` // as the document in hand has it
	// ZoneExpiry is the date of expiry in the zone of the card, where it is not that of the print.
	ZoneExpiry api.Date `json:"zone_expiry,omitempty"`
}

var load = sync.OnceValue(func() []Citizen {
	var file struct {
		Citizens []Citizen `json:"citizens"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		// The file is part of the program and read by its tests.
		panic(fmt.Sprintf("citizens.json: %v", err))
	}
	return file.Citizens
})

// All returns every sample citizen; the first goes the straight way.
func All() []Citizen { return slices.Clone(load()) }

// Find returns the citizen with the ID.
func Find(id string) (Citizen, error) {
	for _, c := range load() {
		if c.ID == id {
			return c, nil
		}
	}
	return Citizen{}, fmt.Errorf("no sample citizen is called %q: see citizens.json", id)
}
