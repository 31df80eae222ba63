//go:build demo && linux

package service

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"qoltanba/app/api"
	"qoltanba/app/backend/config"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/space"
)

// apart names, in the environment, a test whose process has mounts of its own.
const apart = "QOLTANBA_MOUNTS_APART"

// mountsApart runs a test in a process of its own that may mount: in a user
// namespace where it needs one. It returns true in that process.
func mountsApart(t *testing.T) bool {
	t.Helper()
	if os.Getenv(apart) != "" {
		return true
	}
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=20m")
	cmd.Env = append(os.Environ(), apart+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if uid := os.Geteuid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("in a namespace of its own (allow user namespaces, or run as root): %v\n%s", err, out)
	}
	return false
}

// disk is a small disk that is filled but for as much as the test likes.
type disk struct {
	*testing.T
	dir     string
	ballast *os.File
	books   []*sql.DB // of the service on it
}

const (
	diskSize = "32m"
	page     = 4096 // of the disk and of SQLite
)

func smallDisk(t *testing.T) *disk {
	t.Helper()
	d := &disk{T: t, dir: t.TempDir()}
	err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	if errors.Is(err, unix.EINVAL) {
		err = nil // changed roots are no place where something is mounted: the disk is seen outside as well until the test ends
	}
	if err = errors.Join(err, unix.Mount("tmpfs", d.dir, "tmpfs", 0, "size="+diskSize)); err != nil {
		t.Fatal(err)
	}
	if d.ballast, err = os.Create(filepath.Join(d.dir, "ballast")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, db := range d.books {
			d.check(db.Close())
		}
		d.check(d.ballast.Close())
		d.check(unix.Unmount(d.dir, unix.MNT_DETACH))
	})
	return d
}

func (d *disk) check(err error) {
	d.Helper()
	if err != nil {
		d.Error(err)
	}
}

// serve makes the small disk the service's data folder.
func (d *disk) serve(change func(*Plan)) *agency {
	d.Helper()
	a := open(d.T, func(p *Plan) {
		p.Data = filepath.Join(d.dir, "data")
		p.Room = 32 * page
		p.Config.Rules.CallsPerAddress = &config.Limit{Max: 1_000_000, Per: config.Duration(time.Minute)}
		d.check(os.Mkdir(p.Data, 0o700))
		if change != nil {
			change(p)
		}
	})
	for _, name := range []string{"qoltanba.db", "keys.db", "ledger.db"} {
		db, err := sql.Open("sqlite", filepath.Join(a.data, name))
		if err != nil {
			d.Fatal(err)
		}
		d.books = append(d.books, db)
	}
	return a
}

// leave fills the disk but for so many pages. The write-ahead logs begin anew,
// so that whatever is written next needs room.
func (d *disk) leave(pages int) {
	d.Helper()
	d.free()
	for _, db := range d.books {
		_, err := db.ExecContext(d.Context(), "PRAGMA busy_timeout(1000); PRAGMA wal_checkpoint(TRUNCATE)")
		d.check(err)
	}
	var now unix.Statfs_t
	for size := int64(0); ; {
		d.check(unix.Fstatfs(int(d.ballast.Fd()), &now))
		more := int64(now.Bavail) - int64(pages)
		if size += more * page; more <= 0 {
			return
		}
		if err := unix.Fallocate(int(d.ballast.Fd()), 0, 0, size); err != nil && !errors.Is(err, unix.ENOSPC) {
			d.Fatal(err)
		} else if err != nil {
			size -= more * page // a job was quicker
		}
	}
}

// free makes room again.
func (d *disk) free() {
	d.Helper()
	d.check(d.ballast.Truncate(0))
}

// crampedCalls is how many calls of each operation meet a full disk.
const crampedCalls = 2

// fullDisk has calls meet the disk full at each of their writes: with no page
// left, with one, and so on until they pass.
type fullDisk struct {
	*disk
	met   map[string]int // calls by operation
	tries map[string]int // attempts that had no room
}

func (f *fullDisk) call(c *citizen, id string, attempt func(key string) (any, error)) (any, error) {
	c.Helper()
	key := rand.Text()
	if f.met[id]++; f.met[id] > crampedCalls {
		return attempt(key)
	}
	defer f.free()
	for pages := 0; ; pages++ {
		f.leave(pages)
		out, err := attempt(key)
		if api.CodeOf(err) == api.ServiceFull {
			f.tries[id]++
			continue
		}
		f.free()
		answeredAlike(c, id, out, err, func() (any, error) { return attempt(key) })
		return out, err
	}
}

