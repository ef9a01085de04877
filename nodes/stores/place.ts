/**
 * The place of an open database file. SQLite goes on writing into a file that was deleted or replaced, and all that it
 * acknowledges from then on is lost with the process; here it is noticed, and what is in the open file is saved.
 */

import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

type Inode = string | undefined

export class Place {
  readonly #path: string
  readonly #file: Inode
  #log: Inode

  /** For a file that has just been opened. */
  constructor(path: string) {
    this.#path = path
    this.#file = inodeOf(path)
  }

  /** True while the path leads to the open file. */
  isKept(): boolean {
    const isKept = inodeOf(this.#path) === this.#file
    if (isKept) this.#log = inodeOf(`${this.#path}-wal`)
    return isKept
  }

  /**
   * Saves a copy of the open file, which `copyTo` makes: in its place where nothing is there, beside it where another
   * file is. Gives what happened, in words.
   */
  save(copyTo: (path: string) => void): string {
    const draft = `${this.#path}.${process.pid}.draft`
    rmSync(draft, { force: true })
    copyTo(draft)
    sync(draft)
    const isTaken = inodeOf(this.#path) !== undefined
    // Another file must not be opened with the log of this one: SQLite would write the one into the other.
    if (!isTaken || inodeOf(`${this.#path}-wal`) === this.#log) {
      for (const end of ['-wal', '-shm']) rmSync(this.#path + end, { force: true })
    }
    const to = isTaken ? `${this.#path}.saved-${new Date().toISOString().replaceAll(':', '')}` : this.#path
    renameSync(draft, to)
    sync(dirname(to))
    return isTaken
      ? `another file took its place while it was open; all that was in it lies in ${to} now, and the ledger goes on in the file that is there`
      : 'the file was deleted while it was open; all that was in it was written to its place again'
  }
}

function inodeOf(path: string): Inode {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && `${stat.dev}:${stat.ino}`
}

/** Waits until a file or folder is on disk. */
export function sync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
