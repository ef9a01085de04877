/** How often each of a few things is behind a sum: a factor row's source, a flag. */
export class Counts<K> {
  /** Mostly it is always the same one; a map, which is large, is made for the second. */
  #only: K | undefined
  #times = 0
  #all: Map<K, number> | undefined

  /** Counts `by` more; a thing that is counted down to none is none of them any more. */
  add(key: K, by: number): void {
    if (!this.#all && (this.#times === 0 || this.#only === key)) {
      this.#only = key
      this.#times += by
      return
    }
    this.#all ??= new Map([[this.#only!, this.#times]])
    const times = (this.#all.get(key) ?? 0) + by
    if (times === 0) this.#all.delete(key)
    else this.#all.set(key, times)
  }

  /** The things that are there. */
  keys(): Iterable<K> {
    if (this.#all) return this.#all.keys()
    return this.#times === 0 ? [] : [this.#only!]
  }
}
