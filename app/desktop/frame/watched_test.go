//go:build race

package frame_test

// stride leaves out most screens under the race detector: it makes drawing ten times slower, and drawing has one goroutine.
const stride = 12
