package network

import (
	"encoding/binary"
)

// Numbers of TensorFlow Lite's schema (tensorflow/lite/schema/schema.fbs): operators and types of elements.
const (
	tfDequantize = 6

	tfFloat32 = 0
	tfFloat16 = 1
	tfInt32   = 2
)

var tfOps = map[int]Op{
	0: Add, 2: Concat, 3: Conv, 4: Depthwise, 17: MaxPool, 18: Mul, 19: Relu, 22: Reshape, 34: Pad, 41: Sub, 54: PRelu, 101: Abs,
}

const (
	maxFile  = 64 << 20
	maxNodes = 4096
)

// ParseTFLite reads a network of TensorFlow Lite. Its batch becomes one picture, whatever it was.
func ParseTFLite(file []byte) (*Graph, error) {
	if len(file) < 8 || len(file) > maxFile || string(file[4:8]) != "TFL3" {
		return nil, malformed("no file of TensorFlow Lite")
	}
	r := &tfReader{flat: flat{data: file}}
	r.read()
	if r.err != nil {
		return nil, r.err
	}
	if err := r.graph.check(); err != nil {
		return nil, err
	}
	return &r.graph, r.graph.settle()
}

type tfReader struct {
	flat
	graph Graph
	ints  map[int][]int // constants of whole numbers: margins
	codes []int
	batch int
}

func (r *tfReader) read() {
	model := r.root()
	for _, code := range r.tables(model, 1) {
		r.codes = append(r.codes, max(int(r.octet(code, 0)), r.integer(code, 3, 0)))
	}
	graphs := r.tables(model, 2)
	if len(graphs) != 1 {
		r.fail("%d graphs", len(graphs))
		return
	}
	g := graphs[0]
	r.ints = map[int][]int{}
	buffers := r.tables(model, 4)
	for _, t := range r.tables(g, 0) {
		r.tensor(t, buffers)
	}
	r.graph.Inputs, r.graph.Outputs = r.integers(g, 1), r.integers(g, 2)
	if !r.graph.holds(r.graph.Inputs) || !r.graph.holds(r.graph.Outputs) {
		r.fail("inputs %v, outputs %v", r.graph.Inputs, r.graph.Outputs)
		return
	}
	r.batch = 1
	if s := r.graph.Tensors[r.graph.Inputs[0]].Shape; len(s) > 0 {
		r.batch = s[0]
	}
	for _, op := range r.tables(g, 3) {
		r.node(op)
	}
}

func (r *tfReader) tensor(t int, buffers []int) {
	tensor := &Tensor{Name: r.text(t, 3), Shape: r.integers(t, 0)}
	index, number := len(r.graph.Tensors), r.integer(t, 2, 0)
	r.graph.Tensors = append(r.graph.Tensors, tensor)
	if number < 0 || number >= len(buffers) {
		r.fail("tensor %d lies in buffer %d", index, number)
		return
	}
	raw := r.octets(buffers[number], 0)
	if len(raw) == 0 {
		return
	}
	elements := 1
	for _, d := range tensor.Shape {
		if d < 1 || d > maxElements || elements > maxElements/d {
			r.fail("tensor %d has shape %v", index, tensor.Shape)
			return
		}
		elements *= d
	}
	switch kind := r.octet(t, 1); kind {
	case tfFloat32, tfFloat16:
		tensor.Raw, tensor.Encoding = raw, Encoding(kind)
	case tfInt32:
		for ; len(raw) >= 4; raw = raw[4:] {
			r.ints[index] = append(r.ints[index], int(int32(binary.LittleEndian.Uint32(raw)))) //nolint:gosec // G115: its sign comes back
		}
		return
	default:
		r.fail("tensor %d holds elements of type %d", index, kind)
		return
	}
	if len(raw) != elements*tensor.Encoding.size() {
		r.fail("tensor %d of shape %v has %d bytes", index, tensor.Shape, len(raw))
	}
}

func (r *tfReader) node(op int) {
	in, out, code := r.integers(op, 1), r.integers(op, 2), r.integer(op, 0, 0)
	if r.err != nil {
		return
	}
	if code < 0 || code >= len(r.codes) || len(out) != 1 || !r.graph.holds(in) || !r.graph.holds(out) || len(r.graph.Nodes) >= maxNodes {
		r.fail("an operation of %v to %v", in, out)
		return
	}
	if r.codes[code] == tfDequantize { // of 16-bit weights: they are constants themselves
		from, to := r.graph.Tensors[in[0]], r.graph.Tensors[out[0]]
		to.Raw, to.Encoding = from.Raw, from.Encoding
		if from.Raw == nil || to.Size() != from.Size() {
			r.fail("weights that are not constant")
		}
		return
	}
	kind, known := tfOps[r.codes[code]]
	if !known {
		r.fail("operator %d of TensorFlow Lite", r.codes[code])
		return
	}
	n := &Node{Op: kind, In: in, Out: out[0]}
	r.options(n, r.table(op, 4))
	r.graph.Nodes = append(r.graph.Nodes, n)
}

