package rehearse

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// WriteText writes the report for people, in Chinese.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("")
	line("彩排结果  %s  房间 %s  %s", r.URL, r.Code, endings[r.Ended])
	if r.Trouble != "" {
		line("  出现问题    %s", r.Trouble)
	}
	line("  入场        %d / %d 人，用时 %.2f 秒（每人 %s）", r.Joined, r.Players, r.JoinSeconds, r.JoinMS)
	line("  作答        发出 %d，确认 %d，丢失 %d，重复 %d，迟到 %d，来不及 %d，无回音 %d",
		r.Sent, r.Acknowledged, r.Lost, r.Duplicates, r.Late, r.Missed, r.Unacknowledged)
	line("  核对        %s", r.checkText())
	line("  断网重连    主动断开 %d，意外断开 %d，重新连上 %d", r.Drops, r.Breaks, r.Reconnects)
	line("  确认用时    %s", r.AckMS)
	if r.AckAfterDropMS.N > 0 {
		line("  断网后确认  %s", r.AckAfterDropMS)
	}
	line("  题目先后差  %s（最早与其他手机收到题目之差）", r.SkewMS)
	line("  题目送达    %s", r.OpenMS)
	line("  成绩送达    %s（公布答案到本人看到得分）", r.RevealMS)
	if r.ServerRSS > 0 || r.ServerCPU > 0 {
		line("  服务器      内存 %s（空闲 %s，入场后 %s），处理器 %.2f 秒",
			size(r.ServerRSS), size(r.ServerRSSEmpty), size(r.ServerRSSJoined), r.ServerCPU)
	} else if r.ProcessNote != "" {
		line("  服务器      %s", r.ProcessNote)
	}
	if i := r.Import; i != nil {
		line("  同时导入    %d 个文件，共 %d 题（读取 %s，入库 %s）", i.Files, i.Questions, i.ReadMS, i.StoreMS)
	}
	line("  模拟程序    处理器 %.2f 秒，最迟晚发 %.1f 毫秒，随机种子 %d", r.ClientCPU, r.GeneratorLateMS, r.Seed)
	for _, group := range []struct {
		name   string
		counts map[string]int
	}{{"未能入场", r.JoinFaults}, {"作答被拒", r.Refused}, {"其他异常", r.Faults}, {"服务器告别", r.Byes}} {
		for _, name := range slices.Sorted(maps.Keys(group.counts)) {
			line("  %s    %s × %d", group.name, name, group.counts[name])
		}
	}
	if len(r.Questions) > 0 {
		line("")
		line("  轮-题  题型      看到   发出   确认   确认用时 p50/p99/max     先后差 max  成绩 p99（毫秒）")
	}
	for _, q := range r.Questions {
		note := ""
		if q.Warmup {
			note = "  预热，不计时"
		}
		line("  %2d-%-3d %-8s %6d %6d %6d   %7.1f %7.1f %7.1f   %9.1f  %8.1f%s", q.Round, q.No, q.Type, q.Seen, q.Sent,
			q.Acknowledged, q.AckMS.P50, q.AckMS.P99, q.AckMS.Max, q.SkewMS.Max, q.RevealMS.P99, note)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

var endings = map[string]string{
	"finished": "演出结束", "closed": "房间已关闭", "interrupted": "被中断", "timeout": "到时停止", "failed": "中途失败",
}

func (r *Report) checkText() string {
	if !r.Checked {
		return "未核对：" + r.Check
	}
	s := fmt.Sprintf("已与成绩逐条比对 %d 条", r.Verified)
	if r.Lost+r.Doubled+r.Foreign+r.Changed+r.Strays == 0 {
		return s + "，全部一致"
	}
	return s + fmt.Sprintf("；丢失或不同 %d，重复入库 %d，来历不明 %d，确认内容不符 %d，发错对象 %d",
		r.Lost, r.Doubled, r.Foreign, r.Changed, r.Strays)
}

// String gives the spread in the words of the text report.
func (s Spread) String() string {
	if s.N == 0 {
		return "无数据"
	}
	return fmt.Sprintf("p50 %.1f  p99 %.1f  最大 %.1f 毫秒", s.P50, s.P99, s.Max)
}

func size(bytes int64) string { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }
