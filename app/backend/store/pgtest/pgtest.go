// Package pgtest gives tests a real PostgreSQL without a service, a port or a
// password.
//
// The first [DSN] of a test process makes a cluster of its own in a short
// temporary folder (initdb, trust authentication, a Unix socket and no TCP),
// and each call makes a fresh database in it, which is dropped when its test
// ends. The cluster sorts by bytes, as SQLite does, and does not wait for the
// disk. A watcher process stops it and removes the folder as soon as the test
// process is gone, however it went; [Run] waits for that.
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	superuser    = "qoltanba"
	startTimeout = 2 * time.Minute
	stopTimeout  = 30 * time.Second
	// socketLimit is the longest folder for which folder/.s.PGSQL.5432 fits a
	// Unix socket's address everywhere (104 bytes on BSD and macOS).
	socketLimit = 80
)

var errAbsent = errors.New("PostgreSQL is not installed: run make setup")

type cluster struct {
	dir     string
	watcher *exec.Cmd
	lease   io.Closer // the watcher ends the cluster when this closes
	mu      sync.Mutex
	made    int
}

var shared struct {
	sync.Mutex
	cluster *cluster
	err     error
}

// DSN returns the URL of a new, empty database, for pgx and for database/sql's
// "pgx" driver. It fails the test if PostgreSQL is absent or will not start.
func DSN(tb testing.TB) string {
	tb.Helper()
	c, err := running()
	if err != nil {
		tb.Fatalf("start PostgreSQL: %v", err)
	}
	name, err := c.create(tb.Context())
	if err != nil {
		tb.Fatalf("create a database: %v", err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		if err := c.exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			tb.Errorf("drop the database: %v", err)
		}
	})
	return c.url(name)
}

// Run runs the tests of m, stops the cluster if one was started, and returns
// the exit code for [os.Exit].
func Run(m *testing.M) int {
	code := m.Run()
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster == nil {
		return code
	}
	if err := shared.cluster.stop(); err != nil {
		fmt.Fprintf(os.Stderr, "pgtest: stop PostgreSQL: %v\n", err)
		return max(code, 1)
	}
	shared.cluster = nil
	return code
}

// running starts the shared cluster once; a failure is remembered, so that
// every test reports it without trying again.
func running() (*cluster, error) {
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster == nil && shared.err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
		defer cancel()
		shared.cluster, shared.err = start(ctx)
	}
	return shared.cluster, shared.err
}

func start(ctx context.Context) (_ *cluster, err error) {
	bin, err := binaries(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir}
	if err := c.watch(bin); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.stop())
		}
	}()
	data := filepath.Join(dir, "data")
	if err := run(ctx, dir, filepath.Join(bin, "initdb"), "-D", data, "-U", superuser,
		"-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return nil, err
	}
	options := "-c listen_addresses='' -c unix_socket_directories='" + dir + "' -c fsync=off" +
		" -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=32MB"
	if err := run(ctx, dir, filepath.Join(bin, "pg_ctl"), "-D", data, "-w", "-s",
		"-l", filepath.Join(dir, "log"), "-o", options, "start"); err != nil {
		return nil, err
	}
	return c, nil
}

// watch starts the process that outlives this one just long enough to stop
// the cluster: it waits for the end of its input, which the system closes even
// when the test process is killed.
func (c *cluster) watch(bin string) error {
	const script = `cat >/dev/null; "$1" -D "$2/data" -m immediate -s stop; cd /; rm -rf "$2"`
	// The arguments are the folder made above and the installed pg_ctl.
	c.watcher = exec.Command("sh", "-c", script, "pgtest", filepath.Join(bin, "pg_ctl"), c.dir) //nolint:gosec,noctx // must outlive every context
	c.watcher.Dir = c.dir
	if err := unprivileged(c.watcher); err != nil {
		return err
	}
	lease, err := c.watcher.StdinPipe()
	if err != nil {
		return err
	}
	c.lease = lease
	return c.watcher.Start()
}

func (c *cluster) stop() error {
	if err := c.lease.Close(); err != nil {
		return err
	}
	timer := time.AfterFunc(stopTimeout, func() { _ = c.watcher.Process.Kill() })
	defer timer.Stop()
	if err := c.watcher.Wait(); err != nil {
		return fmt.Errorf("the watcher of %s: %w", c.dir, err)
	}
	// The watcher may lack the right to remove the folder itself.
	return os.RemoveAll(c.dir)
}

func (c *cluster) url(database string) string {
	query := url.Values{"host": {c.dir}, "user": {superuser}, "sslmode": {"disable"}}
	return "postgres:///" + database + "?" + query.Encode()
}

func (c *cluster) create(ctx context.Context) (string, error) {
	// One at a time: PostgreSQL refuses to copy a template that is being copied.
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	name := fmt.Sprintf("test_%d", c.made)
	return name, c.exec(ctx, "CREATE DATABASE "+name+" TEMPLATE template0")
}

func (c *cluster) exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// binaries finds the folder with initdb and pg_ctl: Debian keeps them out of PATH.
func binaries(ctx context.Context) (string, error) {
	var folders []string
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		folders = append(folders, strings.TrimSpace(string(out)))
	}
	versions, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	folders = append(folders, versions...)
	if path, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}
	for _, dir := range folders {
		if _, err := exec.LookPath(filepath.Join(dir, "initdb")); err == nil {
			return dir, nil
		}
	}
	return "", errAbsent
}

// folder makes the cluster's home, short enough for a socket and owned by the
// user who runs the server.
func folder() (string, error) {
	parent := os.TempDir()
	if len(parent) > socketLimit-len("/qpg0123456789") {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, "qpg")
	if err != nil {
		return "", err
	}
	if err := own(dir); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

func run(ctx context.Context, dir, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // PostgreSQL's own programs
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if err := unprivileged(cmd); err != nil {
		return err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(program), err, out)
	}
	return nil
}
