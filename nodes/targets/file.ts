/** Documents as files in a folder. */

import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EsgDocument } from '../core/esg/esg-format.ts'
import type { Target } from './target.ts'

export class FileTarget implements Target {
  readonly name: string
  readonly #folder: string

  /** `folder` is absolute; it is made when the first document comes. */
  constructor(folder: string) {
    this.#folder = folder
    this.name = `folder ${folder}`
  }

  /** Written beside its place and moved there when it is on disk, so that nobody ever reads half a document. */
  async deliver({ filename, text }: EsgDocument): Promise<string> {
    const place = join(this.#folder, filename)
    const draft = join(this.#folder, `.${filename}.${process.pid}.tmp`)
    await mkdir(this.#folder, { recursive: true })
    try {
      await write(draft, text)
      await rename(draft, place)
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
    return place
  }
}

async function write(path: string, text: string): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}
