//go:build demo

package headless

import (
	"context"
	"fmt"
	"strings"

	"qoltanba/app/api"
	"qoltanba/app/journey"
)

// fields waits until the machine has read the document, tells how much of it was read right, and confirms what stands on it.
func (w *walker) fields(ctx context.Context) (string, error) {
	err := w.wait(ctx, func(now journey.State) bool {
		r := now.Enrolment.Reading
		return now.Stage != journey.StageFields || r == nil || r.State == api.ReadingFailed || r.State == api.ReadingDone && now.Recognised != nil
	})
	now := w.j.State()
	if err != nil || now.Stage != journey.StageFields {
		said := "waited"
		if r := now.Enrolment.Reading; r != nil && r.State == api.ReadingAgain {
			said = fmt.Sprintf("asked for the %s again: %s", r.Side, r.Reason)
		}
		return said, err
	}
	return "fields confirmed, " + w.readRight(now.Recognised), w.j.ConfirmFields(ctx, w.script.Citizen.Card)
}

// readRight counts the fields that were read as the card has them.
func (w *walker) readRight(made *api.Recognised) string {
	if made == nil {
		return "nothing was read"
	}
	right, printed := 0, 0
	for _, f := range w.script.Citizen.Card.List() {
		if f.Value == "" {
			continue
		}
		printed++
		if read, ok := made.Field(f.Name); ok && strings.ReplaceAll(read.Value, "Ё", "Е") == strings.ReplaceAll(f.Value, "Ё", "Е") {
			right++
		}
	}
	return fmt.Sprintf("%d of %d were read", right, printed)
}
