import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import App from '../src/play/App.vue'
import { enter, step } from '../src/play/enter'
import Live from '../src/play/live/Live.vue'
import { FakeWebSocket, me, question, state } from './fakes'

let wrapper: VueWrapper
const now = 1_790_000_000_000

function answerWith(status: number, body: unknown) {
  const fetch = vi.fn((_path: string, _init?: RequestInit) =>
    Promise.resolve(new Response(JSON.stringify(body), { status })),
  )
  vi.stubGlobal('fetch', fetch)
  return fetch
}
const room = (teams: { id: string; name: string; group: string }[]) => ({
  code: '482915',
  contest: state().contest,
  phase: 'lobby',
  accepting: true,
  teams,
})
const twelve = Array.from({ length: 12 }, (_, i) => ({
  id: `t${i}`,
  name: `第${i + 1}支部`,
  group: i % 2 ? '云帆软件' : '华芯微电子',
}))
const fault = (key: string, fields?: Record<string, string>) => ({
  error: { code: 'invalid', key, message: '服务器说不行', fields, request_id: '1' },
})

beforeEach(() => {
  vi.stubGlobal('WebSocket', FakeWebSocket)
  vi.stubGlobal('scrollTo', () => undefined)
  FakeWebSocket.all = []
  localStorage.clear()
})
afterEach(() => {
  wrapper.unmount()
  vi.unstubAllGlobals()
  vi.useRealTimers()
  history.replaceState(null, '', '/')
})

describe('the way in', () => {
  it('asks for six digits and takes full-width ones', async () => {
    await enter('')
    wrapper = mount(App)
    await wrapper.find('form').trigger('submit')
    expect(wrapper.text()).toContain('请输入六位数字')
    answerWith(404, { error: { code: 'not_found', key: 'room.unknown', message: '', request_id: '1' } })
    await wrapper.find('#code').setValue('４８２９１５')
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(wrapper.text()).toContain('没有这场比赛')
  })

  it('finds a team by words, takes the first on Enter, and shows why a name is refused', async () => {
    answerWith(200, room(twelve))
    await enter('482915')
    wrapper = mount(App, { attachTo: document.body })
    expect(location.pathname).toBe('/j/482915')
    expect(wrapper.findAll('.pick')).toHaveLength(12)
    await wrapper.find('input[type=search]').setValue('云帆 10')
    expect(wrapper.findAll('.pick').map((x) => x.text())).toEqual(['第10支部'])
    await wrapper.find('input[type=search]').trigger('keydown', { key: 'Enter' })
    await flushPromises()
    expect(document.activeElement?.id).toBe('name')

    await wrapper.find('form').trigger('submit')
    expect(wrapper.find('#fault').text()).toBe('请填写姓名')
    await wrapper.find('#name').setValue('一'.repeat(21))
    await wrapper.find('form').trigger('submit')
    expect(wrapper.find('#fault').text()).toBe('姓名最多 20 个字')
    answerWith(422, fault('entrant.invalid', { name: 'name.characters' }))
    await wrapper.find('#name').setValue('王芳!')
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(wrapper.find('#fault').text()).toBe('姓名里有不能使用的字符')
    answerWith(422, fault('entrant.invalid', { name: 'name.new_rule' }))
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(wrapper.find('#fault').text()).toBe('服务器说不行')
  })

  it('sends the same client_id when the answer to a join was lost', async () => {
    answerWith(200, room(twelve.slice(0, 1)))
    await enter('482915')
    wrapper = mount(App)
    await wrapper.find('#name').setValue('王芳')
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('lost')))
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(wrapper.text()).toContain('网络不通')
    const client = (JSON.parse(localStorage.getItem('leitai.room.482915') ?? '{}') as { client: string })
      .client
    const fetch = answerWith(201, {
      token: 'tok',
      entrant: { id: 'e1', name: '王芳', team: { id: 't0', name: '一' } },
    })
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    const sent = fetch.mock.calls[0]?.[1]?.body
    expect(JSON.parse(typeof sent === 'string' ? sent : '')).toEqual({
      team_id: 't0',
      name: '王芳',
      client_id: client,
    })
    expect(step.value).toBe('live')
  })

  it('says that it is full and lets try again, or that it is over', async () => {
    answerWith(200, { ...room(twelve), accepting: false })
    await enter('482915')
    wrapper = mount(App)
    expect(wrapper.text()).toContain('人数已满')
    answerWith(200, room(twelve))
    await wrapper.find('main button').trigger('click')
    await flushPromises()
    expect(wrapper.findAll('.pick')).toHaveLength(12)
    answerWith(200, { ...room(twelve), phase: 'finished', accepting: false })
    await enter('482915')
    await flushPromises()
    expect(wrapper.text()).toContain('比赛已经结束')
    expect(wrapper.find('main button').exists()).toBe(false)
  })
})

