package ledger

import (
	"context"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
)

// preparing opens connections of SQLite that keep their statements prepared:
// parsing them anew at every use took longer than running them. The ledger has
// a fixed number of them, and reads one's rows to the end before the next.
type preparing struct{ driver.Connector }

func newPreparing(dsn string) (preparing, error) {
	c, err := sqlite.NewConnector(dsn)
	return preparing{c}, err
}

var errForeign = errors.New("the driver of SQLite lacks what the ledger was built for")

// Connect opens one connection.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	lite, ok := c.(liteConn)
	if !ok {
		return nil, errors.Join(errForeign, c.Close())
	}
	return &preparedConn{liteConn: lite, statements: make(map[string]liteStmt)}, nil
}

// liteConn and liteStmt are what the driver's connections and statements can do.
type liteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.SessionResetter
	driver.Validator
}

type liteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// maxPrepared bounds the statements of a connection; the ledger has fewer.
const maxPrepared = 64

type preparedConn struct {
	liteConn
	statements map[string]liteStmt
}

// prepared finds or prepares a statement. [driver.ErrSkip] sends others than can
// be kept the usual way.
func (c *preparedConn) prepared(ctx context.Context, query string) (liteStmt, error) {
	if s, ok := c.statements[query]; ok {
		return s, nil
	}
	if len(c.statements) == maxPrepared {
		return nil, driver.ErrSkip
	}
	opened, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s, ok := opened.(liteStmt)
	if !ok {
		return nil, errors.Join(errForeign, opened.Close())
	}
	c.statements[query] = s
	return s, nil
}

// ExecContext implements [driver.ExecerContext].
func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 0 { // migrations: scripts, and run once
		return nil, driver.ErrSkip
	}
	s, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args)
}

// QueryContext implements [driver.QueryerContext].
func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if len(args) == 0 {
		return nil, driver.ErrSkip
	}
	s, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args)
}

// Close closes the statements too.
func (c *preparedConn) Close() error {
	var errs []error
	for _, s := range c.statements {
		errs = append(errs, s.Close())
	}
	clear(c.statements)
	return errors.Join(append(errs, c.liteConn.Close())...)
}
