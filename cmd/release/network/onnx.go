package network

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Numbers of ONNX's schema (onnx/onnx.proto): fields of its messages, types of elements and of attributes.
const (
	modelVersion, modelProducer, modelGraph, modelOpset = 1, 2, 7, 8
	opsetDomain, opsetVersion                           = 1, 2
	graphNode, graphName, graphConstant                 = 1, 2, 5
	graphInput, graphOutput                             = 11, 12
	nodeInput, nodeOutput, nodeName, nodeOp             = 1, 2, 3, 4
	nodeAttribute                                       = 5
	attrName, attrInt, attrInts, attrType               = 1, 3, 8, 20
	tensorDim, tensorType, tensorName, tensorRaw        = 1, 2, 8, 9
	valueName, valueType, typeTensor                    = 1, 2, 1
	shapedElement, shapedShape, shapeDim, dimValue      = 1, 2, 1, 1

	elementFloat, elementByte, elementInt64, elementHalf = 1, 2, 7, 10
	attributeInt, attributeInts                          = 2, 7

	irVersion, opset = 8, 13
)

// ONNX writes the graph. Its inputs are called input0 and on, its outputs output0 and on; both keep the layout of the source.
func (g *Graph) ONNX(name string) ([]byte, error) {
	w := &onnxWriter{graph: g, made: map[int]places{}}
	for k, i := range g.Inputs {
		w.made[i] = places{last: fmt.Sprintf("input%d", k)}
	}
	for k, n := range g.Nodes {
		if err := w.node(n); err != nil {
			return nil, fmt.Errorf("node %d, %s: %w", k, n.Op, err)
		}
	}
	for k, i := range g.Outputs {
		w.emit("Identity", []string{w.last(i)}, fmt.Sprintf("output%d", k))
	}
	w.out = text(w.out, graphName, name)
	for k, i := range g.Inputs {
		w.out = value(w.out, graphInput, fmt.Sprintf("input%d", k), g.Tensors[i].Shape)
	}
	for k, i := range g.Outputs {
		w.out = value(w.out, graphOutput, fmt.Sprintf("output%d", k), g.Tensors[i].Shape)
	}
	var model []byte
	model = number(model, modelVersion, irVersion)
	model = text(model, modelProducer, "qoltanba")
	model = message(model, modelGraph, w.out)
	return message(model, modelOpset, number(text(nil, opsetDomain, ""), opsetVersion, opset)), nil
}

// places are the names under which a value is to be had: with its channels last, as in the source, and first, as in ONNX.
type places struct{ last, first string }

type onnxWriter struct {
	graph *Graph
	made  map[int]places
	out   []byte // GraphProto
	count int
}

var (
	toFirst = []int{0, 3, 1, 2}
	toLast  = []int{0, 2, 3, 1}
)

func (w *onnxWriter) name() string {
	w.count++
	return fmt.Sprintf("v%d", w.count)
}

// attribute is a number or a list of numbers that belongs to an operator.
type attribute struct {
	name  string
	value any // int or []int
}

func (w *onnxWriter) emit(op string, in []string, out string, attributes ...attribute) {
	var n []byte
	for _, s := range in {
		n = text(n, nodeInput, s)
	}
	n = text(n, nodeOutput, out)
	w.count++
	n = text(n, nodeName, fmt.Sprintf("n%d", w.count))
	n = text(n, nodeOp, op)
	for _, a := range attributes {
		m := text(nil, attrName, a.name)
		switch v := a.value.(type) {
		case int:
			m = number(number(m, attrInt, v), attrType, attributeInt)
		case []int:
			for _, x := range v {
				m = number(m, attrInts, x)
			}
			m = number(m, attrType, attributeInts)
		}
		n = message(n, nodeAttribute, m)
	}
	w.out = message(w.out, graphNode, n)
}

// store writes a constant and returns its name.
func (w *onnxWriter) store(shape []int, element int, raw []byte) string {
	name := w.name()
	var t []byte
	for _, d := range shape {
		t = number(t, tensorDim, d)
	}
	t = number(t, tensorType, element)
	t = text(t, tensorName, name)
	w.out = message(w.out, graphConstant, message(t, tensorRaw, raw))
	return name
}

