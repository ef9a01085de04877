/**
 * What the shape of a machine's power says about the reason why it uses more energy.
 *
 * The thresholds are those of the trade (load/unload cycles, duty, base load) or named as this project's default.
 */

import { quantity } from './baseline.ts'
import { kindOf, nameOf, type Case, type Finding } from './case.ts'
import type { Use } from './features.ts'
import { SHAPE_WINDOW_MS } from '../meter/power-shape.ts'
import type { Signal } from '../records.ts'
import { num, percent } from './wording.ts'

/** Starts per hour by the usual ones: receivers and bands are laid out for less (project default). */
const SHORT_CYCLING = 2
/** Fewer starts than this per hour are no cycling. */
const LEAST_STARTS = 6
/** A duty this high leaves no rest. */
const ALWAYS_ON = 0.97
const DUTY_UP = 1.5
const DUTY_DOWN = 0.7
const BASE_UP = 1.25

interface Shape {
  now: number
  usual: number
}
interface Machine {
  name: string
  kind: string
  carrier: string
  shape: (signal: keyof Signal, memory: string) => Shape | undefined
}

type Rule = (machine: Machine) => Omit<Finding, 'certainty'> | undefined

/** The likely reason for a machine's higher specific energy. */
export function symptomOf(facts: Case, machine: string): Finding {
  const uses = facts.whole.uses.filter((u) => u.machine === machine).sort((a, b) => b.kg - a.kg)
  const name = nameOf(facts, machine)
  const energy = uses.map((use) => energyLine(facts, use, name))
  for (const { carrier } of uses) {
    const shape: Machine['shape'] = (signal, memory) => shapeOf(facts, { machine, carrier }, { signal, memory })
    const subject = { name, kind: kindOf(facts, machine), carrier, shape }
    for (const rule of RULES) {
      const found = rule(subject)
      if (found) return { ...found, evidence: [...found.evidence, ...energy], certainty: 0.95 }
    }
  }
  return {
    cause: `${name} uses more energy than usual for the same output`,
    evidence: energy,
    remedy: `Inspect ${name}: settings, wear, leaks and set points since the deviation began.`,
    certainty: 0.75,
  }
}

/** Energy per unit made, so that scrap does not look like a machine's fault. */
function energyLine({ usual, whole }: Case, use: Use, name: string): string {
  const before = usual.uses.find((u) => u.machine === use.machine && u.carrier === use.carrier)
  const perUnit = use.runKWh / whole.produced
  const was = before ? `, usual ${num(before.runKW / usual.unitsPerHour)}` : ', before none'
  return `${name} used ${num(perUnit)} kWh of ${use.carrier} per unit${was}`
}

/**
 * A shape of the power now and usually. The meter tells it over a rolling window, of which only a part has seen the
 * deviation yet; what that part shows follows from the change of the whole.
 */
function shapeOf(
  facts: Case,
  { machine, carrier }: { machine: string; carrier: string },
  { signal, memory }: { signal: keyof Signal; memory: string },
): Shape | undefined {
  const latest = facts.windows.at(-1)!
  const rolling = latest.uses.find((u) => u.machine === machine && u.carrier === carrier)?.signal?.[signal]
  const usual = facts.baseline.usual(quantity(memory, machine, carrier))
  if (rolling === undefined || usual === undefined || usual <= 0) return undefined
  const seenMs = (latest.from + latest.to) / 2 - facts.windows[0]!.from
  const part = Math.min(1, seenMs / SHAPE_WINDOW_MS)
  return { now: Math.max(0, usual + (rolling - usual) / part), usual }
}

const times = ({ now, usual }: Shape): string => `×${Number((now / usual).toPrecision(2))}`

const shortCycling: Rule = ({ name, kind, shape }) => {
  const starts = shape('startsPerHour', 'starts')
  if (!starts || starts.now < LEAST_STARTS || starts.now < SHORT_CYCLING * starts.usual) return undefined
  const isCompressor = kind === 'compressor'
  return {
    cause: isCompressor
      ? `${name} is short-cycling: probably a stuck or leaking valve, or too small a pressure band`
      : `${name} is short-cycling: it starts far more often than usual`,
    evidence: [
      `${name}: ${num(starts.now)} ${isCompressor ? 'load starts' : 'starts'} per hour, usual ${num(starts.usual)} (${times(starts)})`,
    ],
    remedy: isCompressor
      ? `Check the unloader, intake and check valves of ${name}, its pressure band and its receiver.`
      : `Check the control and the sensor that switch ${name}.`,
  }
}

const neverRests: Rule = ({ name, kind, shape }) => {
  const duty = shape('dutyCycle', 'duty')
  if (!duty || duty.now < DUTY_UP * duty.usual) return undefined
  const load = Math.min(1, duty.now)
  const evidence = [`${name}: under load ${percent(load)} of the time, usual ${percent(duty.usual)}`]
  if (kind === 'compressor') {
    return {
      cause: `${name} is loaded far longer than usual: probably an air leak${load >= ALWAYS_ON ? ', or an intake valve stuck open' : ''}`,
      evidence,
      remedy: 'Walk the air net for leaks, first where something was changed; check drains and open blow-offs.',
    }
  }
  if (kind === 'heater' && load >= ALWAYS_ON) {
    return {
      cause: `${name} heats without pause: probably a relay or its control is stuck on`,
      evidence,
      remedy: `Check the solid-state relay, the temperature sensor and the set point of ${name}.`,
    }
  }
  return undefined
}

const runsUnloaded: Rule = ({ name, kind, shape }) => {
  const duty = shape('dutyCycle', 'duty')
  if (kind !== 'compressor' || !duty || duty.now > DUTY_DOWN * duty.usual) return undefined
  return {
    cause: `${name} runs unloaded: its motor is on and delivers little air`,
    evidence: [`${name}: under load ${percent(duty.now)} of the time, usual ${percent(duty.usual)}`],
    remedy: `Check the intake valve of ${name}, and whether it is still needed beside the others.`,
  }
}

const baseLoadUp: Rule = ({ name, shape }) => {
  const idle = shape('idleKW', 'idling')
  if (!idle || idle.now < BASE_UP * idle.usual) return undefined
  return {
    cause: `${name} draws more power even at its lowest load`,
    evidence: [`${name}: base load ${num(idle.now)} kW, usual ${num(idle.usual)} kW`],
    remedy: `Look for auxiliaries of ${name} that run without need: fans, pumps, heaters, vacuum.`,
  }
}

const RULES: readonly Rule[] = [shortCycling, neverRests, runsUnloaded, baseLoadUp]
