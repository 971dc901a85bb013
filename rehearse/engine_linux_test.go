package rehearse

import (
	"strings"
	"testing"
)

// One source address has 28,232 ports towards one server.
func TestLargeCrowdsSpreadOverSourceAddresses(t *testing.T) {
	e, l, _ := withEngine(t, newEngine, 2*portsPerSource+1)
	for id, want := range map[int32]string{0: "127.0.0.1:", portsPerSource: "127.0.0.2:", 2 * portsPerSource: "127.0.0.3:"} {
		startDial(e, id)
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if got := conn.RemoteAddr().String(); !strings.HasPrefix(got, want) {
			t.Errorf("phone %d comes from %s, want %s", id, got, want)
		}
		_ = conn.Close() // only its address was of interest
	}
}
