/** How the benchmarks tell what they found. */

export const say = (name: string, figure: string): void => console.log(`${name.padEnd(56)} ${figure}`)

export const perSecond = (count: number, ms: number): string =>
  `${Math.round(count / (ms / 1000)).toLocaleString('en')} per second`

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

export const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`

export async function timed(work: () => void | Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
