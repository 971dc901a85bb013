import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiError, request } from '../src/core/api'
import { createI18n, detectLocale, fill } from '../src/core/i18n'
import { randomID } from '../src/core/id'
import { inlineEntry, linkChunk } from '../scripts/inline.mjs'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
  localStorage.clear()
})

describe('i18n', () => {
  const zh = { hello: '你好，{name}', bye: '再见' }

  it('fills in what it has', () => {
    expect(fill('{a}/{b}', { a: 1 })).toBe('1/{b}')
    expect(fill('$&{a}', { a: '$&' })).toBe('$&$&')
  })

  it('is Chinese without loading anything', async () => {
    const load = vi.fn()
    const { t } = await createI18n(zh, load, 'zh-CN')
    expect(t('hello', { name: '王芳' })).toBe('你好，王芳')
    expect(load).not.toHaveBeenCalled()
  })

  it('loads English, and stays Chinese when that fails', async () => {
    const en = { hello: 'Hello, {name}', bye: 'Bye' }
    expect((await createI18n(zh, () => Promise.resolve(en), 'en')).t('bye')).toBe('Bye')
    const failed = await createI18n(zh, () => Promise.reject(new Error('offline')), 'en')
    expect(failed.t('bye')).toBe('再见')
    expect(failed.locale).toBe('zh-CN')
    expect(document.documentElement.lang).toBe('zh-CN')
  })

  it('is Chinese by default and remembers ?lang=', () => {
    vi.stubGlobal('navigator', { language: 'fr-FR' })
    expect(detectLocale()).toBe('zh-CN')
    vi.stubGlobal('location', { search: '?lang=en' })
    expect(detectLocale()).toBe('en')
    vi.stubGlobal('location', { search: '' })
    expect(detectLocale()).toBe('en')
  })
})

describe('randomID', () => {
  it('fits the protocol and does not repeat', () => {
    const ids = new Set(Array.from({ length: 1000 }, randomID))
    expect(ids.size).toBe(1000)
    for (const id of ids) expect(id).toMatch(/^[0-9a-v]{26}$/)
  })
})

describe('request', () => {
  const answer = (status: number, text: string) => {
    const fetch = vi.fn((_path: string, _init: RequestInit) =>
      Promise.resolve(new Response(text, { status })),
    )
    vi.stubGlobal('fetch', fetch)
    return fetch
  }

  it('sends JSON and a token, gives JSON', async () => {
    const fetch = answer(201, '{"token":"x"}')
    expect(await request('/api/v1/x', { body: { a: 1 }, token: 'secret' })).toEqual({ token: 'x' })
    const init = fetch.mock.calls[0]?.[1]
    expect(init).toMatchObject({ method: 'POST', body: '{"a":1}' })
    expect(init?.headers).toMatchObject({
      Authorization: 'Bearer secret',
      'Content-Type': 'application/json',
    })
  })

  it('gives undefined for an empty answer', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(null, { status: 204 })))
    expect(await request('/x', { method: 'DELETE' })).toBeUndefined()
  })

  it('throws what the server said', async () => {
    answer(
      422,
      '{"error":{"code":"invalid","key":"entrant.invalid","message":"不行","fields":{"name":"name.required"},"request_id":"1"}}',
    )
    await expect(request('/x')).rejects.toMatchObject({
      status: 422,
      code: 'invalid',
      key: 'entrant.invalid',
      message: '不行',
      fields: { name: 'name.required' },
    })
  })

  it('throws unavailable for a page that is not ours', async () => {
    answer(502, '<html>Bad gateway</html>')
    await expect(request('/x')).rejects.toMatchObject({ status: 502, code: 'unavailable' })
  })

  it('throws unavailable without a network, and on time out', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    await expect(request('/x')).rejects.toBeInstanceOf(ApiError)
    vi.useFakeTimers()
    vi.stubGlobal(
      'fetch',
      (_: string, init: RequestInit) =>
        new Promise((_resolve, reject) => {
          init.signal?.addEventListener('abort', () => {
            reject(new Error('aborted'))
          })
        }),
    )
    const slow = expect(request('/x', { timeout: 500 })).rejects.toMatchObject({ key: 'network.timeout' })
    await vi.advanceTimersByTimeAsync(500)
    await slow
  })
})

describe('the inlined entry', () => {
  it('loads its chunks by absolute address and exports to a global', () => {
    const code = 'const a=1,b=()=>import("./x-1.js");document.write("</script>");export{a as t,b};\n'
    expect(inlineEntry(code, '/assets/play/')).toBe(
      'const a=1,b=()=>import("/assets/play/x-1.js");document.write("<\\/script>");globalThis.__entry=()=>({t:a,b});',
    )
  })

  it('refuses what it cannot inline', () => {
    expect(() => inlineEntry('export*from"./x.js";a()', '/')).toThrow()
    expect(() => inlineEntry('console.log(import.meta.env)', '/')).toThrow()
  })

  it('lets chunks read from it', () => {
    expect(linkChunk('import{t as a,n}from"./index-Ab.js";a(n)', 'index-Ab.js')).toBe(
      'const{t:a,n}=globalThis.__entry();a(n)',
    )
  })
})
