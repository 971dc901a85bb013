package httpapi

import "testing"

func TestByteRange(t *testing.T) {
	all := span{0, 1000}
	for header, want := range map[string]struct {
		s         span
		whole, ok bool
	}{
		"":                             {all, true, true},
		"bytes=0-499":                  {span{0, 500}, false, true},
		"bytes=500-":                   {span{500, 1000}, false, true},
		"bytes=-200":                   {span{800, 1000}, false, true},
		"bytes=-5000":                  {span{0, 1000}, false, true},
		"bytes=0-0":                    {span{0, 1}, false, true},
		"bytes=999-5000":               {span{999, 1000}, false, true},
		" bytes= 1 - 2 ":               {span{1, 3}, false, true},
		"bytes=1000-":                  {span{}, false, false},
		"bytes=99999999999999999999-":  {span{}, false, false},
		"bytes=-0":                     {span{}, false, false},
		"bytes=5-4":                    {all, true, true},
		"bytes=0-1,5-6":                {all, true, true},
		"bytes=a-b":                    {all, true, true},
		"bytes=--1":                    {all, true, true},
		"bytes=-":                      {all, true, true},
		"items=0-5":                    {all, true, true},
		"bytes=0-99999999999999999999": {all, false, true},
	} {
		s, whole, ok := byteRange(header, 1000)
		if s != want.s || whole != want.whole || ok != want.ok {
			t.Errorf("%q: %v %v %v, want %v", header, s, whole, ok, want)
		}
	}
	if _, _, ok := byteRange("bytes=0-", 0); ok {
		t.Error("a part of nothing")
	}
}
