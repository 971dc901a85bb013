package exchange

import "strings"

// notes is the catalogue of what an import says about a row: Chinese, English. {found} is what stands in the file.
var notes = map[string][2]string{
	"stem.empty":         {"题干是空的（应写题目）", "There is no question text (expected: the question)."},
	"stem.shows_key":     {"题干括号里的“{found}”可能是答案，请核对", "The brackets in the question hold “{found}”, which may be the key: please check."},
	"options.few":        {"选项少于两个（应有至少两个）", "There are fewer than two options (expected: two or more)."},
	"options.many":       {"选项多于 26 个", "There are more than 26 options."},
	"options.same":       {"有两个选项相同：“{found}”", "Two options are the same: “{found}”."},
	"options.gap":        {"选项 {found} 是空的（应写内容，或去掉后面的选项）", "Option {found} is empty (expected: a text, or none after it)."},
	"options.order":      {"选项字母不连续：“{found}”", "The options' letters are not in order: “{found}”."},
	"options.split":      {"一行里的选项可能分错，请核对：“{found}”", "The options of this line may be split wrongly, please check: “{found}”."},
	"options.unwanted":   {"填空题不应有选项", "A fill-in question has no options."},
	"options.judge":      {"判断题的选项看不懂：“{found}”", "The options of this true-or-false question cannot be read: “{found}”."},
	"key.missing":        {"没有找到答案（应写选项字母、对错或填空内容）", "No key was found (expected: letters, true or false, or the text to fill in)."},
	"key.unreadable":     {"看不懂答案“{found}”（应为选项字母，如 B 或 AC）", "The key “{found}” cannot be read (expected: letters such as B or AC)."},
	"key.range":          {"答案“{found}”超出了选项（应为已有选项的字母）", "The key “{found}” goes beyond the options (expected: letters of options that are there)."},
	"key.one":            {"单选题有多个答案“{found}”（应为一个字母）", "A single-choice question has several keys “{found}” (expected: one letter)."},
	"key.judge":          {"看不懂判断题的答案“{found}”（应为 对 或 错）", "The key “{found}” of a true-or-false question cannot be read (expected: true or false)."},
	"key.marked_other":   {"写的答案和加粗或标红的选项不一致，按写的答案理解，请核对：{found}", "The key as written and the options in bold or red differ; taken as written, please check: {found}."},
	"key.conflict":       {"两处答案不一致：{found}", "Two keys contradict each other: {found}."},
	"key.ambiguous":      {"答案“{found}”有两种理解，请写选项字母", "The key “{found}” can be read in two ways: please write the option's letter."},
	"key.zero":           {"这个文件的答案像是从 0 开始数的选项序号（“{found}”），请改为选项字母", "The keys of this file seem to be option numbers that begin with 0 (“{found}”): please write letters."},
	"cell.formula":       {"这一格是公式（显示为“{found}”），请复制后“粘贴为值”再上传", "This cell is a formula (it shows “{found}”): paste it as a value and upload again."},
	"file.macros":        {"文件里有宏，已忽略", "The file has macros, which were ignored."},
	"key.digits":         {"答案“{found}”按选项序号理解", "The key “{found}” was read as option numbers."},
	"key.marked":         {"没有写答案，按加粗或标红的选项理解：{found}", "No key is written; the bold or red options were taken: {found}."},
	"key.in_stem":        {"答案取自题干括号里的“{found}”", "The key was taken from the brackets in the question: “{found}”."},
	"key.ticked":         {"没有写答案，按打勾的选项理解：{found}", "No key is written; the ticked options were taken: {found}."},
	"options.ticked":     {"打勾的选项与答案不一致：{found}", "The ticked options and the key differ: {found}."},
	"key.in_explanation": {"没有写答案，按解析里的“{found}”理解", "No key is written; “{found}” was taken from the explanation."},
	"key.explained":      {"解析里写的答案是“{found}”，与答案不一致，请核对", "The explanation names “{found}”, which is not the key: please check."},
	"key.text":           {"答案“{found}”按选项内容对应", "The key “{found}” was found among the options' texts."},
	"key.few":            {"多选题只有一个答案“{found}”", "A multiple-choice question has only one key “{found}”."},
	"key.blanks":         {"空的个数与答案个数不一致：“{found}”", "There are not as many answers as blanks: “{found}”."},
	"key.blanks_split":   {"答案“{found}”按每空一个理解", "The key “{found}” was read as one answer for each blank."},
	"key.order":          {"排序题的答案应包含每个选项一次：“{found}”", "The key of an ordering question has each option once: “{found}”."},
	"key.table_split":    {"答案表里的“{found}”分不开", "“{found}” in the table of keys cannot be split."},
	"key.table_twice":    {"答案表里有几个“{found}”，不知道是哪一题的", "The table of keys has “{found}” several times: it is not clear for which question."},
	"type.guessed":       {"没有写题型，按{found}理解", "No type is written; taken as {found}."},
	"type.unknown":       {"看不懂题型“{found}”（应为 单选、多选、判断、填空 或 排序）", "The type “{found}” is not known (expected: single, multiple, judge, fill or order)."},
	"type.lacking":       {"本系统没有这种题型：{found}（可以用 单选、多选、判断、填空、排序）", "There is no such kind of question here: {found} (expected: single, multiple, judge, fill or order)."},
	"type.conflict":      {"题型与内容不符：{found}", "Type and content do not fit: {found}."},
	"type.judge":         {"改为判断", "Make it true-or-false"},
	"type.single":        {"改为单选", "Make it single choice"},
	"type.multiple":      {"改为多选", "Make it multiple choice"},
	"difficulty.unread":  {"看不懂难度“{found}”，按 3 理解", "The difficulty “{found}” cannot be read; taken as 3."},
	"question.invalid":   {"题目不完整或有误：{found}", "The question is not complete: {found}."},
	"text.long":          {"太长：{found}", "Too long: {found}."},
	"text.ignored":       {"这一行没有用上：“{found}”", "This line was not used: “{found}”."},
	"text.joined":        {"这一行接在了前面：“{found}”", "This line was joined to what stands before it: “{found}”."},
	"text.lost":          {"这几行像是题目的一部分，但不知道属于哪一题：“{found}”", "These lines look like a part of a question, but it is not clear of which: “{found}”."},
	"key.reversed":       {"标题说错的打√，与通常相反，请逐题写明 对 或 错", "The heading says that √ means false: please write true or false for each question."},
	"key.table_spare":    {"答案表里有第 {found} 题的答案，但没有这道题，题号和答案可能错位，请核对", "The table of keys has number {found}, but there is no such question: numbers and keys may be out of step, please check."},
	"file.ignored":       {"没有用上的文字 {found}", "Lines that were not used: {found}"},
	"number.jump":        {"题号不连续：{found}", "The number is out of order: {found}."},
	"number.missing":     {"没有题号，按新的一题理解", "There is no number; taken as another question."},
	"partial.score":      {"部分分值没有采用：{found}", "Partial scores were not taken over: {found}."},
	"picture.lost":       {"图片没有读出：{found}", "A picture could not be read: {found}."},
	"picture.none":       {"题里的图片没有带进来：{found}", "The question's pictures did not come along: {found}."},
	"file.sheet_empty":   {"工作表“{found}”里没有找到题目", "No questions were found in the sheet “{found}”."},
	"file.sheet_hidden":  {"跳过了隐藏的工作表“{found}”", "The hidden sheet “{found}” was skipped."},
	"file.comma":         {"JSON 里有多余的逗号，已忽略", "The JSON has a trailing comma, which was ignored."},
	"gift.joined":        {"这里有两组 { }，像是两道题之间少了空行：“{found}”", "There are two { } here; an empty line between two questions seems to be missing: “{found}”."},
	"json.shape":         {"看不懂这一条，字段有：{found}", "This entry cannot be read; its fields are: {found}."},
	"json.syntax":        {"不是有效的 JSON：{found}", "This is not valid JSON: {found}."},
	"syntax":             {"写法有误：{found}", "The syntax is wrong: {found}."},
	"duplicate.file":     {"与本文件第 {found} 题相同", "The same as question {found} of this file."},
	"duplicate.bank":     {"题库里已有这道题", "The bank has this question already."},
	"picture.linked":     {"图片只是链接，文件里没有图：{found}", "A picture is only linked and not in the file: {found}."},
	"picture.large":      {"图片太大，没有带进来：{found}（每张最多 10 MB、2400 万像素）", "A picture is too large and did not come along: {found} (at most 10 MB and 24 megapixels each)."},
	"picture.kind":       {"这种图片不能用，没有带进来：{found}。请另存为 PNG 或 JPG 再插入", "This kind of picture cannot be used and did not come along: {found}. Save it as PNG or JPG and insert it again."},
	"picture.many":       {"一道题最多 12 张图片，没有带进来：{found}", "A question has at most 12 pictures; this one did not come along: {found}."},
	"picture.place":      {"请核对图片是否放对了地方：{found}", "Please check whether the picture is in the right place: {found}."},
	"picture.cropped":    {"图片在文档里裁剪过，带进来的是裁剪前的整图，请核对：{found}", "The picture was cropped in the document; the whole of it came along, please check: {found}."},
	"picture.needed":     {"有选项只有图片，而图片没有读出", "An option is a picture only, and the picture could not be read."},
	"picture.outside":    {"工作表“{found}”表头上方的图片没有带进来", "Pictures above the header of the sheet “{found}” did not come along."},
}

// Say gives the note in a language: "en", else Chinese.
func (n Note) Say(lang string) string { return say(n.Code, n.Found, lang) }

func say(code, found, lang string) string {
	texts, ok := notes[code]
	if !ok {
		return code
	}
	text := texts[0]
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(lang)), "en") {
		text = texts[1]
	}
	return strings.ReplaceAll(text, "{found}", Short(found, 60))
}

// Say gives the mend's caption.
func (m Mend) Say(lang string) string { return say(m.Code, "", lang) }

// Short cuts a text for a message: one line of at most so many characters.
func Short(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
