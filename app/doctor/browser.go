package doctor

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"qoltanba/app/companion/peer"
	"qoltanba/app/companion/trust"
)

// ports tells who waits for sites, on both addresses of this computer.
func ports(ctx context.Context, c Config) []Finding {
	if c.Port == 0 {
		return nil
	}
	var findings []Finding
	for _, host := range []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()} {
		at := netip.AddrPortFrom(host, c.Port)
		process, err := peer.ListeningAt(ctx, at)
		f := Finding{Subject: at.String()}
		switch {
		case errors.Is(err, peer.ErrNobody):
			f.Code, f.Level = PortFree, Warning
		case err != nil:
			f.Code, f.Level = PortUnknown, Note
		case process.Program != "" && process.Program == c.Program:
			f.Code, f.Level = PortOurs, OK
		case process.Program != "":
			f.Code, f.Level, f.Subject = PortHeld, Failure, process.Program+" ("+at.String()+")"
			f.Detail = "process " + strconv.Itoa(process.PID)
		default:
			f.Code, f.Level = PortOtherUser, Failure
			f.Detail = "user " + strconv.Itoa(process.User)
		}
		findings = append(findings, f)
	}
	// Where nobody listens, one word of it will do.
	if findings[0].Code == PortFree && findings[1].Code == PortFree {
		findings = findings[:1]
	}
	return findings
}

const (
	endsSoon = 60 * 24 * time.Hour
	putTime  = time.Minute // for one place, but where the system asks the person
	askTime  = 5 * time.Minute
)

// places tells where the companion's authority is trusted.
func places(ctx context.Context, c Config) []Finding {
	if c.Stores == nil {
		return nil
	}
	cert, err := trust.Certificate(c.Folder)
	var findings []Finding
	switch {
	case errors.Is(err, trust.ErrNone):
	case err != nil:
		return []Finding{{Code: AuthorityDamaged, Level: Failure, Detail: err.Error(), Fix: c.anew}}
	case c.Now().After(cert.NotAfter.Add(-endsSoon)):
		findings = append(findings, Finding{Code: AuthorityEnds, Level: Warning, Subject: cert.NotAfter.Format(time.DateOnly), Fix: c.anew})
	}
	for _, place := range c.Stores.Places() {
		findings = append(findings, c.placed(ctx, place, cert))
	}
	return findings
}

// anew removes the authority; the next one is made where it is wanted.
func (c Config) anew(ctx context.Context) error {
	if err := c.Forget(ctx); err != nil {
		return err
	}
	_, err := c.Authority(ctx)
	return err
}

// placed judges one place. Cert is nil where there is no authority yet.
func (c Config) placed(ctx context.Context, place trust.Place, cert *x509.Certificate) Finding {
	o := trust.Outcome{Place: place, State: trust.Untrusted}
	if cert != nil || place.Path == "" {
		o = place.Check(ctx, cert)
	}
	f := Told(o)
	if o.State == trust.Untrusted {
		f.Fix = func(ctx context.Context) error { return c.install(ctx, place) }
		if f.Code, f.Level = TrustAbsent, Failure; place.Kind == trust.System && runtime.GOOS == "linux" {
			f.Code, f.Level = TrustSystem, Note // browsers have stores of their own
		}
	}
	return f
}

// Told puts into a finding what became of a place of trust.
func Told(o trust.Outcome) Finding {
	f := Finding{Subject: placeName(o.Place), Level: OK}
	switch o.State {
	case trust.Missing:
		f.Code, f.Level = TrustMissing, Note
	case trust.Trusted:
		f.Code = TrustStands
	case trust.Installed:
		f.Code = TrustInstalled
	case trust.Removed:
		f.Code = TrustRemoved
	case trust.Untrusted:
		f.Code, f.Level = TrustGone, Note
	case trust.Failed:
		f.Code, f.Level, f.Detail = trustCode(o.Err), Failure, o.Err.Error()
		if f.Code == TrustAdministrator {
			f.Level = Note
		}
	}
	return f
}

