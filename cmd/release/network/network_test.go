package network

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestHalfFloats(t *testing.T) {
	t.Parallel()
	for bits, want := range map[uint16]float32{
		0x0000: 0, 0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x3555: 0.33325195, 0x0001: 5.9604645e-08, 0x03ff: 6.097555e-05, 0x0400: 6.1035156e-05,
	} {
		if got := half(bits); got != want {
			t.Errorf("%04x is %v, not %v", bits, got, want)
		}
	}
	if !math.IsInf(float64(half(0xfc00)), -1) || !math.IsNaN(float64(half(0x7e00))) || !math.Signbit(float64(half(0x8000))) {
		t.Error("infinity, no number or minus zero are lost")
	}
}

func TestTransposeTurnsWeights(t *testing.T) {
	t.Parallel()
	shape, raw := transpose([]int{2, 1, 3, 2}, []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 1, []int{0, 3, 1, 2})
	if !slices.Equal(shape, []int{2, 2, 1, 3}) || !slices.Equal(raw, []byte{0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11}) {
		t.Errorf("%v %v", shape, raw)
	}
}

// small is a network by hand: a picture of 4×4 with two channels through each operator.
func small() *Graph {
	g := &Graph{Inputs: []int{0}, Tensors: []*Tensor{{Name: "in", Shape: []int{2, 4, 4, 2}}}}
	put := func(t *Tensor) int { g.Tensors = append(g.Tensors, t); return len(g.Tensors) - 1 }
	node := func(n *Node) int {
		n.Out = put(&Tensor{})
		g.Nodes = append(g.Nodes, n)
		return n.Out
	}
	one := [2]int{1, 1}
	// The mean of both channels, and their difference.
	mixed := node(&Node{Op: Conv, In: []int{0, put(constant([]int{2, 1, 1, 2}, 0.5, 0.5, 1, -1)), put(constant([]int{2}, 0, 10))}, Stride: one, Same: true})
	summed := node(&Node{
		Op: Depthwise, In: []int{mixed, put(constant([]int{1, 2, 2, 2}, 1, 0, 1, 0, 1, 0, 1, 2)), put(constant([]int{2}, 0, 0))},
		Stride: [2]int{2, 2}, Same: false, Relu: true,
	})
	g.Outputs = []int{node(&Node{Op: Mean, In: []int{node(&Node{Op: Mul, In: []int{summed, put(constant([]int{1}, 0.25))}})}})}
	return g
}

func TestRunByHand(t *testing.T) {
	t.Parallel()
	g := small()
	if err := g.settle(); err != nil {
		t.Fatal(err)
	}
	in := make([]float32, 32)
	for i := range in {
		in[i] = float32(i) // pixel p has the channels 2p and 2p+1
	}
	out, err := g.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	// The mean of a pixel is 2p+0.5, so that the mean over all is 15.5; the difference is 9 everywhere, and 2/4 of it is left.
	if want := []float32{15.5, 4.5}; !slices.Equal(out[0], want) {
		t.Errorf("%v, want %v", out[0], want)
	}
	if _, err := g.Run(in[:5]); err == nil {
		t.Error("an input of another size is taken")
	}
	if _, err := g.Run(); err == nil {
		t.Error("no input is taken")
	}
}

func TestONNXIsWrittenTheSameEachTime(t *testing.T) {
	t.Parallel()
	write := func() string {
		g := small()
		if err := g.settle(); err != nil {
			t.Fatal(err)
		}
		onnx, err := g.ONNX("small")
		if err != nil {
			t.Fatal(err)
		}
		return string(onnx)
	}
	a := write()
	if a != write() {
		t.Error("it differs from itself")
	}
	for _, word := range []string{"input0", "output0", "Conv", "ReduceMean", "qoltanba"} {
		if !strings.Contains(a, word) {
			t.Errorf("it says nothing of %s", word)
		}
	}
}

