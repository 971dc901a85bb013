package httpapi

import (
	"strconv"
	"strings"
)

// span is a part of a file: from `from` to `to`, exclusive.
type span struct{ from, to int64 }

// byteRange reads a Range header about a file of so many bytes (RFC 9110, 14.2). whole means that the file is to be sent
// as a whole: there is no header, it is not understood, or it asks for several parts. ok is false when nothing of what it
// asks for exists.
func byteRange(header string, size int64) (s span, whole, ok bool) {
	all := span{0, size}
	spec, found := strings.CutPrefix(strings.TrimSpace(header), "bytes=")
	if !found || strings.Contains(spec, ",") {
		return all, true, true
	}
	first, last, dash := strings.Cut(strings.TrimSpace(spec), "-")
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	if !dash || !isDigits(first) || !isDigits(last) || first == "" && last == "" {
		return all, true, true
	}
	if first == "" { // the last so many bytes
		n := clampInt(last, size)
		if n == 0 {
			return span{}, false, false
		}
		return span{size - n, size}, false, true
	}
	from := clampInt(first, size)
	if from >= size {
		return span{}, false, false
	}
	to := size
	if last != "" {
		end := clampInt(last, size-1)
		if end < from {
			return all, true, true // not valid: as if there were none
		}
		to = end + 1
	}
	return span{from, to}, false, true
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// clampInt reads digits; what is larger than most, or does not fit, is most.
func clampInt(s string, most int64) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > most {
		return most
	}
	return n
}
