package scenario

import (
	"bytes"
	endian "encoding/binary"
	"fmt"
	"net"
	"testing"
	"time"
)

// TestHelloInTheSamePacketAsTheUpgrade: a client that does not wait for the answer to its upgrade is served, and does no
// harm to others; a hall with one such client goes on.
func TestHelloInTheSamePacketAsTheUpgrade(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("抢先", nil)
	upgrade := "GET /ws HTTP/1.1\r\nHost: " + s.addr + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	hello := fmt.Appendf(nil, `{"t":"hello","v":1,"role":"screen","code":%q,"view":"stage"}`, g.code)
	for _, parts := range [][][]byte{
		{append([]byte(upgrade), frameOf(hello)...)},
		{append([]byte(upgrade), frameOf(hello)[:5]...), frameOf(hello)[5:]},
		{[]byte(upgrade), frameOf(hello)},
	} {
		c, err := net.DialTimeout("tcp", s.addr, patience)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(patience))
		var got []byte
		for i, p := range parts {
			if _, err := c.Write(p); err != nil {
				t.Fatal(err)
			}
			for i == 0 && len(parts) > 1 && !bytes.Contains(got, []byte("\r\n\r\n")) {
				got = readMore(t, c, got)
			}
		}
		for !bytes.Contains(got, []byte(`"t":"state"`)) {
			got = readMore(t, c, got)
		}
		_ = c.Close()
	}
	g.join("王芳", 0) // all is well
}

func readMore(t *testing.T, c net.Conn, got []byte) []byte {
	t.Helper()
	b := make([]byte, 4096)
	n, err := c.Read(b)
	if err != nil {
		t.Fatalf("after %q: %v", got, err)
	}
	return append(got, b[:n]...)
}

// frameOf is a text frame of a client, with a mask of zeros.
func frameOf(payload []byte) []byte {
	b := []byte{0x81}
	if len(payload) < 126 {
		b = append(b, 0x80|byte(len(payload)))
	} else {
		b = endian.BigEndian.AppendUint16(append(b, 0x80|126), uint16(len(payload)))
	}
	return append(append(b, 0, 0, 0, 0), payload...)
}

// TestAnswerIsReceivedWhenItsLastByteIs: who sends the beginning of an answer at once and the rest later has answered later.
func TestAnswerIsReceivedWhenItsLastByteIs(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("分两次", nil)
	early := g.entrant("早早", 0)
	c, err := net.DialTimeout("tcp", s.addr, patience)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	send := func(b []byte) {
		t.Helper()
		if _, err := c.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	await := func(text string) {
		t.Helper()
		for got := []byte(nil); !bytes.Contains(got, []byte(text)); {
			got = readMore(t, c, got)
		}
	}
	send([]byte("GET /ws HTTP/1.1\r\nHost: " + s.addr + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
	await("\r\n\r\n")
	send(frameOf(fmt.Appendf(nil, `{"t":"hello","v":1,"role":"player","code":%q,"token":%q}`, g.code, early.token)))
	await(`"t":"me"`)
	answer := frameOf([]byte(`{"t":"answer","id":"early-1","r":1,"q":1,"a":["A"]}`))
	send(answer[:6]) // before the question opens
	g.open()
	opened := time.Now()
	for time.Since(opened) < 300*time.Millisecond { // the time that passes is what is tested
		g.phase()
	}
	send(answer[6:])
	await(`"answer.ack"`)
	for _, a := range g.answers() {
		if a.EntrantID == early.id && a.ReceivedMS < opened.Add(250*time.Millisecond).UnixMilli() {
			t.Errorf("an answer whose last byte came %s after the question was received at %d", time.Since(opened), a.ReceivedMS)
		}
	}
}
