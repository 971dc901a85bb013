import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { faults } from './support/axe'
import { close, face, type Face } from './support/faces'
import { password as adminPassword } from './support/server'
import { expect, test } from './support/test'

/** RFC 6238 as the authenticator apps have it. */
function totp(secret: string, at = Date.now()): string {
  let bits = ''
  for (const c of secret) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((b) => parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const from = (mac.at(-1) ?? 0) & 0xf
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

const shot = async (page: Page, name: string) => {
  if (process.env['SHOTS'])
    await page.screenshot({ path: join(process.env['SHOTS'], `staff-${name}.png`), fullPage: true })
}

async function signIn(f: Face, url: string, username: string, password: string): Promise<void> {
  await f.page.goto(`${url}/console/sign-in`)
  await f.page.locator('#username').fill(username)
  await f.page.locator('#password').fill(password)
  await f.page.getByRole('button', { name: '登录', exact: true }).click()
}

const yes = (page: Page, name: string) => page.locator('.sure-box').getByRole('button', { name }).click()

/** Invites somebody and gives the link's address. */
async function invite(page: Page, url: string, name: string, role: string, username = ''): Promise<string> {
  await page.goto(`${url}/console/staff`)
  await page.getByRole('button', { name: '邀请人员' }).click()
  const dialog = page.getByRole('dialog', { name: '邀请人员' })
  await dialog.getByLabel('姓名').fill(name)
  if (username) await dialog.getByLabel('用户名').fill(username)
  await dialog.getByRole('radio', { name: new RegExp(`^${role}`) }).check()
  await dialog.getByRole('button', { name: '生成邀请链接' }).click()
  return await takeLink(page)
}

async function takeLink(page: Page): Promise<string> {
  const link = await page.getByLabel('链接', { exact: true }).inputValue()
  await page.getByRole('button', { name: '复制', exact: true }).click()
  await page.getByRole('button', { name: '完成' }).click()
  await expect(page.getByLabel('链接', { exact: true })).toBeHidden()
  return link
}

/** The address as this machine reaches it: the link carries the LAN's. */
const here = (link: string, url: string) => `${url}/console/welcome#${link.split('#')[1] ?? ''}`

async function accept(f: Face, link: string, username: string, password: string): Promise<void> {
  await f.page.goto(link)
  await expect(f.page.getByRole('heading', { name: '欢迎使用擂台' })).toBeVisible()
  if (username) await f.page.getByLabel('用户名').fill(username)
  await f.page.locator('#welcome-password').fill(password)
  await f.page.locator('#welcome-again').fill(password)
  await f.page.getByRole('button', { name: '完成并登录' }).click()
  await expect(f.page.getByRole('heading', { name: '竞赛', exact: true })).toBeVisible()
}

const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })

async function more(page: Page, name: string, what: string): Promise<void> {
  await page.getByRole('button', { name: `更多: ${name}` }).click()
  await page.getByRole('menuitem', { name: what }).click()
}