describe('the game', () => {
  async function play(...frames: object[]) {
    localStorage.setItem(
      'leitai.room.482915',
      JSON.stringify({ client: 'c'.repeat(26), token: 'tok', entrant: 'e1' }),
    )
    await enter('482915')
    wrapper = mount(Live, { attachTo: document.body })
    const socket = FakeWebSocket.last
    socket.open()
    socket.sent
      .filter((m) => m.t === 'ping')
      .forEach((m) => {
        socket.receive({ t: 'pong', c: m['c'], server_ms: now })
      })
    for (const frame of frames) socket.receive(frame)
    await flushPromises()
    return socket
  }
  const answers = (socket: FakeWebSocket) => socket.sent.filter((m) => m.t === 'answer')

  it('joins with its token and greets by name', async () => {
    const socket = await play(state({ phase: 'lobby', question: null, round: null, question_no: 0 }), me())
    expect(socket.sent[0]).toMatchObject({ t: 'hello', role: 'player', code: '482915', token: 'tok' })
    expect(wrapper.text()).toContain('王芳，你已入场')
  })

  it('answers with one tap: sent at once, received on the ack, and not twice', async () => {
    const socket = await play(state(), me())
    const options = wrapper.findAll('.option')
    expect(options.map((x) => x.attributes('disabled'))).toEqual([undefined, undefined, undefined, undefined])
    await options[1]?.trigger('click')
    expect(answers(socket)).toMatchObject([{ r: 1, q: 3, a: ['B'] }])
    expect(wrapper.find('.status').text()).toBe('正在发送…')
    expect(options[1]?.attributes('aria-pressed')).toBe('true')
    await options[2]?.trigger('click')
    expect(answers(socket)).toHaveLength(1)
    socket.receive({
      t: 'answer.ack',
      id: answers(socket)[0]?.['id'],
      r: 1,
      q: 3,
      status: 'accepted',
      a: ['B'],
    })
    await flushPromises()
    expect(wrapper.find('.status').text()).toBe('已收到')
    await options[2]?.trigger('click')
    expect(answers(socket)).toHaveLength(1)
  })

  it('sends several with 确定, and asks for at least one', async () => {
    const socket = await play(state({ question: question({ type: 'multiple' }) }), me())
    await wrapper.find('.foot .button').trigger('click')
    expect(wrapper.find('.status').text()).toBe('请至少选一项')
    for (const i of [2, 0]) await wrapper.findAll('.option')[i]?.trigger('click')
    await wrapper.find('.foot .button').trigger('click')
    expect(answers(socket)).toMatchObject([{ a: ['A', 'C'] }])
  })

  it('sends every blank, and the order of a sequence', async () => {
    let socket = await play(state({ question: question({ type: 'fill', options: [], blanks: 2 }) }), me())
    await wrapper.findAll('input')[0]?.setValue(' 北京 ')
    await wrapper.find('.foot .button').trigger('click')
    expect(wrapper.find('.status').text()).toBe('请填完每一空')
    await wrapper.findAll('input')[1]?.setValue('上海')
    await wrapper.findAll('input')[1]?.trigger('keydown', { key: 'Enter' })
    expect(answers(socket)).toMatchObject([{ a: ['北京', '上海'] }])
    wrapper.unmount()
    localStorage.clear()
    socket = await play(state({ question: question({ type: 'order' }) }), me())
    for (const i of [2, 0, 3]) await wrapper.findAll('.option')[i]?.trigger('click')
    await wrapper.find('.foot .button').trigger('click')
    expect(wrapper.find('.status').text()).toBe('请把全部选项排完')
    await wrapper.findAll('.option')[1]?.trigger('click')
    await wrapper.find('.foot .button').trigger('click')
    expect(answers(socket)).toMatchObject([{ a: ['C', 'A', 'D', 'B'] }])
  })

  it('does not send long after the end, and says so', async () => {
    const socket = await play(state({ closes_ms: now - 2_000 }), me())
    await wrapper.findAll('.option')[0]?.trigger('click')
    expect(answers(socket)).toHaveLength(0)
    expect(wrapper.text()).toContain('时间已过')
  })

  it('says that a late answer does not count', async () => {
    const socket = await play(state(), me())
    await wrapper.findAll('.option')[0]?.trigger('click')
    socket.receive({ t: 'error', code: 'too_late', key: 'question.closed', re: answers(socket)[0]?.['id'] })
    await flushPromises()
    expect(wrapper.find('.status').text()).toBe('时间已过，这次作答没有计入')
    expect(wrapper.findAll('.option')[0]?.attributes('aria-pressed')).toBe('false')
  })

  it('shows the answer again after a reload', async () => {
    await play(state(), me({ answer: { r: 1, q: 3, a: ['D'], id: 'x' } }))
    expect(wrapper.findAll('.option')[3]?.attributes('aria-pressed')).toBe('true')
    expect(wrapper.find('.status').text()).toBe('已收到')
  })

  it('shows letters when the question is on the screen only', async () => {
    const bare = question({ stem: '', options: ['A', 'B', 'C', 'D'].map((id) => ({ id, text: '' })) })
    await play(state({ question: bare }), me())
    expect(wrapper.text()).toContain('请看大屏幕')
    expect(wrapper.findAll('.letters .option')).toHaveLength(4)
  })

  it('shows the result and tells it to a screen reader', async () => {
    const socket = await play(state({ phase: 'closed' }), me())
    const reveal = {
      key: ['B'],
      explanation: '因为',
      source: '党史',
      counts: {},
      answered: 10,
      correct: 9,
      media: [],
    }
    socket.receive(state({ phase: 'revealed', reveal, seq: 2 }))
    socket.receive(
      me({ result: { r: 1, q: 3, answered: true, correct: true, points: 10, elapsed_ms: 4_300, a: ['B'] } }),
    )
    await flushPromises()
    expect(wrapper.find('.verdict').text()).toContain('答对了')
    for (const text of ['+10', '因为', '出处：党史', '全场 90% 答对', '距上一名 10 分']) {
      expect(wrapper.text()).toContain(text)
    }
    expect(wrapper.find('[aria-live=polite]').text()).toContain('答对了')
  })

  it('names the key of a judge question in a sentence', async () => {
    const options = [
      { id: 'A', text: '正确' },
      { id: 'B', text: '错误' },
    ]
    const reveal = {
      key: ['B'],
      explanation: '',
      source: '',
      counts: {},
      answered: 10,
      correct: 9,
      media: [],
    }
    await play(state({ phase: 'revealed', question: question({ type: 'judge', options }), reveal }), me())
    expect(wrapper.find('.why').text()).toContain('本题正确答案：错误')
    expect(wrapper.find('.option.key').text()).not.toContain('正确答案')
  })

  it('hides scores that are hidden', async () => {
    await play(
      state({ phase: 'standings', scores_hidden: true }),
      me({ points: null, place: null, team: { id: 't1', name: '一', place: null, teams: 9, points: null } }),
    )
    expect(wrapper.text()).toContain('成绩暂不公布')
    expect(wrapper.text()).not.toContain('我的名次')
  })

  it('shows ten teams and its own', async () => {
    const teams = Array.from({ length: 10 }, (_, i) => ({
      id: `x${i}`,
      name: `第${i + 20}支部`,
      place: i + 1,
      points: 90 - i,
      delta: 0,
      previous_place: i + 1,
      people: 8,
    }))
    const standings = { final: false, formula: 'average' as const, k: 5, teams, people: [] }
    await play(state({ phase: 'standings', standings }), me())
    expect(wrapper.findAll('.board li')).toHaveLength(11)
    expect(wrapper.find('.board .own').text()).toContain('第一支部')
  })

  it('keeps quiet about the network but for a banner, and comes back', async () => {
    const socket = await play(state(), me())
    socket.break()
    await flushPromises()
    expect(wrapper.find('.net').text()).toContain('正在重连')
    await wrapper.findAll('.option')[1]?.trigger('click')
    expect(wrapper.find('.status').text()).toBe('已记下，联网后自动发送')
    dispatchEvent(new Event('online'))
    FakeWebSocket.last.open()
    FakeWebSocket.last.receive(state())
    await flushPromises()
    expect(answers(FakeWebSocket.last)).toMatchObject([{ a: ['B'] }])
    expect(wrapper.find('.net').exists()).toBe(false)
  })

  it('can take over again after another device did', async () => {
    const socket = await play(state(), me())
    socket.receive({ t: 'bye', code: 'replaced', retry: false })
    await flushPromises()
    expect(wrapper.text()).toContain('已在另一台设备上登录')
    await wrapper.find('main button').trigger('click')
    expect(FakeWebSocket.all).toHaveLength(2)
  })

  const results = (over = {}) => ({
    finished: true,
    contest: state().contest,
    entrant: me().entrant,
    points: 30,
    place: 5,
    people: 128,
    team: me().team,
    questions: [],
    ...over,
  })

  it('still has the result when the room is long closed', async () => {
    const fetch = answerWith(200, results())
    const socket = await play()
    socket.receive({ t: 'bye', code: 'unknown_room', retry: false })
    await flushPromises()
    expect(fetch.mock.calls[0]?.[0]).toBe('/api/v1/me/results')
    expect(fetch.mock.calls[0]?.[1]?.headers).toMatchObject({ Authorization: 'Bearer tok' })
    for (const text of [
      '比赛结束',
      '王芳 · 第一支部',
      '第 5 名',
      '30',
      '领取证书',
      '错题回顾',
      '园区知识竞赛',
    ]) {
      expect(wrapper.text()).toContain(text)
    }
    expect(localStorage.getItem('leitai.room.482915')).toContain('tok')
    expect(step.value).toBe('live')
  })

  it('shows the result so far when the room is closed in the middle, and the way back', async () => {
    const socket = await play(state(), me())
    answerWith(200, results({ finished: false, points: 20 }))
    socket.receive({ t: 'bye', code: 'room_closed', retry: false })
    await flushPromises()
    expect(wrapper.find('.finale').text()).toContain('主持人已关闭比赛')
    expect(wrapper.find('.score').text()).toContain('20')
    expect(wrapper.text()).not.toContain('领取证书')
    expect(wrapper.find('.net').exists()).toBe(false)
    await wrapper.find('.finale .button').trigger('click')
    expect(FakeWebSocket.all).toHaveLength(2)
    FakeWebSocket.last.open()
    FakeWebSocket.last.receive(state())
    await flushPromises()
    expect(wrapper.findAll('.option')).toHaveLength(4)
  })

  it('says that the result is kept when it cannot be fetched, and forgets an unknown seat', async () => {
    const socket = await play()
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('lost')))
    socket.receive({ t: 'bye', code: 'unknown_room', retry: false })
    await flushPromises()
    expect(wrapper.text()).toContain('成绩已保存')
    answerWith(401, { error: { code: 'unauthorized', key: 'token.wrong', message: '', request_id: '1' } })
    await wrapper.find('main button').trigger('click')
    await flushPromises()
    expect(step.value).toBe('code')
    expect(localStorage.getItem('leitai.room.482915')).toBeNull()
  })

  it('leads back to the result from the certificate and the mistakes', async () => {
    answerWith(200, results())
    await play(state({ phase: 'finished', question: null }), me())
    await wrapper.findAll('.finale button')[1]?.trigger('click')
    await vi.waitFor(() => {
      expect(wrapper.find('.panel').exists()).toBe(true)
    })
    dispatchEvent(new PopStateEvent('popstate'))
    await flushPromises()
    expect(wrapper.find('.panel').exists()).toBe(false)
    expect(wrapper.find('.finale').exists()).toBe(true)
  })

  it('speaks of no lead while nobody has points', async () => {
    const team = { ...me().team, place: 1, points: 0 }
    const standings = {
      ...{ final: true, formula: 'average' as const, k: 5 },
      teams: [{ ...{ id: 't1', name: '一', place: 1, points: 0, delta: 0 }, previous_place: 1, people: 8 }],
      people: [{ id: 'e1', name: '王芳', team: '一', place: 1, points: 0, elapsed_ms: 0 }],
    }
    await play(state({ phase: 'finished', standings }), me({ points: 0, place: 1, gap: null, team }))
    expect(wrapper.text()).not.toContain('领先')
    expect(wrapper.find('.podium').exists()).toBe(false)
    expect(wrapper.find('.p1').exists()).toBe(false)
    expect(wrapper.find('.score').text()).toContain('还没有人得分')
  })

  it('goes back to the choice of a team when the server no longer knows the seat', async () => {
    answerWith(200, room(twelve))
    const socket = await play()
    socket.receive({ t: 'bye', code: 'unauthorized', retry: false })
    await flushPromises()
    expect(step.value).toBe('join')
  })

  it('gives the phone to someone else only after asking', async () => {
    answerWith(200, room(twelve))
    await play(state({ phase: 'lobby', question: null }), me())
    await wrapper.find('footer button').trigger('click')
    expect(wrapper.find('[role=alertdialog]').exists()).toBe(true)
    expect(localStorage.getItem('leitai.room.482915')).toContain('tok')
    await wrapper.findAll('[role=alertdialog] button')[1]?.trigger('click')
    await flushPromises()
    expect(step.value).toBe('join')
    expect(localStorage.getItem('leitai.room.482915')).not.toContain('"tok"')
  })
})
