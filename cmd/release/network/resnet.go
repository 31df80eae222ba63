package network

import (
	"encoding/json"
	"fmt"
	"slices"
)

// ParseResNet reads dlib's face recognition network as face-api publishes it: a manifest that names the weights, and the weights themselves,
// mostly bytes with a scale. The shape of the network is not in the files: it is that of dlib's anet_type (dnn_face_recognition_ex.cpp of
// dlib's examples, by Davis King), with batch normalisation already folded into a scale. Input: 150×150 pixels, RGB, 0 to 255.
func ParseResNet(manifest, weights []byte) (*Graph, error) {
	b := &resNet{weights: map[string]*Tensor{}}
	if err := b.load(manifest, weights); err != nil {
		return nil, err
	}
	b.build()
	if b.err != nil {
		return nil, b.err
	}
	return &b.graph, b.graph.settle()
}

type resNet struct {
	graph   Graph
	weights map[string]*Tensor
	err     error
}

// load cuts the weights out of their file.
func (b *resNet) load(manifest, weights []byte) error {
	var groups []struct {
		Weights []struct {
			Name         string `json:"name"`
			Shape        []int  `json:"shape"`
			Quantization *struct {
				DType string  `json:"dtype"`
				Scale float64 `json:"scale"`
				Min   float64 `json:"min"`
			} `json:"quantization"`
		} `json:"weights"`
	}
	if err := json.Unmarshal(manifest, &groups); err != nil {
		return fmt.Errorf("%w: its manifest: %w", ErrMalformed, err)
	}
	for _, group := range groups {
		for _, w := range group.Weights {
			t := &Tensor{Name: w.Name, Shape: w.Shape}
			if q := w.Quantization; q != nil {
				if q.DType != "uint8" {
					return malformed("weights of type %q", q.DType)
				}
				t.Encoding, t.Scale, t.Min = Byte, float32(q.Scale), float32(q.Min)
			}
			bytes := t.Encoding.size()
			for _, d := range w.Shape {
				if d < 1 || d > maxElements || bytes > maxElements/d {
					return malformed("%s has shape %v", w.Name, w.Shape)
				}
				bytes *= d
			}
			if bytes > len(weights) {
				return malformed("its weights end before %s", w.Name)
			}
			t.Raw, weights = weights[:bytes], weights[bytes:]
			b.weights[w.Name] = t
		}
	}
	if len(weights) > 0 {
		return malformed("%d bytes after its weights", len(weights))
	}
	return nil
}

// Mean colour that dlib takes from a picture (input_rgb_image of dlib's dnn/input.h).
var dlibMean = []float32{122.782, 117.001, 104.298}

func (b *resNet) build() {
	x := b.add(&Tensor{Name: "input", Shape: []int{1, 150, 150, 3}})
	b.graph.Inputs = []int{x}
	x = b.node(&Node{Op: Sub, In: []int{x, b.add(constant([]int{3}, dlibMean...))}})
	x = b.node(&Node{Op: Mul, In: []int{x, b.add(constant([]int{1}, 1.0/255))}})
	x = b.convolution(x, "conv32_down", 2, true, false)
	x = b.node(&Node{Op: MaxPool, In: []int{x}, Kernel: [2]int{3, 3}, Stride: [2]int{2, 2}})
	height, channels := 35, 32
	for _, block := range []struct {
		name     string
		channels int // of a block that halves the picture
	}{
		{"conv32_1", 0},
		{"conv32_2", 0},
		{"conv32_3", 0},
		{"conv64_down", 64},
		{"conv64_1", 0},
		{"conv64_2", 0},
		{"conv64_3", 0},
		{"conv128_down", 128},
		{"conv128_1", 0},
		{"conv128_2", 0},
		{"conv256_down", 256},
		{"conv256_1", 0},
		{"conv256_2", 0},
		{"conv256_down_out", 256},
	} {
		if block.channels == 0 {
			x = b.residual(x, block.name)
			continue
		}
		x, height = b.halving(x, block.name, height, channels, block.channels)
		channels = block.channels
	}
	x = b.node(&Node{Op: Mean, In: []int{x}})
	x = b.node(&Node{Op: Dense, In: []int{x, b.add(b.weight("fc", 1, 0))}})
	b.graph.Outputs = []int{x}
}

