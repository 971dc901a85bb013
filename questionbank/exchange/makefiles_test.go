package exchange

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// makeFiles writes the binary files of testdata/cases anew: go test -run TestMakeFiles -make-files. What is expected of
// them stands beside them and is written by hand.
var makeFiles = flag.Bool("make-files", false, "write the workbooks, documents and packages of testdata/cases")

func TestMakeFiles(t *testing.T) {
	if !*makeFiles {
		t.Skip("with -make-files only")
	}
	for name, build := range workbooks {
		b := workbook{t: t, File: excelize.NewFile()}
		build(b)
		var out bytes.Buffer
		if err := b.Write(&out); err != nil {
			t.Fatal(err)
		}
		store(t, "xlsx/"+name+".xlsx", out.Bytes())
	}
	for name, body := range documents {
		store(t, "docx/"+name+".docx", wordFile(t, body))
	}
	for name, parts := range packages {
		store(t, "qti/"+name+".zip", zipInOrder(t, parts))
	}
}

func store(t *testing.T, name string, data []byte) {
	t.Helper()
	path := filepath.Join("testdata/cases", filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// zipPart is a file in an archive.
type zipPart struct{ name, text string }

// zipInOrder writes an archive that is the same every time.
func zipInOrder(t *testing.T, parts []zipPart) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		f, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(p.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// workbook builds a file sheet by sheet.
type workbook struct {
	*excelize.File
	t *testing.T
}

// rows writes rows from the given one on; the first sheet's name may be changed.
func (b workbook) rows(sheet string, from int, rows ...[]any) {
	b.t.Helper()
	if i, _ := b.GetSheetIndex(sheet); i < 0 {
		if list := b.GetSheetList(); len(list) == 1 && list[0] == "Sheet1" && len(b.mustRows("Sheet1")) == 0 {
			b.do(b.SetSheetName("Sheet1", sheet))
		} else if _, err := b.NewSheet(sheet); err != nil {
			b.t.Fatal(err)
		}
	}
	for i, r := range rows {
		b.do(b.SetSheetRow(sheet, fmt.Sprintf("A%d", from+i), &r))
	}
}

func (b workbook) mustRows(sheet string) [][]string {
	rows, err := b.GetRows(sheet)
	b.do(err)
	return rows
}

func (b workbook) do(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b workbook) format(sheet, from, to string, f int) {
	id, err := b.NewStyle(&excelize.Style{NumFmt: f})
	b.do(err)
	b.do(b.SetCellStyle(sheet, from, to, id))
}

var workbooks = map[string]func(workbook){
	"通知行加表头": func(b workbook) {
		b.rows("题库", 1, []any{"关于组织安全知识竞赛的通知：请各单位按下表填报，红色列必填，勿改表头"}, []any{"序号", "题干\n（必填）", "题型(单选/多选/判断)", "选项 A", "选项 B", "选项 C", "选项 D", "正确答案【必填】", "解析（勿删）", "难易程度"},
			[]any{1, "发现火情首先应当", "单选题", "报警", "围观", "拍照", "离开", "A", "先报警，再在安全的前提下扑救。", "易"},
			[]any{2, "下列属于消防器材的有", "多选题", "灭火器", "消火栓", "水杯", "消防斧", "ABD", "", "中"},
			[]any{3, "火场逃生可以乘电梯。", "判断题", "", "", "", "", "×", "", "难"})
		b.do(b.MergeCell("题库", "A1", "J1"))
	},
	"每种题型一张表": func(b workbook) {
		b.rows("单选题", 1, []any{"题目", "A", "B", "C", "答案"}, []any{"党的二十大召开于", "2021年", "2022年", "2023年", "B"})
		b.rows("多选题", 1, []any{"题目", "A", "B", "C", "D", "答案"}, []any{"“四个自信”包括", "道路自信", "理论自信", "制度自信", "文化自信", "A,B,C,D"}, []any{}, []any{"下列属于少数民族自治区的有", "内蒙古", "青海", "新疆", "云南", "A、C"})
		b.rows("判断题", 1, []any{"题目", "答案"}, []any{"中国共产党的最高理想是实现共产主义。", "√"})
		b.rows("填空题", 1, []any{"题目", "答案"}, []any{"全心全意为人民____。", "服务"})
		b.rows("版本号", 1, []any{"V2.3"})
		b.rows("草稿", 1, []any{"题目", "答案"}, []any{"不要这一题", "√"})
		b.do(b.SetSheetVisible("草稿", false))
	},
	"题型是代码": func(b workbook) {
		b.rows("Sheet1", 1, []any{"题目", "题型", "选项A", "选项B", "选项C", "选项D", "答案"},
			[]any{"我国最大的岛屿是", 0, "台湾岛", "海南岛", "崇明岛", "舟山岛", "A"}, []any{"长江流入东海", 1, "对", "错", "", "", "对"}, []any{"下列属于淡水湖的有", 2, "鄱阳湖", "青海湖", "洞庭湖", "太湖", "ACD"})
	},
	"选项和是否正确成对": func(b workbook) {
		b.rows("questions", 1, []any{"question", "option1", "isCorrect1", "option2", "isCorrect2", "option3", "isCorrect3", "explanation"},
			[]any{"Which are prime numbers?", "2", true, "4", false, "5", true, "4 = 2 × 2"}, []any{"Largest planet?", "Mars", false, "Jupiter", true, "", "", ""})
	},
	"选项在一个单元格": func(b workbook) {
		b.rows("Sheet1", 1, []any{"题目", "题型", "备选项", "标准答案", "知识点"},
			[]any{"下列属于春节习俗的有", "多选题", "A.贴春联\nB.吃粽子\nC.拜年", "A|C", "民俗"}, []any{"端午节是为了纪念", "单选题", "屈原|李白|杜甫", "A", "民俗"}, []any{"中秋节在农历", "单选题", "八月十五；五月初五；正月十五", "八月十五", "民俗"})
	},
	"合并的分类单元格": func(b workbook) {
		b.rows("Sheet1", 1, []any{"章节", "题干", "题型", "A", "B", "答案"},
			[]any{"第一章 总则", "《安全生产法》是法律", "判断", "", "", "对"}, []any{nil, "安全生产坚持中国共产党的领导", "判断", "", "", "对"}, []any{"第二章 保障", "从业人员应当接受安全培训", "判断", "", "", "对"}, []any{nil, "特种作业人员可以无证上岗", "判断", "", "", "错"}, []any{"", "没有分类的题", "单选", "甲", "乙", "A"})
		b.do(b.MergeCell("Sheet1", "A2", "A3"))
		b.do(b.MergeCell("Sheet1", "A4", "A5"))
	},
	"被表格改掉的日期和数字": func(b workbook) {
		b.rows("Sheet1", 1, []any{"题干", "题型", "A", "B", "C", "D", "答案"},
			[]any{"中国共产党成立纪念日是", "单选", time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), "", "A"},
			[]any{"员工编号前面的零不能省略，正确的是", "单选", 7, 8, "", "", "A"},
			[]any{"下列是奇数的有", "多选", 1, 2, 3, 4, 13},
			[]any{"下列是合数的有", "多选", "四", "五", "六", "七", 1.3},
			[]any{"百分之五十写作", "单选", 0.5, 0.05, "", "", "A"})
		b.format("Sheet1", "C2", "E2", 14)
		id, err := b.NewStyle(&excelize.Style{CustomNumFmt: ptr("0000")})
		b.do(err)
		b.do(b.SetCellStyle("Sheet1", "C3", "D3", id))
		b.format("Sheet1", "C6", "D6", 9)
	},
	"Kahoot模板": func(b workbook) {
		b.rows("Sheet1", 2, []any{nil, "Quiz template"}, []any{nil, "Add questions, at least two answer alternatives, time limit and choose correct answers."})
		b.rows("Sheet1", 8, []any{nil, "Question - max 120 characters", "Answer 1 - max 75 characters", "Answer 2 - max 75 characters", "Answer 3 - max 75 characters", "Answer 4 - max 75 characters", "Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs", "Correct answer(s) - choose at least one"},
			[]any{1, "世界上最大的洋是？", "大西洋", "太平洋", "印度洋", "北冰洋", 20, 2}, []any{2, "下列属于亚洲国家的有？", "中国", "法国", "日本", "巴西", 30, "1,3"}, []any{3, "", "", "", "", "", "", ""})
	},
	"考试平台模板": func(b workbook) {
		b.rows("试题模板", 1, []any{"填写须知：1. 题型分为单选题、多选题、判断题、填空题。2. 判断题答案填 A（正确）或 B（错误）。"},
			[]any{"题干", "题型", "选项A", "选项B", "选项C", "选项D", "选项E", "选项F", "正确答案", "解析", "章节", "难度"},
			[]any{"计算机的核心部件是", "单选题", "CPU", "鼠标", "键盘", "显示器", "", "", "A", "", "信息化", "简单"},
			[]any{"下列属于操作系统的有", "多选题", "Windows", "Linux", "Word", "macOS", "", "", "ABD", "", "信息化", "一般"},
			[]any{"密码越简单越安全", "判断题", "正确", "错误", "", "", "", "", "B", "", "信息化", "简单"},
			[]any{"1 KB 等于____字节", "填空题", "", "", "", "", "", "", "1024", "", "信息化", "困难"})
	},
	"看得见的错误": func(b workbook) {
		b.rows("Sheet1", 1, []any{"题干", "题型", "A", "B", "C", "答案"},
			[]any{"单选写了两个字母", "单选", "甲", "乙", "丙", "AC"}, []any{"答案超出选项", "单选", "甲", "乙", "", "D"}, []any{"只有一个选项", "单选", "甲", "", "", "A"},
			[]any{"两个选项相同", "单选", "ＡＢＣ", "abc", "丙", "A"}, []any{"", "单选", "没有", "题干", "", "A"}, []any{"中间空了一项", "单选", "甲", "", "丙", "A"},
			[]any{"看不懂的判断", "判断", "", "", "", "也许"}, []any{"没有这种题型", "名词解释", "", "", "", "略"}, []any{"没有答案", "单选", "甲", "乙", "丙", ""}, []any{"题型写错", "选x题", "甲", "乙", "", "A"})
	},
	"公式单元格": func(b workbook) {
		b.rows("Sheet1", 1, []any{"序号", "题干", "题型", "A", "B", "答案"}, []any{nil, "一加一等于", "单选", 2, 3, "A"}, []any{nil, "二加二等于", "单选", 4, 5, nil})
		b.do(b.SetCellFormula("Sheet1", "A2", "ROW()-1"))
		b.do(b.SetCellFormula("Sheet1", "A3", "ROW()-1"))
		b.do(b.SetCellFormula("Sheet1", "F3", `"A"&""`))
	},
	"分部门多张表_表头不在一处": func(b workbook) {
		b.rows("生产部", 1, []any{"生产部报送"}, []any{}, []any{"编号", "问题", "类型", "选项A", "选项B", "标准答案"}, []any{"SC-001", "进入车间应当戴", "单选", "安全帽", "草帽", "a"})
		b.rows("财务部", 1, []any{"试题内容", "题型", "A", "B", "C", "参考答案", "备注"}, []any{"发票遗失应当", "单项选择题", "补开", "伪造", "隐瞒", "Ａ", "张三"})
		b.rows("说明", 1, []any{"本表由各部门填报"}, []any{"联系人：李四"})
	},
	"答案写成选项文字": func(b workbook) {
		b.rows("Sheet1", 1, []any{"题干", "题型", "A", "B", "C", "答案"}, []any{"我国的首都是", "单选", "上海", "北京", "广州", "北京"}, []any{"下列属于水果的有", "多选", "苹果", "白菜", "梨", "苹果；梨"}, []any{"下列属于蔬菜的有", "多选", "苹果", "白菜", "萝卜", "B. 白菜；C. 萝卜"})
	},
	"重复的题": func(b workbook) {
		b.rows("Sheet1", 1, []any{"题干", "题型", "A", "B", "答案"}, []any{"选择正确的读音", "单选", "chéng", "céng", "A"}, []any{"选择正确的读音", "单选", "zhōng", "zōng", "A"}, []any{"选择正确的读音。", "单选", "CHÉNG", "céng", "B"})
	},
}

func ptr(s string) *string { return &s }

// Documents are written as Word writes them: body XML from para and table (office_test.go).
var documents = map[string]string{
	"手工编号_答案在后": paras("安全知识题库", "一、单选题（每题2分）", "1. 灭火器应当多久检查一次？", "A. 每月", "B. 每五年", "答案：A", "解析：至少每月检查一次。", "2、安全帽的颜色", "A．红　B．没有统一规定", "【答案】B", "二、判断题", "1. 安全带应当高挂低用。（√）"),
	"Word自动编号":  paras("#2:0 单选题", "#1:0 我国的国歌是？", "#1:1 《义勇军进行曲》", "#1:1 《歌唱祖国》", "答案：A", "#1:0 国旗上有几颗星？", "#1:1 四颗", "#1:1 五颗", "答案：B"),
	"答案加粗或标红":   paras("单选题", "1. *我国最高的山峰是？*", "A. 泰山", "*B. 珠穆朗玛峰*", "2. 我国最长的河是？", "A. *!长江*", "B. 黄河", "多选题", "3. 下列属于直辖市的有", "*A. 北京*  B. 广州  *C. 重庆*"),
	"答案在最后的表格里": paras("单选题", "1. 水的化学式是", "A. H2O  B. CO2", "2. 食盐的主要成分是", "A. 氯化钠  B. 碳酸钙", "3. 空气中最多的气体是", "A. 氧气  B. 氮气") +
		table([]string{"题号", "1", "2", "3"}, []string{"答案", "A", "A", "B"}),
	"题目列成表格":   paras("下面是题目：") + table([]string{"序号", "题干", "题型", "A", "B", "C", "答案"}, []string{"1", "我国的首都是", "单选", "上海", "北京", "广州", "B"}, []string{"2", "下列属于水果的有", "多选", "苹果", "白菜", "梨", "AC"}),
	"选项用两栏表格":  paras("单选题", "1. 下列词语没有错别字的是") + table([]string{"A. 安装", "B. 按装"}, []string{"C. 既使", "D. 己经"}) + paras("答案：A", "2. 下列成语书写正确的是") + table([]string{"A. 再接再励", "B. 再接再厉"}) + paras("答案：B"),
	"修订记录里的删除": paras("单选题") + `<w:p><w:r><w:t>1. 报警电话是</w:t></w:r></w:p><w:p><w:r><w:t>A. 110  B. 114</w:t></w:r></w:p><w:p><w:r><w:t>答案：</w:t></w:r><w:del w:id="1" w:author="李四"><w:r><w:delText>B</w:delText></w:r></w:del><w:ins w:id="2" w:author="李四"><w:r><w:t>A</w:t></w:r></w:ins></w:p>`,
	"文本框里的题": `<w:p><w:r><w:t>单选题</w:t></w:r></w:p><w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="wps"><w:drawing><wps:txbx xmlns:wps="x"><w:txbxContent>` +
		paras("1. 我国的国花", "A. 没有法律规定", "B. 牡丹", "答案：A") + `</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>` + paras("1. 我国的国花", "A. 没有法律规定", "B. 牡丹", "答案：A") + `</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>`,
	"制表符和下划线":     paras("单选题") + `<w:p><w:r><w:t>1. 一年有几天？</w:t></w:r></w:p><w:p><w:r><w:t>A. 365 或 366</w:t></w:r><w:r><w:tab/></w:r><w:r><w:t>B. 360</w:t></w:r><w:r><w:tab/></w:r><w:r><w:t>C. 400</w:t></w:r></w:p>` + paras("答案：A", "填空题", "2. 我国的首都是*~      *，国歌是*~      *。", "答案：北京|义勇军进行曲"),
	"隐藏文字和勾叉符号":   paras("判断题") + `<w:p><w:r><w:t>1. 纸张可以回收。（</w:t></w:r><w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r><w:r><w:t>）</w:t></w:r></w:p><w:p><w:r><w:t>2. 废电池可以随意丢弃。（</w:t></w:r><w:r><w:sym w:font="Wingdings" w:char="F0FB"/></w:r><w:r><w:t>）</w:t></w:r></w:p><w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>答案：对</w:t></w:r></w:p>`,
	"答案在括号里_分节编号": paras("#2:0 单项选择题（每题1分，共2分）", "1．党的根本宗旨是（ C ）。", "A．实现共产主义  B．发展生产力  C．全心全意为人民服务", "2．党的纪律处分有（ B ）种。", "A．四  B．五", "#2:0 多项选择题", "1．下列属于党的纪律处分的有（ABC）。", "A．警告  B．严重警告  C．开除党籍  D．罚款"),
}

// wordFile is a document with page headers and footers, which are no questions.
func wordFile(t *testing.T, body string) []byte {
	t.Helper()
	const w = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`
	return zipInOrder(t, []zipPart{
		{"[Content_Types].xml", `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"_rels/.rels", `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/numbering.xml", wordNumbering},
		{"word/header1.xml", `<w:hdr ` + w + `>` + paras("内部资料 1. 请勿外传") + `</w:hdr>`},
		{"word/footer1.xml", `<w:ftr ` + w + `>` + paras("第 1 页") + `</w:ftr>`},
		{"word/document.xml", `<?xml version="1.0" encoding="UTF-8"?><w:document ` + w + `><w:body>` + body + `</w:body></w:document>`},
	})
}

// item is a QTI item of version 2.1 or 2.2.
func item(version, id, cardinality string, most int, prompt string, right []string, choices ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v%s" identifier="%s" title="%s" adaptive="false" timeDependent="false"><responseDeclaration identifier="RESPONSE" cardinality="%s" baseType="identifier"><correctResponse>`, version, id, id, cardinality)
	for _, r := range right {
		fmt.Fprintf(&b, `<value>%s</value>`, r)
	}
	fmt.Fprintf(&b, `</correctResponse></responseDeclaration><itemBody><p>阅读后作答。</p><choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="%d"><prompt>%s</prompt>`, most, prompt)
	for i, c := range choices {
		fmt.Fprintf(&b, `<simpleChoice identifier="choice%d">%s</simpleChoice>`, i+1, c)
	}
	b.WriteString(`</choiceInteraction></itemBody><modalFeedback outcomeIdentifier="FEEDBACK" identifier="f" showHide="show">见教材。</modalFeedback></assessmentItem>`)
	return b.String()
}

const qtiManifest = `<?xml version="1.0" encoding="UTF-8"?><manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="m"><resources><resource identifier="r1" type="imsqti_item_xmlv2p1" href="q1.xml"/></resources></manifest>`

var packages = map[string][]zipPart{
	"带清单的题包_2.1": {{"imsmanifest.xml", qtiManifest}, {"q1.xml", item("2p1", "q1", "single", 1, "我国的首都是？", []string{"choice2"}, "上海", "北京")},
		{"q2.xml", item("2p1", "q2", "multiple", 0, "下列属于水果的有？", []string{"choice1", "choice3"}, "苹果", "白菜", "梨")}},
	"题包_2.2_有别的题型": {{"imsmanifest.xml", qtiManifest}, {"items/a.xml", item("2p2", "a", "single", 1, "地球是行星。", []string{"choice1"}, "正确", "错误")},
		{"items/b.xml", `<?xml version="1.0" encoding="UTF-8"?><assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="b" title="b"><itemBody><p>配对</p><matchInteraction responseIdentifier="R"/></itemBody></assessmentItem>`},
		{"items/c.xml", item("2p2", "c", "single", 1, "答案指向没有的选项", []string{"choice9"}, "甲", "乙")},
		{"test.xml", `<?xml version="1.0" encoding="UTF-8"?><assessmentTest xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="t"><testPart/></assessmentTest>`}},
}
