package people

import "testing"

var realCost = cost

// Tests sign in a hundred times, and the true cost is for those that are about it.
func init() { cost = argonCost{memory: 64, passes: 1, threads: 1} }

// RealCost lets one test hash as the program does.
func RealCost(t testing.TB) {
	cheap := cost
	cost = realCost
	t.Cleanup(func() { cost = cheap })
}
