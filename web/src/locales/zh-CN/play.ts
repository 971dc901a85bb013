/** What it takes to join: part of the first load. The rest is in live.ts. */
const zh = {
  app: '擂台',
  tagline: '知识竞赛',
  other: 'English',
  loading: '正在打开…',
  retry: '重试',
  me: '我的竞赛',
  'code.label': '比赛码',
  'code.hint': '大屏幕上的六位数字',
  'code.go': '进入赛场',
  'code.bad': '请输入六位数字',
  'code.unknown': '没有这场比赛，请核对大屏幕上的数字',
  'net.failed': '网络不通，请稍后再试',
  'room.full': '人数已满，请联系工作人员',
  'room.finished': '比赛已经结束',
  'join.team': '选择你的队伍',
  'join.search': '搜索单位或支部',
  'join.found': '找到 {n} 支队伍',
  'join.nobody': '没有找到，换个词试试',
  'join.change': '更换',
  'join.chosen': '队伍',
  'join.name': '你的姓名',
  'join.name.hint': '将显示在成绩和证书上',
  'join.go': '加入比赛',
  'join.again': '登录已失效，请重新加入',
  'name.required': '请填写姓名',
  'name.too_long': '姓名最多 20 个字',
  'name.characters': '姓名里有不能使用的字符',
}

export type PlayKey = keyof typeof zh
export default zh
