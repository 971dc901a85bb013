/** The online preliminary on the phone: what the first load shows. The rest is in sitting.ts. */
const zh = {
  app: '擂台',
  tagline: '网上答题',
  other: 'English',
  loading: '正在打开…',
  retry: '重试',
  back: '返回',
  'net.failed': '网络不通，请稍后再试',

  months: '',
  day: '{m}月{d}日',
  'day.year': '{y}年{day}',
  'day.today': '今天',
  'day.tomorrow': '明天',
  'n.d': '{n} 天',
  'n.h': '{n} 小时',
  'n.min': '{n} 分钟',
  'n.s': '{n} 秒',

  'phase.before': '尚未开始',
  'phase.practice': '练习阶段',
  'phase.between': '练习已结束',
  'phase.formal': '正式答题',
  'phase.after': '已结束',
  'next.practice': '距练习开始',
  'next.practice_ends': '练习还剩',
  'next.formal': '距正式答题开始',
  'next.ends': '距截止还有',
  'at.opens': '{at} 开始',
  'at.closes': '{at} 截止',
  'at.ended': '{at} 已截止',

  'fact.questions': '题数',
  'fact.full': '满分',
  'fact.time': '限时',
  'fact.each': '每题限时',
  'fact.times': '次数',
  'fact.per_day': '每天 {n} 次',
  'fact.in_all': '共 {n} 次',
  'fact.free': '不限',

  'step.sign_in': '登录后开始',
  'step.early': '先登录，到时直接答题',
  'step.enter': '报名后开始',
  'step.boards': '看排行榜',

  'go.rules': '竞赛规则',
  'go.boards': '排行榜',
  'go.draw': '抽题验证',
  privacy:
    '本次竞赛记录你的姓名、单位、答案、得分、用时和设备标识{leaving}，用于计分和排名，保存到 {until}（竞赛结束后 {n} 天）。',
  'privacy.leaving': '，以及离开答题页的次数',
}

export type OnlineKey = keyof typeof zh
export default zh