// leaky is TensorFlow's PRelu as five operations; change alters one of them.
func leaky(change func([]*Node)) *Graph {
	g := &Graph{Inputs: []int{0}, Outputs: []int{6}, Tensors: []*Tensor{
		{Shape: []int{1, 1, 2, 2}}, constant([]int{2}, 0.25, -0.5), {}, {}, {}, {}, {},
	}}
	g.Nodes = []*Node{
		{Op: Relu, In: []int{0}, Out: 2},
		{Op: Abs, In: []int{0}, Out: 3},
		{Op: Sub, In: []int{0, 3}, Out: 4},
		{Op: Mul, In: []int{4, 1}, Out: 5},
		{Op: Add, In: []int{2, 5}, Out: 6},
	}
	change(g.Nodes)
	return g
}

func TestFuseKeepsTheMeaning(t *testing.T) {
	t.Parallel()
	in := []float32{-4, 3, 2, -1}
	for name, c := range map[string]struct {
		change func([]*Node)
		nodes  int
	}{
		"a PRelu":           {func([]*Node) {}, 1},
		"another order":     {func(n []*Node) { n[4].In[0], n[4].In[1] = 5, 2 }, 5},
		"not of one value":  {func(n []*Node) { n[3].In[0] = 3 }, 5},
		"with a relu in it": {func(n []*Node) { n[2].Relu = true }, 5},
	} {
		before, after := leaky(c.change), leaky(c.change)
		after.Fuse()
		if len(after.Nodes) != c.nodes {
			t.Errorf("%s: %d nodes, not %d", name, len(after.Nodes), c.nodes)
		}
		var outs [2][]float32
		for i, g := range []*Graph{before, after} {
			if err := g.settle(); err != nil {
				t.Fatal(name, err)
			}
			out, err := g.Run(in)
			if err != nil {
				t.Fatal(name, err)
			}
			outs[i] = out[0]
		}
		if !slices.Equal(outs[0], outs[1]) {
			t.Errorf("%s: %v became %v", name, outs[0], outs[1])
		}
	}
}

func TestGraphsThatFitNowhere(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(g *Graph){
		"weights for more channels": func(g *Graph) { g.Tensors[1].Shape = []int{2, 1, 1, 3} },
		"a stride of nothing":       func(g *Graph) { g.Nodes[0].Stride = [2]int{} },
		"a kernel beyond the edge":  func(g *Graph) { g.Tensors[0].Shape = []int{1, 1, 1, 2} },
		"no picture":                func(g *Graph) { g.Tensors[0].Shape = []int{4, 4, 2} },
		"an unknown operator":       func(g *Graph) { g.Nodes[0].Op = "Guess" },
		"endless margins": func(g *Graph) {
			g.Nodes[0].Op, g.Nodes[0].Pad = Pad, [][2]int{{}, {1 << 23, 1 << 23}, {1 << 23, 0}, {}}
		},
		"an endless picture": func(g *Graph) { g.Tensors[0].Shape = []int{1, 1 << 23, 1 << 23, 2} },
	} {
		g := small()
		change(g)
		if err := g.settle(); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// FuzzParseTFLite: whatever the bytes are, reading ends in an error or in a graph that can be written.
func FuzzParseTFLite(f *testing.F) {
	f.Add([]byte("\x08\x00\x00\x00TFL3"))
	f.Add(minimal())
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := ParseTFLite(data)
		if err != nil {
			return
		}
		g.Fuse()
		if _, err := g.ONNX("fuzz"); err != nil {
			t.Errorf("it was read, but cannot be written: %v", err)
		}
	})
}

func TestParseTFLite(t *testing.T) {
	t.Parallel()
	g, err := ParseTFLite(minimal())
	if err != nil {
		t.Fatal(err)
	}
	out, err := g.Run([]float32{-1, 2, -3, 4})
	if err != nil || !slices.Equal(out[0], []float32{0, 2, 0, 4}) {
		t.Errorf("%v, %v", out, err)
	}
	for n := range len(minimal()) {
		if _, err := ParseTFLite(minimal()[:n]); err == nil {
			t.Errorf("cut off after %d bytes it can be read", n)
		}
	}
}

