package hall

import (
	"encoding/json"
	"math"
	"strings"
	"unicode/utf8"

	"leitai/fault"
)

// Protocol is the version of docs/protocol.md that this server speaks.
const Protocol = 1

// Limits of a client's messages, in bytes.
const (
	maxMessage = 4096  // larger ones are refused
	maxFrame   = 16384 // larger ones end the connection
	maxID      = 64
	maxChoice  = 26
)

// clientMessage is any message of a client; T says which fields count.
type clientMessage struct {
	T     string   `json:"t"`
	V     int      `json:"v"`
	Role  string   `json:"role"`
	Code  string   `json:"code"`
	Token string   `json:"token"`
	View  string   `json:"view"`
	C     *float64 `json:"c"`
	ID    string   `json:"id"`
	R     int      `json:"r"`
	Q     int      `json:"q"`
	A     []string `json:"a"`
}

// decode reads a client's message and checks its form.
func decode(b []byte) (clientMessage, error) {
	var m clientMessage
	if !utf8.Valid(b) || json.Unmarshal(b, &m) != nil {
		return m, fault.New(fault.Invalid, "message.malformed")
	}
	switch m.T {
	case "ping":
		if m.C == nil || math.IsInf(*m.C, 0) || math.IsNaN(*m.C) {
			return m, fault.New(fault.Invalid, "message.malformed")
		}
	case "answer":
		if m.ID == "" || len(m.ID) > maxID || strings.Contains(m.ID, "\x00") || len(m.A) == 0 || len(m.A) > maxChoice || m.R < 1 || m.Q < 1 {
			return m, fault.New(fault.Invalid, "answer.invalid")
		}
	case "hello":
	default:
		return m, fault.New(fault.Invalid, "message.unknown")
	}
	return m, nil
}

// The messages below are docs/protocol.md §3, field for field. Each audience has a type of its own, so that a phone's
// message has no place for a key.

type contestInfo struct {
	Title     string `json:"title"`
	Organizer string `json:"organizer"`
	Theme     string `json:"theme"`
	Logo      string `json:"logo"`
	Sponsor   string `json:"sponsor"`
}

type roundInfo struct {
	No        int    `json:"no"`
	Rounds    int    `json:"rounds"`
	Title     string `json:"title"`
	Format    string `json:"format"`
	Questions int    `json:"questions"`
	Scoring   string `json:"scoring"`
}

