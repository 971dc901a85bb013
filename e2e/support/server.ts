import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const password = 'e2e-password-1'

/** The program under test; LEITAI_BIN names another build of it. */
export const binary = process.env['LEITAI_BIN'] ?? resolve(__dirname, '../../bin/leitai')

/** A real server on a free port with its own data folder; it can be killed and started again on the same data. */
export class Server {
  readonly folder = mkdtempSync(join(tmpdir(), 'leitai-e2e-'))
  private child: ChildProcess | null = null
  private address = '127.0.0.1:0'
  log = ''

  /** Without a password the server makes one and prints it. */
  constructor(private readonly adminPassword: string = password) {}

  get url(): string {
    return `http://${this.address}`
  }

  async start(): Promise<this> {
    const ready = join(this.folder, 'ready.json')
    rmSync(ready, { force: true })
    const child = spawn(
      binary,
      [
        'serve',
        '--demo',
        '--listen',
        this.address,
        '--data-dir',
        join(this.folder, 'data'),
        '--ready-file',
        ready,
      ],
      {
        env: { ...process.env, LEITAI_ADMIN_PASSWORD: this.adminPassword },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    this.child = child
    const keep = (b: Buffer) => (this.log = (this.log + b.toString()).slice(-20_000))
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    await until(
      'the server to be ready',
      () => {
        if (child.exitCode !== null) throw new Error(`server ended: ${this.log}`)
        return existsSync(ready)
      },
      60_000,
    )
    this.address = (JSON.parse(readFileSync(ready, 'utf8')) as { address: string }).address
    return this
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((done) => child.once('exit', done))
    child.kill(signal)
    await gone
  }

  async dispose(): Promise<void> {
    await this.end('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Waits for a condition, looking often. */
export async function until(
  what: string,
  ok: () => boolean | Promise<boolean>,
  within = 45_000,
): Promise<void> {
  const end = Date.now() + within
  while (!(await ok())) {
    if (Date.now() > end) throw new Error(`waited ${within} ms for ${what}`)
    await new Promise((r) => setTimeout(r, 25))
  }
}
