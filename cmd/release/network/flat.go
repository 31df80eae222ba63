package network

import "encoding/binary"

// flat reads a FlatBuffer (flatbuffers.dev/internals): tables of fields that may be absent, at offsets. The first fault is kept, and everything
// read after it is zero.
type flat struct {
	data []byte
	err  error
}

func (f *flat) fail(format string, args ...any) {
	if f.err == nil {
		f.err = malformed(format, args...)
	}
}

// at returns n bytes at an offset, or zeros where there are none.
func (f *flat) at(offset, n int) []byte {
	if f.err != nil || offset < 0 || n < 0 || offset > len(f.data)-n {
		f.fail("it ends too early")
		return make([]byte, min(max(n, 0), 8))
	}
	return f.data[offset : offset+n]
}

func (f *flat) u16(offset int) int { return int(binary.LittleEndian.Uint16(f.at(offset, 2))) }

func (f *flat) i32(offset int) int {
	return int(int32(binary.LittleEndian.Uint32(f.at(offset, 4)))) //nolint:gosec // G115: its sign comes back
}

// root is the outermost table.
func (f *flat) root() int { return f.i32(0) }

// field is where field i of a table lies, or 0 where it is absent.
func (f *flat) field(table, i int) int {
	if table == 0 {
		return 0
	}
	fields := table - f.i32(table)
	if 4+2*i >= f.u16(fields) {
		return 0
	}
	if o := f.u16(fields + 4 + 2*i); o != 0 {
		return table + o
	}
	return 0
}

// table is the table or vector to which field i leads, or 0.
func (f *flat) table(table, i int) int {
	o := f.field(table, i)
	if o == 0 {
		return 0
	}
	return o + f.i32(o)
}

// vector is where the elements of field i begin, and their number; an element has at least one byte.
func (f *flat) vector(table, i, element int) (start, n int) {
	o := f.table(table, i)
	if o == 0 {
		return 0, 0
	}
	n = f.i32(o)
	if f.err != nil || n < 0 || n > len(f.data)/element {
		f.fail("a vector of %d elements", n)
		return 0, 0
	}
	f.at(o+4, n*element)
	if f.err != nil {
		return 0, 0
	}
	return o + 4, n
}

func (f *flat) octets(table, i int) []byte {
	start, n := f.vector(table, i, 1)
	return f.at(start, n)
}

func (f *flat) text(table, i int) string { return string(f.octets(table, i)) }

func (f *flat) integers(table, i int) []int {
	start, n := f.vector(table, i, 4)
	out := make([]int, n)
	for k := range out {
		out[k] = f.i32(start + 4*k)
	}
	return out
}

func (f *flat) tables(table, i int) []int {
	start, n := f.vector(table, i, 4)
	out := make([]int, n)
	for k := range out {
		out[k] = start + 4*k + f.i32(start+4*k)
	}
	return out
}

func (f *flat) integer(table, i, otherwise int) int {
	if o := f.field(table, i); o != 0 {
		return f.i32(o)
	}
	return otherwise
}

func (f *flat) octet(table, i int) byte {
	if o := f.field(table, i); o != 0 {
		return f.at(o, 1)[0]
	}
	return 0
}
