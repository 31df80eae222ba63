//go:build !cgo

package token

// load says that there are no tokens without cgo.
func load(string) (driver, error) { return nil, ErrNoSupport }
