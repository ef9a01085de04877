/**
 * The bounds on everything that comes from outside. What lies beyond one is refused with the field that met it; nothing
 * is cut short in silence, and the cost of a message stays flat up to here.
 */
export const LIMITS = {
  /** Characters of a name: an order, a SKU, a recipe, a batch, a lane, a machine, a state, a zone. */
  nameChars: 256,
  /** Characters of any other text: a topic, a record id, a note. */
  textChars: 4_096,
  /** Characters of a number or a time that stands as text; a longer text is none. */
  numberChars: 64,
  /** Characters of a message that is JSON text. */
  jsonChars: 4_000_000,
  /** Entries of a list in a message: rows, samples, metrics. */
  rows: 10_000,
  /** Lists and objects within each other. */
  levels: 8,
  /** Values in one message, at all levels together. */
  values: 200_000,
  /** A period that a reading, a count, a query or an export states. */
  periodMs: 400 * 86_400_000,
  /** A revision, or a count: the largest whole number whose neighbours a double still tells apart. */
  whole: Number.MAX_SAFE_INTEGER,
  /** A measured value, in its own unit; sums and products of such values stay finite. */
  magnitude: 1e18,
  /** Distinct names of one kind (orders, SKUs, machines, …) that one plant may use within two days. */
  distinctNames: 50_000,
  /** Characters of a text from outside in a status, a log or an error. */
  shownChars: 200,
} as const
