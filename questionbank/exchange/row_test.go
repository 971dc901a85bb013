package exchange

import (
	"strings"
	"testing"

	"leitai/questionbank"
)

// TestCodesCountTypesAndCategories: a preview counts rows by the codes that an import keeps of them.
func TestCodesCountTypesAndCategories(t *testing.T) {
	r := Row{Question: questionbank.Question{Type: questionbank.Single, Category: "安全 生产　法"}, Notes: []Note{{Status: Warning, Code: "key.one"}}}
	codes := strings.Fields(r.Codes())
	if len(codes) != 3 || codes[0] != "key.one" {
		t.Fatalf("%q", codes)
	}
	if got, ok := TypeOfCode(codes[1]); !ok || got != questionbank.Single {
		t.Errorf("type %q %v", got, ok)
	}
	if got, ok := CategoryOfCode(codes[2]); !ok || got != "安全 生产 法" {
		t.Errorf("category %q %v", got, ok)
	}
	if c := (Row{}).Codes(); c != "" {
		t.Errorf("of nothing: %q", c)
	}
}
