package media

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// found is what the bytes of a file say that it is.
type found struct {
	kind    Kind
	typ     string
	refused string // a kind that people know by this name and that is not taken
}

// sniff looks at the content only.
func sniff(b []byte) found {
	has := func(s string) bool { return bytes.HasPrefix(b, []byte(s)) }
	at := func(i int, s string) bool { return len(b) >= i+len(s) && string(b[i:i+len(s)]) == s }
	switch {
	case has("\xff\xd8\xff"):
		return found{Image, "image/jpeg", ""}
	case has("\x89PNG\r\n\x1a\n"):
		return found{Image, "image/png", ""}
	case has("GIF87a"), has("GIF89a"):
		return found{Image, "image/gif", ""}
	case has("RIFF") && at(8, "WEBP"):
		return found{Image, "image/webp", ""}
	case has("RIFF") && at(8, "WAVE"):
		return found{Audio, "audio/wav", ""}
	case has("RIFF") && at(8, "AVI "):
		return found{refused: "AVI"}
	case has("OggS"):
		return sniffOgg(b)
	case at(4, "ftyp"):
		return sniffMP4(b)
	case has("\x1a\x45\xdf\xa3"):
		if bytes.Contains(b[:min(len(b), 128)], []byte("webm")) {
			return found{Video, "video/webm", ""}
		}
		return found{refused: "MKV"}
	case has("ID3"), isMP3(b):
		return found{Audio, "audio/mpeg", ""}
	}
	return found{refused: refusedAs(b, has, at)}
}

// refusedAs names formats that people do send.
func refusedAs(b []byte, has func(string) bool, at func(int, string) bool) string {
	switch {
	case has("\x01\x00\x00\x00") && at(40, " EMF"):
		return "EMF"
	case has("\xd7\xcd\xc6\x9a"), has("\x01\x00\x09\x00\x00\x03"):
		return "WMF"
	case has("BM") && len(b) > 14 && b[6] == 0 && b[7] == 0:
		return "BMP"
	case has("II*\x00"), has("MM\x00*"):
		return "TIFF"
	case has("\x30\x26\xb2\x75\x8e\x66\xcf\x11"):
		return "WMV / WMA"
	case has("FLV\x01"):
		return "FLV"
	case has("fLaC"):
		return "FLAC"
	case has("#!AMR"):
		return "AMR"
	case has("\xff\xf1"), has("\xff\xf9"):
		return "AAC"
	case has("\x00\x00\x01\xba"), has("\x00\x00\x01\xb3"):
		return "MPEG"
	case has("moov"), at(4, "moov"), at(4, "mdat"), at(4, "wide"):
		return "MOV"
	case has("%PDF"):
		return "PDF"
	}
	head := strings.ToLower(string(b[:min(len(b), 1024)]))
	if strings.HasPrefix(strings.TrimLeft(head, "\ufeff \t\r\n"), "<") && strings.Contains(head, "<svg") {
		return "SVG"
	}
	return ""
}

// sniffOgg takes audio; a first page with anything else is a video or unknown.
func sniffOgg(b []byte) found {
	if len(b) > 27 {
		first := b[min(len(b), 27+int(b[26])):]
		for _, codec := range []string{"\x01vorbis", "OpusHead", "\x7fFLAC", "Speex   "} {
			if bytes.HasPrefix(first, []byte(codec)) {
				return found{Audio, "audio/ogg", ""}
			}
		}
	}
	return found{refused: "OGV"}
}

// isMP3 reports two MPEG layer III frames, one after the other: a single sync word is in any file.
func isMP3(b []byte) bool {
	n := mp3Frame(b)
	return n > 0 && n < len(b) && mp3Frame(b[n:]) > 0
}

var mp3Rates = [2][16]int{
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},
}

// mp3Frame is the length of the frame that begins here, 0 when there is none.
func mp3Frame(b []byte) int {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe6 != 0xe2 { // sync, layer III
		return 0
	}
	version := b[1] >> 3 & 3 // 3 is MPEG 1, 2 MPEG 2, 0 MPEG 2.5
	if version == 1 || b[2]>>2&3 == 3 {
		return 0
	}
	rates, samples := mp3Rates[0], 144
	hz := []int{44100, 48000, 32000}[b[2]>>2&3]
	if version != 3 {
		rates, samples, hz = mp3Rates[1], 72, hz/2
	}
	if version == 0 {
		hz /= 2
	}
	rate := rates[b[2]>>4]
	if rate == 0 {
		return 0
	}
	return samples*rate*1000/hz + int(b[2]>>1&1)
}

// sniffMP4 reads the boxes of an ISO file: what a browser can play is decided by its tracks, not by its brand.
func sniffMP4(b []byte) found {
	brand := string(b[8:min(len(b), 12)])
	switch brand {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
		return found{refused: "HEIC"}
	case "avif", "avis":
		return found{refused: "AVIF"}
	case "qt  ":
		return found{refused: "MOV"}
	}
	tracks := mp4Tracks{}
	tracks.walk(b, 0)
	switch {
	case tracks.hevc:
		return found{refused: "H.265 / HEVC"}
	case tracks.video:
		return found{Video, "video/mp4", ""}
	case tracks.audio:
		return found{Audio, "audio/mp4", ""}
	}
	return found{}
}

type mp4Tracks struct{ video, audio, hevc bool }

// walk goes through the boxes that lead to a track's handler and codec.
func (t *mp4Tracks) walk(b []byte, depth int) {
	for len(b) >= 8 && depth < 8 {
		size, head := uint64(binary.BigEndian.Uint32(b)), 8
		switch {
		case size == 1 && len(b) >= 16:
			size, head = binary.BigEndian.Uint64(b[8:]), 16
		case size == 0:
			size = uint64(len(b))
		}
		if size < uint64(head) || size > uint64(len(b)) {
			return
		}
		inside := b[head:size]
		switch string(b[4:8]) {
		case "moov", "trak", "mdia", "minf", "stbl":
			t.walk(inside, depth+1)
		case "hdlr":
			if len(inside) >= 12 {
				t.video = t.video || string(inside[8:12]) == "vide"
				t.audio = t.audio || string(inside[8:12]) == "soun"
			}
		case "stsd":
			if len(inside) >= 16 {
				codec := string(inside[12:16])
				t.hevc = t.hevc || codec == "hvc1" || codec == "hev1" || codec == "dvh1" || codec == "dvhe"
			}
		}
		b = b[size:]
	}
}
