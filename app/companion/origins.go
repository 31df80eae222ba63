package companion

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"qoltanba/keystore"
)

// schemes are those of pages and of browsers' extensions.
var schemes = map[string]bool{"https": true, "http": true, "chrome-extension": true, "moz-extension": true, "safari-web-extension": true}

// originOf reads an Origin header (RFC 6454, 7) and returns it in one spelling.
// The opaque origin, "null", is that of nobody in particular and is none.
func originOf(header string) (string, bool) {
	u, err := url.Parse(header)
	if err != nil || !schemes[u.Scheme] || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" || len(header) > 300 {
		return "", false
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), true
}

// Origins remembers which callers may ask. Its methods may be called from
// several goroutines.
type Origins struct {
	path string
	mu   sync.Mutex
	kept map[string]Consent
	file os.FileInfo // as it was read or written last; nil where there is none
}

// Consent is what a person decided once about a caller.
type Consent struct {
	ID       string    `json:"id"` // as in [Caller]
	Allowed  bool      `json:"allowed"`
	Since    time.Time `json:"since"`
	LastUsed time.Time `json:"lastUsed"`
}

const maxOrigins = 1000

// ErrOriginsDamaged says that the file of consents cannot be read. Nothing is
// allowed then.
var ErrOriginsDamaged = errors.New("the list of sites that may ask for signatures is damaged: remove it")

// OpenOrigins reads the consents from a file, which is made with the first one.
func OpenOrigins(path string) (*Origins, error) {
	o := &Origins{path: path, kept: map[string]Consent{}}
	if err := o.read(); err != nil {
		return nil, err
	}
	return o, nil
}

// read reads the file anew if another process has changed it: the window, where
// permissions are taken back. What cannot be read allows nothing.
func (o *Origins) read() error {
	info, err := os.Stat(o.path)
	if err == nil && o.file != nil && os.SameFile(info, o.file) && info.ModTime().Equal(o.file.ModTime()) {
		return nil
	}
	o.file, o.kept = nil, map[string]Consent{}
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return keystore.DiskError(err)
	}
	content, err := os.ReadFile(o.path)
	if err != nil {
		return keystore.DiskError(err)
	}
	var list []Consent
	if err := json.Unmarshal(content, &list); err != nil {
		return ErrOriginsDamaged
	}
	for _, c := range list {
		o.kept[c.ID] = c
	}
	o.file = info
	return nil
}

// List returns the consents, the last used first.
func (o *Origins) List() []Consent {
	o.mu.Lock()
	defer o.mu.Unlock()
	_ = o.read() // nothing is allowed where it fails
	return slices.SortedFunc(maps.Values(o.kept), func(a, b Consent) int {
		if c := b.LastUsed.Compare(a.LastUsed); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
}

// Revoke forgets what was decided about a caller; it is asked for anew. A
// session that stands is asked anew too.
func (o *Origins) Revoke(id string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.read(); err != nil {
		return err
	}
	former, there := o.kept[id]
	if !there {
		return nil
	}
	delete(o.kept, id)
	if err := o.save(); err != nil {
		o.kept[id] = former
		return err
	}
	return nil
}

// of returns what was decided about a caller.
func (o *Origins) of(id string) (Consent, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	_ = o.read() // nothing is allowed where it fails
	c, there := o.kept[id]
	return c, there
}

// usePeriod is how exactly the time of the last use is kept on the disk.
const usePeriod = time.Minute

// remember keeps a decision; the oldest makes room.
func (o *Origins) remember(id string, allowed bool, now time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.read(); err != nil {
		return err
	}
	c, there := o.kept[id]
	if there && c.Allowed == allowed && now.Sub(c.LastUsed).Abs() < usePeriod {
		return nil
	}
	if !there || c.Allowed != allowed {
		c = Consent{ID: id, Allowed: allowed, Since: now}
	}
	c.LastUsed = now
	o.kept[id] = c
	for len(o.kept) > maxOrigins {
		oldest := slices.MinFunc(slices.Collect(maps.Values(o.kept)), func(a, b Consent) int { return a.LastUsed.Compare(b.LastUsed) })
		delete(o.kept, oldest.ID)
	}
	return o.save()
}

func (o *Origins) save() error {
	err := replace(o.path, slices.SortedFunc(maps.Values(o.kept), func(a, b Consent) int { return strings.Compare(a.ID, b.ID) }))
	if info, statErr := os.Stat(o.path); statErr == nil && err == nil {
		o.file = info
	}
	return err
}

// replace writes a value as JSON in place of a file, whole or not at all.
func replace(path string, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	aside := path + ".new"
	if err := os.Remove(aside); err != nil && !errors.Is(err, os.ErrNotExist) {
		return keystore.DiskError(err)
	}
	if err := keystore.WriteFile(aside, data); err != nil {
		return err
	}
	if err := keystore.ReplaceFile(aside, path); err != nil {
		return fmt.Errorf("keep %s: %w", path, keystore.DiskError(err))
	}
	return keystore.SyncFolder(path)
}

// patience bounds how often a caller may ask after a no.
type patience struct {
	now func() time.Time
	mu  sync.Mutex
	nos map[string][]time.Time
}

const (
	maxNos   = 3
	noPeriod = time.Minute
)

// spent tells whether the caller had so many refusals within a minute that
// nobody is asked again before it is over.
func (p *patience) spent(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget()
	return len(p.nos[id]) >= maxNos
}

func (p *patience) no(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget()
	if p.nos == nil {
		p.nos = map[string][]time.Time{}
	}
	p.nos[id] = append(p.nos[id], p.now())
}

func (p *patience) forget() {
	since := p.now().Add(-noPeriod)
	for id, times := range p.nos {
		times = slices.DeleteFunc(times, func(t time.Time) bool { return t.Before(since) })
		if p.nos[id] = times; len(times) == 0 {
			delete(p.nos, id)
		}
	}
}
