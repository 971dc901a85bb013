import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { close, face } from './support/faces'
import { expect, test } from './support/test'

const messy = `2026年安全知识题库
一、单项选择题（每题2分）
1. 发现火情应拨打的电话是（ B ）。
A. 110  B. 119  C. 120
2、触电时首先应当
A．切断电源
B．用手拉开
答案：AB
- 1 -
二、判断题
3. 灭火器可以随意挪用。（×）
4. 电气火灾可以直接用水扑救。
答案：错
`

test('a messy text is read, mended, imported, found, edited and taken back', async ({
  browser,
  server,
  staff,
}) => {
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  const shot = async (name: string) => {
    if (process.env['SHOTS'])
      await page.screenshot({ path: join(process.env['SHOTS'], `${name}.png`), fullPage: true })
  }
  await page.goto(`${server.url}/console/banks`)
  await expect(page.getByRole('heading', { name: '题库', level: 1 })).toBeVisible()
  await shot('banks')
  await page.getByRole('button', { name: '导入题目' }).first().click()
  await shot('import')
  await page.locator('#pasted').fill(messy)
  await page.getByRole('button', { name: '读取粘贴的内容' }).click()
  await expect(page.getByText('认出 4 题')).toBeVisible()
  // What is wrong comes first.
  await expect(page.getByText('单选题有多个答案“AB”')).toBeVisible()
  await shot('preview-error')
  await page.getByRole('button', { name: '改为多选' }).click()
  await expect(page.getByText('单选题有多个答案')).toHaveCount(0)
  await page.getByRole('button', { name: /^全部/ }).click()
  await expect(page.locator('.item')).toHaveCount(4)
  await shot('preview-all')
  const bank = `安全题库 ${Date.now()}`
  await page.locator('#into').fill(bank)
  await page.getByRole('button', { name: '导入 4 题' }).click()
  await expect(page.getByText('已导入 4 题')).toBeVisible()
  await page.getByRole('button', { name: '查看题库' }).click()
  await expect(page.getByText('共 4 题')).toBeVisible()
  await shot('bank')

  await page.getByPlaceholder('搜索题干和选项').fill('电源')
  await expect(page.getByText('共 1 题')).toBeVisible()
  await page.getByRole('button', { name: /触电时首先应当/ }).click()
  await page.locator('#q-stem').fill('发现有人触电，首先应当做什么？')
  await shot('editor')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByPlaceholder('搜索题干和选项').fill('发现有人')
  await page.getByRole('button', { name: /发现有人触电/ }).click()
  await expect(page.getByText('第 1 版')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.locator('#q-stem')).toBeHidden()

  // Deleted, and out of the bin again.
  await page.getByPlaceholder('搜索题干和选项').fill('')
  await expect(page.getByText('共 4 题')).toBeVisible()
  await page.getByRole('checkbox', { name: /选择：灭火器/ }).check()
  await page.getByRole('button', { name: '删除', exact: true }).click()
  await expect(page.getByText('共 3 题')).toBeVisible()
  await page.getByLabel('题库中').selectOption('bin')
  await expect(page.getByText('共 1 题')).toBeVisible()
  await page.getByRole('checkbox', { name: '全选本页' }).check()
  await page.getByRole('button', { name: '移出回收站' }).click()
  await page.getByLabel('题库中').selectOption('bank')
  await expect(page.getByText('共 4 题')).toBeVisible()
  await close(f)
})

test('a file is dropped in, imported and taken back; one that cannot be read says why', async ({
  browser,
  server,
  staff,
}) => {
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  await page.goto(`${server.url}/console/banks/import`)
  const bad = join(tmpdir(), 'leitai-e2e-bad.pdf')
  writeFileSync(bad, '%PDF-1.7 nothing')
  await page.locator('.drop input[type=file]').setInputFiles(bad)
  await expect(page.getByRole('alert')).toContainText('认不出这个文件的格式')
  const good = join(tmpdir(), 'leitai-e2e-题库.csv')
  writeFileSync(good, '题干,题型,A,B,答案\n首都是哪里？,单选,上海,北京,B\n')
  await page.locator('.drop input[type=file]').setInputFiles(good)
  await expect(page.getByText('认出 1 题')).toBeVisible()
  await expect(page).toHaveURL(/\/import\/./)
  await page.reload()
  await expect(page.getByText('认出 1 题')).toBeVisible()
  await page.locator('#into').fill(`临时 ${Date.now()}`)
  await page.getByRole('button', { name: '导入 1 题' }).click()
  await expect(page.getByText('已导入 1 题')).toBeVisible()
  await page.getByRole('link', { name: '题库' }).first().click()
  await page
    .getByRole('button', { name: /撤销导入: leitai-e2e/ })
    .first()
    .click()
  await page.locator('.sure-box').getByRole('button', { name: '撤销导入' }).click()
  await expect(page.getByText('已撤销，移除 1 题')).toBeVisible()
  await close(f)
})

