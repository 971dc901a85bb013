package people

import "testing"

var realCost, realPINCost = cost, pinCost

// Tests sign in a hundred times, and the true cost is for those that are about it.
func init() {
	cost = argonCost{memory: 64, passes: 1, threads: 1}
	pinCost = cost
}

// RealCost lets one test hash as the program does.
func RealCost(t testing.TB) {
	cheap, cheapPIN := cost, pinCost
	cost, pinCost = realCost, realPINCost
	t.Cleanup(func() { cost, pinCost = cheap, cheapPIN })
}
