/** Ids made of names: parts joined by a bar. */

/**
 * The id of these parts. A bar within a name becomes `%7C`, so that two lists of names never give the same id; the last
 * part needs no such care, and ids of names without a bar read as they always have.
 */
export function joinedId(parts: readonly string[]): string {
  const last = parts.length - 1
  return parts.map((part, i) => (i < last ? escaped(part) : part)).join('|')
}

/** The names in an id, from its beginning. */
export const partsOf = (id: string): string[] => id.split('|').map(unescaped)

/** Most names have no bar and no percent sign. */
const escaped = (name: string): string =>
  /[|%]/.test(name) ? name.replace(/%(?=7C|25)/g, '%25').replaceAll('|', '%7C') : name

const unescaped = (part: string): string =>
  part.includes('%') ? part.replace(/%7C|%25/g, (code) => (code === '%7C' ? '|' : '%')) : part
