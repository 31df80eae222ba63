package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"qoltanba/keystore"
)

// skew is by how much a clock may differ: proofs of possession are refused
// beyond it, and certificates seem to be of tomorrow.
const skew = 2 * time.Minute

// serviceAndClock asks the agency's service whether it is there, and what time
// it has.
func serviceAndClock(ctx context.Context, c Config) []Finding {
	if c.Now().Before(c.Built) {
		return append(service(ctx, c, nil), Finding{Code: ClockOld, Level: Failure, Subject: c.Now().Format(time.DateTime)})
	}
	var there time.Time
	findings := service(ctx, c, &there)
	switch off := c.Now().Sub(there).Abs().Round(time.Second); {
	case there.IsZero():
		findings = append(findings, Finding{Code: ClockUnknown, Level: Note})
	case off > skew:
		findings = append(findings, Finding{Code: ClockWrong, Level: Failure, Subject: off.String()})
	default:
		findings = append(findings, Finding{Code: ClockRight, Level: OK})
	}
	return findings
}

// service asks /healthz. What time the answer states goes to clock, where wanted.
func service(ctx context.Context, c Config, clock *time.Time) []Finding {
	if c.Backend == nil {
		return []Finding{{Code: ServiceUnset, Level: Note}}
	}
	name := c.Backend.Host
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Backend.JoinPath("healthz").String(), nil)
	if err != nil {
		return []Finding{{Code: ServiceDown, Level: Failure, Subject: name, Detail: err.Error()}}
	}
	response, err := c.HTTP.Do(r)
	if err != nil {
		return []Finding{{Code: ServiceDown, Level: Failure, Subject: name, Detail: err.Error()}}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, 100))
	_ = response.Body.Close()
	if err != nil || response.StatusCode != http.StatusOK || string(body) != "ok\n" {
		return []Finding{{Code: ServiceOther, Level: Failure, Subject: name, Detail: response.Status}}
	}
	if at, err := http.ParseTime(response.Header.Get("Date")); err == nil && clock != nil {
		*clock = at
	}
	return []Finding{{Code: ServiceUp, Level: OK, Subject: name}}
}

// secrets tells whether the keyring answers.
func secrets(ctx context.Context, c Config) []Finding {
	if c.Source == nil {
		return nil
	}
	_, err := keystore.LoadSecret(ctx, c.Source, "doctor")
	if err == nil || errors.Is(err, keystore.ErrNoSecret) {
		return []Finding{{Code: KeyringAnswers, Level: OK}}
	}
	return []Finding{{Code: KeyringSilent, Level: Warning, Detail: err.Error()}}
}

func cameras(ctx context.Context, c Config) []Finding {
	if c.Cameras == nil {
		return nil
	}
	devices, err := c.Cameras.List(ctx)
	switch {
	case err != nil:
		return []Finding{{Code: CameraMissing, Level: Warning, Detail: err.Error()}}
	case len(devices) == 0:
		return []Finding{{Code: CameraMissing, Level: Warning}}
	}
	var names []string
	for _, d := range devices {
		names = append(names, d.Name)
	}
	return []Finding{{Code: CameraThere, Level: OK, Subject: strings.Join(names, ", ")}}
}

func library(_ context.Context, c Config) []Finding {
	if c.Library == nil {
		return nil
	}
	if err := c.Library(); err != nil {
		return []Finding{{Code: LibraryMissing, Level: Note, Detail: err.Error()}}
	}
	return []Finding{{Code: LibraryThere, Level: OK}}
}

// keyFolders tells whether key files can be written, and who else may read them.
func keyFolders(ctx context.Context, c Config) []Finding {
	var findings []Finding
	for _, dir := range c.Keys {
		if ctx.Err() != nil {
			break
		}
		f := Finding{Subject: dir}
		report := keystore.InspectFolder(dir)
		switch open := readableByOthers(dir); {
		case report.Has(keystore.FolderMissing):
			f.Code, f.Level = KeysNone, Note
		case report.Err() != nil:
			f.Code, f.Level, f.Detail = KeysUnfit, Failure, report.Err().Error()
		case len(open) > 0:
			f.Code, f.Level, f.Detail = KeysOpen, Warning, fmt.Sprintf("%d files", len(open))
			f.Fix = func(context.Context) error { return closeFiles(open) }
		default:
			f.Code, f.Level = KeysKept, OK
		}
		findings = append(findings, f)
	}
	return findings
}

// readableByOthers lists the key files whose rights let others of this computer
// read them. On Windows folders hand their rights down, and on FAT there are none.
func readableByOthers(dir string) []string {
	if runtime.GOOS == "windows" {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var open []string
	for _, e := range entries {
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".p12", ".pfx":
		default:
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
			open = append(open, filepath.Join(dir, e.Name()))
		}
	}
	return open
}

func closeFiles(files []string) error {
	var errs []error
	for _, file := range files {
		errs = append(errs, os.Chmod(file, 0o600))
	}
	return errors.Join(errs...)
}
