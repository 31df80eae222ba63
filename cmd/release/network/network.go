// Package network carries trained networks from the form in which they are published to ONNX, which ONNX Runtime reads.
//
// [ParseTFLite] and [ParseResNet] read a published file into a [Graph]; [Graph.ONNX] writes it. Weights keep the encoding of their source (16-bit
// floats, bytes with a scale), so that a converted file is no larger: ONNX Runtime unfolds them once, when it loads the file. [Graph.Run] runs
// the graph by the plain meaning of its operators: slow, of one page, and independent of everything that ONNX Runtime does, so that
// each can be held against the other.
//
// A graph has TensorFlow's layout: pictures are rows of pixels of channels (NHWC), and only one at a time. ONNX wants channels first (NCHW);
// the writer turns the weights and puts a transposition where the layout shows.
//
// What is read here is the handful of operators that the networks of this program use; another is an error and not a guess.
package network

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Op is an operator, by TensorFlow's meaning.
type Op string

// The operators.
const (
	Conv      Op = "Conv"      // input, weights (out, height, width, in), bias
	Depthwise Op = "Depthwise" // input, weights (1, height, width, channels), bias
	MaxPool   Op = "MaxPool"
	MeanPool  Op = "MeanPool"
	Dense     Op = "Dense" // input, weights (out, in), bias if any
	Add       Op = "Add"
	Sub       Op = "Sub"
	Mul       Op = "Mul"
	Relu      Op = "Relu"
	Abs       Op = "Abs"
	PRelu     Op = "PRelu" // input, slope for each channel
	Pad       Op = "Pad"   // with zeros
	Reshape   Op = "Reshape"
	Concat    Op = "Concat"
	Mean      Op = "Mean" // over height and width
)

// Encoding is how the numbers of a constant are stored.
type Encoding int

// Encodings.
const (
	Float32 Encoding = iota
	Float16
	Byte // of value Scale*byte + Min
)

func (e Encoding) size() int { return [...]int{4, 2, 1}[e] }

// Tensor is an input, an output, a value between two nodes, or, where Raw is set, a constant.
type Tensor struct {
	Name     string
	Shape    []int
	Raw      []byte // little-endian, as published
	Encoding Encoding
	Scale    float32
	Min      float32
}

// Size is the number of elements.
func (t *Tensor) Size() int { return size(t.Shape) }

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// Floats are the numbers of a constant.
func (t *Tensor) Floats() []float32 {
	out := make([]float32, len(t.Raw)/t.Encoding.size())
	for i := range out {
		switch t.Encoding {
		case Float32:
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.Raw[4*i:]))
		case Float16:
			out[i] = half(binary.LittleEndian.Uint16(t.Raw[2*i:]))
		case Byte:
			out[i] = float32(t.Raw[i])*t.Scale + t.Min
		}
	}
	return out
}

