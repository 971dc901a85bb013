import type { Theme } from '../../core/protocol'

export interface CertificateText {
  heading: string
  name: string
  team: string
  body: string
  result: string
  end: string
  organizer: string
  date: string
  theme: Theme
}

const WIDTH = 1080
const HEIGHT = 1440
const song = '"Songti SC","STSong","Noto Serif CJK SC","Source Han Serif SC","SimSun",serif'
const hei = '"PingFang SC","HarmonyOS Sans SC","MiSans","Microsoft YaHei","Noto Sans CJK SC",sans-serif'
const colours: Record<Theme, { main: string; deep: string }> = {
  'red-gold': { main: '#b5121b', deep: '#7d0b11' },
  blue: { main: '#1450ad', deep: '#0b326f' },
  plain: { main: '#2f4858', deep: '#1d2d38' },
}
const gold = '#b98a2f'
const ink = '#33231c'

/** Breaks a text into lines no wider than `width`: anywhere in Chinese, at spaces in other scripts. */
export function wrap(measure: (text: string) => number, text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of text.match(/[\x21-\x7e]+\s*|\s+|[^\x20-\x7e]/g) ?? []) {
    // Closing marks never begin a line.
    if (line && measure(line + piece.trim()) > width && !/^[，。、；：！？”’）》」]$/.test(piece)) {
      lines.push(line.trim())
      line = ''
    }
    line += piece
  }
  if (line.trim()) lines.push(line.trim())
  return lines
}

/** The same number of lines, of about the same length. */
export function balance(measure: (text: string) => number, text: string, width: number): string[] {
  const lines = wrap(measure, text, width)
  let narrow = width
  while (narrow > 0 && wrap(measure, text, narrow - 10).length === lines.length) narrow -= 10
  return wrap(measure, text, narrow)
}

/** Draws the certificate and gives it as a data: URL. */
export function drawCertificate(text: CertificateText): string {
  const canvas = document.createElement('canvas')
  canvas.width = WIDTH
  canvas.height = HEIGHT
  const g = canvas.getContext('2d')
  if (!g) throw new Error('no canvas')
  const { main, deep } = colours[text.theme]
  const measure = (x: string) => g.measureText(x).width

  const paper = g.createLinearGradient(0, 0, 0, HEIGHT)
  paper.addColorStop(0, '#fffdf6')
  paper.addColorStop(1, '#fbf0d9')
  g.fillStyle = paper
  g.fillRect(0, 0, WIDTH, HEIGHT)

  // Rays behind the heading.
  g.save()
  g.beginPath()
  g.rect(60, 60, WIDTH - 120, HEIGHT - 120)
  g.clip()
  g.translate(WIDTH / 2, 330)
  g.fillStyle = 'rgba(201,154,63,.07)'
  for (let i = 0; i < 36; i++) {
    g.rotate(Math.PI / 18)
    g.beginPath()
    g.moveTo(0, 0)
    g.lineTo(1600, -70)
    g.lineTo(1600, 70)
    g.fill()
  }
  g.restore()

  // Frame: a broad band, two gold lines, cut corners.
  g.strokeStyle = main
  g.lineWidth = 28
  g.strokeRect(36, 36, WIDTH - 72, HEIGHT - 72)
  g.strokeStyle = gold
  g.lineWidth = 5
  frame(g, 68, 36)
  g.lineWidth = 2
  frame(g, 84, 36)

  g.textAlign = 'center'
  g.textBaseline = 'alphabetic'
  seal(g, WIDTH / 2, 222, main)

  g.fillStyle = main
  g.font = `bold 108px ${song}`
  fitted(g, text.heading.length < 6 ? [...text.heading].join(' ') : text.heading, 440, 860, 108, song, 'bold')
  g.fillStyle = gold
  g.fillRect(WIDTH / 2 - 210, 482, 420, 3)
  g.beginPath()
  g.arc(WIDTH / 2, 483.5, 9, 0, 7)
  g.fill()

  g.fillStyle = deep
  fitted(g, text.name, 618, 840, 84, song, 'bold')
  g.fillStyle = ink
  fitted(g, text.team, 690, 840, 40, hei, '')

  let y = 745
  const block = (line: string, size: number, colour: string, weight = '') => {
    g.fillStyle = colour
    g.font = `${weight} ${size}px ${hei}`
    y += size * 0.5
    for (const part of balance(measure, line, 820)) {
      y += size * 1.45
      g.fillText(part, WIDTH / 2, y)
    }
  }
  block(text.body, 42, ink)
  block(text.result, 54, main, 'bold')
  block(text.end, 42, ink)

  g.fillStyle = ink
  fitted(g, text.organizer, 1252, 820, 38, hei, '')
  g.globalAlpha = 0.8
  fitted(g, text.date, 1314, 820, 34, hei, '')
  g.globalAlpha = 1
  return canvas.toDataURL('image/png')
}

function frame(g: CanvasRenderingContext2D, inset: number, cut: number) {
  const r = WIDTH - inset
  const b = HEIGHT - inset
  g.beginPath()
  g.moveTo(inset + cut, inset)
  g.lineTo(r - cut, inset)
  g.arc(r, inset, cut, Math.PI, Math.PI / 2, true)
  g.lineTo(r, b - cut)
  g.arc(r, b, cut, -Math.PI / 2, Math.PI, true)
  g.lineTo(inset + cut, b)
  g.arc(inset, b, cut, 0, -Math.PI / 2, true)
  g.lineTo(inset, inset + cut)
  g.arc(inset, inset, cut, Math.PI / 2, 0, true)
  g.stroke()
}

function seal(g: CanvasRenderingContext2D, x: number, y: number, colour: string) {
  g.fillStyle = gold
  g.beginPath()
  for (let i = 0; i < 48; i++) {
    const radius = i % 2 ? 88 : 96
    g.lineTo(x + Math.cos((i * Math.PI) / 24) * radius, y + Math.sin((i * Math.PI) / 24) * radius)
  }
  g.fill()
  g.fillStyle = colour
  g.beginPath()
  g.arc(x, y, 76, 0, 7)
  g.fill()
  g.strokeStyle = '#f6d58a'
  g.lineWidth = 3
  g.beginPath()
  g.arc(x, y, 67, 0, 7)
  g.stroke()
  g.fillStyle = '#ffe7ae'
  g.font = `bold 84px ${song}`
  g.fillText('擂', x, y + 30)
}

/** One line, smaller until it fits. */
function fitted(
  g: CanvasRenderingContext2D,
  text: string,
  y: number,
  width: number,
  size: number,
  family: string,
  weight: string,
) {
  do g.font = `${weight} ${size}px ${family}`
  while (g.measureText(text).width > width && (size -= 2) > 16)
  g.fillText(text, WIDTH / 2, y)
}
