package exchange

import (
	"regexp"
	"strings"
)

// wide compiles a pattern in which \s also means the spaces of Chinese typesetting and the one that does not break, as
// it does in a text that people have written.
func wide(pattern string) *regexp.Regexp {
	const spaces = `\s\x{3000}\x{00a0}`
	var b strings.Builder
	class := false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\' && i+1 < len(pattern):
			i++
			switch {
			case pattern[i] != 's':
				b.WriteString(pattern[i-1 : i+1])
			case class:
				b.WriteString(spaces)
			default:
				b.WriteString("[" + spaces + "]")
			}
			continue
		case c == '[':
			class = true
		case c == ']':
			class = false
		}
		b.WriteByte(pattern[i])
	}
	return regexp.MustCompile(b.String())
}
