/** Probable causes of a deviation, ranked, each with its evidence in numbers and what to do about it. */

import { nameOf, type Case, type Finding } from './case.ts'
import type { DataFault } from './data-gate.ts'
import type { Cause, Effect } from '../records.ts'
import { sumOf } from './split.ts'
import { symptomOf } from './symptoms.ts'
import { num, percent } from './wording.ts'

/** A contribution below this share of the largest is not told. */
const WORTH_TELLING = 0.1
const MOST_CAUSES = 5
/** A factor that moved by less than this share has not moved. */
const MOVED = 0.02

interface Candidate extends Finding {
  machine?: string
  kg: number
}

/** Causes of the increase, the largest contribution first. */
export function causesOf(facts: Case): Cause[] {
  const candidates = [...lineCandidates(facts), ...machineCandidates(facts)]
  const increases = candidates.filter((c) => c.kg > 0).sort((a, b) => b.kg - a.kg)
  const all = increases.reduce((sum, c) => sum + c.kg, 0)
  return increases
    .filter((c) => c.kg >= WORTH_TELLING * increases[0]!.kg)
    .slice(0, MOST_CAUSES)
    .map(({ kg, cause, machine, certainty, evidence, remedy }, i) => ({
      rank: i + 1,
      cause,
      ...(machine !== undefined && { machine }),
      confidence: Math.round(100 * certainty * (kg / all)) / 100,
      kgCO2ePerUnit: kg,
      evidence,
      remedy,
    }))
}

/** Faults of the data as causes; they come before all others. */
export function dataCauses(faults: readonly DataFault[], kgCO2ePerUnit: number): Cause[] {
  return faults.map(({ machine, what, remedy }, i) => ({
    rank: i + 1,
    cause: `Bad data: ${what}`,
    ...(machine !== undefined && { machine }),
    confidence: 0.95,
    kgCO2ePerUnit: i === 0 ? kgCO2ePerUnit : 0,
    evidence: [what, 'Windows with bad data are not judged and not learned'],
    remedy,
  }))
}

/** Effects of the line as a whole. */
function lineCandidates(facts: Case): Candidate[] {
  const describe: [Effect, (facts: Case) => Finding][] = [
    ['grid-factor', gridFinding],
    ['throughput', slowFinding],
    ['idle', idleFinding],
    ['yield', scrapFinding],
  ]
  return describe.map(([effect, find]) => ({ ...find(facts), kg: sumOf(facts.terms, (t) => t.effect === effect) }))
}

/** Effects of single machines: their specific energy and their carriers. */
function machineCandidates(facts: Case): Candidate[] {
  const machines = [...new Set(facts.terms.map((t) => t.machine))]
  return machines.flatMap((machine) => {
    const kg = (effect: Effect): number => sumOf(facts.terms, (t) => t.machine === machine && t.effect === effect)
    return [
      { ...symptomOf(facts, machine), machine, kg: kg('specific-energy') },
      { ...mixFinding(facts, machine), machine, kg: kg('carrier-mix') },
    ]
  })
}

function gridFinding(facts: Case): Finding {
  const evidence = facts.usual.uses
    .filter((u, i, all) => all.findIndex((other) => other.carrier === u.carrier) === i)
    .flatMap(({ carrier, kgPerKWh }) => {
      const uses = facts.whole.uses.filter((u) => u.carrier === carrier)
      const now = uses.reduce((sum, u) => sum + u.kg, 0) / uses.reduce((sum, u) => sum + u.kWh, 0)
      return now > kgPerKWh * (1 + MOVED)
        ? [`${carrier}: ${num(now)} kg CO₂e per kWh, usual at this time of day ${num(kgPerKWh)}`]
        : []
    })
  return {
    cause: 'The grid’s emission factor is high',
    evidence,
    remedy: 'Nothing to repair on the line; move load that can wait to a cleaner hour.',
    certainty: 0.95,
  }
}

function slowFinding(facts: Case): Finding {
  const { produced, runHours } = facts.whole
  const [now, usual] = [produced / runHours, facts.usual.unitsPerHour]
  return {
    cause: 'The line runs slowly: base loads are shared by fewer units',
    evidence: [`${num(now)} units per running hour, usual ${num(usual)} (${percent(now / usual)} of it)`],
    remedy: 'Find what slows the line down (bottleneck, speed setting, material) and bring it back to its usual pace.',
    certainty: 0.85,
  }
}

function idleFinding(facts: Case): Finding {
  const { uses, hours, runHours } = facts.whole
  const resting = [...uses].sort((a, b) => b.restKWh - a.restKWh).filter((u) => u.restKWh > 0)
  const kWh = resting.reduce((sum, u) => sum + u.restKWh, 0)
  const minutes = 60 * (hours - runHours)
  return {
    cause: 'Machines run idle: the line waits while they draw power',
    evidence: [
      `The line stood for ${num(minutes)} of ${num(60 * hours)} minutes and used ${num(kWh)} kWh in that time`,
      ...resting
        .slice(0, 3)
        .map((u) => `${nameOf(facts, u.machine)} idle: ${num(u.restKWh / u.restHours)} kW of ${u.carrier}`),
    ],
    remedy: 'Remove what the line waits for, or switch the machines to standby while it waits.',
    certainty: 0.85,
  }
}

function scrapFinding(facts: Case): Finding {
  const { produced, good } = facts.whole
  const [now, usual] = [1 - good / produced, 1 - 1 / facts.usual.madePerGood]
  return {
    cause: 'Scrap is high: each good unit carries the energy of the bad ones',
    evidence: [`${percent(now)} scrap (${num(produced - good)} of ${num(produced)} units), usual ${percent(usual)}`],
    remedy: 'Stop the source of the scrap; look at what changed in material, tool or settings when it began.',
    certainty: 0.9,
  }
}

function mixFinding(facts: Case, machine: string): Finding {
  const name = nameOf(facts, machine)
  const now = facts.whole.uses.filter((u) => u.machine === machine)
  const all = now.reduce((sum, u) => sum + u.kWh, 0)
  return {
    cause: `${name} runs on another fuel than usual`,
    evidence: now.map((u) => `${name}: ${percent(u.kWh / all)} of its energy is ${u.carrier}`),
    remedy: `Check why ${name} changed its fuel and change back when possible.`,
    certainty: 0.85,
  }
}
