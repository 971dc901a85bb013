package roster

import "strings"

// notes is the catalogue of what is said about a row or a file: Chinese, English. {found} is what stands in the file,
// {want} another value that it is held against. Each says what was found and what is expected.
var notes = map[string][2]string{
	"name.required":    {"姓名是空的（应填写姓名）", "There is no name (expected: a name)."},
	"name.characters":  {"姓名“{found}”里有不能用的字符（应只有文字）", "The name “{found}” has characters that cannot be used (expected: letters)."},
	"person.name_long": {"姓名“{found}”太长（最多 40 个字）", "The name “{found}” is too long (at most 40 characters)."},
	"phone.masked":     {"手机号“{found}”有隐藏的数字（应为完整的号码）", "The phone number “{found}” has hidden digits (expected: the whole number)."},
	"phone.invalid":    {"手机号“{found}”不是电话号码（应为 11 位数字，如 13800138000）", "“{found}” is no phone number (expected: 11 digits such as 13800138000)."},
	"phone.unusual":    {"“{found}”不是 11 位手机号，按原样导入，请核对", "“{found}” is no mobile number of 11 digits; taken as it is, please check."},
	"number.lost":      {"“{found}”是表格软件改写过的号码，后几位已丢失（应把这一列设为文本，重新填写完整号码）", "“{found}” was rewritten by a spreadsheet and lost its last digits (expected: the whole number in a column of texts)."},
	"no.long":          {"工号“{found}”太长（最多 40 个字）", "The employee number “{found}” is too long (at most 40 characters)."},
	"unit.long":        {"单位名称“{found}”太长（最多 60 个字）", "The unit's name “{found}” is too long (at most 60 characters)."},
	"cell.error":       {"这一格显示“{found}”，公式没有算出结果（应为文字或号码）", "This cell shows “{found}”: its formula has no result (expected: a text or a number)."},
	"row.hidden":       {"这一行在表格里是隐藏的，仍会导入；不需要请在文件里删除", "This row is hidden in the spreadsheet and is imported all the same; delete it there if it should not be."},
	"row.footer":       {"“{found}”看起来不是人员，跳过", "“{found}” does not look like a person and is skipped."},

	"unit.none":         {"没有写单位（应填写单位，或在上方指定整份文件属于哪个单位）", "No unit is given (expected: a unit, or choose above whose people the whole file has)."},
	"unit.unknown":      {"没有叫“{found}”的单位，请在上方对应单位", "There is no unit called “{found}”: please say above which it is."},
	"unit.ambiguous":    {"有 {want} 个单位叫“{found}”，请在上方选择", "{want} units are called “{found}”: please choose above."},
	"unit.skipped":      {"按你的选择跳过“{found}”", "“{found}” is skipped, as you chose."},
	"unit.default":      {"没有写单位，归入“{want}”", "No unit is given; taken to “{want}”."},
	"number.none":       {"没有手机号和工号，可以导入，但本人不能自己登录", "Neither phone nor employee number: imported, but they cannot sign in themselves."},
	"row.twice":         {"与第 {want} 行是同一个人，只导入第一次出现的", "The same person as in row {want}: only the first is imported."},
	"row.conflict":      {"与第 {want} 行的号码相同，内容不同（应只有一行）", "The same number as in row {want} with something else (expected: one row)."},
	"person.renamed":    {"号码 {found} 现在属于“{want}”，导入后改名；如果是另一个人，请先核对号码", "The number {found} belongs to “{want}”, who is renamed by this import. If it is somebody else, check the number first."},
	"person.other":      {"号码 {found} 属于“{want}”，工号也不同，像是另一个人（应核对号码）", "The number {found} belongs to “{want}”, with another employee number: it seems to be somebody else (expected: check the number)."},
	"person.by_name":    {"按姓名和单位认定为“{want}”的同一个人，请核对", "Taken for “{want}” by name and unit: please check."},
	"person.namesake":   {"同单位已有同名的人，号码不同，按新的一人导入", "The unit has somebody of this name with another number; imported as another person."},
	"person.ambiguous":  {"花名册里有 {want} 个人符合“{found}”，分不清是哪一个（应填写手机号）", "{want} people on the roster fit “{found}” (expected: a phone number that tells which)."},
	"person.same_phone": {"手机号 {found} 已属于“{want}”，两人可能共用，请核对", "The phone number {found} already belongs to “{want}”; they may share it, please check."},
	"person.back":       {"此人曾离开花名册，导入后恢复", "They had left the roster and come back with this import."},
	"person.erased":     {"此人的资料已应要求删除，按新的一人导入", "This person was erased; imported as somebody new."},

	"file.sheet_empty":  {"工作表“{found}”里没有找到人员表头，已跳过", "No header of people was found in the sheet “{found}”, which was skipped."},
	"file.sheet_hidden": {"跳过了隐藏的工作表“{found}”", "The hidden sheet “{found}” was skipped."},
	"file.sheet_unit":   {"工作表“{found}”没有单位列，按工作表的名称作为单位", "The sheet “{found}” has no column for units; its name is taken as the unit."},
	"file.two_branches": {"既有“{found}”又有“{want}”：以“{found}”为准，空着时用“{want}”", "There are both “{found}” and “{want}”: the first counts, the second where that is empty."},
}

// wholeFile is the catalogue of what can be wrong with a whole file.
var wholeFile = map[string][2]string{
	"roster.too_large":  {"一个文件最多 20 MB", "A file may have at most 20 MB."},
	"roster.too_many":   {"一个文件最多 100,000 人，请分成几个文件", "A file may have at most 100,000 people: please split it."},
	"roster.unknown":    {"认不出这个文件。请用 .xlsx 或 .csv 的花名册", "This file is not recognised. Use a roster as .xlsx or .csv."},
	"roster.password":   {"文件有密码，请去掉密码后再试", "The file has a password: please take it off."},
	"roster.old_office": {"这是旧版 Excel 文件（.xls），请另存为 .xlsx", "This is a file of an old Excel (.xls): save it as .xlsx."},
	"roster.bomb":       {"文件解压后太大，已拒绝", "The file unpacks to too much and was refused."},
	"roster.broken":     {"文件已损坏，读不出来。请重新保存后再试", "The file is damaged and cannot be read. Save it anew and try again."},
	"roster.empty":      {"文件里没有人员", "There are no people in this file."},
	"roster.no_header":  {"没有找到表头。前 20 行里要有一行写着 姓名 和 手机号、工号 或 单位", "No header was found. One of the first 20 rows needs a column for the name and one for phone, employee number or unit."},
}

// Say gives a note in a language: "en", else Chinese.
func (n Note) Say(lang string) string {
	t, ok := notes[n.Code]
	if !ok {
		return n.Code
	}
	s := t[0]
	if isEnglish(lang) {
		s = t[1]
	}
	return strings.NewReplacer("{found}", short(n.Found), "{want}", short(n.Want)).Replace(s)
}

// FileFault gives the text of a fault of a whole file; false when the key is none of them.
func FileFault(key, lang string) (string, bool) {
	t, ok := wholeFile[key]
	if isEnglish(lang) {
		return t[1], ok
	}
	return t[0], ok
}

func isEnglish(lang string) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(lang)), "en")
}

// short cuts a text for a message.
func short(s string) string {
	const most = 60
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
