//go:build linux

package journey

import (
	"flag"
	"testing"
	"time"

	"qoltanba/app/support/soak"
)

var (
	soakWays  = flag.Int("soak-ways", 4, "how many ways are walked in one process")
	soakTable = flag.String("soak-table", "", "file that gets the table of what was measured")
)

const soakTitle = `make soak
Whole ways, one after the other, in one process of the citizen's program: journal and vault on the disk, real keys and key files.

`

// TestWaysLeaveNothing walks whole ways in one process of the citizen's program
// and looks at what it holds between them. The full form is "make soak".
func TestWaysLeaveNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("whole ways take long under the race detector")
	}
	begin := time.Now()
	rows := []soak.Row{}
	for n := range *soakWays + 1 {
		t.Run("", func(t *testing.T) {
			c := newCitizen(t)
			p := c.start(c.model)
			defer p.stop()
			if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
				t.Fatal(err)
			}
			c.checkDone(p)
		})
		if n%max(1, *soakWays/20) != 0 {
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
