package doctor

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"leitai/questionbank"
)

// overlaps finds options of a choice that say the same, ranges that overlap, and an option about all others that is not
// the last one.
func overlaps(q *Item) []Finding {
	if q.Type != questionbank.Single && q.Type != questionbank.Multiple {
		return nil
	}
	var out []Finding
	if same := sameOptions(q); len(same) > 0 {
		f := of(SameOptions, Warning, q, MendRetire)
		if q.Type == questionbank.Single && slices.ContainsFunc(same, func(l string) bool { return slices.Contains(q.Key, l) }) {
			f.Severity = Error // a player who chooses the other one is right too
		}
		f.Detail.Options = same
		out = append(out, f)
	}
	if both := overlappingRanges(q); len(both) > 0 {
		f := of(Ranges, Warning, q, MendRetire)
		f.Detail.Options = both
		out = append(out, f)
	}
	if at := aboutAll(q.Options); at >= 0 && at < len(q.Options)-1 && CanMoveLast(q.Question) {
		f := of(AllOfAbove, Warning, q, MendMoveLast)
		f.Detail.Options = []string{questionbank.Letter(at)}
		out = append(out, f)
	}
	return out
}

// Words after which the same thing is meant: 江苏 and 江苏省, 30 and 30年.
var kindWords = []string{"省", "市", "县", "区", "镇", "村", "年", "月", "日", "天", "个", "名", "人", "元", "岁", "级", "次", "条", "项", "号", "度", "米", "公里", "国", "朝", "代"}

// sameOptions gives the letters of two options that say the same: once normalised and with numbers in figures, or one
// with the word for its kind and the other without.
func sameOptions(q *Item) []string {
	if mathematical(q.Stem) {
		return nil // 1/2 and 0.5, 二进制: how a number is written may be the question
	}
	forms := make([]string, len(q.Options))
	for i, o := range q.Options {
		forms[i] = sameForm(o)
	}
	for i := range forms {
		for j := i + 1; j < len(forms); j++ {
			if forms[i] == "" || forms[j] == "" {
				continue
			}
			if forms[i] == forms[j] || bareSame(forms[i], forms[j]) || bareSame(forms[j], forms[i]) {
				return []string{questionbank.Letter(i), questionbank.Letter(j)}
			}
		}
	}
	return nil
}

func mathematical(stem string) bool {
	return slices.ContainsFunc([]string{"写法", "读法", "读作", "写作", "进制", "大写", "小写", "标点", "有效数字", "精确", "拼音", "读音", "用字", "字形", "书写", "格式", "表示方法", "规范"},
		func(w string) bool { return strings.Contains(stem, w) })
}

var trailingZeros = regexp.MustCompile(`(\d+)\.(\d*?)0+(\D|$)`)

// sameForm is an option's form in which two that say the same are equal.
func sameForm(o string) string {
	s := figures(loose(o))
	s = trailingZeros.ReplaceAllStringFunc(s, func(m string) string {
		p := trailingZeros.FindStringSubmatch(m)
		if p[2] == "" {
			return p[1] + p[3]
		}
		return p[1] + "." + p[2] + p[3]
	})
	return s
}

// bareSame tells that long is short and the word for its kind.
func bareSame(short, long string) bool {
	if len([]rune(short)) < 2 && numbersIn(short) == nil || !strings.HasPrefix(long, short) {
		return false
	}
	rest := long[len(short):]
	return slices.Contains(kindWords, rest) && !strings.HasSuffix(short, rest)
}

var dashRange = regexp.MustCompile(`^(\D{0,6}?)(\d+(?:\.\d+)?)([^\d.]{0,3}?)(?:-|至|到)(\d+(?:\.\d+)?)([^\d]{0,6})$`)

// overlappingRanges gives the letters of two options like 18–25 and 25–30: numbers in both are in two options. Ranges
// with one end ("3年以下", "5日以内") follow other rules of speech, and so does "3年以上7年以下": these are left alone.
func overlappingRanges(q *Item) []string {
	type span struct {
		lo, hi  float64
		unit    string
		at      int
		ordered bool
	}
	var spans []span
	for i, o := range q.Options {
		m := dashRange.FindStringSubmatch(figures(loose(strings.NewReplacer("～", "-", "~", "-", "—", "-", "–", "-", "－", "-").Replace(o))))
		if m == nil || m[3] != "" && m[3] != m[5] {
			return nil // not all options are ranges: then these are names, scores or dates
		}
		lo, _ := strconv.ParseFloat(m[2], 64)
		hi, _ := strconv.ParseFloat(m[4], 64)
		if strings.HasSuffix(m[5], "时") || strings.HasSuffix(m[5], "点") {
			return nil // 13时至15时 and 15时至17时 are how hours are told
		}
		spans = append(spans, span{lo, hi, m[1] + m[5], i, lo < hi})
	}
	for i, a := range spans {
		for _, b := range spans[i+1:] {
			if a.ordered && b.ordered && a.unit == b.unit && a.lo <= b.hi && b.lo <= a.hi {
				return []string{questionbank.Letter(a.at), questionbank.Letter(b.at)}
			}
		}
	}
	return nil
}

var (
	allWords  = regexp.MustCompile(`^(?:以上|上述|前面|前述|以上各项|以上选项|上述选项|以上答案|以上说法|上述说法)(?:[一二两三四五六]?[种者项个])?(?:选项|说法|答案|内容|各项|情况|情形)?(?:都|均|全|全部|全都|皆)?(?:不)?(?:是|对|正确|错误|错|可以?|可|不对|不正确|不是|属于|包括)?$|^(?:都|均|全|全部|全都)(?:不)?(?:是|对|正确|错误|错|可以|不对|不正确|不是)$|^(?:all|none)oftheabove$`)
	letterRef = regexp.MustCompile(`(?i)(?:^|[^A-Za-z0-9])[A-H](?:[^A-Za-z0-9]|$)|[A-H](?:项|选项|和|、|与|及)[A-H]?|选项?[A-H]|[A-H]{2,6}(?:项|都|均|正确|错误)`)
)

// aboutAll is the place of the option that speaks of all others ("以上都对"), or -1.
func aboutAll(options []string) int {
	return slices.IndexFunc(options, func(o string) bool { return allWords.MatchString(loose(o)) })
}