// constant writes a constant in the encoding that it has, and what makes floats of it. ONNX Runtime folds that when it loads the file.
func (w *onnxWriter) constant(t *Tensor, shape []int, raw []byte) string {
	if t.Encoding == Float32 {
		return w.store(shape, elementFloat, raw)
	}
	element := map[Encoding]int{Float16: elementHalf, Byte: elementByte}[t.Encoding]
	floats := w.name()
	w.emit("Cast", []string{w.store(shape, element, raw)}, floats, attribute{"to", elementFloat})
	if t.Encoding == Float16 {
		return floats
	}
	scaled, moved := w.name(), w.name()
	w.emit("Mul", []string{floats, w.single(t.Scale)}, scaled)
	w.emit("Add", []string{scaled, w.single(t.Min)}, moved)
	return moved
}

func (w *onnxWriter) single(v float32) string {
	return w.store(nil, elementFloat, binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
}

func (w *onnxWriter) wholes(values ...int) string {
	var raw []byte
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v)) //nolint:gosec // G115: its sign is kept
	}
	return w.store([]int{len(values)}, elementInt64, raw)
}

// last is the name of a value as the source lays it out.
func (w *onnxWriter) last(i int) string {
	p := w.made[i]
	if p.last == "" {
		p.last = w.name()
		w.emit("Transpose", []string{p.first}, p.last, attribute{"perm", toLast})
		w.made[i] = p
	}
	return p.last
}

// first is the name of a picture with its channels first.
func (w *onnxWriter) first(i int) string {
	p := w.made[i]
	if p.first == "" {
		p.first = w.name()
		w.emit("Transpose", []string{p.last}, p.first, attribute{"perm", toFirst})
		w.made[i] = p
	}
	return p.first
}

// result names what a node makes, and writes the activation after it.
func (w *onnxWriter) result(n *Node, channelsFirst bool, emit func(to string)) {
	out := w.name()
	if n.Relu {
		before := w.name()
		emit(before)
		w.emit("Relu", []string{before}, out)
	} else {
		emit(out)
	}
	if channelsFirst {
		w.made[n.Out] = places{first: out}
	} else {
		w.made[n.Out] = places{last: out}
	}
}

func (w *onnxWriter) node(n *Node) error {
	picture := len(w.graph.Tensors[n.Out].Shape) == 4 && w.made[n.In[0]].first != ""
	in := func() string {
		if picture {
			return w.first(n.In[0])
		}
		return w.last(n.In[0])
	}
	switch n.Op {
	case Conv, Depthwise:
		w.convolve(n)
	case MaxPool, MeanPool:
		op := map[Op]string{MaxPool: "MaxPool", MeanPool: "AveragePool"}[n.Op]
		x := w.first(n.In[0])
		w.result(n, true, func(to string) { w.emit(op, []string{x}, to, w.sliding(n, n.Kernel)...) })
	case Dense:
		t := w.graph.Tensors[n.In[1]]
		operands := []string{w.last(n.In[0]), w.constant(t, t.Shape, t.Raw)}
		w.result(n, false, func(to string) { w.emit("Gemm", operands, to, attribute{"transB", 1}) })
	case PRelu:
		w.leak(n)
	case Add, Sub, Mul:
		operands := []string{in(), w.second(n.In[1], picture)}
		w.result(n, picture, func(to string) { w.emit(string(n.Op), operands, to) })
	case Relu, Abs:
		x := in()
		w.result(n, picture, func(to string) { w.emit(string(n.Op), []string{x}, to) })
	case Pad:
		m := n.Pad
		margins := w.wholes(m[0][0], m[3][0], m[1][0], m[2][0], m[0][1], m[3][1], m[1][1], m[2][1])
		x := w.first(n.In[0])
		w.result(n, true, func(to string) { w.emit("Pad", []string{x, margins}, to) })
	case Reshape:
		operands := []string{w.last(n.In[0]), w.wholes(w.graph.Tensors[n.Out].Shape...)}
		w.result(n, false, func(to string) { w.emit("Reshape", operands, to) })
	case Concat:
		var all []string
		for _, i := range n.In {
			all = append(all, w.last(i))
		}
		w.result(n, false, func(to string) { w.emit("Concat", all, to, attribute{"axis", n.Axis}) })
	case Mean:
		x := w.first(n.In[0])
		w.result(n, false, func(to string) {
			w.emit("ReduceMean", []string{x}, to, attribute{"axes", []int{2, 3}}, attribute{"keepdims", 0})
		})
	default:
		return malformed("operator %s", n.Op)
	}
	return nil
}