// options reads what belongs to the operator, in the order of the schema's tables.
func (r *tfReader) options(n *Node, o int) {
	act := -1 // field of the fused activation
	switch n.Op {
	case Conv, Depthwise, MaxPool:
		act = r.sliding(n, o)
	case Add, Sub, Mul:
		act = 0
		if n.Op != Sub && len(n.In) == 2 && r.graph.Tensors[n.In[0]].Raw != nil { // constants stand second
			n.In[0], n.In[1] = n.In[1], n.In[0]
		}
	case Concat:
		act, n.Axis = 1, r.integer(o, 0, 0)
	case Pad:
		flat := r.ints[n.In[len(n.In)-1]]
		for ; len(flat) >= 2; flat = flat[2:] {
			n.Pad = append(n.Pad, [2]int{flat[0], flat[1]})
		}
		n.In = n.In[:1]
	case Reshape:
		n.Shape = append([]int(nil), r.graph.Tensors[n.Out].Shape...)
		if len(n.Shape) > 0 && n.Shape[0] == r.batch {
			n.Shape[0] = 1
		}
		n.In = n.In[:1]
	}
	if act >= 0 {
		n.Relu = r.relu(o, act)
	}
}

// relu reads the activation that is part of an operator: none, or this one.
func (r *tfReader) relu(options, field int) bool {
	a := r.octet(options, field)
	if a > 1 {
		r.fail("activation %d", a)
	}
	return a == 1
}

// sliding reads the options of an operator that slides over a picture, and says which field is its activation.
func (r *tfReader) sliding(n *Node, o int) (act int) {
	n.Same = r.octet(o, 0) == 0
	n.Stride = [2]int{r.integer(o, 2, 1), r.integer(o, 1, 1)}
	act = map[Op]int{Conv: 3, Depthwise: 4, MaxPool: 5}[n.Op]
	if n.Op == MaxPool {
		n.Kernel = [2]int{r.integer(o, 4, 1), r.integer(o, 3, 1)}
	} else if r.integer(o, act+1, 1) != 1 || r.integer(o, act+2, 1) != 1 {
		r.fail("a dilated convolution")
	}
	return act
}

// holds says whether the indices name tensors.
func (g *Graph) holds(indices []int) bool {
	for _, i := range indices {
		if i < 0 || i >= len(g.Tensors) {
			return false
		}
	}
	return len(indices) > 0
}

// operands is how many values each operator takes.
var operands = map[Op][2]int{
	Conv: {3, 3}, Depthwise: {3, 3}, MaxPool: {1, 1}, MeanPool: {1, 1}, Dense: {2, 2}, Add: {2, 2}, Sub: {2, 2}, Mul: {2, 2},
	Relu: {1, 1}, Abs: {1, 1}, PRelu: {2, 2}, Pad: {1, 1}, Reshape: {1, 1}, Concat: {1, 64}, Mean: {1, 1},
}

// check finds a node that uses what no earlier one has made.
func (g *Graph) check() error {
	made := make([]bool, len(g.Tensors))
	for i, t := range g.Tensors {
		made[i] = t.Raw != nil
	}
	for _, i := range g.Inputs {
		made[i] = true
	}
	for k, n := range g.Nodes {
		if want := operands[n.Op]; len(n.In) < want[0] || len(n.In) > want[1] {
			return malformed("node %d, %s, has %d operands", k, n.Op, len(n.In))
		}
		for _, i := range n.In {
			if !made[i] {
				return malformed("node %d, %s, comes before what it uses", k, n.Op)
			}
		}
		if made[n.Out] {
			return malformed("node %d, %s, makes what is there", k, n.Op)
		}
		if g.Tensors[n.In[0]].Raw != nil {
			return malformed("node %d, %s, works on a constant", k, n.Op)
		}
		made[n.Out] = true
	}
	for _, i := range g.Outputs {
		if !made[i] || g.Tensors[i].Raw != nil {
			return malformed("nothing makes output %d", i)
		}
	}
	return nil
}
