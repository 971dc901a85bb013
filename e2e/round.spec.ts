import { joined, openDesk, openScreen, options } from './support/faces'
import { expect, test } from './support/test'

test('a round is played on two phones, the screen and the desk', async ({ browser, server, staff }) => {
  const room = await staff.room({ questions: 2 })
  const screen = await openScreen(browser, server, room)
  const desk = await openDesk(browser, server, room, staff)
  const wang = await joined(browser, server, room, '王芳', '第一支部')
  const li = await joined(browser, server, room, '李娜', '第二支部')
  await expect(screen.page.getByText('王芳').first()).toBeVisible()
  await expect(desk.page.locator('button.step')).toContainText('开始第一题')

  // The desk's one big button drives the show; Space does the same.
  await desk.page.locator('button.step').click()
  await staff.waitFor(room, 'open')
  await expect(options(wang)).toHaveCount(4)
  await options(wang).nth(0).click()
  await expect(wang.page.getByText('已收到')).toBeVisible()
  await options(li).nth(1).click()
  await expect(li.page.getByText('已收到')).toBeVisible()
  await expect(desk.page.getByText('已存盘')).toBeVisible()

  await staff.reveal(room)
  const { questions } = await staff.call<{ questions: { key: string[]; stem: string; answered: number }[] }>('GET', `/contests/${room.contest}/results`)
  expect(questions[0]?.answered).toBe(2)
  const right = questions[0]?.key[0] === 'A'
  await expect(wang.page.getByText(right ? '答对了' : '答错了')).toBeVisible()
  await expect(screen.page.getByText('解析').first()).toBeVisible()

  await desk.page.locator('body').press('Space')
  await staff.waitFor(room, 'standings')
  await expect(screen.page.getByText('第一支部').first()).toBeVisible()

  // The second question is left to the clock: nobody answers and it closes by itself or by the organizer.
  await staff.open(room)
  await staff.reveal(room)
  await expect(li.page.getByText('没有作答')).toBeVisible()
  await staff.do(room, 'next')
  await staff.do(room, 'next')
  await staff.waitFor(room, 'finished')
  await expect(wang.page.getByText('比赛结束')).toBeVisible()
  await wang.page.getByRole('button', { name: '错题回顾' }).click()
  await expect(wang.page.getByText(questions[0]?.stem ?? '').first()).toBeVisible()

  for (const f of [wang, li, screen, desk]) {
    expect(f.errors).toEqual([])
    await f.context.close()
  }
})