test('an admin invites an organizer, who keeps a bank of their own, and ends the account', async ({
  browser,
  server,
  staff,
}) => {
  const admin = await face(browser, { viewport: { width: 1440, height: 900 } })
  await admin.context.addCookies(staff.cookies())
  const han = await face(browser, { viewport: { width: 1280, height: 720 } })
  const name = `韩梅梅${Date.now() % 100_000}`
  const username = `han${Date.now() % 1_000_000}`
  const link = here(await invite(admin.page, server.url, name, '主持人'), server.url)
  await expect(admin.page.getByText(`待接受的邀请`)).toBeVisible()

  await han.page.goto(link)
  await shot(han.page, 'welcome')
  await han.page.getByRole('button', { name: '完成并登录' }).click()
  await expect(han.page.locator('#welcome-username-hint.field-error')).toBeVisible()
  await accept(han, link, username, 'han-password-1')
  // No contest and no bank of others, and no pages of an admin.
  await expect(han.page.getByText('还没有竞赛')).toBeVisible()
  await expect(han.page.getByRole('link', { name: '工作人员' })).toHaveCount(0)
  await shot(han.page, 'organizer')
  await han.page.goto(`${server.url}/console/staff`)
  await expect(han.page.getByRole('heading', { name: '竞赛', exact: true })).toBeVisible()
  await han.page.goto(`${server.url}/console/banks/${await staff.bank()}`)
  await expect(han.page.getByText('没有这个题库')).toBeVisible()
  // The link works once.
  const other = await face(browser)
  await other.page.goto(link)
  await expect(other.page.getByRole('heading', { name: '链接无效' })).toBeVisible()
  await close(other)

  // A bank of one's own, and somebody on it.
  await han.page.goto(`${server.url}/console/banks`)
  await han.page.getByRole('button', { name: '新建题库' }).click()
  await han.page.locator('.el-message-box input').fill(`题库 ${username}`)
  await han.page.locator('.el-message-box').getByRole('button', { name: '保存' }).click()
  await expect(han.page.getByRole('heading', { name: `题库 ${username}` })).toBeVisible()
  const bank = han.page.url()
  await han.page.getByRole('button', { name: '协作者' }).click()
  const members = han.page.getByRole('dialog', { name: '题库的负责人和协作者' })
  await expect(members.getByText(name, { exact: true })).toBeVisible()
  await shot(han.page, 'members')

  const viewerLink = here(
    await invite(admin.page, server.url, `查看员${username}`, '只读', `v-${username}`),
    server.url,
  )
  const viewer = await face(browser, { viewport: { width: 1280, height: 720 } })
  await accept(viewer, viewerLink, '', 'viewer-password-1')
  await expect(viewer.page.getByText('还没有你参与的竞赛')).toBeVisible()
  await viewer.page.goto(bank)
  await expect(viewer.page.getByText('没有这个题库')).toBeVisible()
  await han.page.reload()
  await han.page.getByRole('button', { name: '协作者' }).click()
  await members.getByRole('combobox').selectOption({ label: `查看员${username}（v-${username}）· 只读` })
  await members.getByRole('button', { name: '加入' }).click()
  await expect(members.getByText(`查看员${username}`, { exact: true })).toBeVisible()
  await viewer.page.reload()
  await expect(viewer.page.getByRole('heading', { name: `题库 ${username}` })).toBeVisible()
  await expect(viewer.page.getByRole('button', { name: '新建题目' })).toHaveCount(0)
  await viewer.page.goto(`${server.url}/console/banks/import`)
  await expect(viewer.page.getByRole('heading', { name: '题库', exact: true })).toBeVisible()
  await expect(viewer.page.getByText('把文件拖到这里')).toHaveCount(0)
  await close(viewer)

  // A new password by a link; the session ends with it.
  await admin.page.goto(`${server.url}/console/staff`)
  await shot(admin.page, 'list')
  await more(admin.page, name, '重设密码')
  const reset = here(await takeLink(admin.page), server.url)
  const again = await face(browser)
  await again.page.goto(reset)
  await again.page.locator('#welcome-password').fill('han-password-2')
  await again.page.locator('#welcome-again').fill('han-password-2')
  await again.page.getByRole('button', { name: '保存新密码并登录' }).click()
  await expect(again.page.getByRole('heading', { name: '竞赛', exact: true })).toBeVisible()
  await han.page.goto(`${server.url}/console/banks`)
  await expect(han.page.getByRole('heading', { name: '登录' })).toBeVisible()

  // Signed out everywhere by the admin, and disabled.
  await admin.page.reload()
  await more(admin.page, name, '在所有设备退出')
  await yes(admin.page, '在所有设备退出')
  await expect(admin.page.getByText('已退出 1 处登录')).toBeVisible()
  await again.page.goto(`${server.url}/console/banks`)
  await expect(again.page.getByRole('heading', { name: '登录' })).toBeVisible()
  await more(admin.page, name, '停用')
  await yes(admin.page, '停用')
  await expect(row(admin.page, name).getByText('已停用')).toBeVisible()
  await signIn(again, server.url, username, 'han-password-2')
  await expect(again.page.getByText('用户名或密码不对')).toBeVisible()

  // All of it is in the log.
  await admin.page.goto(`${server.url}/console/audit`)
  await admin.page.getByLabel('搜索人、对象、地址或详情').fill(name)
  await expect(row(admin.page, '新建题库').filter({ hasText: `题库 ${username}` })).toBeVisible()
  await expect(row(admin.page, '发出重设密码链接')).toBeVisible()
  await expect(row(admin.page, '令其在所有设备退出')).toBeVisible()
  await expect(row(admin.page, '登录失败')).toBeVisible()
  await shot(admin.page, 'audit')
  const [file] = await Promise.all([
    admin.page.waitForEvent('download'),
    (async () => {
      await admin.page.getByRole('button', { name: /^导出/ }).click()
      await admin.page.getByRole('menuitem', { name: 'CSV 文件' }).click()
    })(),
  ])
  expect(file.suggestedFilename()).toBe('操作日志.csv')
  await close(admin, han, again)
})

