package console

import (
	"fmt"
	"net/http"
	"regexp"
	"time"
)

// late is when a case has waited too long for a working day.
const late = 8 * time.Hour

// shownQueue is the queue as the page shows it.
type shownQueue struct{ Lines []queued }

// queued is a line of the queue.
type queued struct {
	ID, Name, Since, Waits, Language, Document string
	Late, Compared                             bool
	Differs                                    int
}

// short is the form of a case's short name.
var short = regexp.MustCompile(`^[0-9A-Za-z]{1,8}$`)

func (c *Console) showQueue(v *visit) error {
	waiting, err := c.service.Waiting(v.r.Context())
	if err != nil {
		return err
	}
	var shown shownQueue
	for _, w := range waiting {
		waits := c.now().Sub(w.Since)
		shown.Lines = append(shown.Lines, queued{
			ID: w.ID, Name: caseName(w.ID), Since: moment(w.Since), Waits: v.words.lasting(waits), Late: waits > late,
			Language: v.words.T("language." + string(w.Language)), Document: v.words.T("document." + string(w.Document)), Compared: w.Compared, Differs: w.Differs,
		})
	}
	title := v.words.T("queue")
	if n := len(shown.Lines); n > 0 {
		title = fmt.Sprintf("(%d) %s", n, title)
	}
	p := page{Title: title, Refresh: 15, Data: shown}
	for _, verdict := range []string{"approved", "rejected"} {
		if name := v.r.URL.Query().Get(verdict); short.MatchString(name) {
			p.Note = v.words.T("case.title") + " " + name + ": " + v.words.T("done."+verdict)
		}
	}
	c.show(v, http.StatusOK, "queue", p)
	return nil
}

// caseName is the short name that operators say to each other.
func caseName(id string) string { return id[:min(8, len(id))] }

func moment(t time.Time) string { return t.In(almaty).Format("02.01.2006 15:04:05") }

// almaty is the time of the whole country since 1 March 2024: UTC+5.
var almaty = time.FixedZone("UTC+5", 5*60*60)

// lasting says how long something lasts, in minutes, hours or days.
func (w words) lasting(d time.Duration) string {
	minutes := max(0, int(d/time.Minute))
	hours := minutes / 60
	switch {
	case hours >= 48:
		return fmt.Sprintf("%d %s %d %s", hours/24, w.T("unit.day"), hours%24, w.T("unit.hour"))
	case hours > 0:
		return fmt.Sprintf("%d %s %d %s", hours, w.T("unit.hour"), minutes%60, w.T("unit.minute"))
	case minutes == 0:
		return w.T("unit.now")
	default:
		return fmt.Sprintf("%d %s", minutes, w.T("unit.minute"))
	}
}
