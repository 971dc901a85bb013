import type { Page } from '@playwright/test'

/** A PNG as a phone's camera or a drawing program makes it: a scene with a big letter on it. */
export async function picture(page: Page, letter: string, width = 1200, height = 900): Promise<Buffer> {
  const url = await page.evaluate(
    ([text, w, h]) => {
      const canvas = document.createElement('canvas')
      canvas.width = w
      canvas.height = h
      const c = canvas.getContext('2d')
      if (!c) return ''
      const sky = c.createLinearGradient(0, 0, 0, h)
      sky.addColorStop(0, '#7fc4ff')
      sky.addColorStop(1, '#e8f6ff')
      c.fillStyle = sky
      c.fillRect(0, 0, w, h)
      c.fillStyle = '#3d7a35'
      c.beginPath()
      c.moveTo(0, h)
      c.lineTo(w * 0.3, h * 0.4)
      c.lineTo(w * 0.5, h * 0.65)
      c.lineTo(w * 0.75, h * 0.3)
      c.lineTo(w, h)
      c.fill()
      c.fillStyle = '#c4161c'
      c.font = `bold ${h * 0.5}px sans-serif`
      c.textAlign = 'center'
      c.textBaseline = 'middle'
      c.fillText(text, w / 2, h / 2)
      return canvas.toDataURL('image/png')
    },
    [letter, width, height] as const,
  )
  return Buffer.from(url.split(',')[1] ?? '', 'base64')
}

/** Two seconds of a quiet tone. */
export function tone(): Buffer {
  const rate = 8000
  const samples = rate * 2
  const b = Buffer.alloc(44 + samples)
  b.write('RIFF', 0)
  b.writeUInt32LE(36 + samples, 4)
  b.write('WAVEfmt ', 8)
  b.writeUInt32LE(16, 16)
  b.writeUInt16LE(1, 20)
  b.writeUInt16LE(1, 22)
  b.writeUInt32LE(rate, 24)
  b.writeUInt32LE(rate, 28)
  b.writeUInt16LE(1, 32)
  b.writeUInt16LE(8, 34)
  b.write('data', 36)
  b.writeUInt32LE(samples, 40)
  for (let i = 0; i < samples; i++)
    b[44 + i] = 128 + Math.round(20 * Math.sin((i * 440 * 2 * Math.PI) / rate))
  return b
}

/** A second or two of a WebM video, recorded by the page from a canvas. */
export async function film(page: Page): Promise<Buffer> {
  const bytes = await page.evaluate(async () => {
    const canvas = document.createElement('canvas')
    canvas.width = 320
    canvas.height = 180
    const c = canvas.getContext('2d')
    const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: 'video/webm' })
    const parts: Blob[] = []
    recorder.ondataavailable = (e) => parts.push(e.data)
    const done = new Promise((resolve) => (recorder.onstop = resolve))
    recorder.start()
    let n = 0
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (c) {
          c.fillStyle = n % 2 ? '#c4161c' : '#1553b5'
          c.fillRect(0, 0, 320, 180)
        }
        if (++n === 15) {
          clearInterval(timer)
          resolve()
        }
      }, 100)
    })
    recorder.stop()
    await done
    return Array.from(new Uint8Array(await new Blob(parts).arrayBuffer()))
  })
  return Buffer.from(bytes)
}
