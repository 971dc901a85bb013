// Package sample holds the question bank that comes with the program (示例题库), so that a first contest can be
// played before anybody has written or imported a question.
package sample

import (
	"bytes"
	_ "embed"
	"fmt"

	"leitai/questionbank"
	"leitai/questionbank/exchange"
)

// Name is the sample bank's name in the console.
const Name = "示例题库"

//go:embed bank.jsonl
var file []byte

// Questions reads the embedded bank anew on every call, so the caller owns the result. A file that cannot be read is
// a fault of this build, which the package's test catches, and panics.
func Questions() []questionbank.Question {
	questions, err := exchange.ReadJSONLines(bytes.NewReader(file))
	if err != nil {
		panic(fmt.Errorf("read the sample bank: %w", err))
	}
	return questions
}
