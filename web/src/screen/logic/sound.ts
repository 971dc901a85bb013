/** Sounds made on the spot: no files, and nothing before the first gesture, as browsers demand. */

const KEPT = 'leitai.screen.muted'

interface Note {
  /** Hz */
  pitch: number
  /** Seconds after the start. */
  at: number
  /** Seconds until it has died away. */
  length: number
  gain: number
  wave: OscillatorType
}

function readMuted(): boolean {
  try {
    return localStorage.getItem(KEPT) === '1'
  } catch {
    return false
  }
}

export class Sound {
  private context: AudioContext | null = null
  muted = readMuted()

  /** Whether the browser lets us make a sound. */
  get ready(): boolean {
    return this.context?.state === 'running'
  }

  /** To be called from a click or a key. */
  async unlock(): Promise<boolean> {
    try {
      this.context ??= new AudioContext()
      if (this.context.state !== 'running') await this.context.resume()
    } catch {
      // A machine without sound: the show goes on.
    }
    return this.ready
  }

  setMuted(muted: boolean): void {
    this.muted = muted
    try {
      localStorage.setItem(KEPT, muted ? '1' : '0')
    } catch {
      // Not kept, then.
    }
  }

  /** One of the last five seconds; the very last ones are higher. */
  tick(second: number): void {
    this.play([{ pitch: second <= 2 ? 1320 : 990, at: 0, length: 0.12, gain: 0.22, wave: 'square' }])
  }

  /** 3, 2, 1. */
  beat(): void {
    this.play([{ pitch: 660, at: 0, length: 0.25, gain: 0.3, wave: 'triangle' }])
  }

  start(): void {
    this.play([{ pitch: 1056, at: 0, length: 0.6, gain: 0.32, wave: 'triangle' }])
  }

  /** A gong's partials are no harmonics, and the low ones ring longest. */
  gong(): void {
    const partials: [ratio: number, gain: number, length: number][] = [
      [1, 0.34, 3.2],
      [1.48, 0.2, 2.6],
      [2.09, 0.14, 2.1],
      [2.56, 0.1, 1.5],
      [3.41, 0.06, 1],
    ]
    this.play(
      partials.map(([ratio, gain, length]) => ({ pitch: 110 * ratio, at: 0, length, gain, wave: 'sine' })),
    )
  }

  /** A rising chord. */
  reveal(): void {
    this.play(
      [523.25, 659.25, 783.99, 1046.5].map((pitch, i) => ({
        pitch,
        at: i * 0.11,
        length: 1.3 - i * 0.1,
        gain: 0.2,
        wave: 'triangle',
      })),
    )
  }

  /** One step of the podium, 3 to 1: higher each time, and a fanfare for the first. */
  podium(place: number): void {
    const root = place === 3 ? 392 : place === 2 ? 440 : 523.25
    const steps = place === 1 ? [0, 0.16, 0.32, 0.48] : [0, 0.14]
    const ratios = [1, 1.25, 1.5, 2]
    this.play(
      steps.flatMap((at, i) =>
        [1, 1.005].map((detune) => ({
          pitch: root * (ratios[i] ?? 2) * detune,
          at,
          length: i === steps.length - 1 ? 1.6 : 0.3,
          gain: 0.1,
          wave: 'sawtooth' as const,
        })),
      ),
    )
  }

  private play(notes: Note[]): void {
    const { context } = this
    if (this.muted || context?.state !== 'running') return
    const now = context.currentTime
    for (const note of notes) {
      const oscillator = context.createOscillator()
      const gain = context.createGain()
      oscillator.type = note.wave
      oscillator.frequency.value = note.pitch
      gain.gain.setValueAtTime(0.0001, now + note.at)
      gain.gain.exponentialRampToValueAtTime(note.gain, now + note.at + 0.012)
      gain.gain.exponentialRampToValueAtTime(0.0001, now + note.at + note.length)
      oscillator.connect(gain)
      gain.connect(context.destination)
      oscillator.start(now + note.at)
      oscillator.stop(now + note.at + note.length + 0.05)
    }
  }
}

export const sound = new Sound()