test('a workbook with faults: the page may be left, faults are filtered and mended at once, its copy says what to do', async ({
  browser,
  server,
  staff,
}) => {
  const f = await face(browser, { viewport: { width: 1280, height: 720 } })
  await f.context.addCookies(staff.cookies())
  const { page } = f
  const lines = ['题干,题型,A,B,C,答案']
  for (let i = 0; i < 30; i++)
    lines.push(
      i % 5 === 0
        ? `第${String(i)}题：下列属于水果的有,单选,苹果,白菜,梨,AC`
        : i % 7 === 0
          ? `第${String(i)}题：答案写错了,单选,甲,乙,,D`
          : `第${String(i)}题：火警电话是,单选,119,110,120,A`,
    )
  const file = join(tmpdir(), 'leitai-e2e-部门.csv')
  writeFileSync(file, lines.join('\n'))
  const name = `部门 ${String(Date.now())}`

  // A file that is too large says so, and how large it is.
  await page.goto(`${server.url}/console/banks/import`)
  const large = join(tmpdir(), 'leitai-e2e-large.txt')
  writeFileSync(large, Buffer.alloc(21 * 1024 * 1024, 'x'))
  await page.locator('.drop input[type=file]').setInputFiles(large)
  await expect(page.getByRole('alert')).toContainText('这个文件有 21 MB，超过了 20 MB')

  await page.locator('.drop input[type=file]').setInputFiles(file)
  await expect(page).toHaveURL(/\/import\/./)
  await page.goto(`${server.url}/console/banks`) // left, and come back to
  await page
    .getByRole('button', { name: /继续: leitai-e2e-部门/ })
    .first()
    .click()
  await expect(page.getByText('认出 30 题')).toBeVisible()
  await expect(page.locator('.item')).toHaveCount(10)
  await page.getByRole('button', { name: /超出了选项/ }).click()
  await expect(page.locator('.item')).toHaveCount(4)
  await page.getByRole('button', { name: /超出了选项/ }).click()

  const [copy] = await Promise.all([page.waitForEvent('download'), page.getByText('下载批注副本').click()])
  expect(copy.suggestedFilename()).toBe('leitai-e2e-部门-导入结果.csv')
  expect(readFileSync(await copy.path(), 'utf8')).toContain('✗ 不能导入：F2：单选题有多个答案“AC”')

  // All or nothing, then one mend for all, then by the keyboard.
  await page.locator('#into').fill(name)
  await page.getByLabel('全部没有错误才导入').check()
  await expect(page.getByRole('button', { name: '导入 20 题' })).toBeDisabled()
  await page.getByRole('button', { name: '改为多选：全部 6 题' }).click()
  await expect(page.locator('.item')).toHaveCount(4)
  await page.locator('.item').first().focus()
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('.item').nth(1)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('#q-stem')).toHaveValue('第14题：答案写错了')
  await page.keyboard.press('Escape')
  await page.getByLabel(/导入能导入的 26 题/).check()
  await page.getByRole('button', { name: '导入 26 题' }).click()
  await expect(page.getByText('已导入 26 题')).toBeVisible()

  // The same file again doubles nothing.
  await page.getByRole('button', { name: '再导入一个文件' }).click()
  await page.locator('.drop input[type=file]').setInputFiles(file)
  await expect(page.getByText('认出 30 题')).toBeVisible()
  await page.locator('#into').fill(name)
  await page.getByRole('button', { name: '导入 20 题' }).click()
  await expect(page.getByText('已导入 0 题')).toBeVisible()
  await expect(page.getByText('另有 20 题题库里已有')).toBeVisible()

  // A paper of what the list shows.
  await page.getByRole('button', { name: '查看题库' }).click()
  await page.getByLabel('题型').selectOption('multiple')
  await expect(page.getByText('共 6 题')).toBeVisible()
  await page.getByRole('button', { name: /导出/ }).click()
  const [paper] = await Promise.all([
    f.context.waitForEvent('page'),
    page.getByText('试卷 打印（有答案）').click(),
  ])
  await expect(paper.getByRole('heading', { name: name })).toBeVisible()
  await expect(paper.getByText('一、多项选择题').first()).toBeVisible()
  await expect(paper.getByText('参考答案与解析')).toBeVisible()
  await expect(paper.getByText('6．AC')).toBeVisible()
  if (process.env['SHOTS']) await paper.screenshot({ path: join(process.env['SHOTS'], 'paper.png') })
  await close(f)
})
