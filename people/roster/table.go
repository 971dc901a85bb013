package roster

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"
)

// column is a part of a person that a file has.
type column int

const (
	nameColumn column = iota
	phoneColumn
	noColumn
	unitColumn
	branchColumn  // 支部, 班组
	sectionColumn // 部门: taken where there is no branch
)

// headings are what columns are called, as headName gives them.
var headings = map[string]column{}

func init() {
	for c, names := range map[column]string{
		nameColumn: "姓名 名字 员工姓名 人员姓名 职工姓名 参赛人员 参赛人员姓名 参赛人姓名 参赛者 参赛者姓名 真实姓名 党员姓名 name fullname employeename",
		phoneColumn: "手机号 手机 手机号码 电话 电话号码 联系电话 联系方式 移动电话 联系手机 本人手机 本人手机号 手机电话 phone mobile mobilephone tel telephone " +
			"phonenumber mobilenumber cellphone",
		noColumn:      "工号 员工编号 员工号 员工工号 人员编号 职工号 职工编号 工作证号 人员工号 工作编号 employeeno employeenumber employeeid staffno staffid jobnumber no.",
		unitColumn:    "单位 公司 企业 单位名称 公司名称 企业名称 所在单位 所属单位 工作单位 所在公司 所属公司 所在企业 所属企业 参赛单位 党委 unit company organization organisation enterprise employer",
		branchColumn:  "支部 党支部 支部名称 党支部名称 所在支部 所属支部 所在党支部 所属党支部 党组织 所在党组织 branch partybranch",
		sectionColumn: "部门 部门名称 所在部门 所属部门 科室 处室 车间 班组 下级单位 二级单位 部门支部 部门/支部 支部/部门 department dept section team",
	} {
		for name := range strings.FieldsSeq(names) {
			headings[name] = c
		}
	}
}

// brackets are what a heading explains: 手机号（必填）.
var brackets = regexp.MustCompile(`\([^)]*\)|\[[^\]]*\]|【[^】]*】`)

// headName is a heading as headings has it.
func headName(s string) string {
	s = strings.ToLower(norm.NFKC.String(s))
	s = brackets.ReplaceAllString(s, "")
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("*:_-", r) || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
}

func columnOf(cell string) (column, bool) {
	if len(cell) > 100 {
		return 0, false
	}
	c, ok := headings[headName(cell)]
	return c, ok
}

// header finds the row that names the columns: the one among the first with a name and the most others.
func (s *sheet) header() (at int, where map[column]int, ok bool) {
	for r := range min(len(s.lines), headerRows) {
		found := map[column]int{}
		for i, cell := range s.lines[r] {
			if c, ok := columnOf(cell); ok {
				if _, twice := found[c]; !twice {
					found[c] = i
				}
			}
		}
		if _, named := found[nameColumn]; named && len(found) >= 2 && len(found) > len(where) {
			at, where, ok = r, found, true
		}
	}
	return at, where, ok
}

// plainSheet are names of sheets that say nothing about who is in them.
var plainSheet = regexp.MustCompile(`(?i)^(sheet|工作表|表)\s*\d*$|^(花名册|人员|名单|汇总|总表|全部|人员名单|员工名单|人员信息|报名表)\d*$`)

// people reads the rows below the header; several tells that the file has more sheets, which then may be called after
// units. It is not ok without a header.
func (s *sheet) people(several bool) (rows []Row, notes []Note, ok bool) {
	at, where, ok := s.header()
	if !ok {
		return nil, nil, false
	}
	_, hasUnit := where[unitColumn]
	_, hasBranch := where[branchColumn]
	_, hasSection := where[sectionColumn]
	byName := several && !hasUnit && !plainSheet.MatchString(strings.TrimSpace(s.name))
	if byName {
		notes = append(notes, Note{Status: Warning, Code: "file.sheet_unit", Found: s.name})
	}
	if hasBranch && hasSection {
		notes = append(notes, Note{Status: Warning, Code: "file.two_branches", Found: s.lines[at][where[branchColumn]], Want: s.lines[at][where[sectionColumn]]})
	}
	for r := at + 1; r < len(s.lines); r++ {
		if isBlank(s.lines[r]) || s.repeatsHeader(r, where) {
			continue
		}
		row := s.person(r, where)
		if byName {
			row.Unit = CleanText(s.name)
		}
		if row.Name == "" && row.Phone == "" && row.EmployeeNo == "" && len(row.Notes) == 1 && row.Notes[0].Code == "name.required" {
			continue // a number in front of an empty line, or a unit that is merged over one
		}
		rows = append(rows, row)
	}
	return rows, notes, true
}