func (c Config) install(ctx context.Context, place trust.Place) error {
	limit := putTime
	if place.Kind == trust.System {
		limit = askTime
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cert, err := c.Authority(ctx)
	if err != nil {
		return err
	}
	err = place.Install(ctx, cert).Err
	if errors.Is(err, trust.ErrNotAllowed) && place.Kind == trust.System {
		return nil // it is the administrator's, and not needed
	}
	return err
}

// trustCode tells the reasons apart for which a place stayed as it was.
func trustCode(err error) Code {
	switch {
	case errors.Is(err, trust.ErrNoTool):
		return TrustTool
	case errors.Is(err, trust.ErrLocked):
		return TrustLocked
	case errors.Is(err, trust.ErrNotAllowed):
		return TrustAdministrator
	case errors.Is(err, trust.ErrDeclined):
		return TrustDeclined
	}
	return TrustFailed
}

// placeName is what a person knows a place by.
func placeName(p trust.Place) string {
	name := map[trust.Kind]string{trust.Chromium: "Chromium, Chrome, Edge", trust.Firefox: "Firefox", trust.System: systemStore()}[p.Kind]
	if p.Name != "" {
		name += ": " + p.Name
	}
	return name
}

func systemStore() string {
	switch runtime.GOOS {
	case "windows":
		return "Windows"
	case "darwin":
		return "macOS"
	}
	return "Linux (curl, Java)"
}

// asking is the version of Chromium from which pages of the network have to be
// allowed to reach this computer (Local Network Access).
const asking = 142

// permissions tells what Chromium and its kin let sites do with this computer.
func permissions(ctx context.Context, c Config) []Finding {
	if c.Stores == nil {
		return nil
	}
	var findings []Finding
	for _, folder := range userData(c.Stores.Home) {
		version := lastVersion(folder)
		if version < asking || ctx.Err() != nil {
			continue
		}
		blocked, allowed := decisions(folder)
		name := filepath.Base(folder) + " " + strconv.Itoa(version)
		switch {
		case len(blocked) > 0:
			findings = append(findings, Finding{Code: NetworkBlocked, Level: Failure, Subject: name + ": " + strings.Join(blocked, ", ")})
		case len(allowed) > 0:
			findings = append(findings, Finding{Code: NetworkAllowed, Level: OK, Subject: name + ": " + strings.Join(allowed, ", ")})
		default:
			findings = append(findings, Finding{Code: NetworkAsks, Level: Note, Subject: name})
		}
	}
	return findings
}

// userData lists the folders in which Chromium and its kin keep their profiles.
func userData(home string) []string {
	var patterns []string
	switch runtime.GOOS {
	case "windows":
		for _, p := range []string{"Google/Chrome", "Microsoft/Edge", "BraveSoftware/Brave-Browser", "Chromium", "Yandex/YandexBrowser"} {
			patterns = append(patterns, "AppData/Local/"+p+"/User Data")
		}
	case "darwin":
		for _, p := range []string{"Google/Chrome", "Microsoft Edge", "BraveSoftware/Brave-Browser", "Chromium", "Yandex/YandexBrowser"} {
			patterns = append(patterns, "Library/Application Support/"+p)
		}
	default:
		for _, p := range []string{"chromium", "google-chrome", "microsoft-edge", "BraveSoftware/Brave-Browser", "vivaldi", "opera", "yandex-browser"} {
			patterns = append(patterns, ".config/"+p)
		}
		patterns = append(patterns, "snap/chromium/common/chromium", ".var/app/*/config/chromium", ".var/app/*/config/google-chrome")
	}
	var folders []string
	for _, p := range patterns {
		found, err := filepath.Glob(filepath.Join(home, filepath.FromSlash(p)))
		if err == nil {
			folders = append(folders, found...)
		}
	}
	return folders
}

// lastVersion returns the main number of the version that last used a folder; 0
// where it is not known.
func lastVersion(folder string) int {
	text, err := readBounded(filepath.Join(folder, "Last Version"), 100)
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(text)), ".")
	n, err := strconv.Atoi(first)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

const (
	maxPreferences = 32 << 20 // bytes
	maxSites       = 20       // that are told
)

// decisions lists the sites of which the person decided whether they reach this
// computer.
func decisions(folder string) (blocked, allowed []string) {
	files, err := filepath.Glob(filepath.Join(folder, "*", "Preferences"))
	if err != nil {
		return nil, nil
	}
	for _, file := range files {
		text, err := readBounded(file, maxPreferences)
		if err != nil {
			continue
		}
		no, yes := parseDecisions(text)
		blocked, allowed = append(blocked, no...), append(allowed, yes...)
	}
	return tidy(blocked), tidy(allowed)
}

func tidy(sites []string) []string {
	slices.Sort(sites)
	sites = slices.Compact(sites)
	return sites[:min(len(sites), maxSites)]
}

// parseDecisions reads the settings of contents in a profile's preferences: a
// pattern such as "https://portal.kz:443,*", and 1 for allowed or 2 for blocked.
func parseDecisions(preferences []byte) (blocked, allowed []string) {
	type setting struct {
		Setting int `json:"setting"`
	}
	var p struct {
		Profile struct {
			Contents struct {
				Exceptions struct {
					Both     map[string]setting `json:"local_network_access"`
					Loopback map[string]setting `json:"loopback_network"`
				} `json:"exceptions"`
			} `json:"content_settings"`
		} `json:"profile"`
	}
	if json.Unmarshal(preferences, &p) != nil {
		return nil, nil
	}
	e := p.Profile.Contents.Exceptions
	for _, kind := range []map[string]setting{e.Both, e.Loopback} {
		for pattern, s := range kind {
			site, _, _ := strings.Cut(pattern, ",")
			u, err := url.Parse(site)
			if err != nil || !hostName(u.Hostname()) {
				continue
			}
			switch s.Setting {
			case 1:
				allowed = append(allowed, u.Hostname())
			case 2:
				blocked = append(blocked, u.Hostname())
			}
		}
	}
	return blocked, allowed
}

// hostName tells whether a name may be shown: preferences are foreign bytes.
func hostName(name string) bool {
	return name != "" && len(name) < 254 && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != ':'
	})
}

func readBounded(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, errors.New("not a file of a fitting size")
	}
	return os.ReadFile(path)
}
