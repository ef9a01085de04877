/** Seeded chance, so that a scenario and a seed always give the same plant. */

/** mulberry32 (Tommy Ettinger, public domain): uniform numbers in [0, 1) from a 32-bit seed. */
export function mulberry32(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A standard normal number (Box–Muller). */
const gauss = (uniform: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())

/** A quantity that wanders around 1 as a real load does: mean 1, standard deviation `sd`, memory of `tau` seconds. */
export class Wander {
  readonly #uniform: () => number
  readonly #keep: number
  readonly #kick: number
  #offset = 0

  constructor(uniform: () => number, { sd, tau }: { sd: number; tau: number }) {
    this.#uniform = uniform
    this.#keep = Math.exp(-1 / tau)
    this.#kick = sd * Math.sqrt(1 - this.#keep ** 2)
  }

  /** The factor of the next second. */
  next(): number {
    this.#offset = this.#offset * this.#keep + this.#kick * gauss(this.#uniform)
    return 1 + this.#offset
  }
}

/** A copy in another order (Fisher–Yates). */
export function shuffle<T>(items: readonly T[], uniform: () => number): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const k = Math.floor(uniform() * (i + 1))
    ;[result[i], result[k]] = [result[k]!, result[i]!]
  }
  return result
}
