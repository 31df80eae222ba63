// Package storetest is the conformance suite of package store: what holds for
// one database must hold for the other. Run it on a store that opens empty.
package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/jobs"
	"qoltanba/app/backend/store"
)

// Store is a store whose queue can be worked.
type Store interface {
	store.Store
	Jobs() jobs.Driver
}

// Kazakh has the letters that Russian lacks, the hard case of every code page.
const Kazakh = "Әлия Құрманғазы-Өзбекқызы Іңірбай Һ ұү"

// now is a time with more digits than are kept, away from UTC.
var now = time.Date(2026, 11, 22, 9, 30, 15, 123456789, time.FixedZone("Almaty", 5*3600))

// kept is now as a store gives it back.
var kept = now.UTC().Truncate(time.Microsecond)

// Run runs the suite; open makes a new, empty store and closes it in a cleanup.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Store)
	}{
		{"Enrolment", testEnrolment},
		{"EnrolmentLists", testEnrolmentLists},
		{"Certificate", testCertificate},
		{"UseOnce", testUseOnce},
		{"Answer", testAnswer},
		{"Window", testWindow},
		{"CallBack", testCallBack},
		{"Operator", testOperator},
		{"Session", testSession},
		{"Trail", testTrail},
		{"CaseKey", testCaseKey},
		{"Claim", testClaim},
		{"Purge", testPurge},
		{"Times", testTimes},
		{"Text", testText},
		{"BigState", testBigState},
		{"BadInput", testBadInput},
		{"ViewRefusesWrites", testViewRefusesWrites},
		{"ViewIsASnapshot", testViewIsASnapshot},
		{"Rollback", testRollback},
		{"Panic", testPanic},
		{"Cancelled", testCancelled},
		{"Closed", testClosed},
		{"UseOnceRace", testUseOnceRace},
		{"CaseKeyRace", testCaseKeyRace},
		{"ClaimRace", testClaimRace},
		{"LostUpdate", testLostUpdate},
		{"VersionRace", testVersionRace},
		{"WriteSkew", testWriteSkew},
		{"TrailRace", testTrailRace},
		{"JobsFollowTheTransaction", testJobsFollow},
		{"UpdatesBesideWorkers", testUpdatesBesideWorkers},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, open(t))
		})
	}
}

// Enrolment returns a record to begin with.
func Enrolment(id string) store.Enrolment {
	return store.Enrolment{
		ID: id, Subject: "subject", Step: api.StepCode, Waiting: kept, CreatedAt: kept,
		ExpiresAt: kept.Add(time.Hour), State: json.RawMessage(`{"b": 1, "a": "` + Kazakh + `"}`),
	}
}

func update(t *testing.T, s Store, work func(store.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), work); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s Store, work func(store.Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), work); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, s Store, e store.Enrolment) {
	t.Helper()
	update(t, s, func(tx store.Tx) error {
		_, err := tx.PutEnrolment(e)
		return err
	})
}

// read reads one record in a view.
func read[T any](t *testing.T, s Store, get func(store.Tx) (T, error)) T {
	t.Helper()
	var value T
	view(t, s, func(tx store.Tx) (err error) {
		value, err = get(tx)
		return err
	})
	return value
}

// wants fails unless work ends in the error.
func wants(t *testing.T, want error, run func(context.Context, func(store.Tx) error) error, work func(store.Tx) error) {
	t.Helper()
	if err := run(t.Context(), work); !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %#v\nwant %#v", what, got, want)
	}
}
