//go:build linux

// Command importing measures what importing a large workbook costs: it starts the program on embedded storage, uploads
// workbooks of 10,000 and 50,000 rows through the API, asks for the preview as the console does, and watches the memory
// of the server and of the process that reads the file. The numbers are in docs/performance.md.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/xuri/excelize/v2"
)

const password = "import-bench-1"

func main() {
	binary := flag.String("binary", "bin/leitai", "program to measure")
	flag.Parse()
	if err := run(*binary); err != nil {
		fmt.Fprintln(os.Stderr, "importing:", err)
		os.Exit(1)
	}
}

func run(binary string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	fmt.Println("| rows | file | preview after | rows a second | server before | server and reader, most | annotated copy after | stored after |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, rows := range []int{10_000, 50_000} {
		if err := measure(ctx, binary, rows); err != nil {
			return fmt.Errorf("%d rows: %w", rows, err)
		}
	}
	return nil
}

func measure(ctx context.Context, binary string, rows int) error {
	book, err := workbook(rows)
	if err != nil {
		return err
	}
	s, err := start(ctx, binary)
	if err != nil {
		return err
	}
	defer s.stop()
	if err := s.call(ctx, "POST", "/session", []byte(`{"username":"admin","password":"`+password+`"}`), nil); err != nil {
		return err
	}
	before := s.memory()
	s.most.Store(before)
	begun := time.Now()
	var in struct {
		ID, State, Fault string
		Counts           struct{ OK int }
	}
	if err := s.call(ctx, "POST", "/imports?wait=false&name=bank.xlsx", book, &in); err != nil {
		return err
	}
	for in.State == "reading" {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		if err := s.call(ctx, "GET", "/imports/"+in.ID, nil, &in); err != nil {
			return err
		}
	}
	if in.Counts.OK != rows {
		return fmt.Errorf("%d good rows: %s", in.Counts.OK, in.Fault)
	}
	if err := s.call(ctx, "GET", "/imports/"+in.ID+"/rows", nil, nil); err != nil {
		return err
	}
	preview, most := time.Since(begun), s.most.Load()
	begun = time.Now()
	if err := s.call(ctx, "GET", "/imports/"+in.ID+"/annotated", nil, nil); err != nil {
		return err
	}
	copied := time.Since(begun)
	begun = time.Now()
	if err := s.call(ctx, "POST", "/imports/"+in.ID+"/store", []byte(`{"bank":"large"}`), nil); err != nil {
		return err
	}
	fmt.Printf("| %d | %.1f MB | %.1f s | %.0f | %d MB | %d MB | %.1f s | %.1f s |\n", rows, float64(len(book))/1e6, preview.Seconds(), float64(rows)/preview.Seconds(),
		before>>20, most>>20, copied.Seconds(), time.Since(begun).Seconds())
	return nil
}

// workbook is n single choices with explanations, as departments send them.
func workbook(n int) ([]byte, error) {
	book := excelize.NewFile()
	defer book.Close()
	w, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, err
	}
	if err := w.SetRow("A1", []any{"题干", "题型", "选项A", "选项B", "选项C", "选项D", "正确答案", "解析", "分类", "难度"}); err != nil {
		return nil, err
	}
	for i := range n {
		if err := w.SetRow(fmt.Sprintf("A%d", i+2), []any{fmt.Sprintf("第 %d 题：下列关于安全生产责任制的说法中，正确的是哪一项？请根据有关规定选择。", i), "单选题", fmt.Sprintf("选项甲 %d", i),
			"选项乙，是指从业人员的义务", "选项丙，是指单位的责任", "以上都不对", "B", "根据《中华人民共和国安全生产法》的有关规定，生产经营单位应当建立健全责任制。", "安全生产", i%5 + 1}); err != nil {
			return nil, err
		}
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = book.Write(&b)
	return b.Bytes(), err
}

// server is the program under measurement.
type server struct {
	cmd    *exec.Cmd
	base   string
	folder string
	client http.Client
	most   atomic.Int64
	done   chan struct{}
}

func start(ctx context.Context, binary string) (*server, error) {
	folder, err := os.MkdirTemp("", "leitai-import")
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	ready := filepath.Join(folder, "ready.json")
	s := &server{cmd: exec.CommandContext(ctx, binary, "serve", "--listen", "127.0.0.1:0", "--data-dir", filepath.Join(folder, "data"), "--ready-file", ready),
		folder: folder, client: http.Client{Jar: jar}, done: make(chan struct{})}
	s.cmd.Env = append(os.Environ(), "LEITAI_ADMIN_PASSWORD="+password)
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for {
		var told struct{ Address string }
		if b, err := os.ReadFile(ready); err == nil && json.Unmarshal(b, &told) == nil && told.Address != "" {
			s.base = "http://" + told.Address + "/api/v1"
			break
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), s.cmd.Process.Kill())
		case <-time.After(20 * time.Millisecond):
		}
	}
	go func() {
		for {
			select {
			case <-s.done:
				return
			case <-time.After(10 * time.Millisecond):
				if m := s.memory(); m > s.most.Load() {
					s.most.Store(m)
				}
			}
		}
	}()
	return s, nil
}

func (s *server) stop() {
	close(s.done)
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
	_ = os.RemoveAll(s.folder)
}

// memory is what the server and its children hold, in bytes.
func (s *server) memory() int64 {
	sum := resident(s.cmd.Process.Pid)
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", s.cmd.Process.Pid))
	for _, t := range tasks {
		b, _ := os.ReadFile(t)
		for f := range strings.FieldsSeq(string(b)) {
			if pid, err := strconv.Atoi(f); err == nil {
				sum += resident(pid)
			}
		}
	}
	return sum
}

func resident(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b))
	if len(f) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(f[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

func (s *server) call(ctx context.Context, method, path string, body []byte, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, s.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode > 299 {
		return fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, b)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(b, into)
}
