/** A folder of files with a manifest that names each and its SHA-256. */

import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

interface Entry {
  file: string
  bytes: number
  sha256: string
}

export class Pack {
  readonly #folder: string
  readonly #entries: Entry[] = []

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Writes a file, part by part; gives the number of parts. */
  write(file: string, parts: Iterable<string>): number {
    const sum = createHash('sha256')
    const place = openSync(join(this.#folder, file), 'wx')
    let [bytes, count] = [0, 0]
    try {
      for (const part of parts) {
        sum.update(part)
        bytes += writeSync(place, part)
        count++
      }
    } finally {
      closeSync(place)
    }
    this.#entries.push({ file, bytes, sha256: sum.digest('hex') })
    return count
  }

  /** Writes the manifest, with what else is to be said of the pack. */
  finish(about: object): void {
    const files = [...this.#entries].sort((a, b) => (a.file < b.file ? -1 : 1))
    this.write('manifest.json', [`${JSON.stringify({ type: 'carbon-evidence', ...about, files }, null, 2)}\n`])
  }
}