test('two steps: set up, signed in with a code and a recovery code, and everywhere out', async ({
  browser,
  server,
  staff,
}) => {
  const admin = await face(browser, { viewport: { width: 1280, height: 720 } })
  await admin.context.addCookies(staff.cookies())
  const username = `two${Date.now() % 1_000_000}`
  const li = await face(browser, { viewport: { width: 1280, height: 720 } })
  await accept(
    li,
    here(await invite(admin.page, server.url, '李雷', '裁判'), server.url),
    username,
    'li-password-1',
  )
  const { page } = li
  await page.goto(`${server.url}/console/account`)
  await page.getByRole('button', { name: '开启两步验证' }).click()
  await page.getByLabel('请输入当前密码').fill('wrong')
  await page.getByRole('button', { name: '下一步' }).click()
  await expect(page.getByRole('alert')).toContainText('密码不对')
  await page.getByLabel('请输入当前密码').fill('li-password-1')
  await page.getByRole('button', { name: '下一步' }).click()
  const secret = (await page.locator('code.secret').innerText()).replaceAll(' ', '')
  await shot(page, 'two-step')
  await page.getByLabel('应用显示的 6 位数字').fill(totp(secret))
  await page.getByRole('button', { name: '确认并开启' }).click()
  await expect(page.locator('.codes li')).toHaveCount(10)
  const recovery = await page.locator('.codes li').allInnerTexts()
  await shot(page, 'recovery')
  await page.getByRole('button', { name: '已保存' }).click()
  await expect(page.getByText('还有 10 个恢复码没有用过')).toBeVisible()
  await shot(page, 'account')

  const second = await face(browser)
  await signIn(second, server.url, username, 'li-password-1')
  await expect(second.page.locator('#code')).toBeFocused()
  await shot(second.page, 'code')
  await second.page.locator('#code').fill(totp(secret)) // used to turn it on
  await second.page.keyboard.press('Enter')
  await expect(second.page.getByRole('alert')).toContainText('验证码不对或已经用过')
  await second.page.locator('#code').fill(totp(secret, Date.now() + 30_000))
  await second.page.keyboard.press('Enter')
  await expect(second.page.getByRole('heading', { name: '竞赛', exact: true })).toBeVisible()
  const third = await face(browser)
  await signIn(third, server.url, username, 'li-password-1')
  await third.page.locator('#code').fill(recovery[0] ?? '')
  await third.page.keyboard.press('Enter')
  await expect(third.page.getByRole('heading', { name: '竞赛', exact: true })).toBeVisible()

  // Out everywhere, from here.
  await page.reload()
  await expect(page.getByText('还有 9 个恢复码没有用过')).toBeVisible()
  await expect(page.getByText('当前')).toBeVisible()
  await page.getByRole('button', { name: '在所有设备退出' }).click()
  await yes(page, '在所有设备退出')
  await expect(page.getByRole('heading', { name: '登录' })).toBeVisible()
  await second.page.reload()
  await expect(second.page.getByRole('heading', { name: '登录' })).toBeVisible()

  // The phone is lost: an admin turns it off.
  await admin.page.goto(`${server.url}/console/staff`)
  await admin.page.getByLabel('搜索姓名或用户名').fill(username)
  await more(admin.page, '李雷', '关闭两步验证')
  await yes(admin.page, '关闭两步验证')
  await expect(admin.page.getByText('已关闭', { exact: true })).toBeVisible()
  await signIn(third, server.url, username, 'li-password-1')
  await expect(third.page.getByRole('heading', { name: '竞赛', exact: true })).toBeVisible()
  await close(admin, li, second, third)
})

