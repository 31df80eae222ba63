//go:build demo && linux

package service

import (
	"context"
	"flag"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/notify"
	"qoltanba/app/backend/notify/demophone"
	"qoltanba/app/backend/store"
	"qoltanba/app/support/soak"
)

var (
	soakWays  = flag.Int("soak-ways", 2, "how many citizens walk the whole way in one process")
	soakTable = flag.String("soak-table", "", "file that gets the table of what was measured")
)

// warmUp is how many ways it takes until the pools of the database and the workers of the jobs are all there.
const warmUp = 2

const soakTitle = `make soak
Citizens walk the whole way, one after the other, in the process of the service itself: SQLite, real listener, real keys and certificates.

`

// screen shows messages on the phone of the day.
type screen struct {
	phone atomic.Pointer[demophone.Phone]
}

func (s *screen) Send(ctx context.Context, to api.Phone, m notify.Message) error {
	return s.phone.Load().Send(ctx, to, m)
}

// TestEnrolmentsLeaveNothing walks whole ways in one process, the caller's side
// and the service's, and looks at what the process holds between them. The full
// form is "make soak".
func TestEnrolmentsLeaveNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("whole ways take long under the race detector")
	}
	var screen screen
	a := open(t, func(p *Plan) { p.Log, p.World.SMS = slog.New(slog.DiscardHandler), &screen })
	fillPool(t, a)
	begin := time.Now()
	rows := []soak.Row{}
	for n := -warmUp; n <= *soakWays; n++ {
		a.phone = demophone.New(a.clock.now) // one keeps the last messages alone
		screen.phone.Store(a.phone)
		c := a.citizen(t, "aigul")
		c.confirm()
		c.identify()
		c.decide(enrolment.Verdict{Approve: true})
		c.grant()
		c.accept(api.TextAgreement, api.AcceptAgreement)
		checkCertificates(c, c.obtain())
		a.quiet(t)
		a.clock.advance(25 * time.Hour) // a new day: the limits of the last are over
		a.client.HTTP.CloseIdleConnections()
		if n < 0 || n%max(1, *soakWays/20) != 0 {
			continue
		}
		row, err := soak.Take(time.Since(begin), int64(n))
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	soak.Report(t, soakTitle, "ways", *soakTable, rows)
}

// fillPool has the store open every connection that it may keep, which it would
// else do at whatever moment calls happen to meet.
func fillPool(t *testing.T, a *agency) {
	t.Helper()
	const callers = 8 // more than there are connections
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			if err := a.Store.View(t.Context(), func(tx store.Tx) error {
				_, err := tx.EnrolmentsAt(api.StepDecision, 1)
				<-time.After(200 * time.Millisecond) // meanwhile the others need connections of their own
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