// repeatsHeader finds the header on a later page of what was made for printing.
func (s *sheet) repeatsHeader(r int, where map[column]int) bool {
	same := 0
	for c, i := range where {
		if got, ok := columnOf(s.cell(r, i)); ok && got == c {
			same++
		}
	}
	return same >= 2
}

func (s *sheet) cell(r, c int) string {
	if c >= len(s.lines[r]) {
		return ""
	}
	return s.lines[r][c]
}

// footer is what stands below a list instead of a name.
var footer = regexp.MustCompile(`^(合\s*计|总\s*计|小\s*计|共计|填表人|填报人|制表人|制表|审核|审核人|备注|说明|注|联系人|负责人签字|盖章|单位盖章)($|[:：\s（(].*|\d.*)`)

func (s *sheet) person(r int, where map[column]int) Row {
	out := Row{Sheet: s.name, Row: r + 1}
	text := func(c column) (value, cell string, at int) {
		i, ok := where[c]
		if !ok {
			return "", "", -1
		}
		name, err := excelize.CoordinatesToCellName(i+1, r+1)
		if err != nil {
			name = strconv.Itoa(r + 1)
		}
		value = unguard(s.cell(r, i))
		if broken := cellError.MatchString(strings.TrimSpace(value)); broken {
			out.note(Error, "cell.error", name, value, "")
			value = ""
		}
		return value, name, i
	}
	number := func(c column, isPhone bool) (value, cell string) {
		value, cell, at := text(c)
		exact, isExact := s.exact[[2]int{r, at}]
		if isExact {
			value = exact
		}
		whole, lost := wholeNumber(CleanText(value))
		if lost && isExact && whole != "" {
			lost = false // a round number, written short
		}
		if lost {
			out.note(Error, "number.lost", cell, value, "")
			return "", cell
		}
		if !isPhone {
			return whole, cell
		}
		phone, key := CleanPhone(whole)
		switch {
		case key == "phone.unusual":
			out.note(Warning, key, cell, phone, "")
		case key != "":
			out.note(Error, key, cell, value, "")
		}
		return phone, cell
	}
	var name string
	name, out.Cells.Name, _ = text(nameColumn)
	if footer.MatchString(strings.TrimSpace(name)) {
		out.Name, out.Skip = CleanText(name), true
		out.note(Warning, "row.footer", out.Cells.Name, name, "")
		return out
	}
	var key string
	if out.Name, key = CleanName(name); key != "" {
		out.note(Error, key, out.Cells.Name, name, "")
	}
	out.Phone, out.Cells.Phone = number(phoneColumn, true)
	out.EmployeeNo, out.Cells.EmployeeNo = number(noColumn, false)
	if utf8.RuneCountInString(out.EmployeeNo) > MaxNumber {
		out.note(Error, "no.long", out.Cells.EmployeeNo, out.EmployeeNo, "")
	}
	unit, unitCell, _ := text(unitColumn)
	branch, branchCell, _ := text(branchColumn)
	if strings.TrimSpace(branch) == "" {
		branch, branchCell, _ = text(sectionColumn)
	}
	out.Unit, out.Cells.Unit, out.Branch, out.Cells.Branch = CleanText(unit), unitCell, CleanText(branch), branchCell
	for cell, name := range map[string]string{out.Cells.Unit: out.Unit, out.Cells.Branch: out.Branch} {
		if utf8.RuneCountInString(name) > MaxUnit {
			out.note(Error, "unit.long", cell, name, "")
		}
	}
	if s.hidden[r] {
		out.note(Warning, "row.hidden", "", "", "")
	}
	return out
}

func (r *Row) note(status Status, code, cell, found, want string) {
	r.Notes = append(r.Notes, Note{Status: status, Code: code, Cell: cell, Found: found, Want: want})
}