test('a judge at the desk has the judging steps and no others', async ({ browser, server, staff }) => {
  const room = await staff.room({ questions: 2 })
  const admin = await face(browser, { viewport: { width: 1440, height: 900 } })
  await admin.context.addCookies(staff.cookies())
  const username = `judge${Date.now() % 1_000_000}`
  const judge = await face(browser, { viewport: { width: 1440, height: 900 } })
  await accept(
    judge,
    here(await invite(admin.page, server.url, '王裁判', '裁判'), server.url),
    username,
    'judge-password-1',
  )
  await admin.page.goto(`${server.url}/console/contests/${room.contest}`)
  await admin.page.getByRole('button', { name: '协作者' }).click()
  const members = admin.page.getByRole('dialog', { name: '竞赛的负责人和协作者' })
  await members.getByRole('combobox').selectOption({ label: `王裁判（${username}）· 裁判` })
  await members.getByRole('button', { name: '加入' }).click()
  await expect(members.getByText('王裁判')).toBeVisible()
  await shot(admin.page, 'contest-members')
  await judge.page.goto(`${server.url}/console/contests/${room.contest}/desk`)
  await staff.open(room)
  await expect(judge.page.getByText('裁判：可加减分')).toBeVisible()
  await expect(judge.page.getByRole('button', { name: '暂停' })).toBeEnabled()
  await expect(judge.page.getByRole('button', { name: '黑屏' })).toBeDisabled()
  await shot(judge.page, 'judge')
  await judge.page.getByRole('button', { name: '暂停' }).click()
  await expect(judge.page.locator('.time button', { hasText: '继续' })).toBeEnabled()
  await judge.page.keyboard.press('Space') // going on from a pause is theirs
  await expect(judge.page.getByRole('button', { name: '暂停' })).toBeEnabled()
  await judge.page.keyboard.press('b')
  expect(await staff.phase(room)).toBe('open')

  // Taken off the list, the desk closes by itself.
  await members.getByRole('button', { name: '移除: 王裁判' }).click()
  await yes(admin.page, '移除')
  await expect(judge.page.getByRole('heading', { name: '竞赛', exact: true })).toBeVisible({
    timeout: 45_000,
  })
  await close(admin, judge)
})

test('axe finds nothing serious on the pages of staff', async ({ browser, server, staff }) => {
  const f = await face(browser, { viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce' })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  const found: string[] = []
  const look = async (where: string) => found.push(...(await faults(page, where)))
  await page.goto(`${server.url}/console/staff`)
  await page.getByRole('button', { name: '邀请人员' }).click()
  await expect(page.getByRole('dialog', { name: '邀请人员' })).toBeVisible()
  await look('invite')
  await page.getByRole('dialog', { name: '邀请人员' }).getByLabel('姓名').fill('安然')
  await page.getByRole('button', { name: '生成邀请链接' }).click()
  await expect(page.getByLabel('链接', { exact: true })).toBeVisible()
  await look('link')
  const link = here(await takeLink(page), server.url)
  await look('staff')
  await page.getByRole('button', { name: /^修改姓名和角色: 管理员/ }).click()
  await expect(page.getByRole('dialog', { name: '修改姓名和角色' })).toBeVisible()
  await look('edit')
  await page.goto(`${server.url}/console/audit`)
  await expect(page.getByRole('table')).toBeVisible()
  await look('audit')
  await page.goto(`${server.url}/console/account`)
  await expect(page.getByRole('heading', { name: '登录的设备' })).toBeVisible()
  await look('account')
  await page.getByRole('button', { name: '开启两步验证' }).click()
  await page.getByLabel('请输入当前密码').fill(adminPassword)
  await look('two-step password')
  await page.getByRole('button', { name: '下一步' }).click()
  await expect(page.locator('code.secret')).toBeVisible()
  await look('two-step code')
  await page.getByRole('button', { name: '取消' }).click()
  await page.goto(`${server.url}/console/banks/${await staff.bank()}`)
  await page.getByRole('button', { name: '协作者' }).click()
  await expect(page.getByRole('dialog', { name: '题库的负责人和协作者' })).toBeVisible()
  await look('members')
  await f.context.clearCookies()
  await page.goto(link)
  await page.reload()
  await expect(page.getByRole('heading', { name: '欢迎使用擂台' })).toBeVisible()
  await look('welcome')
  await page.goto(`${server.url}/console/welcome#nothing`)
  await page.reload()
  await expect(page.getByRole('heading', { name: '链接无效' })).toBeVisible()
  await look('welcome gone')
  expect(found).toEqual([])
  await close(f)
})
