/** What operators and other systems ask of the stations: alarm commands and exports. */

import type { AlarmCommand } from '../core/anomaly/anomaly.ts'
import { checkPeriod, isAbsent, oneOf, optionalName, time, type Json } from '../core/fields.ts'
import { LIMITS } from '../core/limits.ts'
import { refusal } from '../core/refused.ts'
import type { ExportPeriod } from '../core/esg/esg.ts'

const ACTIONS = ['acknowledge', 'shelve', 'unshelve'] as const
const SHELVE_MINUTES = 60
const MOST_MINUTES = LIMITS.periodMs / 60_000

/** A command to an alarm. Throws with the field, what was expected and what was got. */
export function readAlarmCommand(content: Json): AlarmCommand {
  const action = oneOf(content, 'action', ACTIONS)
  const id = content['id']
  if (typeof id !== 'string' || id.length > LIMITS.textChars) throw refusal('id', 'the id of an open alert', id)
  return { type: 'alarm-command', action, id, minutes: minutesOf(content), by: optionalName(content, 'by') ?? '' }
}

function minutesOf({ minutes }: Json): number {
  if (isAbsent(minutes)) return SHELVE_MINUTES
  if (typeof minutes !== 'number' || !(minutes > 0 && minutes <= MOST_MINUTES))
    throw refusal('minutes', `a number above 0, up to ${MOST_MINUTES}`, minutes)
  return minutes
}

/** The period of an export. Throws with the field, what was expected and what was got. */
export function readExport(content: Json): ExportPeriod {
  const [from, to] = [time(content, 'from'), time(content, 'to')]
  checkPeriod(from, to, 'to')
  return { from, to }
}
