package network

import (
	"fmt"
	"math"
)

// Run works the network out for one input of each of its inputs, in the layout of the source. It is written for plainness, not for speed: a
// network here takes up to some seconds.
func (g *Graph) Run(inputs ...[]float32) ([][]float32, error) {
	if len(inputs) != len(g.Inputs) {
		return nil, fmt.Errorf("the network takes %d inputs, not %d", len(g.Inputs), len(inputs))
	}
	r := &run{graph: g, values: make([][]float32, len(g.Tensors))}
	for k, in := range inputs {
		i := g.Inputs[k]
		if want := g.Tensors[i].Size(); len(in) != want {
			return nil, fmt.Errorf("input %d has %d numbers, not %d", k, want, len(in))
		}
		r.values[i] = in
	}
	for i, t := range g.Tensors {
		if t.Raw != nil {
			r.values[i] = t.Floats()
		}
	}
	for _, n := range g.Nodes {
		out := r.node(n)
		if n.Relu {
			each(out, out, relu)
		}
		r.values[n.Out] = out
	}
	var outputs [][]float32
	for _, i := range g.Outputs {
		outputs = append(outputs, r.values[i])
	}
	return outputs, nil
}

type run struct {
	graph  *Graph
	values [][]float32
}

func relu(v float32) float32 { return max(v, 0) }

func each(to, from []float32, f func(float32) float32) {
	for i, v := range from {
		to[i] = f(v)
	}
}

func (r *run) node(n *Node) []float32 {
	x, shape := r.values[n.In[0]], r.graph.Tensors[n.In[0]].Shape
	out := make([]float32, r.graph.Tensors[n.Out].Size())
	switch n.Op {
	case Conv, Depthwise:
		r.convolve(n, x, shape, out)
	case MaxPool, MeanPool:
		r.pool(n, x, shape, out)
	case Dense:
		w := r.values[n.In[1]]
		for i := range out {
			out[i] = dot(x, w[i*len(x):(i+1)*len(x)])
		}
	case Add, Sub, Mul, PRelu:
		y := r.values[n.In[1]]
		f := map[Op]func(a, b float32) float32{
			Add: func(a, b float32) float32 { return a + b }, Sub: func(a, b float32) float32 { return a - b },
			Mul: func(a, b float32) float32 { return a * b }, PRelu: func(a, b float32) float32 { return max(a, 0) + b*min(a, 0) },
		}[n.Op]
		for i, v := range x {
			out[i] = f(v, y[i%len(y)])
		}
	case Relu:
		each(out, x, relu)
	case Abs:
		each(out, x, func(v float32) float32 { return float32(math.Abs(float64(v))) })
	case Reshape:
		copy(out, x)
	case Pad:
		pad(n, x, shape, out, r.graph.Tensors[n.Out].Shape)
	case Concat:
		r.join(n, out)
	case Mean:
		channels := shape[3]
		for i, v := range x {
			out[i%channels] += v * float32(channels) / float32(len(x))
		}
	}
	return out
}

func dot(a, b []float32) float32 {
	var sum float64
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return float32(sum)
}

// cells calls f for each place of a sliding kernel that lies within the picture: the output's pixel, the kernel's, and the input's.
func (r *run) cells(n *Node, kernel [2]int, f func(to, cell, from int)) {
	in, out := r.graph.Tensors[n.In[0]].Shape, r.graph.Tensors[n.Out].Shape
	_, top, _ := window(in[1], kernel[0], n.Stride[0], n.Same)
	_, left, _ := window(in[2], kernel[1], n.Stride[1], n.Same)
	for to := range out[1] * out[2] {
		y0, x0 := to/out[2]*n.Stride[0]-top, to%out[2]*n.Stride[1]-left
		for cell := range kernel[0] * kernel[1] {
			y, x := y0+cell/kernel[1], x0+cell%kernel[1]
			if y >= 0 && y < in[1] && x >= 0 && x < in[2] {
				f(to, cell, y*in[2]+x)
			}
		}
	}
}

func (r *run) convolve(n *Node, x []float32, shape []int, out []float32) {
	w, bias, form := r.values[n.In[1]], r.values[n.In[2]], r.graph.Tensors[n.In[1]].Shape
	kernel, channels := [2]int{form[1], form[2]}, shape[3]
	for i := range out {
		out[i] = bias[i%len(bias)]
	}
	cells := kernel[0] * kernel[1]
	r.cells(n, kernel, func(to, cell, from int) {
		pixel, result := x[from*channels:(from+1)*channels], out[to*len(bias):(to+1)*len(bias)]
		for c := range result {
			if n.Op == Depthwise {
				result[c] += pixel[c] * w[cell*channels+c]
			} else {
				start := (c*cells + cell) * channels
				result[c] += dot(pixel, w[start:start+channels])
			}
		}
	})
}

func (r *run) pool(n *Node, x []float32, shape []int, out []float32) {
	channels := shape[3]
	if n.Op == MaxPool {
		for i := range out {
			out[i] = float32(math.Inf(-1))
		}
	}
	share := 1 / float32(n.Kernel[0]*n.Kernel[1])
	r.cells(n, n.Kernel, func(to, _, from int) {
		for c := range channels {
			v := x[from*channels+c]
			if i := to*channels + c; n.Op == MaxPool {
				out[i] = max(out[i], v)
			} else {
				out[i] += v * share
			}
		}
	})
}

func pad(n *Node, x []float32, shape []int, out []float32, wide []int) {
	m := n.Pad
	for y := range shape[1] {
		for i := range shape[2] {
			to := ((y+m[1][0])*wide[2]+i+m[2][0])*wide[3] + m[3][0]
			from := (y*shape[2] + i) * shape[3]
			copy(out[to:to+shape[3]], x[from:from+shape[3]])
		}
	}
}

func (r *run) join(n *Node, out []float32) {
	shape := r.graph.Tensors[n.Out].Shape
	outer, inner := size(shape[:n.Axis]), size(shape[n.Axis+1:])
	for o, at := 0, 0; o < outer; o++ {
		for _, i := range n.In {
			length := r.graph.Tensors[i].Shape[n.Axis] * inner
			at += copy(out[at:], r.values[i][o*length:(o+1)*length])
		}
	}
}
