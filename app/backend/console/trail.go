package console

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"qoltanba/app/backend/store"
)

// shownEntry is an entry of the audit trail; equal ones in a row are one.
type shownEntry struct {
	At, Actor, Action, Detail string
	Times                     int
}

// trail words the audit trail, the newest first.
func (w words) trail(entries []store.AuditEntry) []shownEntry {
	var shown []shownEntry
	for i, e := range entries {
		if i > 0 && e.Actor == entries[i-1].Actor && e.Action == entries[i-1].Action && e.Detail == entries[i-1].Detail {
			shown[len(shown)-1].Times++
			continue
		}
		shown = append(shown, shownEntry{moment(e.At), w.actor(e.Actor), w.action(e.Action), w.detail(e), 1})
	}
	slices.Reverse(shown)
	return shown
}

func (w words) actor(actor string) string {
	if login, ok := strings.CutPrefix(actor, "operator:"); ok {
		return login
	}
	return w.known("actor."+actor, actor)
}

func (w words) action(action string) string { return w.known("action."+action, action) }

// detail words a reason and leaves out what is for machines.
func (w words) detail(e store.AuditEntry) string {
	switch e.Action {
	case "reject", "repeat":
		return w.known("reason."+e.Detail, e.Detail)
	case "register":
		var names []string
		for name := range strings.SplitSeq(e.Detail, ",") {
			if name != "" {
				names = append(names, w.known("field."+name, name))
			}
		}
		return strings.Join(names, ", ")
	default:
		return ""
	}
}

// present is how long somebody who looked at a case counts as looking at it.
const present = 5 * time.Minute

// others says which other operators looked at the case a moment ago.
func (w words) others(entries []store.AuditEntry, login string, now time.Time) []string {
	last := map[string]time.Time{}
	for _, e := range entries {
		if e.Action == "look" && e.Actor != actor(login) && now.Sub(e.At) < present {
			last[strings.TrimPrefix(e.Actor, "operator:")] = e.At
		}
	}
	var shown []string
	for name, at := range last {
		shown = append(shown, fmt.Sprintf(w.T("case.other"), name, w.lasting(now.Sub(at))))
	}
	slices.Sort(shown)
	return shown
}