type option struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// mediaRef is a picture, sound or video of a question: its address is given away with the part that it belongs to.
type mediaRef struct {
	Kind   string `json:"kind"`
	Part   string `json:"part"`
	URL    string `json:"url"`
	Alt    string `json:"alt"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// question has no key.
type question struct {
	No       int        `json:"no"`
	Type     string     `json:"type"`
	Category string     `json:"category"`
	Points   int        `json:"points"`
	Stem     string     `json:"stem"`
	Options  []option   `json:"options"`
	Blanks   int        `json:"blanks"`
	Media    []mediaRef `json:"media"` // of stem and options only
}

// keyedQuestion is for the desk only.
type keyedQuestion struct {
	question
	Key         []string `json:"key"`
	Explanation string   `json:"explanation"`
	Source      string   `json:"source"`
	Difficulty  int      `json:"difficulty"`
}

type reveal struct {
	Key         []string       `json:"key"`
	Explanation string         `json:"explanation"`
	Source      string         `json:"source"`
	Counts      map[string]int `json:"counts"`
	Answered    int            `json:"answered"`
	Correct     int            `json:"correct"`
	Media       []mediaRef     `json:"media"` // of the explanation
}

type teamRow struct {
	ID            string  `json:"id"`
	Name          string  `json:"name"`
	Place         int     `json:"place"`
	Points        float64 `json:"points"`
	Delta         float64 `json:"delta"`
	PreviousPlace int     `json:"previous_place"`
	People        int     `json:"people"`
}

type personRow struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Team      string `json:"team"`
	Place     int    `json:"place"`
	Points    int64  `json:"points"`
	ElapsedMS int64  `json:"elapsed_ms"`
}

type standings struct {
	Final   bool        `json:"final"`
	Formula string      `json:"formula"`
	K       int         `json:"k"`
	Teams   []teamRow   `json:"teams"`
	People  []personRow `json:"people"`
}

// playerState is what every phone of a room may see.
type playerState struct {
	T            string      `json:"t"`
	Seq          int64       `json:"seq"`
	ServerMS     int64       `json:"server_ms"`
	Build        string      `json:"build"`
	Code         string      `json:"code"`
	Contest      contestInfo `json:"contest"`
	Phase        string      `json:"phase"`
	Paused       bool        `json:"paused"`
	RemainingMS  *int64      `json:"remaining_ms"`
	Blank        bool        `json:"blank"`
	BreakUntilMS *int64      `json:"break_until_ms"`
	ScoresHidden bool        `json:"scores_hidden"`
	Round        *roundInfo  `json:"round"`
	Question     *question   `json:"question"`
	QuestionNo   int         `json:"question_no"`
	OpensMS      *int64      `json:"opens_ms"`
	ClosesMS     *int64      `json:"closes_ms"`
	LimitMS      int64       `json:"limit_ms"`
	AutoMS       *int64      `json:"auto_ms"`
	Voided       bool        `json:"voided"`
	Reveal       *reveal     `json:"reveal"`
	Standings    *standings  `json:"standings"`
}

type lobbyTeam struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	People    int    `json:"people"`
	Connected int    `json:"connected"`
}

type arrival struct {
	Name string `json:"name"`
	Team string `json:"team"`
}

type lobby struct {
	People    int         `json:"people"`
	Connected int         `json:"connected"`
	Teams     []lobbyTeam `json:"teams"`
	Latest    []arrival   `json:"latest"`
}

type count struct {
	Connected    int `json:"connected"`
	Answered     int `json:"answered"`
	Acknowledged int `json:"acknowledged"`
	Screens      int `json:"screens"`
}

// screenState is what a big screen shows.
type screenState struct {
	playerState
	JoinURL string `json:"join_url"`
	Lobby   lobby  `json:"lobby"`
	Count   count  `json:"count"`
}

type pacing struct {
	AutoAdvance  bool   `json:"auto_advance"`
	PauseMS      int    `json:"pause_ms"`
	Standings    string `json:"standings"`
	ScoresHidden bool   `json:"scores_hidden"`
	QuestionOn   string `json:"question_on"`
}

// LedgerLine is an entry as the desk and the API show it.
type LedgerLine struct {
	ID         string          `json:"id"`
	Seq        int64           `json:"seq"`
	AtMS       int64           `json:"at_ms"`
	Kind       string          `json:"kind"`
	Operator   string          `json:"operator"`
	RoundNo    int             `json:"round_no"`
	QuestionNo int             `json:"question_no"`
	Team       string          `json:"team"`
	Entrant    string          `json:"entrant"`
	Points     int             `json:"points"`
	Reason     string          `json:"reason"`
	Phase      string          `json:"phase"`
	On         *bool           `json:"on"`
	Seconds    *int            `json:"seconds"`
	Before     json.RawMessage `json:"before,omitempty"`
	After      json.RawMessage `json:"after,omitempty"`
	Reverses   string          `json:"reverses"`
	ReversedBy string          `json:"reversed_by"`
	Undoable   bool            `json:"undoable"`
}

type deskTeam struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Place     int     `json:"place"`
	Points    float64 `json:"points"`
	People    int     `json:"people"`
	Connected int     `json:"connected"`
}

// deskState is for signed-in staff.
type deskState struct {
	screenState
	ContestID string         `json:"contest_id"`
	Current   *keyedQuestion `json:"current"`
	Next      *keyedQuestion `json:"next"`
	Can       []string       `json:"can"`
	Pacing    pacing         `json:"pacing"`
	Ledger    []LedgerLine   `json:"ledger"`
	Teams     []deskTeam     `json:"teams"`
}

type teamRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type entrantInfo struct {
	ID   string  `json:"id"`
	Name string  `json:"name"`
	Team teamRef `json:"team"`
}

type myTeam struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Place  *int     `json:"place"`
	Teams  int      `json:"teams"`
	Points *float64 `json:"points"`
}

type myAnswer struct {
	R  int      `json:"r"`
	Q  int      `json:"q"`
	A  []string `json:"a"`
	ID string   `json:"id"`
}

type myResult struct {
	R         int      `json:"r"`
	Q         int      `json:"q"`
	Answered  bool     `json:"answered"`
	Correct   bool     `json:"correct"`
	Points    int      `json:"points"`
	ElapsedMS int64    `json:"elapsed_ms"`
	A         []string `json:"a"`
}

// me is what only one player may see.
type me struct {
	T       string      `json:"t"`
	Seq     int64       `json:"seq"`
	Entrant entrantInfo `json:"entrant"`
	Points  *int64      `json:"points"`
	Place   *int        `json:"place"`
	People  int         `json:"people"`
	Gap     *int64      `json:"gap"`
	Team    myTeam      `json:"team"`
	Answer  *myAnswer   `json:"answer"`
	Result  *myResult   `json:"result"`
}

type answerAck struct {
	T          string   `json:"t"`
	ID         string   `json:"id"`
	R          int      `json:"r"`
	Q          int      `json:"q"`
	Status     string   `json:"status"`
	A          []string `json:"a"`
	ReceivedMS int64    `json:"received_ms"`
}

type pong struct {
	T        string  `json:"t"`
	C        float64 `json:"c"`
	ServerMS float64 `json:"server_ms"`
}

type countMessage struct {
	T   string `json:"t"`
	Seq int64  `json:"seq"`
	count
}

type lobbyMessage struct {
	T   string `json:"t"`
	Seq int64  `json:"seq"`
	lobby
}

type errorMessage struct {
	T    string `json:"t"`
	Code string `json:"code"`
	Key  string `json:"key"`
	Re   string `json:"re,omitempty"`
}

type bye struct {
	T     string `json:"t"`
	Code  string `json:"code"`
	Retry bool   `json:"retry"`
}
