/** The log beside a SQLite file: what was committed and is not in the file itself yet. */

import { closeSync, openSync, readSync, statSync } from 'node:fs'

/** SQLite's own measure for moving the log into the file. */
const LONG = 1_000
/** How a log is laid out: https://www.sqlite.org/walformat.html */
const HEADER_BYTES = 32
const FRAME_BYTES = 24
const INDEX = { bytes: 20, pageSize: 14, frames: 16 }
/** A page of 64 kB does not fit into the two bytes for its size. */
const LARGEST_PAGE = 1

export class Log {
  readonly #path: string
  #inode: bigint | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Throws where the log was taken away, replaced or cut off since it was first looked at. */
  check(): void {
    const stat = statSync(`${this.#path}-wal`, { bigint: true, throwIfNoEntry: false })
    this.#inode ??= stat?.ino
    if (this.#inode === undefined) return
    if (stat?.ino !== this.#inode) throw new Error('the log beside it was deleted or replaced')
    const { frames, pageSize } = this.#index()
    const expected = frames === 0 ? 0 : HEADER_BYTES + frames * (FRAME_BYTES + pageSize)
    if (stat.size < expected)
      throw new Error(`the log beside it was cut off: expected ${expected} bytes, got ${stat.size}`)
  }

  isLong(): boolean {
    return this.#index().frames >= LONG
  }

  /** How many pages lie in the log, and how large one is: it is said in the index that all connections share. */
  #index(): { frames: number; pageSize: number } {
    const head = Buffer.alloc(INDEX.bytes)
    const file = openSync(`${this.#path}-shm`, 'r')
    try {
      readSync(file, head, 0, INDEX.bytes, 0)
    } finally {
      closeSync(file)
    }
    // In the byte order of the machine.
    const [size] = new Uint16Array(head.buffer, head.byteOffset + INDEX.pageSize, 1)
    const [frames] = new Uint32Array(head.buffer, head.byteOffset + INDEX.frames, 1)
    return { frames: frames!, pageSize: size === LARGEST_PAGE ? 65_536 : size! }
  }
}
