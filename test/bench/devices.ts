/** `npm run bench:devices [-- cases]`: devices of all shapes with all faults, by the truth; never a wrong figure. */

import { caseOf, outcomeOf, verdictOf, type Verdict } from './devices/case.ts'
import { say } from './say.ts'

const CASES = Number(process.argv[2] ?? 50_000)
const MOST_SHOWN = 20

const counts = new Map<Verdict, number>()
const kinds = new Set<string>()
const began = performance.now()
for (let seed = 0; seed < CASES; seed++) {
  const device = caseOf(seed)
  const outcome = outcomeOf(device)
  const verdict = verdictOf(device, outcome)
  counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  kinds.add(`${device.shape.name} · ${device.fault.name}`)
  if (verdict !== 'WRONG' || counts.get('WRONG')! > MOST_SHOWN) continue
  const told = outcome.intervals.map((e) => `${e.kWh ?? '?'} ${e.flags.join('+')}`.trim()).join(' · ')
  console.log(`seed ${seed}: ${device.shape.name}, ${device.fault.name}: ${told} ${outcome.rejected[0] ?? ''}`)
}
say('cases', CASES.toLocaleString('en'))
say('  shapes with faults', String(kinds.size))
for (const [verdict, count] of counts) say(`  ${verdict}`, count.toLocaleString('en'))
say('  seconds', ((performance.now() - began) / 1000).toFixed(1))
process.exit(counts.has('WRONG') ? 1 : 0)
