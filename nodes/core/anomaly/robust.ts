/** Statistics that a few wild values do not move. */

/** The p-quantile (0 … 1) with linear interpolation; NaN for no values. */
export const quantile = (values: readonly number[], p: number): number =>
  quantileOf(Float64Array.from(values).sort(), p)

function quantileOf(sorted: Float64Array, p: number): number {
  const at = (sorted.length - 1) * p
  const low = Math.floor(at)
  const a = sorted[low] ?? NaN
  const b = sorted[Math.ceil(at)] ?? NaN
  return a + (b - a) * (at - low)
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/**
 * Makes the median absolute deviation and the distance of the 90 % quantile those of a normal distribution. That quantile
 * is a value that was seen, the second largest of a few, so that one wild value among eight is not its own measure.
 */
const MAD_TO_SD = 1.4826
const Q90_IN_SD = 1.2816
/** Values further from the median than this many scales count as if they lay there. */
const CLIP = 3

/**
 * The mean with wild values pulled in. A mean, because a load that cycles has two levels and its median is one of them;
 * what is expected of it is the energy it takes over time.
 */
export function location(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const middle = quantileOf(sorted, 0.5)
  const mad = MAD_TO_SD * median(values.map((x) => Math.abs(x - middle)))
  const tail = Math.floor((sorted.length - 1) * 0.9)
  const up = (sorted[tail]! - middle) / Q90_IN_SD
  const down = (middle - sorted[sorted.length - 1 - tail]!) / Q90_IN_SD
  const reach = CLIP * Math.max(mad, up, down)
  return mean(values.map((x) => Math.min(middle + reach, Math.max(middle - reach, x))))
}

export const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length

/** The scale of deviations from 0, at least `floor`; the upper tail counts, because idling and slow running have one. */
export function scaleOf(deviations: readonly number[], floor: number): number {
  const mad = MAD_TO_SD * median(deviations.map(Math.abs))
  const sorted = Float64Array.from(deviations).sort()
  return Math.max(floor, mad, (sorted[Math.floor((sorted.length - 1) * 0.9)] ?? 0) / Q90_IN_SD)
}
