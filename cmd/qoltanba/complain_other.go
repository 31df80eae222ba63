//go:build !windows

package main

import (
	"fmt"
	"os"
)

// complain tells why the program ends.
func complain(err error) { fmt.Fprintln(os.Stderr, explain(err)) }
