import { describe, expect, it } from 'vitest'
import { diff, unlike, type Piece } from '../../src/console/logic/diff'

const say = (pieces: Piece[]): string =>
  pieces.map((p) => (p.side === 0 ? p.text : p.side === -1 ? `[-${p.text}]` : `[+${p.text}]`)).join('')

describe('what two texts have in common', () => {
  it.each([
    ['', '', ''],
    ['相同的', '相同的', '相同的'],
    ['', '新的', '[+新的]'],
    ['旧的', '', '[-旧的]'],
    ['我国的首都是哪里？', '我国的首都是哪座城市？', '我国的首都是哪[-里][+座城市]？'],
    ['可以用水扑救', '不可以用水扑救', '[+不]可以用水扑救'],
    ['高处是2米以上', '高处是12米以上', '高处是[-2][+12]米以上'],
    ['采用 AES 算法', '采用 DES 算法', '采用 [-AES][+DES] 算法'],
    ['应当拨打119报警', '应该拨打119', '应[-当][+该]拨打119[-报警]'],
    ['表情🎉好', '表情🎊好', '表情[-🎉][+🎊]好'],
  ])('%s → %s', (before, after, want) => {
    expect(say(diff(before, after))).toBe(want)
  })

  it('gives back both texts, whatever they are', () => {
    const letters = '甲乙丙丁 12ab，。\n'
    let seed = 7
    const random = (n: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed % n
    }
    const text = (): string =>
      Array.from({ length: random(40) }, () => letters[random(letters.length)]).join('')
    for (let i = 0; i < 500; i++) {
      const [a, b] = [text(), text()]
      const pieces = diff(a, b)
      const of = (hidden: number): string =>
        pieces
          .filter((p) => p.side !== hidden)
          .map((p) => p.text)
          .join('')
      expect(of(1)).toBe(a)
      expect(of(-1)).toBe(b)
    }
  })

  it('knows when marking each change would only confuse', () => {
    expect(unlike(diff('我国的首都是哪里？', '我国的首都是哪座城市？'))).toBe(false)
    expect(unlike(diff('春眠不觉晓', '处处闻啼鸟，夜来风雨声'))).toBe(true)
  })

  it('takes long texts as exchanged instead of taking seconds', () => {
    const from = performance.now()
    const pieces = diff('甲乙'.repeat(2000), '丙丁'.repeat(2000))
    expect(pieces).toHaveLength(2)
    expect(performance.now() - from).toBeLessThan(1000)
  })
})
