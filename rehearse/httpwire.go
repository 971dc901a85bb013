package rehearse

import (
	"bufio"
	"bytes"
	"crypto/sha1" // RFC 6455 asks for it in the handshake
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// maxResponse bounds an HTTP response to a phone, in bytes.
const maxResponse = 64 << 10

var errResponse = errors.New("malformed HTTP response")

// response is one HTTP response; body points into the bytes that were parsed or into a buffer of its own.
type response struct {
	status int
	accept []byte // Sec-WebSocket-Accept
	body   []byte
	closes bool // the server closes the connection after it
}

// parseResponse reads the first response of b and says how many bytes it takes; 0 means that more is to come.
func parseResponse(b []byte) (r response, size int, err error) {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		if len(b) > maxResponse {
			return r, 0, errResponse
		}
		return r, 0, nil
	}
	lines := b[:end]
	line, rest, _ := bytes.Cut(lines, []byte("\r\n"))
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) {
		return r, 0, errResponse
	}
	if r.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return r, 0, errResponse
	}
	length := 0
	for len(rest) > 0 {
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil || length < 0 || length > maxResponse {
				return r, 0, errResponse
			}
		case bytes.EqualFold(name, []byte("Sec-WebSocket-Accept")):
			r.accept = value
		case bytes.EqualFold(name, []byte("Connection")):
			r.closes = bytes.EqualFold(value, []byte("close"))
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			return parseChunked(b)
		}
	}
	if r.status == http.StatusSwitchingProtocols || r.status == http.StatusNoContent {
		length = 0
	}
	size = end + 4 + length
	if len(b) < size {
		return r, 0, nil
	}
	r.body = b[end+4 : size]
	return r, size, nil
}

// parseChunked is the slow path for a proxy that sends chunks.
func parseChunked(b []byte) (response, int, error) {
	in := bytes.NewReader(b)
	buffered := bufio.NewReaderSize(in, 16)
	res, err := http.ReadResponse(buffered, nil)
	if err != nil {
		return response{}, 0, errResponse
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxResponse))
	if err != nil { // cut off, most likely; for one that is broken the phone runs out of patience
		if len(b) > maxResponse {
			return response{}, 0, errResponse
		}
		return response{}, 0, nil
	}
	_ = res.Body.Close() // of a reader in memory
	return response{status: res.StatusCode, body: body, closes: res.Close}, len(b) - in.Len() - buffered.Buffered(), nil
}

// appendJoin appends the request with which a phone becomes an entrant. body is its JSON.
func appendJoin(dst []byte, t target, code string, body []byte) []byte {
	dst = append(dst, "POST "...)
	dst = append(dst, t.path...)
	dst = append(dst, "/api/v1/rooms/"...)
	dst = append(dst, code...)
	dst = append(dst, "/entrants HTTP/1.1\r\nHost: "...)
	dst = append(dst, t.host...)
	dst = append(dst, "\r\nOrigin: "...)
	dst = append(dst, t.origin...)
	dst = append(dst, "\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: "...)
	dst = strconv.AppendInt(dst, int64(len(body)), 10)
	dst = append(dst, "\r\n\r\n"...)
	return append(dst, body...)
}

// appendUpgrade appends the WebSocket handshake. extra is nothing or whole header lines.
func appendUpgrade(dst []byte, t target, key, extra string) []byte {
	dst = append(dst, "GET "...)
	dst = append(dst, t.path...)
	dst = append(dst, "/ws HTTP/1.1\r\nHost: "...)
	dst = append(dst, t.host...)
	dst = append(dst, "\r\nOrigin: "...)
	dst = append(dst, t.origin...)
	dst = append(dst, "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "...)
	dst = append(dst, key...)
	dst = append(dst, "\r\n"...)
	dst = append(dst, extra...)
	return append(dst, "\r\n"...)
}

// socketKey makes the 16 bytes of a handshake from two random numbers.
func socketKey(a, b uint64) string {
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:], a)
	binary.LittleEndian.PutUint64(raw[8:], b)
	return base64.StdEncoding.EncodeToString(raw[:])
}

// acceptFor is what the server must answer to a handshake with key (RFC 6455, 4.2.2).
func acceptFor(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}
