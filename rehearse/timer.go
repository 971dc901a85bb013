package rehearse

// What a timer is for.
const (
	timeBeat      = iota // send a ping, or look whether the last one was answered
	timeArrive           // no state for too long after dialling
	timeReconnect        // the pause after a lost connection is over
	timeAnswer           // the person taps
	timeResend           // no acknowledgement yet, or the server asked to wait
	timeLose             // the network goes away
)

// timer is one instant at which a phone does something.
type timer struct {
	at    int64 // nanoseconds since the crowd's start
	phone int32
	stamp uint32 // connection it belongs to, or question for timeAnswer and timeResend
	what  uint8
}

// timers is a binary min-heap by time. A crowd of 10,000 keeps about three timers for each phone.
type timers []timer

func (h *timers) add(t timer) {
	*h = append(*h, t)
	s := *h
	for i := len(s) - 1; i > 0; {
		up := (i - 1) / 2
		if s[up].at <= s[i].at {
			return
		}
		s[up], s[i] = s[i], s[up]
		i = up
	}
}

// pop removes the earliest; the heap must not be empty.
func (h *timers) pop() timer {
	s := *h
	first := s[0]
	last := len(s) - 1
	s[0] = s[last]
	s = s[:last]
	*h = s
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			return first
		}
		if down+1 < last && s[down+1].at < s[down].at {
			down++
		}
		if s[i].at <= s[down].at {
			return first
		}
		s[i], s[down] = s[down], s[i]
		i = down
	}
}
