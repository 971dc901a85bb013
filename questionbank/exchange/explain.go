package exchange

import (
	"fmt"
	"strings"

	"leitai/fault"
)

// wholeFile is the catalogue of what can be wrong with a whole file: Chinese, English.
var wholeFile = map[string][2]string{
	"import.too_many":   {"一个文件最多 50,000 题，请分成几个文件", "A file may have at most 50,000 questions: please split it."},
	"import.too_large":  {"一个文件最多 20 MB", "A file may have at most 20 MB."},
	"import.unknown":    {"认不出这个文件的格式。可以用 xlsx、csv、docx、txt、GIFT、Aiken、Moodle XML、QTI、JSON；PDF 请另存为 docx，或复制文字后粘贴", "The file's format is not known. Use xlsx, csv, docx, txt, GIFT, Aiken, Moodle XML, QTI or JSON; save a PDF as docx, or paste its text."},
	"import.broken":     {"文件已损坏，读不出来。请重新保存后再试", "The file is damaged and cannot be read. Save it anew and try again."},
	"import.password":   {"文件有密码，请去掉密码后再试", "The file has a password: please take it off."},
	"import.old_office": {"这是旧版 Office 文件（.xls 或 .doc），请另存为 .xlsx 或 .docx", "This is a file of an old Office (.xls or .doc): save it as .xlsx or .docx."},
	"import.bomb":       {"文件解压后太大，已拒绝", "The file unpacks to too much and was refused."},
	"import.empty":      {"文件是空的，或者里面没有找到题目", "The file is empty, or no questions were found in it."},
	"import.entities":   {"文件里有外部实体，已拒绝", "The file has external entities and was refused."},
	"import.no_header":  {"没有找到表头。表头至少要有 题干 和 答案（或选项）", "No header was found. It needs at least a column for the question and one for the key or the options."},
}

// Explain says what is wrong with a whole file, in a language: "en", else Chinese.
func Explain(err error, lang string) string {
	if s, ok := FileFault(fault.KeyOf(err), lang); ok {
		return s
	}
	return err.Error()
}

// FileFault gives the text of a fault of a whole file; false when the key is none of them.
func FileFault(key, lang string) (string, bool) {
	texts, ok := wholeFile[key]
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(lang)), "en") {
		return texts[1], ok
	}
	return texts[0], ok
}

// Say joins what is to be said of a row; where something is wrong with a cell, its name stands first.
func (r Row) Say(lang string) string {
	var out []string
	for _, n := range r.Notes {
		text := n.Say(lang)
		if n.Cell != "" {
			text = fmt.Sprintf("%s：%s", n.Cell, text)
		}
		out = append(out, text)
	}
	return strings.Join(out, "；")
}
