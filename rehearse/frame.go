package rehearse

import (
	"encoding/binary"
	"errors"
)

// WebSocket opcodes (RFC 6455, 5.2).
const (
	opContinue = 0x0
	opText     = 0x1
	opClose    = 0x8
	opPing     = 0x9
	opPong     = 0xA
)

// maxPayload bounds one message from the server, in bytes. A state with 500 teams is about 60 KB.
const maxPayload = 4 << 20

var errFrame = errors.New("malformed frame from the server")

// appendFrame appends one whole client frame: final, and masked as every client frame must be.
func appendFrame(dst []byte, op byte, payload []byte, mask uint32) []byte {
	dst = append(dst, 0x80|op)
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, 0x80|byte(n))
	case n <= 0xffff:
		dst = append(dst, 0x80|126, byte(n>>8), byte(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, 0x80|127), uint64(n))
	}
	key := [4]byte{byte(mask >> 24), byte(mask >> 16), byte(mask >> 8), byte(mask)}
	dst = append(dst, key[:]...)
	at := len(dst)
	dst = append(dst, payload...)
	for i := range payload {
		dst[at+i] ^= key[i&3]
	}
	return dst
}

// frame is one frame from the server; payload points into the bytes that were parsed.
type frame struct {
	op      byte
	final   bool
	payload []byte
}

// parseFrame reads the first frame of b and says how many bytes it takes; 0 means that it is not all there yet.
func parseFrame(b []byte) (f frame, size int, err error) {
	if len(b) < 2 {
		return f, 0, nil
	}
	if b[0]&0x70 != 0 || b[1]&0x80 != 0 { // no extension was negotiated, and a server never masks
		return f, 0, errFrame
	}
	n, head := uint64(b[1]), 2
	switch n {
	case 126:
		if len(b) < 4 {
			return f, 0, nil
		}
		n, head = uint64(binary.BigEndian.Uint16(b[2:])), 4
	case 127:
		if len(b) < 10 {
			return f, 0, nil
		}
		n, head = binary.BigEndian.Uint64(b[2:]), 10
	}
	if n > maxPayload {
		return f, 0, errFrame
	}
	size = head + int(n)
	if len(b) < size {
		return f, 0, nil
	}
	return frame{op: b[0] & 0x0f, final: b[0]&0x80 != 0, payload: b[head:size]}, size, nil
}

// inbox holds what has come in of a connection and is not yet a whole message.
type inbox struct {
	rest  []byte // bytes after the last whole frame
	parts []byte // payload of a message whose last fragment is still to come
	split bool   // parts is in use
}

// take gives the bytes to parse: what was left over, then b. They are valid until the next call.
func (in *inbox) take(b []byte) []byte {
	if len(in.rest) == 0 {
		return b
	}
	in.rest = append(in.rest, b...)
	return in.rest
}

// keep stores what could not be parsed yet. b may be a tail of what take gave.
func (in *inbox) keep(b []byte) {
	if len(b) == 0 && cap(in.rest) > 4096 { // do not let 10,000 phones hold on to one large state each
		in.rest = nil
		return
	}
	in.rest = append(in.rest[:0], b...)
}

// whole puts fragments together; ok is false while more of the message is to come.
func (in *inbox) whole(f frame) (payload []byte, ok bool, err error) {
	switch {
	case f.op == opContinue && !in.split, f.op != opContinue && in.split:
		return nil, false, errFrame
	case f.final && !in.split:
		return f.payload, true, nil
	}
	in.parts = append(in.parts, f.payload...)
	in.split = !f.final
	if len(in.parts) > maxPayload {
		return nil, false, errFrame
	}
	if in.split {
		return nil, false, nil
	}
	payload, in.parts = in.parts, nil
	return payload, true, nil
}

func (in *inbox) reset() { *in = inbox{} }
