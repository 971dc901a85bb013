package exchange

import (
	"fmt"
	"strings"
	"testing"

	"leitai/questionbank"
)

// shown is a row as the tests write it: status type stem | A.option … | key | explanation, and the codes of its notes.
func shown(r Row) string {
	var b strings.Builder
	q := r.Question
	fmt.Fprintf(&b, "%s %s %s", r.Status(), q.Type, strings.ReplaceAll(q.Stem, "\n", "⏎"))
	for i, o := range q.Options {
		fmt.Fprintf(&b, " | %s.%s", questionbank.Letter(i), strings.ReplaceAll(o, "\n", "⏎"))
	}
	fmt.Fprintf(&b, " | %s", strings.Join(q.Key, "/"))
	if q.Explanation != "" {
		fmt.Fprintf(&b, " | 解析 %s", strings.ReplaceAll(q.Explanation, "\n", "⏎"))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, " !%s", n.Code)
	}
	return b.String()
}

func showAll(rows []Row) string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = shown(r)
	}
	return strings.Join(out, "\n")
}

func TestText(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"key in the stem's brackets", `
一、单项选择题
1. 我国的首都是（ B ）。
A. 上海   B、北京
C．广州  D.深圳
`, `ok single 我国的首都是（　）。 | A.上海 | B.北京 | C.广州 | D.深圳 | B`},
		{"answer and explanation after", `
一、单选题（每题2分）
1、火警电话是多少？
A.110
B.119
C.120
答案：B
解析：119 是火警电话。
2、急救电话是多少？
A.110 B.119 C.120
【答案】C
【解析】120 是急救电话。
`, `ok single 火警电话是多少？ | A.110 | B.119 | C.120 | B | 解析 119 是火警电话。
ok single 急救电话是多少？ | A.110 | B.119 | C.120 | C | 解析 120 是急救电话。`},
		{"answer and explanation on one line", `
单选题
（1）水的化学式是（  ）
（A）H2O （B）CO2 （C）O2
正确答案：A 解析：水由氢和氧组成。
(2) 二氧化碳的化学式是
(A)H2O (B)CO2
参考答案:b
`, `ok single 水的化学式是（  ） | A.H2O | B.CO2 | C.O2 | A | 解析 水由氢和氧组成。
ok single 二氧化碳的化学式是 | A.H2O | B.CO2 | B`},
		{"multiple choice with full-width letters", `
二、多项选择题
1．下列属于直辖市的有（ＡＢＣ）
Ａ．北京　Ｂ．上海　Ｃ．天津　Ｄ．广州
2．下列属于海洋的有（　　）
A．太平洋
B．黄河
C．大西洋
D．长江
答案：A、C
`, `ok multiple 下列属于直辖市的有（　） | A.北京 | B.上海 | C.天津 | D.广州 | A/B/C
ok multiple 下列属于海洋的有（　　） | A.太平洋 | B.黄河 | C.大西洋 | D.长江 | A/C`},
		{"true or false in many ways", `
三、判断题（正确的打√，错误的打×）
1. 地球是圆的。（√）
2. 太阳绕着地球转。（ × ）
3. 水在一个大气压下 100 摄氏度沸腾。
答案：对
4. 人有三条腿。
答案：错误
(×)5. 鱼会飞。
6. 冰比水轻。（T）
`, `ok judge 地球是圆的。（　） | A.正确 | B.错误 | A
ok judge 太阳绕着地球转。（　） | A.正确 | B.错误 | B
ok judge 水在一个大气压下 100 摄氏度沸腾。 | A.正确 | B.错误 | A
ok judge 人有三条腿。 | A.正确 | B.错误 | B
ok judge 鱼会飞。 | A.正确 | B.错误 | B
ok judge 冰比水轻。（　） | A.正确 | B.错误 | A`},
		{"fill in the blanks", `
四、填空题
1. 中国共产党成立于____年。
答案：1921
2. 我国的首都是（　　　），国歌是《______》。
答案：北京|义勇军进行曲
3. 宪法宣传周的主题日是（   ）。
答案：12月4日；十二月四日
`, `ok fill 中国共产党成立于____年。 | 1921
ok fill 我国的首都是（____），国歌是《____》。 | 北京|义勇军进行曲
ok fill 宪法宣传周的主题日是（____）。 | 12月4日/十二月四日`},
		{"keys in a table at the end", `
一、单选题
1. 甲题
A. 一 B. 二
2. 乙题
A. 一 B. 二
3. 丙题
A. 一 B. 二 C. 三
二、判断题
1. 丁题
2. 戊题
参考答案
一、单选题
1-3 ABC
二、判断题
1.√ 2.×
`, `ok single 甲题 | A.一 | B.二 | A
ok single 乙题 | A.一 | B.二 | B
ok single 丙题 | A.一 | B.二 | C.三 | C
ok judge 丁题 | A.正确 | B.错误 | A
ok judge 戊题 | A.正确 | B.错误 | B`},
		{"a table of several letters, and numbers that go on", `
一、单选题
1. 甲题
A. 一 B. 二
二、多选题
2. 乙题
A. 一 B. 二 C. 三
3. 丙题
A. 一 B. 二 C. 三
答案：
1. A  2. AB  3.BC
`, `ok single 甲题 | A.一 | B.二 | A
ok multiple 乙题 | A.一 | B.二 | C.三 | A/B
ok multiple 丙题 | A.一 | B.二 | C.三 | B/C`},
		{"a table that cannot be told apart is nobody's", `
一、单选题
1. 甲题
A. 一 B. 二
二、多选题
1. 乙题
A. 一 B. 二 C. 三
参考答案
1. A
`, `error single 甲题 | A.一 | B.二 |  !key.table_twice !key.missing
error multiple 乙题 | A.一 | B.二 | C.三 |  !key.table_twice !key.missing`},
		{"type from a tag", `
1. [多选题] 下列哪些是水果？
A. 苹果 B. 白菜 C. 梨
答案：AC
2.【判断】苹果是水果。
答案：√
3. 香蕉是水果。（判断题）
答案：对
`, `ok multiple 下列哪些是水果？ | A.苹果 | B.白菜 | C.梨 | A/C
ok judge 苹果是水果。 | A.正确 | B.错误 | A
ok judge 香蕉是水果。 | A.正确 | B.错误 | A`},
		{"type guessed, with a warning", `
1. 下列哪些是水果？
A. 苹果 B. 白菜 C. 梨
答案：AC
2. 苹果是什么？
A. 水果 B. 蔬菜
答案：A
3. 苹果是水果。
答案：√
4. 苹果是____。
答案：水果
`, `warning multiple 下列哪些是水果？ | A.苹果 | B.白菜 | C.梨 | A/C !type.guessed
warning single 苹果是什么？ | A.水果 | B.蔬菜 | A !type.guessed
warning judge 苹果是水果。 | A.正确 | B.错误 | A !type.guessed
warning fill 苹果是____。 | 水果 !type.guessed`},
		{"two letters for a single choice", `
一、单选题
1. 下列哪些是水果？
A. 苹果 B. 白菜 C. 梨
答案：AC
`, `error single 下列哪些是水果？ | A.苹果 | B.白菜 | C.梨 | A/C !key.one`},
		{"a letter beyond the options", `
单选题
1. 苹果是什么？
A. 水果 B. 蔬菜
答案：E
`, `error single 苹果是什么？ | A.水果 | B.蔬菜 |  !key.range`},
		{"Vitamin A. is no option", `
单选题
1. Carrots are rich in vitamin A. What is vitamin A. good for?
A. Eyes B. Bones
答案：A
2. 夜盲症是缺乏维生素（A）引起的吗？
A. 是的，维生素A B. 不是 C. 维生素A、B、C都不是
答案：A
`, `ok single Carrots are rich in vitamin A. What is vitamin A. good for? | A.Eyes | B.Bones | A
warning single 夜盲症是缺乏维生素（A）引起的吗？ | A.是的，维生素A | B.不是 | C.维生素A、B、C都不是 | A !stem.shows_key`},
		{"page numbers and headings in between", `
2026年安全生产知识竞赛题库
第一章 通则
一、单选题
1. 甲题
A. 一
B. 二
答案：A
- 1 -
2026年安全生产知识竞赛题库
2. 乙题
A. 一
B. 二
第 2 页 共 10 页
答案：B
2026年安全生产知识竞赛题库
第二章 消防
3. 丙题
A. 一
B. 二
答案：A
`, `ok single 甲题 | A.一 | B.二 | A
ok single 乙题 | A.一 | B.二 | B
ok single 丙题 | A.一 | B.二 | A`},
		{"a stem of several lines with a list in it", `
多选题
5. 下列说法正确的有：
1. 安全第一
2. 预防为主
A. 第1条 B. 第2条 C. 都不对
答案：AB
6. 下一题
A. 一 B. 二
答案：AB
`, `ok multiple 下列说法正确的有：⏎1. 安全第一⏎2. 预防为主 | A.第1条 | B.第2条 | C.都不对 | A/B
ok multiple 下一题 | A.一 | B.二 | A/B`},
		{"an explanation of several lines", `
单选题
1. 甲题
A. 一 B. 二
答案：A
解析：第一行，
第二行。
2. 乙题
A. 一 B. 二
答案：B
`, `ok single 甲题 | A.一 | B.二 | A | 解析 第一行，⏎第二行。
ok single 乙题 | A.一 | B.二 | B`},
		{"the heading says what A and B mean", `
判断题（正确的选A，错误的选B）
1. 地球是圆的。
答案：A
2. 地球是方的。
答案：B
`, `ok judge 地球是圆的。 | A.正确 | B.错误 | A
ok judge 地球是方的。 | A.正确 | B.错误 | B`},
		{"A and B mean nothing without options", `
判断题
1. 地球是圆的。
答案：A
`, `error judge 地球是圆的。 | A.正确 | B.错误 |  !key.judge`},
		{"true or false with options the other way round", `
判断题
1. 地球是圆的。
A. 错误 B. 正确
答案：B
`, `ok judge 地球是圆的。 | A.错误 | B.正确 | B`},
		{"kinds that the product lacks are told", `
五、简答题
1. 简述安全生产方针。
答案：安全第一、预防为主、综合治理。
`, `error  简述安全生产方针。 |  !type.lacking`},
		{"keys that contradict each other", `
单选题
1. 首都是（ A ）。
A. 上海 B. 北京
答案：B
`, `error single 首都是（ A ）。 | A.上海 | B.北京 | B !key.conflict`},
		{"no key at all", `
单选题
1. 首都是哪里？
A. 上海 B. 北京
2. 最长的河是？
A. 长江 B. 黄河
答案：A
`, `error single 首都是哪里？ | A.上海 | B.北京 |  !key.missing
ok single 最长的河是？ | A.长江 | B.黄河 | A`},
		{"decimals are no numbers of questions", `
单选题
1. 圆周率约为
3.14 的数是无理数吗？
A. 是 B. 不是
答案：A
`, `ok single 圆周率约为⏎3.14 的数是无理数吗？ | A.是 | B.不是 | A`},
		{"labels in brackets on one line", `
单选题
1. 甲题
A. 一 B. 二
【答案】A【解析】因为一。【难度】易
`, `ok single 甲题 | A.一 | B.二 | A | 解析 因为一。【难度】易`},
		{"options without room between them", `
单选题
1. 首都是（ ）A.上海B.北京C.广州
答案：B
`, `ok single 首都是（ ） | A.上海 | B.北京 | C.广州 | B`},
		{"a number is missing", `
单选题
1. 甲题
A. 一 B. 二
答案：A
4. 乙题
A. 一 B. 二
答案：B
`, `ok single 甲题 | A.一 | B.二 | A
warning single 乙题 | A.一 | B.二 | B !number.jump`},
		{"two options that are the same", `
单选题
1. 甲题
A. 一百 B. 一 百 C. 二
答案：A
`, `error single 甲题 | A.一百 | B.一 百 | C.二 | A !options.same`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := showAll(readText(textLines(tt.text))); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}