// second is the second operand of an operation of two: a value, one number, or one for each channel.
func (w *onnxWriter) second(i int, channelsFirst bool) string {
	t := w.graph.Tensors[i]
	switch {
	case t.Raw == nil && channelsFirst:
		return w.first(i)
	case t.Raw == nil:
		return w.last(i)
	case t.Size() == 1:
		return w.constant(t, []int{1}, t.Raw)
	case channelsFirst:
		return w.constant(t, []int{t.Size(), 1, 1}, t.Raw)
	}
	return w.constant(t, []int{t.Size()}, t.Raw)
}

func (w *onnxWriter) convolve(n *Node) {
	weights, bias := w.graph.Tensors[n.In[1]], w.graph.Tensors[n.In[2]]
	order, group := toFirst, 1
	if n.Op == Depthwise {
		order, group = []int{3, 0, 1, 2}, weights.Shape[3]
	}
	shape, raw := transpose(weights.Shape, weights.Raw, weights.Encoding.size(), order)
	operands := []string{w.first(n.In[0]), w.constant(weights, shape, raw), w.constant(bias, []int{bias.Size()}, bias.Raw)}
	attributes := append(w.sliding(n, [2]int{shape[2], shape[3]}), attribute{"group", group})
	w.result(n, true, func(to string) { w.emit("Conv", operands, to, attributes...) })
}

// leak writes a PRelu as slope·x + (1-slope)·relu(x), the products as convolutions of single pixels: ONNX Runtime has no PRelu for the order in which
// it keeps pictures between convolutions, and turning them round and back again takes as long as the convolutions themselves.
func (w *onnxWriter) leak(n *Node) {
	slopes := w.graph.Tensors[n.In[1]].Floats()
	shape := []int{len(slopes), 1, 1, 1}
	straight, bent := constant(shape, slopes...), &Tensor{}
	for _, v := range slopes {
		bent.Raw = binary.LittleEndian.AppendUint32(bent.Raw, math.Float32bits(1-v))
	}
	single := []attribute{{"kernel_shape", []int{1, 1}}, {"strides", []int{1, 1}}, {"pads", []int{0, 0, 0, 0}}, {"group", len(slopes)}}
	x, positive, p, q := w.first(n.In[0]), w.name(), w.name(), w.name()
	w.emit("Relu", []string{x}, positive)
	w.emit("Conv", []string{x, w.constant(straight, shape, straight.Raw)}, p, single...)
	w.emit("Conv", []string{positive, w.constant(bent, shape, bent.Raw)}, q, single...)
	w.result(n, true, func(to string) { w.emit("Add", []string{p, q}, to) })
}

// sliding are the attributes of a kernel that slides over a picture.
func (w *onnxWriter) sliding(n *Node, kernel [2]int) []attribute {
	x := w.graph.Tensors[n.In[0]].Shape
	_, top, bottom := window(x[1], kernel[0], n.Stride[0], n.Same)
	_, left, right := window(x[2], kernel[1], n.Stride[1], n.Same)
	return []attribute{{"kernel_shape", kernel[:]}, {"strides", n.Stride[:]}, {"pads", []int{top, left, bottom, right}}}
}

func number(b []byte, field protowire.Number, v int) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(v)) //nolint:gosec // G115: its sign is kept
}

func message(b []byte, field protowire.Number, m []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), m)
}

func text(b []byte, field protowire.Number, s string) []byte { return message(b, field, []byte(s)) }

// value describes an input or an output.
func value(b []byte, field protowire.Number, name string, shape []int) []byte {
	var dims []byte
	for _, d := range shape {
		dims = message(dims, shapeDim, number(nil, dimValue, d))
	}
	tensor := message(number(nil, shapedElement, elementFloat), shapedShape, dims)
	return message(b, field, message(text(nil, valueName, name), valueType, message(nil, typeTensor, tensor)))
}
