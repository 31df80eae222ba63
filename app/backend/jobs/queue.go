package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"

	"qoltanba/app/backend/store"
)

const (
	// Pauses grow as attempt⁴ seconds up to longPause, so that a job is done
	// soon after a fault ends; maxAttempts of them go on for a week, since an
	// outage over a long holiday must lose nobody's certificates.
	longPause   = 10 * time.Minute
	maxAttempts = 1000
	// A job waits pollInterval at most, for the queue is only polled; while
	// there is plenty, it is fetched from every fetchCooldown.
	pollInterval  = 150 * time.Millisecond
	fetchCooldown = 20 * time.Millisecond

	defaultWorkers = 8
	defaultTimeout = time.Minute
	// cancelGrace is what cancelled handlers get to return.
	cancelGrace = 5 * time.Second
	// rescueGrace after its deadline a job counts as lost with its process, and
	// is run again.
	rescueGrace = time.Minute
	// keepCompleted is short, for arguments may be personal.
	keepCompleted = time.Hour
	// heavy is the queue of heavy jobs, which get heavyTime.
	heavy     = "heavy"
	heavyTime = 3 * time.Minute
)

// ErrGiveUp ends a job for good when a handler's error wraps it: it could never
// succeed.
var ErrGiveUp = errors.New("the job cannot succeed")

// Handler does one job. The context ends at the job's deadline, or when the
// service stops and can wait no longer.
type Handler func(ctx context.Context, args json.RawMessage) error

// Config sets up a [Queue]. Zero values mean 8 workers, 1 minute a job and the
// default logger.
type Config struct {
	Workers int           // how many jobs run at once, 1 to 1000; heavy ones apart, of which one runs for each processor
	Timeout time.Duration // of one attempt
	Log     *slog.Logger
}

// Queue works the jobs of one database. Register everything, Start once, Stop.
type Queue struct {
	driver   Driver
	config   Config
	workers  *river.Workers
	periodic []*river.PeriodicJob

	client *river.Client[*sql.Tx]
}

// New returns a queue that has not begun.
func New(driver Driver, config Config) *Queue {
	if config.Workers == 0 {
		config.Workers = defaultWorkers
	}
	if config.Timeout == 0 {
		config.Timeout = defaultTimeout
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	return &Queue{driver: driver, config: config, workers: river.NewWorkers()}
}

// Register names the handler of a kind. It panics on a kind that is malformed
// or taken: that is a mistake of the program.
func (q *Queue) Register(kind string, handle Handler) {
	if err := checkKind(kind); err != nil {
		panic(err)
	}
	river.AddWorkerArgs(q.workers, call{kind: kind}, &worker{handle: handle, log: q.config.Log})
}

// Every registers a handler that runs without arguments when the queue starts
// and then at an interval, in one process only however many share the database.
func (q *Queue) Every(interval time.Duration, kind string, handle Handler) {
	q.Register(kind, handle)
	q.periodic = append(q.periodic, river.NewPeriodicJob(river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) {
			// A round that is late gives way to the next.
			return call{kind: kind, Args: json.RawMessage("null")}, &river.InsertOpts{MaxAttempts: 1}
		}, &river.PeriodicJobOpts{ID: kind, RunOnStart: true}))
}

// PurgeHourly forgets each hour what has ended in a store.
func (q *Queue) PurgeHourly(s store.Store, now func() time.Time) {
	q.Every(time.Hour, "store.purge", func(ctx context.Context, _ json.RawMessage) error {
		return s.Update(ctx, func(tx store.Tx) error {
			_, err := tx.Purge(now())
			return err
		})
	})
}

// Start begins to work. The queue outlives ctx, which only gives its values:
// Stop ends it.
func (q *Queue) Start(ctx context.Context) error {
	if q.client != nil {
		return errors.New("the queue was started before")
	}
	if q.config.Workers < 1 || q.config.Workers > 1000 || q.config.Timeout < 0 {
		return fmt.Errorf("the queue has %d workers and a deadline of %v: use 1 to 1000 and more than 0",
			q.config.Workers, q.config.Timeout)
	}
	client, err := river.NewClient(q.driver, &river.Config{
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: q.config.Workers}, heavy: {MaxWorkers: runtime.GOMAXPROCS(0)},
		},
		Workers:           q.workers,
		PeriodicJobs:      q.periodic,
		FetchCooldown:     fetchCooldown,
		FetchPollInterval: pollInterval,
		JobTimeout:        q.config.Timeout,
		MaxAttempts:       maxAttempts,
		Logger:            q.config.Log,

		RescueStuckJobsAfter:        q.config.Timeout + rescueGrace,
		CompletedJobRetentionPeriod: keepCompleted,
	})
	if err != nil {
		return fmt.Errorf("set up the queue: %w", err)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the queue: %w", err)
	}
	q.client = client
	return nil
}

// Stop takes no more jobs and waits for those that run. When ctx ends before
// they do, it cancels them and waits five seconds more; they will run again. An
// error means that a handler has not returned even then.
func (q *Queue) Stop(ctx context.Context) error {
	if q.client == nil {
		return nil
	}
	if err := q.client.Stop(ctx); err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelGrace)
	defer cancel()
	if err := q.client.StopAndCancel(ctx); err != nil {
		return fmt.Errorf("a job does not stop: %w", err)
	}
	return nil
}

// errFailed is all that River hears, logs and stores of a failure.
var errFailed = errors.New("the job failed; see the service's log")

// worker runs the handler of one kind.
type worker struct {
	river.WorkerDefaults[call]
	handle Handler
	log    *slog.Logger
}

// Work implements river.Worker.
func (w *worker) Work(ctx context.Context, job *river.Job[call]) (err error) {
	defer func() {
		if recover() != nil { // its value may hold what the handler handled
			w.log.ErrorContext(ctx, "a job panicked", "kind", job.Kind, "job", job.ID, "stack", string(debug.Stack()))
			err = errFailed
		}
	}()
	err = w.handle(ctx, job.Args.Args)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrGiveUp):
		w.log.ErrorContext(ctx, "a job was cancelled", "kind", job.Kind, "job", job.ID)
		return river.JobCancel(errFailed)
	case job.Attempt >= job.MaxAttempts:
		w.log.ErrorContext(ctx, "a job was discarded", "kind", job.Kind, "job", job.ID)
	default:
		w.log.WarnContext(ctx, "a job will be repeated", "kind", job.Kind, "job", job.ID,
			"attempt", job.Attempt, "error", errorType(err))
	}
	return errFailed
}

// Timeout implements river.Worker; 0 is the client's.
func (*worker) Timeout(job *river.Job[call]) time.Duration {
	if job.Queue == heavy {
		return heavyTime
	}
	return 0
}

// NextRetry implements river.Worker.
func (*worker) NextRetry(job *river.Job[call]) time.Time {
	return time.Now().Add(pauseAfter(job.Attempt))
}

// pauseAfter is how long a job rests after its nth attempt.
func pauseAfter(attempt int) time.Duration {
	n := time.Duration(min(attempt, 5))
	return min(n*n*n*n*time.Second, longPause)
}

// errorType names the innermost error's Go type.
func errorType(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return fmt.Sprintf("%T", err)
}
