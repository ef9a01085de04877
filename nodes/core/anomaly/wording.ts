/** Numbers as people read them in evidence lines. Published figures are never rounded; these are words. */

/** Three significant digits, without an exponent. */
export const num = (x: number): string => String(Number(x.toPrecision(3)))

/** A share as percent with two significant digits. */
export const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`
