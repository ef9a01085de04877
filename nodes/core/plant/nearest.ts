/** The known name that a wrong one was probably meant to be. */

/** The nearest name: the same in other letters, else the one that the fewest edits lead to; `undefined` where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = plainOf(name)
  let best: { name: string; edits: number } | undefined
  for (const candidate of known) {
    const edits = editsBetween(plain, plainOf(candidate))
    if (!best || edits < best.edits) best = { name: candidate, edits }
  }
  return best && best.edits <= Math.max(1, Math.floor(name.length / 3)) ? best.name : undefined
}

/** What is expected in the place of a name that is not known. */
export function knownName(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  return near === undefined ? `one of ${known.join(', ')}` : `a known name (did you mean ${near}?)`
}

const plainOf = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/g, '')

/** Levenshtein distance: insertions, deletions and replacements. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}
