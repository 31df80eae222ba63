package network

import (
	"encoding/binary"
	"math"
)

// Fuse makes one PRelu of the five operations of which TensorFlow's own is composed (relu(x) + slope·(x-|x|)/2, the half already in the slope):
// one pass over the picture in place of five. Doubling the slope changes no digit of it.
func (g *Graph) Fuse() {
	uses := make([]int, len(g.Tensors))
	for _, n := range g.Nodes {
		for _, i := range n.In {
			uses[i]++
		}
	}
	for _, i := range g.Outputs {
		uses[i]++
	}
	kept := g.Nodes[:0]
	for i := 0; i < len(g.Nodes); i++ {
		n := g.Nodes[i]
		if i+5 <= len(g.Nodes) {
			if whole := g.leak(g.Nodes[i:i+5], uses); whole != nil {
				n, i = whole, i+4
			}
		}
		kept = append(kept, n)
	}
	g.Nodes = kept
}

// leak is the PRelu that five nodes make, or nil where they make something else.
func (g *Graph) leak(n []*Node, uses []int) *Node {
	for i, op := range []Op{Relu, Abs, Sub, Mul, Add} {
		if n[i].Op != op || n[i].Relu || i < 4 && uses[n[i].Out] != 1 {
			return nil
		}
	}
	x, slope := n[0].In[0], g.Tensors[n[3].In[1]]
	switch {
	case n[1].In[0] != x || n[2].In[0] != x || n[2].In[1] != n[1].Out || n[3].In[0] != n[2].Out:
		return nil
	case n[4].In[0] != n[0].Out || n[4].In[1] != n[3].Out || slope.Raw == nil || slope.Encoding != Float32:
		return nil
	}
	doubled := &Tensor{Name: slope.Name, Shape: slope.Shape}
	for _, v := range slope.Floats() {
		doubled.Raw = binary.LittleEndian.AppendUint32(doubled.Raw, math.Float32bits(2*v))
	}
	g.Tensors = append(g.Tensors, doubled)
	return &Node{Op: PRelu, In: []int{x, len(g.Tensors) - 1}, Out: n[4].Out}
}