// half reads a 16-bit float (IEEE 754).
func half(h uint16) float32 {
	sign, exponent, mantissa := uint32(h>>15)<<31, uint32(h>>10)&31, uint32(h)&1023
	switch exponent {
	case 0: // zero and what is too small for an exponent
		f := float32(mantissa) / (1 << 24)
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 31: // infinite, or no number
		return math.Float32frombits(sign | 0x7f800000 | mantissa<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | mantissa<<13)
}

// constant makes a tensor of numbers.
func constant(shape []int, values ...float32) *Tensor {
	t := &Tensor{Shape: shape}
	for _, v := range values {
		t.Raw = binary.LittleEndian.AppendUint32(t.Raw, math.Float32bits(v))
	}
	return t
}

// Node is one operation. In and Out are indices of tensors.
type Node struct {
	Op     Op
	In     []int
	Out    int
	Stride [2]int // height, width
	Kernel [2]int // of a pool: height, width
	Same   bool   // zeros around the picture, so that its size is divided by the stride and nothing else
	Relu   bool   // what comes out below zero is zero
	Pad    [][2]int
	Axis   int
	Shape  []int // of a Reshape; one -1 stands for the rest
}

// Graph is a network: nodes in the order in which they can be run.
type Graph struct {
	Tensors []*Tensor
	Nodes   []*Node
	Inputs  []int
	Outputs []int
}

// ErrMalformed says that a file is not what it claims to be, or needs an operator that is not read here.
var ErrMalformed = errors.New("network cannot be read")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

const maxElements = 1 << 24 // of a tensor: four times what the largest here has

// window is how a kernel lies over one side of a picture.
func window(in, kernel, stride int, same bool) (out, before, after int) {
	if !same {
		return (in-kernel)/stride + 1, 0, 0
	}
	out = (in + stride - 1) / stride
	pad := max((out-1)*stride+kernel-in, 0)
	return out, pad / 2, pad - pad/2
}

// settle makes the batch one picture and works out the shape of each value.
func (g *Graph) settle() error {
	for _, i := range g.Inputs {
		s := g.Tensors[i].Shape
		if len(s) != 4 {
			return malformed("its input is no picture")
		}
		s[0] = 1
	}
	for k, n := range g.Nodes {
		shape, err := g.outcome(n)
		if err != nil {
			return fmt.Errorf("node %d, %s: %w", k, n.Op, err)
		}
		total := 1
		for _, d := range shape {
			if d < 1 || d > maxElements || total > maxElements/d {
				return malformed("node %d, %s: of shape %v", k, n.Op, shape)
			}
			total *= d
		}
		g.Tensors[n.Out].Shape = shape
	}
	return nil
}

// onPictures are the operators that need height, width and channels.
var onPictures = map[Op]bool{Conv: true, Depthwise: true, MaxPool: true, MeanPool: true, Pad: true, Mean: true, PRelu: true}

// outcome is the shape of what a node makes.
func (g *Graph) outcome(n *Node) ([]int, error) {
	x := g.Tensors[n.In[0]].Shape
	if onPictures[n.Op] && len(x) != 4 {
		return nil, malformed("of no picture: %v", x)
	}
	switch n.Op {
	case Conv, Depthwise:
		return g.convolved(n, x)
	case MaxPool, MeanPool:
		return n.slid(x, n.Kernel, x[3])
	case Pad:
		return padded(n, x)
	case Mean:
		return []int{1, x[3]}, nil
	case PRelu:
		return g.leaked(n, x)
	case Relu, Abs:
		return x, nil
	case Dense:
		return g.weighed(n, x)
	case Add, Sub, Mul:
		return g.paired(n, x)
	case Reshape:
		return reshaped(n, x)
	case Concat:
		return g.joined(n, x)
	}
	return nil, malformed("operator %s", n.Op)
}

func (g *Graph) leaked(n *Node, x []int) ([]int, error) {
	if slope := g.Tensors[n.In[1]]; slope.Raw == nil || slope.Size() != x[3] {
		return nil, malformed("slopes of shape %v for %d channels", slope.Shape, x[3])
	}
	return x, nil
}

func (g *Graph) weighed(n *Node, x []int) ([]int, error) {
	weights := g.Tensors[n.In[1]]
	w := weights.Shape
	if weights.Raw == nil || len(x) != 2 || len(w) != 2 || x[0] != 1 || w[1] != x[1] {
		return nil, malformed("weights %v for %v", w, x)
	}
	return []int{1, w[0]}, nil
}

func (n *Node) slid(x []int, kernel [2]int, channels int) ([]int, error) {
	if n.Stride[0] < 1 || n.Stride[1] < 1 || kernel[0] < 1 || kernel[1] < 1 || !n.Same && (x[1] < kernel[0] || x[2] < kernel[1]) {
		return nil, malformed("kernel %v, stride %v over %v", kernel, n.Stride, x)
	}
	h, _, _ := window(x[1], kernel[0], n.Stride[0], n.Same)
	w, _, _ := window(x[2], kernel[1], n.Stride[1], n.Same)
	return []int{x[0], h, w, channels}, nil
}

func (g *Graph) convolved(n *Node, x []int) ([]int, error) {
	if len(n.In) != 3 {
		return nil, malformed("%d operands", len(n.In))
	}
	weights, bias := g.Tensors[n.In[1]], g.Tensors[n.In[2]]
	w := weights.Shape
	if weights.Raw == nil || bias.Raw == nil || len(w) != 4 {
		return nil, malformed("weights that are not constant")
	}
	out, fits := w[0], w[3] == x[3]
	if n.Op == Depthwise {
		out, fits = w[3], w[0] == 1 && w[3] == x[3]
	}
	if !fits || bias.Size() != out {
		return nil, malformed("weights %v and bias %v for %v", w, bias.Shape, x)
	}
	return n.slid(x, [2]int{w[1], w[2]}, out)
}

func padded(n *Node, x []int) ([]int, error) {
	if len(n.Pad) != 4 {
		return nil, malformed("margins of %d sides", len(n.Pad))
	}
	out := make([]int, 4)
	for i, p := range n.Pad {
		if p[0] < 0 || p[1] < 0 || p[0] > maxElements || p[1] > maxElements {
			return nil, malformed("margin %v", p)
		}
		out[i] = x[i] + p[0] + p[1]
	}
	return out, nil
}

// paired is the shape of an operation of two values: of the same shape, or the second a constant of one number or one a channel.
func (g *Graph) paired(n *Node, x []int) ([]int, error) {
	if len(n.In) != 2 {
		return nil, malformed("%d operands", len(n.In))
	}
	y := g.Tensors[n.In[1]]
	switch {
	case y.Raw != nil && (y.Size() == 1 || len(x) > 0 && y.Size() == x[len(x)-1]):
	case y.Raw == nil && y.Size() == size(x) && len(y.Shape) == len(x):
	default:
		return nil, malformed("%v with %v", x, y.Shape)
	}
	return x, nil
}

func reshaped(n *Node, x []int) ([]int, error) {
	out, rest, known := append([]int(nil), n.Shape...), -1, 1
	for i, d := range out {
		switch {
		case d == -1 && rest < 0:
			rest = i
		case d < 1 || d > maxElements || known > maxElements:
			return nil, malformed("to %v", n.Shape)
		default:
			known *= d
		}
	}
	if rest >= 0 {
		out[rest] = size(x) / known
	}
	if len(out) == 0 || size(out) != size(x) {
		return nil, malformed("%v to %v", x, n.Shape)
	}
	return out, nil
}

func (g *Graph) joined(n *Node, x []int) ([]int, error) {
	if n.Axis < 0 || n.Axis >= len(x) {
		return nil, malformed("along side %d of %v", n.Axis, x)
	}
	out := append([]int(nil), x...)
	out[n.Axis] = 0
	for _, i := range n.In {
		s := g.Tensors[i].Shape
		if g.Tensors[i].Raw != nil || len(s) != len(x) {
			return nil, malformed("%v with %v", x, s)
		}
		for k := range s {
			if k != n.Axis && s[k] != x[k] {
				return nil, malformed("%v with %v", x, s)
			}
		}
		out[n.Axis] += s[n.Axis]
	}
	return out, nil
}