// cellError is what a formula that failed shows.
var cellError = regexp.MustCompile(`^#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|#+)`)

// rounded is a number as a spreadsheet shows a long one.
var rounded = regexp.MustCompile(`^[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,2}$`)

func isRounded(s string) bool { return len(s) < 40 && rounded.MatchString(strings.TrimSpace(s)) }

// wholeNumber writes 1.3812345678E+10 and 13812345678.0 as they are meant; lost tells that digits of the number are
// gone, as in 1.38E+10, unless they were nothing but zeros.
func wholeNumber(s string) (whole string, lost bool) {
	if m := strings.TrimSuffix(strings.TrimSuffix(s, "0"), ".0"); strings.HasSuffix(s, ".0") || strings.HasSuffix(s, ".00") {
		s = strings.TrimSuffix(m, ".")
	}
	if !isRounded(s) {
		return s, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f > 1<<53 || f != math.Trunc(f) {
		return "", true
	}
	whole = strconv.FormatFloat(f, 'f', 0, 64)
	mantissa, _, _ := strings.Cut(strings.ToLower(s), "e")
	digits := len(strings.ReplaceAll(mantissa, ".", ""))
	return whole, digits < 8 // spreadsheets round to at most six
}

// unguard takes off the apostrophe that exports put before what a spreadsheet would compute.
func unguard(s string) string {
	if t := strings.TrimPrefix(s, "'"); t != s {
		return t
	}
	return s
}

// What a person's parts may be, in characters.
const (
	MaxName   = 40
	MaxNumber = 40 // of a 工号
	MaxUnit   = 60
)

// CleanText gives a text on one line: NFKC, without what cannot be seen, and with single spaces.
func CleanText(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, norm.NFKC.String(s))
	return strings.Join(strings.Fields(s), " ")
}

// CleanName gives a person's name without the spaces that make Chinese names of two characters as wide as those of
// three (张 三); key says what is wrong with it: "name.required", "person.name_long" or "name.characters".
func CleanName(s string) (name, key string) {
	name = CleanText(s)
	han := strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	latin := strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
	if han && !latin {
		name = strings.ReplaceAll(name, " ", "")
	}
	switch {
	case name == "":
		return name, "name.required"
	case utf8.RuneCountInString(name) > MaxName:
		return name, "person.name_long"
	case !strings.ContainsFunc(name, unicode.IsLetter), strings.ContainsFunc(name, notInNames):
		return name, "name.characters"
	}
	return name, ""
}

func notInNames(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" .·•・-'’()", r)
}

var (
	mobile   = regexp.MustCompile(`^1[0-9]{10}$`)
	digits   = regexp.MustCompile(`^\+?[0-9]{5,20}$`)
	masked   = regexp.MustCompile(`[*xX＊]{2,}`)
	fillers  = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "", "—", "", "–", "", "‐", "", "_", "")
	dialling = regexp.MustCompile(`^(\+|00)86(1[0-9]{10})$|^86(1[0-9]{10})$`)
)

// CleanPhone gives a phone number without what people put into it; "" stays "". key says what is wrong:
// "phone.masked", "phone.invalid", or "phone.unusual", which is no mobile number of the mainland and may be right.
func CleanPhone(s string) (phone, key string) {
	phone = fillers.Replace(CleanText(s))
	if m := dialling.FindStringSubmatch(phone); m != nil {
		phone = m[2] + m[3]
	}
	switch {
	case phone == "" || mobile.MatchString(phone):
		return phone, ""
	case masked.MatchString(phone):
		return "", "phone.masked"
	case digits.MatchString(phone):
		return phone, "phone.unusual"
	}
	return "", "phone.invalid"
}

// CleanNumber gives a 手机号 or 工号 as somebody types it the way it is stored: both forms of a number that is a phone's.
func CleanNumber(s string) (phone, no string) {
	no = CleanText(s)
	if phone, key := CleanPhone(no); key == "" || key == "phone.unusual" {
		return phone, no
	}
	return no, no
}

// String names a row for messages.
func (r Row) String() string {
	if r.Sheet == "" {
		return strconv.Itoa(r.Row)
	}
	return fmt.Sprintf("%s!%d", r.Sheet, r.Row)
}
