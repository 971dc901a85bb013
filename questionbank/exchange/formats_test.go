package exchange

import (
	"context"
	"strings"
	"testing"
)

// TestFormats reads whole files in the formats that are text: what they are is found out by content.
func TestFormats(t *testing.T) {
	tests := []struct {
		name, file string
		format     Format
		text, want string
	}{
		{"csv, header in the first row", "a.csv", CSV, "\ufeff题干（必填）,题型,选项A,选项B,选项 C,正确答案,解析（勿删）,难度\n首都是哪里？,单选题,上海,北京,广州,B,北京是首都,易\n哪些是水果？,多选,苹果,白菜,梨,\"A,C\",,难\n地球是圆的。,判断,,,,对,,\n首都是____。,填空,,,,北京；北平,,3\n",
			`ok single 首都是哪里？ | A.上海 | B.北京 | C.广州 | B | 解析 北京是首都
ok multiple 哪些是水果？ | A.苹果 | B.白菜 | C.梨 | A/C
ok judge 地球是圆的。 | A.正确 | B.错误 | A
ok fill 首都是____。 | 北京/北平`},
		{"csv, a notice above the header and semicolons", "a.csv", CSV, "填写说明：请勿修改表头;;;;\n题目;类型;A;B;标准答案\n首都是哪里？;单选;上海;北京;b\n", `ok single 首都是哪里？ | A.上海 | B.北京 | B`},
		{"csv, types as codes", "a.csv", CSV, "题目,题型,A,B,C,答案\n甲,0,一,二,三,A\n乙,1,对,错,,对\n丙,2,一,二,三,BC\n", `ok single 甲 | A.一 | B.二 | C.三 | A
ok judge 乙 | A.对 | B.错 | A
ok multiple 丙 | A.一 | B.二 | C.三 | B/C`},
		{"csv, options in one cell", "a.csv", CSV, "题目,选项,答案,题型\n甲,\"A.一\nB.二\",B,单选\n乙,一|二|三,AC,多选\n", `ok single 甲 | A.一 | B.二 | B
ok multiple 乙 | A.一 | B.二 | C.三 | A/C`},
		{"csv, pairs of option and isCorrect", "a.csv", CSV, "question,option1,isCorrect1,option2,isCorrect2,option3,isCorrect3\n甲,一,TRUE,二,FALSE,三,TRUE\n", `warning multiple 甲 | A.一 | B.二 | C.三 | A/C !type.guessed`},
		{"csv, Kahoot", "quiz.csv", CSV, "Kahoot quiz template,,,,,,,\n,,,,,,,\n,Question - max 120 characters,Answer 1 - max 75 characters,Answer 2 - max 75 characters,Answer 3 - max 75 characters,Answer 4 - max 75 characters,\"Time limit (sec) – 5, 10, 20\",Correct answer(s) - choose at least one\n1,首都是哪里？,上海,北京,,,20,2\n2,哪些是水果？,苹果,白菜,梨,,20,\"1,3\"\n", `warning single 首都是哪里？ | A.上海 | B.北京 | B !type.guessed
warning multiple 哪些是水果？ | A.苹果 | B.白菜 | C.梨 | A/C !type.guessed`},
		{"csv, Wayground", "quiz.csv", CSV, "Question Text,Question Type,Option 1,Option 2,Option 3,Correct Answer,Time in seconds,Image Link,Answer explanation\nText of the question,\"(default is Multiple Choice, one of the types below)\",Text for option 1,Text for option 2,Text for option 3,The correct option choice (between 1-5),Time in seconds,Link of the image,Explanation\n首都是哪里？,Multiple Choice,上海,北京,广州,2,30,,是北京\n哪些是水果？,Checkbox,苹果,白菜,梨,\"1,3\",30,,\n说说看,Open-Ended,,,,,,,\n", `ok single 首都是哪里？ | A.上海 | B.北京 | C.广州 | B | 解析 是北京
ok multiple 哪些是水果？ | A.苹果 | B.白菜 | C.梨 | A/C
error  说说看 |  !type.lacking`},
		{"csv, a key as the option's text, and a key beyond the options", "a.csv", CSV, "题干,题型,A,B,答案\n首都？,单选,上海,北京,北京\n河？,单选,长江,黄河,C\n", `ok single 首都？ | A.上海 | B.北京 | B
error single 河？ | A.长江 | B.黄河 |  !key.range`},
		{"csv, a number that may be an option's text", "a.csv", CSV, "题干,题型,A,B,C,答案\n一加一等于几？,单选,1,2,3,2\n", `ok single 一加一等于几？ | A.1 | B.2 | C.3 | B`},
		{"csv, a number that means two options", "a.csv", CSV, "题干,题型,A,B,C,答案\n一加一等于几？,单选,3,1,2,2\n", `error single 一加一等于几？ | A.3 | B.1 | C.2 |  !key.ambiguous`},
		{"csv, blood groups", "a.csv", CSV, "题干,题型,A,B,C,D,答案\n万能受血者？,单选,A,B,AB,O,AB\n", `warning single 万能受血者？ | A.A | B.B | C.AB | D.O | C !key.text`},
		{"csv, options that the bank takes for the same", "a.csv", CSV, "题干,题型,A,B,答案\n书名？,单选,《红楼梦》,红楼梦,A\n", `error single 书名？ | A.《红楼梦》 | B.红楼梦 | A !options.same`},
		{"csv, what the bank has no room for", "a.csv", CSV, "题干,题型,答案,分类\n对吗？,判断,对," + strings.Repeat("长", 61) + "\n" + strings.Repeat("长", 2001) + ",判断,对,\n", "error judge 对吗？ | A.正确 | B.错误 | A !text.long\nerror judge " + strings.Repeat("长", 2001) + " | A.正确 | B.错误 | A !text.long"},
		{"csv, 1 where the first option says false", "a.csv", CSV, "题干,题型,A,B,答案\n甲,判断,错误,正确,1\n乙,单选,一,二,2\n丙,单选,一,二,1\n", `error judge 甲 | A.错误 | B.正确 |  !key.ambiguous
ok single 乙 | A.一 | B.二 | B
ok single 丙 | A.一 | B.二 | A`},
		{"csv in GB18030", "a.csv", CSV, "\xcc\xe2\xb8\xc9,A,B,\xb4\xf0\xb0\xb8,\xcc\xe2\xd0\xcd\n\xca\xd7\xb6\xbc,\xc9\xcf\xba\xa3,\xb1\xb1\xbe\xa9,B,\xb5\xa5\xd1\xa1\n", `ok single 首都 | A.上海 | B.北京 | B`},
		{"Aiken", "a.txt", Aiken, "What is the capital of China?\nA. Shanghai\nB. Beijing\nANSWER: B\n\nLongest river?\nA) Yangtze\nB) Yellow River\nANSWER: A\n", `ok single What is the capital of China? | A.Shanghai | B.Beijing | B
ok single Longest river? | A.Yangtze | B.Yellow River | A`},
		{"GIFT", "a.txt", GIFT, `// a comment
$CATEGORY: $course$/top/地理

::首都::我国的首都是哪里？{~上海 =北京#对了 ~广州}

地球是圆的。{T}

太阳从西边升起。{FALSE#不对}

我国的首都是{=北京 =Beijing}。

哪些是水果？{~%50%苹果 ~%-100%白菜 ~%50%梨}

连线{=甲 -> 乙 =丙 -> 丁 =戊 -> 己}

中国共产党成立于哪一年？{#1921}

等式 1\=1 成立吗\: 是{=是 ~否####解释}
`, `ok single 我国的首都是哪里？ | A.上海 | B.北京 | C.广州 | B | 解析 对了
ok judge 地球是圆的。 | A.正确 | B.错误 | A
ok judge 太阳从西边升起。 | A.正确 | B.错误 | B
ok fill 我国的首都是____。 | 北京/Beijing
ok multiple 哪些是水果？ | A.苹果 | B.白菜 | C.梨 | A/C
error  连线 |  !type.lacking
ok fill 中国共产党成立于哪一年？ ____ | 1921
ok single 等式 1=1 成立吗: 是 | A.是 | B.否 | A | 解析 解释`},
		{"JSON, 学习强国", "a.json", JSON, `[{"category":"党史","quiz_type":"单选题","question":"首都是哪里？","raw_answer":["A.上海","B.北京"],"answer":"B","tips":["北京是首都"]},
{"category":"党史","quiz_type":"多选题","question":"哪些是水果？","raw_answer":["苹果","白菜","梨"],"answer":"AC","tips":[]},]`,
			`ok single 首都是哪里？ | A.上海 | B.北京 | B | 解析 北京是首都
ok multiple 哪些是水果？ | A.苹果 | B.白菜 | C.梨 | A/C`},
		{"JSON, content and options", "a.json", JSON, `{"data":[{"content":"首都？","options":["上海","北京"],"answer":"北京","notes":"记住"}]}`, `warning single 首都？ | A.上海 | B.北京 | B | 解析 记住 !type.guessed`},
		{"JSON, wrongAnswer", "a.json", JSON, `[{"question":"首都？","answer":"北京","wrongAnswer":["上海","广州"]}]`, `warning single 首都？ | A.上海 | B.北京 | C.广州 | B !type.guessed`},
		{"JSON, bars", "a.json", JSON, `{"首都？|上海|北京":"北京"}`, `warning single 首都？ | A.上海 | B.北京 | B !type.guessed`},
		{"JSON, an unknown shape", "a.json", JSON, `[{"frage":"首都？","antwort":"北京"}]`, `error fill  |  !json.shape !stem.empty !type.guessed !key.missing`},
		{"JSON Lines of our own", "a.jsonl", JSONLines, `{"type":"single","category":"地理","stem":"首都？","options":["上海","北京"],"key":["B"],"explanation":"","source":"","difficulty":1}
{"type":"fill","category":"地理","stem":"首都是____，国歌是____。","key":["北京|义勇军进行曲","北平|义勇军进行曲"],"explanation":"解","source":"书","difficulty":5,"tags":["甲","乙"]}
{"type":"judge","category":"","stem":"对吗？","options":["正确","错误"],"key":["B"],"explanation":"","source":"","difficulty":3}
`, `ok single 首都？ | A.上海 | B.北京 | B
ok fill 首都是____，国歌是____。 | 北京|义勇军进行曲/北平|义勇军进行曲 | 解析 解
ok judge 对吗？ | A.正确 | B.错误 | B`},
		{"Moodle XML", "a.xml", MoodleXML, `<?xml version="1.0" encoding="UTF-8"?>
<quiz><question type="category"><category><text>$course$/top/地理</text></category></question>
<question type="multichoice"><name><text>1</text></name><questiontext format="html"><text><![CDATA[<p>首都是&nbsp;哪里？</p>]]></text></questiontext><generalfeedback format="html"><text>北京</text></generalfeedback><single>true</single><answer fraction="0" format="html"><text>上海</text></answer><answer fraction="100" format="html"><text>&lt;p&gt;北京&lt;/p&gt;</text></answer></question>
<question type="multichoice"><questiontext format="plain_text"><text>哪些是水果？</text></questiontext><single>false</single><answer fraction="50"><text>苹果</text></answer><answer fraction="-50"><text>白菜</text></answer><answer fraction="50"><text>梨</text></answer></question>
<question type="truefalse"><questiontext><text>地球是圆的。</text></questiontext><answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer></question>
<question type="shortanswer"><questiontext><text>首都是____。</text></questiontext><answer fraction="100"><text>北京</text></answer><answer fraction="100"><text>北平</text></answer></question>
<question type="essay"><questiontext><text>说说看</text></questiontext></question></quiz>`,
			`ok single 首都是 哪里？ | A.上海 | B.北京 | B | 解析 北京
ok multiple 哪些是水果？ | A.苹果 | B.白菜 | C.梨 | A/C
ok judge 地球是圆的。 | A.正确 | B.错误 | A
ok fill 首都是____。 | 北京/北平
error  说说看 |  !type.lacking`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(context.Background(), tt.file, []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if got.Format != tt.format {
				t.Errorf("format %s, want %s", got.Format, tt.format)
			}
			if s := showAll(got.Rows); s != tt.want {
				t.Errorf("got\n%s\nwant\n%s", s, tt.want)
			}
		})
	}
}
