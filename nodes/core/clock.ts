/** Whether a source time can be believed. */

import { Refused } from './refused.ts'

export interface ClockLimits {
  /** How far ahead of our clock a source may be. */
  maxSkewMs: number
  /** How far behind the newest time of its line a fact may be. */
  horizonMs: number
}

/** No plant reports from before this; a clock that says so was never set. */
const OLDEST = Date.UTC(2010, 0, 1)

/** No clock that is right says an earlier time. */
const LEAST_NOW = Date.UTC(2026, 0, 1)

/** False for our own clock where it cannot be right: before this software was there, or before what is known to have been. */
export const isSoundClock = (now: number, known: number): boolean => now >= Math.max(LEAST_NOW, known)

const iso = (ms: number): string => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms))

/** What is known of the time when something is told: our own clock, and the newest time of its line (0: none). */
export interface KnownClock {
  now: number
  newest: number
}

/** The time of arrival stands in for one that was not told, but not by a clock that cannot be right. */
export function arrivalTime({ now, newest }: KnownClock, { maxSkewMs }: Pick<ClockLimits, 'maxSkewMs'>): number {
  if (isSoundClock(now, newest - maxSkewMs)) return now
  throw new Refused('time', `expected one in the message while our own clock is wrong (${iso(now)}), got none`)
}

/**
 * Gives the time back, or throws with the reason: a clock that was never set, one that is ahead of ours, or a fact older
 * than the horizon. `newest` is the newest time seen on the line; 0 where nothing was.
 */
export function readClock(at: number, { now, newest }: KnownClock, limits: ClockLimits): number {
  if (!Number.isFinite(at) || at < OLDEST)
    throw new Refused('time', `expected a source clock that is set, got ${iso(at)}`)
  if (at > now + limits.maxSkewMs && isSoundClock(now, newest - limits.maxSkewMs)) {
    throw new Refused('time', `expected at most ${limits.maxSkewMs / 1000} s ahead of our clock, got ${iso(at)}`)
  }
  if (at < newest - limits.horizonMs) {
    throw new Refused(
      'time',
      `expected no older than ${limits.horizonMs / 3.6e6} h before ${iso(newest)}, got ${iso(at)}`,
    )
  }
  return at
}
