//go:build !race

package frame_test

const stride = 1 // every screen
