package rehearse

import "strconv"

// object walks over the members of one JSON object without decoding their values. It reads what the server sends,
// so it checks only what it needs: a simulated phone must cost far less than the server that it talks to.
type object struct {
	b []byte
	i int
}

// next gives the next member: its key without quotes and its value as it stands. ok is false at the end, and where
// the text is not a JSON object.
func (o *object) next() (key, value []byte, ok bool) {
	o.space()
	if o.i >= len(o.b) || (o.b[o.i] != '{' && o.b[o.i] != ',') {
		return nil, nil, false
	}
	o.i++
	o.space()
	if o.i >= len(o.b) || o.b[o.i] != '"' {
		return nil, nil, false
	}
	from := o.i
	o.skipString()
	if o.i-from < 2 {
		return nil, nil, false
	}
	key = o.b[from+1 : o.i-1]
	o.space()
	if o.i >= len(o.b) || o.b[o.i] != ':' {
		return nil, nil, false
	}
	o.i++
	o.space()
	from = o.i
	o.skipValue()
	return key, o.b[from:o.i], o.i > from
}

func (o *object) space() {
	for o.i < len(o.b) && (o.b[o.i] == ' ' || o.b[o.i] == '\n' || o.b[o.i] == '\t' || o.b[o.i] == '\r') {
		o.i++
	}
}

func (o *object) skipString() {
	for o.i++; o.i < len(o.b); o.i++ {
		switch o.b[o.i] {
		case '\\':
			o.i++
		case '"':
			o.i++
			return
		}
	}
	o.i = min(o.i, len(o.b))
}

func (o *object) skipValue() {
	depth := 0
	for o.i < len(o.b) {
		switch o.b[o.i] {
		case '"':
			o.skipString()
			if depth == 0 {
				return
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return
			}
			if depth--; depth == 0 {
				o.i++
				return
			}
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return
			}
		}
		o.i++
	}
}

// text strips the quotes of a string value. Escapes stay: codes, ids and phases have none.
func text(value []byte) []byte {
	if len(value) < 2 || value[0] != '"' {
		return nil
	}
	return value[1 : len(value)-1]
}

// number reads a number, 0 when it is none (null).
func number(value []byte) float64 {
	f, _ := strconv.ParseFloat(string(value), 64)
	return f
}

// whole reads an integer, 0 when it is none (null).
func whole(value []byte) int64 {
	n, _ := strconv.ParseInt(string(value), 10, 64)
	return n
}

func isNull(value []byte) bool { return len(value) == 0 || string(value) == "null" }

// kind gives the type of a message: the value of its member "t", which servers write first.
func kind(message []byte) []byte {
	o := object{b: message}
	for {
		key, value, ok := o.next()
		if !ok {
			return nil
		}
		if string(key) == "t" {
			return text(value)
		}
	}
}

// stateView is what a phone's behaviour depends on in a state message.
type stateView struct {
	seq      int64
	serverMS float64 // Unix milliseconds on the server's clock
	phase    string
	paused   bool
	round    int // 0 without a round
	question int // from 1, 0 in the lobby
	body     []byte
	size     int // of the whole message, bytes
}

// scanState reads a state. body (the question as JSON, or nil) points into message.
func scanState(message []byte) (s stateView) {
	s.size = len(message)
	o := object{b: message}
	for {
		key, value, ok := o.next()
		if !ok {
			return s
		}
		switch string(key) {
		case "seq":
			s.seq = whole(value)
		case "server_ms":
			s.serverMS = number(value)
		case "phase":
			s.phase = string(text(value))
		case "paused":
			s.paused = string(value) == "true"
		case "question_no":
			s.question = int(whole(value))
		case "round":
			s.round = memberInt(value, "no")
		case "question":
			if !isNull(value) {
				s.body = value
			}
		}
	}
}

// memberInt reads one integer member of an object, 0 when there is none.
func memberInt(value []byte, name string) int {
	o := object{b: value}
	for {
		key, v, ok := o.next()
		if !ok {
			return 0
		}
		if string(key) == name {
			return int(whole(v))
		}
	}
}

// replyView is what matters in answer.ack, error and bye.
type replyView struct {
	id, status, code, key, re []byte
	r, q                      int
	choice                    []byte // JSON array
	retry                     bool
}

func scanReply(message []byte) (v replyView) {
	o := object{b: message}
	for {
		key, value, ok := o.next()
		if !ok {
			return v
		}
		switch string(key) {
		case "id":
			v.id = text(value)
		case "status":
			v.status = text(value)
		case "code":
			v.code = text(value)
		case "key":
			v.key = text(value)
		case "re":
			v.re = text(value)
		case "r":
			v.r = int(whole(value))
		case "q":
			v.q = int(whole(value))
		case "a":
			v.choice = value
		case "retry":
			v.retry = string(value) == "true"
		}
	}
}

// scanMe gives the entrant's id and the round and question of the result, 0 when there is no result.
func scanMe(message []byte) (entrant []byte, r, q int) {
	o := object{b: message}
	for {
		key, value, ok := o.next()
		if !ok {
			return entrant, r, q
		}
		switch string(key) {
		case "entrant":
			e := object{b: value}
			for {
				k, v, more := e.next()
				if !more {
					break
				}
				if string(k) == "id" {
					entrant = text(v)
					break
				}
			}
		case "result":
			if !isNull(value) {
				r, q = memberInt(value, "r"), memberInt(value, "q")
			}
		}
	}
}
