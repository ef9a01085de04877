/** The folder that facts and records go to before they leave a ledger file: JSON Lines, and a manifest that seals them. */

import { createHash, hash, type Hash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { sync } from './place.ts'

export interface ArchivedFile {
  lines: number
  sha256: string
}

export interface Manifest {
  format: 'mes-carbon archive 1'
  /** When it was made, and the end of the time that it holds the records of, epoch ms. */
  at: number
  until: number
  /** The last of the seals in it. */
  seal: number
  /** `hash` of the fact before the first one in it, and of the last one. */
  chain: { fromSeq: number; start: string; toSeq: number; head: string }
  files: Record<string, ArchivedFile>
}

const FORMAT = 'mes-carbon archive 1'
export const MANIFEST = 'manifest.json'
const CHUNK = 1 << 16

/** Written as a draft beside its place, and there only when all of it is on disk. */
export class Archive {
  readonly folder: string
  readonly #draft: string
  readonly #files: Record<string, ArchivedFile> = {}

  /** `known` are the hashes of the manifests that the ledger names: those archives are never touched. */
  constructor(folder: string, known: ReadonlySet<string>) {
    this.folder = folder
    this.#draft = `${folder}.draft`
    this.#makeRoom(known)
    rmSync(this.#draft, { recursive: true, force: true })
    mkdirSync(this.#draft, { recursive: true })
  }

  /** Writes one file, a line for each text. */
  write(name: string, lines: Iterable<string>): void {
    const file = new LineFile(join(this.#draft, name))
    try {
      for (const line of lines) file.add(line)
      this.#files[name] = file.end()
    } finally {
      file.close()
    }
  }

  /** Puts the archive in its place; gives the hash of its manifest. */
  finish(about: Omit<Manifest, 'format' | 'files'>): string {
    const text = `${JSON.stringify({ format: FORMAT, ...about, files: this.#files } satisfies Manifest, null, 2)}\n`
    const file = new LineFile(join(this.#draft, MANIFEST))
    file.add(text.trimEnd())
    file.end()
    file.close()
    sync(this.#draft)
    renameSync(this.#draft, this.folder)
    sync(dirname(this.folder))
    return hash('sha256', text)
  }

  /** An archive of an attempt that came to nothing is kept once, under another name; anything else is not ours to move. */
  #makeRoom(known: ReadonlySet<string>): void {
    if (!existsSync(this.folder)) return
    const manifest = join(this.folder, MANIFEST)
    if (!existsSync(manifest))
      throw new Error(`archive: expected a new folder, got ${this.folder}, which is there already`)
    const sha256 = hash('sha256', readFileSync(manifest))
    if (known.has(sha256))
      throw new Error(`archive: expected a new folder, got ${this.folder}, an archive of this ledger`)
    const unused = `${this.folder}.unused-${sha256.slice(0, 8)}`
    if (existsSync(unused)) rmSync(this.folder, { recursive: true })
    else renameSync(this.folder, unused)
  }
}

class LineFile {
  readonly #file: number
  readonly #hash: Hash = createHash('sha256')
  #buffer = ''
  #lines = 0

  constructor(path: string) {
    this.#file = openSync(path, 'wx')
  }

  add(line: string): void {
    this.#buffer += `${line}\n`
    this.#lines++
    if (this.#buffer.length > CHUNK) this.#flush()
  }

  end(): ArchivedFile {
    this.#flush()
    fsyncSync(this.#file)
    return { lines: this.#lines, sha256: this.#hash.digest('hex') }
  }

  close(): void {
    closeSync(this.#file)
  }

  #flush(): void {
    const bytes = Buffer.from(this.#buffer)
    this.#hash.update(bytes)
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at)
    this.#buffer = ''
  }
}
