/** One line on a terminal that tells how far long work has come; silent where nobody watches. */

const WIDTH = 24
const EVERY_MS = 200

export class Progress {
  readonly #unit: string
  readonly #start = performance.now()
  #drawnAt = 0

  constructor(unit: string) {
    this.#unit = unit
  }

  /** `done` is the share of the work, 0 … 1; `count` how many units that were. */
  at(done: number, count: number): void {
    const now = performance.now()
    if (!process.stderr.isTTY || now - this.#drawnAt < EVERY_MS) return
    this.#drawnAt = now
    process.stderr.write(`\r${progressText(done, { count, unit: this.#unit, ms: now - this.#start })}\x1b[K`)
  }

  end(): void {
    if (process.stderr.isTTY && this.#drawnAt > 0) process.stderr.write('\r\x1b[K')
  }
}

/** E.g. `[######------]  50 %  1,200,000 facts  120,000/s  10 s left`. */
export function progressText(done: number, { count, unit, ms }: { count: number; unit: string; ms: number }): string {
  const full = Math.round(done * WIDTH)
  const bar = `[${'#'.repeat(full)}${'-'.repeat(WIDTH - full)}]`
  const percent = `${Math.floor(done * 100)} %`.padStart(5)
  const rate = `${Math.round(count / (ms / 1000)).toLocaleString('en')}/s`
  const left = done > 0 ? `${Math.ceil((ms * (1 - done)) / done / 1000)} s left` : ''
  return `${bar} ${percent}  ${count.toLocaleString('en')} ${unit}  ${rate}  ${left}`
}
