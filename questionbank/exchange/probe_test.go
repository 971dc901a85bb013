package exchange

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestProbe(t *testing.T) {
	b, err := os.ReadFile(os.Getenv("PROBE"))
	if err != nil {
		t.Skip()
	}
	for _, c := range strings.Split(string(b), "=====\n") {
		name, text, _ := strings.Cut(c, "\n")
		r, err := Read(context.Background(), "a.txt", []byte(text))
		fmt.Printf("--- %s [%s] %v\n%s\n", name, r.Format, err, showAll(r.Rows))
	}
}
