package liveness

import "math"

// maxUnknowns is the most that [equations] solves for.
const maxUnknowns = 9

// equations gathers a linear least-squares problem as its normal equations. The zero value has no equation.
type equations struct {
	m [maxUnknowns][maxUnknowns]float64
	b [maxUnknowns]float64
}

// add takes the equation row·x = b.
func (e *equations) add(row []float64, b float64) {
	for i, u := range row {
		for j := range row[:i+1] {
			e.m[i][j] += u * row[j]
		}
		e.b[i] += u * b
	}
}

// solve finds the first n unknowns by Cholesky's decomposition. It reports false where the equations do not determine them.
func (e *equations) solve(n int) (x [maxUnknowns]float64, ok bool) {
	var l [maxUnknowns][maxUnknowns]float64
	for i := range n {
		for j := range i + 1 {
			sum := e.m[i][j]
			for k := range j {
				sum -= l[i][k] * l[j][k] //nolint:gosec // n is at most maxUnknowns
			}
			if i != j {
				l[i][j] = sum / l[j][j] //nolint:gosec // likewise
				continue
			}
			if sum <= 1e-12*e.m[i][i] || math.IsNaN(sum) {
				return x, false
			}
			l[i][i] = math.Sqrt(sum) //nolint:gosec // likewise
		}
	}
	for i := range n {
		sum := e.b[i]
		for k := range i {
			sum -= l[i][k] * x[k]
		}
		x[i] = sum / l[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		sum := x[i]
		for k := i + 1; k < n; k++ {
			sum -= l[k][i] * x[k]
		}
		x[i] = sum / l[i][i]
	}
	return x, true
}

// vec is a point of a picture or of a plane.
type vec struct{ x, y float64 }

// homography is what a plane's picture goes through when the plane or the camera moves, with its last element 1.
type homography [8]float64

func (h *homography) at(p vec) vec {
	w := h[6]*p.x + h[7]*p.y + 1
	return vec{(h[0]*p.x + h[1]*p.y + h[2]) / w, (h[3]*p.x + h[4]*p.y + h[5]) / w}
}

// fitHomography finds the homography that takes a to b with the least squared error in b: the direct linear transform, weighted anew by its
// own denominator (Hartley and Zisserman, Multiple View Geometry, 4.1 and 4.2). It reports false where the points do not determine one.
func fitHomography(a, b []vec) (h homography, ok bool) {
	h = homography{0: 1, 4: 1}
	for range 4 {
		var e equations
		for i, p := range a {
			w := 1 / (h[6]*p.x + h[7]*p.y + 1)
			u, v := b[i].x, b[i].y
			e.add([]float64{w * p.x, w * p.y, w, 0, 0, 0, -w * u * p.x, -w * u * p.y}, w*u)
			e.add([]float64{0, 0, 0, w * p.x, w * p.y, w, -w * v * p.x, -w * v * p.y}, w*v)
		}
		x, ok := e.solve(len(h))
		if !ok {
			return h, false
		}
		copy(h[:], x[:])
	}
	return h, true
}
