package doctor

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// loose is the form in which texts are compared for being the same: NFKC, lower case, without spaces and punctuation.
// Signs that carry meaning stay: points and minus of numbers, operators, units.
func loose(s string) string {
	in := []rune(strings.ToLower(norm.NFKC.String(s)))
	out := make([]rune, 0, len(in))
	digit := func(i int) bool { return i >= 0 && i < len(in) && unicode.IsDigit(in[i]) }
	for i, r := range in {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsSymbol(r) || unicode.IsMark(r):
			out = append(out, r)
		case r == '.' || r == ':' || r == '/':
			if digit(i-1) && digit(i+1) {
				out = append(out, r)
			}
		case r == '-' || r == '–' || r == '~':
			if digit(i + 1) {
				out = append(out, '-')
			}
		case r == '%' || r == '‰' || r == '&' || r == '#' || r == '@' || r == '*':
			out = append(out, r)
		}
	}
	if len(out) == 0 { // a question about punctuation
		return strings.TrimSpace(string(in))
	}
	return string(out)
}

// looseStem is loose for a stem; a blank of a fill stays as a sign of its own.
func looseStem(stem string, fill bool) string {
	if !fill {
		return loose(stem)
	}
	var b strings.Builder
	for i := 0; i < len(stem); {
		if stem[i] != '_' {
			j := i
			for j < len(stem) && stem[j] != '_' {
				j++
			}
			b.WriteString(stem[i:j])
			i = j
			continue
		}
		j := i
		for j < len(stem) && stem[j] == '_' {
			j++
		}
		if j-i >= 2 {
			b.WriteString("□")
		}
		i = j
	}
	return loose(b.String())
}

// Words that say how to ask and not what is asked; the longer come first.
var fillers = strings.NewReplacer(
	"下列选项中", "", "以下选项中", "", "下列各项中", "", "以下各项中", "", "下面选项中", "", "下列", "", "以下哪", "哪", "下面哪", "哪", "请选择", "", "请问", "", "请选出", "",
	"哪一项", "哪个", "哪一个", "哪个", "哪一种", "哪个", "哪一类", "哪个", "哪一位", "哪个", "哪一座", "哪个", "哪一部", "哪个", "哪一年", "哪年", "哪一条", "哪个",
	"哪项", "哪个", "哪种", "哪个", "哪类", "哪个", "哪位", "哪个", "哪座", "哪个", "哪部", "哪个", "哪条", "哪个", "什么", "哪个", "是谁", "是哪个",
	"应当", "应", "应该", "应", "必须", "应", "依照", "根据", "按照", "根据", "依据", "根据", "的规定", "", "规定", "", "的", "", "了", "", "是", "", "为", "",
	"属于", "", "在", "", "我国", "中国", "一个", "", "一种", "", "一项", "", "有关", "",
)

// plain is loose without the words that only say how to ask, and with numbers written in figures.
func plain(s string) string { return figures(fillers.Replace(s)) }

const numerals = "零〇一二三四五六七八九十百千万亿两"

// figures writes Chinese numbers in figures: 三十五 becomes 35, 一九四九 becomes 1949. What is no number stays.
func figures(s string) string {
	if !strings.ContainsAny(s, numerals) {
		return s
	}
	var b strings.Builder
	rs := []rune(s)
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && strings.ContainsRune(numerals, rs[j]) {
			j++
		}
		if j == i {
			b.WriteRune(rs[i])
			i++
			continue
		}
		if n, ok := number(rs[i:j]); ok {
			b.WriteString(n)
		} else {
			b.WriteString(string(rs[i:j]))
		}
		i = j
	}
	return b.String()
}

// number reads a Chinese number.
func number(rs []rune) (string, bool) {
	digits := map[rune]int64{'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	units := map[rune]int64{'十': 10, '百': 100, '千': 1000}
	if len(rs) > 12 {
		return "", false
	}
	plainDigits := true
	for _, r := range rs {
		if _, ok := digits[r]; !ok {
			plainDigits = false
		}
	}
	if plainDigits { // digit by digit, as years are written
		var b strings.Builder
		for _, r := range rs {
			b.WriteString(strconv.FormatInt(digits[r], 10))
		}
		return b.String(), true
	}
	var total, section, last int64
	had := false
	for _, r := range rs {
		switch d, isDigit := digits[r]; {
		case isDigit:
			if had {
				return "", false // 三五十
			}
			last, had = d, d != 0
		case r == '万' || r == '亿':
			u := int64(1e4)
			if r == '亿' {
				u = 1e8
			}
			section += last
			if section == 0 {
				return "", false
			}
			total, section, last, had = (total+section)*u, 0, 0, false
		default:
			u := units[r]
			if !had {
				if section != 0 || u != 10 {
					return "", false
				}
				last = 1
			}
			section, last, had = section+last*u, 0, false
		}
	}
	return strconv.FormatInt(total+section+last, 10), true
}

// width is how much room a text takes, in wide characters: a narrow one counts as half.
func width(s string) float64 {
	w := 0.0
	for _, r := range s {
		w += runeWidth(r)
	}
	return w
}

func runeWidth(r rune) float64 {
	if r > 0x2e7f {
		return 1
	}
	return 0.55 // as in web/src/screen/logic/width.ts, a little less: most are figures
}
