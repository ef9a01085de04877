/** Index of the last item at or before a time, in a list sorted by `at`; −1 where there is none. The newest is tried first. */
export function lastIndexAt(items: readonly { at: number }[], ms: number): number {
  let low = 0
  let high = items.length - 1
  if (high >= 0 && items[high]!.at <= ms) return high
  while (low <= high) {
    const middle = (low + high) >> 1
    if (items[middle]!.at <= ms) low = middle + 1
    else high = middle - 1
  }
  return high
}
