/** What a look through a ledger found that should not be, each in one plain sentence. */

/** What the finding is about; `unreadable` is no sign of a change: an older release wrote what this one cannot read. */
export type FindingKind = 'file' | 'head' | 'fact' | 'journal' | 'record' | 'posting' | 'seal' | 'anchor' | 'unreadable'

export interface Finding {
  kind: FindingKind
  says: string
}

/** So many of each kind are told one by one, the others are counted. */
const MOST = 20

export class Findings {
  readonly #all = new Map<FindingKind, string[]>()

  add(kind: FindingKind, says: string): void {
    const said = this.#all.get(kind)
    if (said) said.push(says)
    else this.#all.set(kind, [says])
  }

  /** True where nothing was changed, as far as a look shows. */
  get isOk(): boolean {
    return [...this.#all.keys()].every((kind) => kind === 'unreadable')
  }

  has(kind: FindingKind): boolean {
    return this.#all.has(kind)
  }

  list(): Finding[] {
    return [...this.#all].flatMap(([kind, said]) => {
      const told = said.slice(0, MOST).map((says) => ({ kind, says }))
      const more = said.length - told.length
      return more > 0 ? [...told, { kind, says: `and ${more} more of this kind` }] : told
    })
  }
}
