package trust

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// firefoxes are the folders of Firefox and its kin below the user's own, each
// with a profiles.ini: of the system's package, of snap, of flatpak.
var firefoxes = []struct{ path, name string }{
	{".mozilla/firefox", ""},
	{".config/mozilla/firefox", ""}, // since Firefox 147 (XDG)
	{"snap/firefox/common/.mozilla/firefox", "snap"},
	{"snap/firefox/common/.config/mozilla/firefox", "snap"},
	{".var/app/org.mozilla.firefox/.mozilla/firefox", "flatpak"},
	{".var/app/org.mozilla.firefox/config/mozilla/firefox", "flatpak"},
	{".librewolf", "LibreWolf"},
	{".config/librewolf/librewolf", "LibreWolf"},
	{".var/app/io.gitlab.librewolf-community/.librewolf", "LibreWolf, flatpak"},
	{".waterfox", "Waterfox"},
}

const (
	maxProfiles = 100
	maxINI      = 256 << 10 // bytes
)

// firefoxPlaces lists the profiles of this user.
func (s *Stores) firefoxPlaces() []Place {
	var places []Place
	for _, f := range firefoxes {
		base := filepath.Join(s.Home, filepath.FromSlash(f.path))
		for _, dir := range profilesIn(base) {
			name := filepath.Base(dir)
			if f.name != "" {
				name += " (" + f.name + ")"
			}
			places = append(places, Place{Firefox, name, dir, nss{dir}})
		}
	}
	return places
}

// profilesIn lists the profiles that profiles.ini names and those that lie beside
// it, as far as they are folders.
func profilesIn(base string) []string {
	var dirs []string
	add := func(dir string) {
		info, err := os.Stat(dir)
		if err == nil && info.IsDir() && !slices.Contains(dirs, dir) && len(dirs) < maxProfiles {
			dirs = append(dirs, dir)
		}
	}
	ini := filepath.Join(base, "profiles.ini")
	if info, err := os.Stat(ini); err == nil && info.Size() <= maxINI {
		if text, err := os.ReadFile(ini); err == nil {
			for _, p := range parseProfiles(string(text)) {
				if p.relative {
					p.path = filepath.Join(base, filepath.FromSlash(p.path))
				}
				add(filepath.Clean(p.path))
			}
		}
	}
	beside, err := filepath.Glob(filepath.Join(base, "*", "cert9.db"))
	if err == nil {
		for _, file := range beside {
			add(filepath.Dir(file))
		}
	}
	return dirs
}

// profile is a section of profiles.ini.
type profile struct {
	path     string
	relative bool
}

// parseProfiles reads the sections [Profile0], [Profile1] and so on. What leads
// out of the folder though it is called relative is left out.
func parseProfiles(ini string) []profile {
	var all []profile
	var current *profile
	for line := range strings.Lines(ini) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			current = nil
			if strings.HasPrefix(line, "[Profile") && len(all) < maxProfiles {
				all = append(all, profile{})
				current = &all[len(all)-1]
			}
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		switch {
		case current == nil:
		case key == "Path":
			current.path = value
		case key == "IsRelative":
			current.relative = value == "1"
		}
	}
	return slices.DeleteFunc(all, func(p profile) bool {
		return p.path == "" || p.relative != filepath.IsLocal(filepath.FromSlash(p.path)) || !p.relative && !filepath.IsAbs(p.path)
	})
}
