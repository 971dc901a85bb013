package exchange

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"leitai/questionbank"
)

// fold is the form in which words of a file are compared: NFKC, lower case, no spaces of any kind.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\u00a0' || r == '\u3000' || r == '\u200b' || r == '\ufeff':
			return -1
		}
		return r
	}, strings.ToLower(norm.NFKC.String(s)))
}

// clean trims a text and takes out what nobody can see; line breaks inside stay.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\u200b' || r == '\ufeff' || r == '\u2060' || r < ' ' && r != '\n' && r != '\t':
			return -1
		}
		return r
	}, strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n"))
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t\u00a0\u3000")
	}
	return strings.Trim(strings.Join(lines, "\n"), " \t\n\u00a0\u3000")
}

// judgeWords are the ways in which files write true and false (FORMATS.md, "Normalising").
var judgeWords = map[string]bool{
	"对": true, "正确": true, "是": true, "√": true, "✓": true, "✔": true, "☑": true, "t": true, "true": true, "y": true, "yes": true, "1": true,
	"right": true, "correct": true, "对的": true, "是的": true, "正": true, "真": true,
	"错": false, "错误": false, "否": false, "×": false, "✗": false, "✘": false, "☒": false, "x": false, "╳": false, "f": false, "false": false, "n": false,
	"no": false, "0": false, "wrong": false, "incorrect": false, "不对": false, "不正确": false, "错的": false, "不是": false, "误": false, "假": false,
	"⨯": false, "❌": false, "✅": true, "✖": false, "х": false, // the last is Cyrillic
}

// judgeWord reads a word for true or false.
func judgeWord(s string) (truth, ok bool) {
	truth, ok = judgeWords[strings.Trim(fold(s), "。.,;；，、!！\"'“”()[]【】")]
	return truth, ok
}

var typeWords = map[string]questionbank.Type{
	"单选": questionbank.Single, "单项选择": questionbank.Single, "单项": questionbank.Single, "单选选择": questionbank.Single,
	"单": questionbank.Single, "single": questionbank.Single, "singlechoice": questionbank.Single, "radio": questionbank.Single,
	"multiplechoice": questionbank.Single, "单项选": questionbank.Single, "danxuan": questionbank.Single, "quiz": "",
	"多选": questionbank.Multiple, "多项选择": questionbank.Multiple, "多项": questionbank.Multiple, "不定项选择": questionbank.Multiple,
	"不定项": questionbank.Multiple, "多": questionbank.Multiple, "multiple": questionbank.Multiple, "multipleresponse": questionbank.Multiple,
	"checkbox": questionbank.Multiple, "multi": questionbank.Multiple, "multipleselect": questionbank.Multiple, "duoxuan": questionbank.Multiple,
	"multipleanswer": questionbank.Multiple, "多项选": questionbank.Multiple,
	"判断": questionbank.Judge, "是非": questionbank.Judge, "对错": questionbank.Judge, "正误": questionbank.Judge, "判断正误": questionbank.Judge,
	"判": questionbank.Judge, "判断对错": questionbank.Judge, "是非判断": questionbank.Judge, "正误判断": questionbank.Judge, "判断改错": "",
	"judge": questionbank.Judge, "judgement": questionbank.Judge, "truefalse": questionbank.Judge, "true/false": questionbank.Judge,
	"trueorfalse": questionbank.Judge, "tf": questionbank.Judge, "boolean": questionbank.Judge,
	"填空": questionbank.Fill, "填": questionbank.Fill, "fill": questionbank.Fill, "fillintheblank": questionbank.Fill,
	"fill-in-the-blank": questionbank.Fill, "fillin": questionbank.Fill, "blank": questionbank.Fill, "shortanswer": questionbank.Fill,
	"fillintheblanks": questionbank.Fill,
	"排序":              questionbank.Order, "order": questionbank.Order, "ordering": questionbank.Order, "sort": questionbank.Order, "jumble": questionbank.Order,
}

// choice are type words that leave open how many letters the key has.
var choiceWords = map[string]bool{"选择": true, "客观": true, "choice": true, "quiz": true}

// lackingWords are kinds that the product does not have.
var lackingWords = map[string]bool{"简答": true, "问答": true, "论述": true, "名词解释": true, "案例分析": true, "案例": true, "计算": true, "作文": true,
	"连线": true, "匹配": true, "配伍": true, "材料分析": true, "应用": true, "主观": true, "综合": true, "实操": true, "essay": true, "open-ended": true,
	"openended": true, "poll": true, "draw": true, "matching": true, "match": true, "survey": true, "slide": true, "判断改错": true, "改错": true, "分析": true,
	"puzzle": true, "wordcloud": true}

var bracketNote = regexp.MustCompile(`[（(【\[][^）)】\]]*[）)】\]]`)

// typeWord reads a type. known is false for a word that means nothing here; lacking is a kind that the product does not
// have; a choice of unknown size gives "".
func typeWord(s string) (t questionbank.Type, known, lacking bool) {
	w := fold(s)
	try := func(w string) bool {
		w = strings.TrimSuffix(strings.TrimSuffix(w, "型"), "题")
		if lackingWords[w] {
			lacking, known = true, true
			return true
		}
		if choiceWords[w] {
			known = true
			return true
		}
		if found, ok := typeWords[w]; ok && found != "" {
			t, known = found, true
			return true
		}
		return false
	}
	if !try(strings.Trim(w, "【】[]()（）<>《》:：、.*# ")) {
		try(strings.Trim(bracketNote.ReplaceAllString(w, ""), "【】[]()（）<>《》:：、.*# "))
	}
	return t, known, lacking
}

// typeName is a type in Chinese.
func typeName(t questionbank.Type) string {
	switch t {
	case questionbank.Single:
		return "单选"
	case questionbank.Multiple:
		return "多选"
	case questionbank.Judge:
		return "判断"
	case questionbank.Fill:
		return "填空"
	case questionbank.Order:
		return "排序"
	}
	return string(t)
}

// difficultyWord reads a difficulty, 1 (easy) to 5.
func difficultyWord(s string) (int, bool) {
	w := strings.TrimSuffix(strings.TrimSuffix(fold(s), "级"), "星")
	switch w {
	case "1", "易", "容易", "简单", "easy", "一", "低", "★", "初", "初级", "l1", "基础":
		return 1, true
	case "2", "较易", "较容易", "偏易", "二", "★★", "较低", "l2", "较简单":
		return 2, true
	case "3", "中", "中等", "一般", "medium", "normal", "适中", "三", "★★★", "中级", "普通", "l3":
		return 3, true
	case "4", "较难", "偏难", "四", "★★★★", "较高", "l4":
		return 4, true
	case "5", "难", "困难", "hard", "很难", "五", "★★★★★", "高", "高级", "l5", "difficult":
		return 5, true
	}
	return 3, false
}