// residual is a block that adds to its input what two convolutions make of it.
func (b *resNet) residual(x int, name string) int {
	y := b.convolution(x, name+"/conv1", 1, true, true)
	y = b.convolution(y, name+"/conv2", 1, false, true)
	return b.node(&Node{Op: Add, In: []int{y, x}, Relu: true})
}

// halving is a block that also halves the picture. The way beside the convolutions is a pool; zeros make the two of one size.
func (b *resNet) halving(x int, name string, height, from, to int) (out, halved int) {
	y := b.convolution(x, name+"/conv1", 2, true, false)
	y = b.convolution(y, name+"/conv2", 1, false, true)
	beside := b.node(&Node{Op: MeanPool, In: []int{x}, Kernel: [2]int{2, 2}, Stride: [2]int{2, 2}})
	halved = height / 2
	if (height-3)/2+1 < halved {
		y = b.node(&Node{Op: Pad, In: []int{y}, Pad: [][2]int{{}, {0, 1}, {0, 1}, {}}})
	}
	if from < to {
		beside = b.node(&Node{Op: Pad, In: []int{beside}, Pad: [][2]int{{}, {}, {}, {0, to - from}}})
	}
	return b.node(&Node{Op: Add, In: []int{beside, y}, Relu: true}), halved
}

// convolution is a convolution and the scale after it.
func (b *resNet) convolution(x int, name string, stride int, relu, same bool) int {
	x = b.node(&Node{
		Op: Conv, In: []int{x, b.add(b.weight(name+"/conv/filters", 3, 0, 1, 2)), b.add(b.weight(name + "/conv/bias"))},
		Stride: [2]int{stride, stride}, Same: same,
	})
	x = b.node(&Node{Op: Mul, In: []int{x, b.add(b.weight(name + "/scale/weights"))}})
	return b.node(&Node{Op: Add, In: []int{x, b.add(b.weight(name + "/scale/biases"))}, Relu: relu})
}

// weight is a constant by its name, its sides in another order.
func (b *resNet) weight(name string, order ...int) *Tensor {
	t := b.weights[name]
	if t == nil || len(order) > 0 && len(order) != len(t.Shape) {
		if b.err == nil {
			b.err = malformed("its weights %s are missing or of another shape", name)
		}
		return constant([]int{1}, 0)
	}
	if len(order) == 0 {
		return t
	}
	turned := *t
	turned.Shape, turned.Raw = transpose(t.Shape, t.Raw, t.Encoding.size(), order)
	return &turned
}

func (b *resNet) add(t *Tensor) int {
	b.graph.Tensors = append(b.graph.Tensors, t)
	return len(b.graph.Tensors) - 1
}

func (b *resNet) node(n *Node) int {
	n.Out = b.add(&Tensor{})
	b.graph.Nodes = append(b.graph.Nodes, n)
	return n.Out
}

// transpose puts the sides of an array into another order: side i of the result is side order[i] of the source.
func transpose(shape []int, raw []byte, element int, order []int) ([]int, []byte) {
	stride := make([]int, len(shape)) // of the source, in elements
	for i, step := len(shape)-1, 1; i >= 0; i-- {
		stride[i], step = step, step*shape[i]
	}
	turned := make([]int, len(order))
	for i, o := range order {
		turned[i] = shape[o]
	}
	out, index := slices.Grow([]byte(nil), len(raw)), make([]int, len(order))
	for range size(shape) {
		from := 0
		for i, o := range order {
			from += index[i] * stride[o]
		}
		out = append(out, raw[from*element:(from+1)*element]...)
		for i := len(index) - 1; i >= 0; i-- {
			if index[i]++; index[i] < turned[i] {
				break
			}
			index[i] = 0
		}
	}
	return turned, out
}