// minimal is a file of TensorFlow Lite with one Relu over a picture of 2×2. Tables are laid one after another, each with its list of fields before
// it; references point forward.
func minimal() []byte {
	b := &builder{}
	b.bytes = append(b.bytes, 0, 0, 0, 0, 'T', 'F', 'L', '3')
	model := b.table(5) // 1 codes, 2 graphs, 4 buffers
	b.point(0, model)
	code := b.table(4)
	b.octet(code, 0, 19) // Relu
	b.vectorOf(model, 1, code)
	graph := b.table(4) // 0 tensors, 1 inputs, 2 outputs, 3 operators
	b.vectorOf(model, 2, graph)
	var tensors []int
	for range 2 {
		tensor := b.table(4) // 0 shape, 1 type, 2 buffer, 3 name
		b.numbers(tensor, 0, 1, 2, 2, 1)
		tensors = append(tensors, tensor)
	}
	b.vectorOf(graph, 0, tensors...)
	b.numbers(graph, 1, 0)
	b.numbers(graph, 2, 1)
	operator := b.table(5) // 0 code, 1 inputs, 2 outputs, 4 options
	b.numbers(operator, 1, 0)
	b.numbers(operator, 2, 1)
	b.vectorOf(graph, 3, operator)
	b.vectorOf(model, 4, b.table(1))
	return b.bytes
}

type builder struct{ bytes []byte }

// table makes room for a table of n fields of four bytes, all absent.
func (b *builder) table(n int) int {
	fields := len(b.bytes)
	b.bytes = binary.LittleEndian.AppendUint16(b.bytes, uint16(4+2*n))
	b.bytes = append(b.bytes, make([]byte, 2+2*n)...)
	at := len(b.bytes)
	b.bytes = binary.LittleEndian.AppendUint32(b.bytes, uint32(at-fields))
	b.bytes = append(b.bytes, make([]byte, 4*n)...)
	return at
}

// field makes a field present and says where it lies.
func (b *builder) field(table, i int) int {
	fields := table - int(binary.LittleEndian.Uint32(b.bytes[table:]))
	binary.LittleEndian.PutUint16(b.bytes[fields+4+2*i:], uint16(4+4*i))
	return table + 4 + 4*i
}

func (b *builder) octet(table, i int, v byte) { b.bytes[b.field(table, i)] = v }

func (b *builder) point(from, to int) { binary.LittleEndian.PutUint32(b.bytes[from:], uint32(to-from)) }

func (b *builder) numbers(table, i int, values ...int) {
	b.point(b.field(table, i), len(b.bytes))
	b.bytes = binary.LittleEndian.AppendUint32(b.bytes, uint32(len(values)))
	for _, v := range values {
		b.bytes = binary.LittleEndian.AppendUint32(b.bytes, uint32(v))
	}
}

// vectorOf is a list of tables that lie before it: its references point back.
func (b *builder) vectorOf(table, i int, tables ...int) {
	b.numbers(table, i, make([]int, len(tables))...)
	for k, to := range tables {
		b.point(len(b.bytes)-4*(len(tables)-k), to)
	}
}

// FuzzParseResNet: whatever manifest and weights say, reading ends in an error or in a graph.
func FuzzParseResNet(f *testing.F) {
	f.Add([]byte(`[{"weights":[{"name":"fc","shape":[2,2],"quantization":{"dtype":"uint8","scale":1,"min":0}}]}]`), []byte("abcd"))
	f.Add([]byte(`[{"weights":[{"name":"fc","shape":[1000000,1000000]}]}]`), []byte{})
	f.Fuzz(func(t *testing.T, manifest, weights []byte) {
		if g, err := ParseResNet(manifest, weights); err == nil && len(g.Outputs) != 1 {
			t.Error("a network of no output")
		}
	})
}