// A disk that is full at any write of any call is told as what it is, leaves
// nothing half done, and once there is room the same call goes on: the citizen
// ends with the same trail and messages as one whom nothing befell.
func TestFullDiskAtEveryWrite(t *testing.T) {
	t.Parallel()
	if !mountsApart(t) {
		return
	}
	want := open(t, nil).citizen(t, "aigul")
	walkAll(want)
	d := smallDisk(t)
	got := d.serve(nil).citizen(t, "aigul")
	full := &fullDisk{disk: d, met: map[string]int{}, tries: map[string]int{}}
	got.mishaps = full
	walkAll(got)

	got.a.quiet(t)
	sameDone(want, got)
	for _, op := range slices.Concat(operations(), afterIssue()) {
		if op.method != http.MethodGet && full.tries[op.id] < 4 {
			t.Errorf("%s met a full disk %d times only", op.id, full.tries[op.id])
		}
	}
	t.Logf("attempts without room: %v", full.tries)
	d.wholeEvidence(want.a, got.a)
}

// wholeEvidence fails the test where the service left half an object, or objects
// that the undisturbed one has not.
func (d *disk) wholeEvidence(undisturbed, disturbed *agency) {
	d.Helper()
	count := func(a *agency) (objects int) {
		d.check(filepath.WalkDir(filepath.Join(a.data, "evidence"), func(path string, entry os.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				if objects++; strings.Contains(filepath.Base(path), "tmp") {
					d.Errorf("%s was left", path)
				}
			}
			return err
		}))
		return objects
	}
	if want, got := count(undisturbed), count(disturbed); want != got {
		d.Errorf("%d objects of evidence, want %d", got, want)
	}
}

// ready is what the service says of itself.
func (a *agency) ready(t *testing.T) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.base+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	status, _, _ := (&citizen{T: t, a: a}).send(r)
	return status
}

// The authority signs nothing that it cannot record, however full the disk is,
// and the jobs go on by themselves once there is room.
func TestFullDiskAtTheAuthority(t *testing.T) {
	t.Parallel()
	if !mountsApart(t) {
		return
	}
	d := smallDisk(t)
	var broken *faultyStore
	a := d.serve(breakable(&broken))
	c := a.citizen(t, "aigul")
	c.confirm()
	c.identify()
	c.decide(enrolment.Verdict{Approve: true})
	c.grant()
	c.accept(api.TextAgreement, api.AcceptAgreement)
	if status := a.ready(t); status != http.StatusOK {
		t.Errorf("with room the service is ready with %d", status)
	}
	broken.breakJobs(true)
	do(c, api.Apply, api.ApplyRequest{Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests(t)})
	authority := a.Enrolments.NCA
	audited := func() nca.Report {
		report, err := authority.Audit(t.Context())
		if err != nil || len(report.Findings) > 0 {
			t.Fatalf("%+v: %v", report, err)
		}
		return report
	}
	short := 0
	for pages := 0; ; pages++ {
		d.leave(pages)
		_, err := authority.Issue(t.Context(), c.e.Application.Number)
		if err == nil {
			break
		}
		if short++; !space.Lacking(err) {
			t.Fatalf("with %d pages left: %v", pages, err)
		}
		if report := audited(); report.Certificates != 0 {
			t.Fatalf("with %d pages left: %+v", pages, report)
		}
	}
	if report := audited(); report.Certificates != 2 || short < 4 {
		t.Errorf("after %d failures %+v", short, report)
	}

	d.leave(0)
	refused(c, api.ServiceFull, api.ReadEnrolment, api.None{})
	if status := a.ready(t); status != http.StatusServiceUnavailable {
		t.Errorf("without room the service is ready with %d", status)
	}
	broken.breakJobs(false)
	c.until("complaint of the log", func() bool { return strings.Contains(a.log.String(), "database or disk is full") })
	d.free()
	checkCertificates(c, c.collect())
	if status := a.ready(t); status != http.StatusOK {
		t.Errorf("with room again the service is ready with %d", status)
	}
	c.ledgered(2, 0)
}
