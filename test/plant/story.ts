/** Tells, line by line, what the carbon line says on the broker: learned, alarm, cleared, KPI, record, chain. */

import { connect, type MqttClient } from 'mqtt'
import type { EsgReceipt } from '../../nodes/carbon-esg/export.ts'
import type { AlarmRecord, KpiRecord } from '../../nodes/core/kpi/kpi.ts'
import type { Verification } from '../../nodes/stores/ledger.ts'

type Say = (line: string) => void

/** Listens until it is stopped. */
export async function tellStory(brokerUrl: string, say: Say): Promise<{ stop(): Promise<void> }> {
  const client: MqttClient = connect(brokerUrl, { reconnectPeriod: 500 })
  const story = new Story(say)
  client.on('message', (topic, payload) => story.hear(topic, payload.toString()))
  await client.subscribeAsync('Acme/#')
  return { stop: () => client.endAsync(true) }
}

const kg = (x: number | null): string => (x === null ? 'unknown' : x.toFixed(3))
const clock = (time: number | string): string => new Date(time).toISOString().slice(11, 19)

class Story {
  readonly #say: Say
  readonly #told = new Set<string>()
  #assessment = ''

  constructor(say: Say) {
    this.#say = say
  }

  hear(topic: string, text: string): void {
    if (text === '') return
    const payload = JSON.parse(text) as object
    if (topic.includes('/kpi/')) this.#kpi(topic, payload as KpiRecord)
    else if (topic.includes('/alarm/')) this.#alarm(payload as AlarmRecord)
    else if (topic.endsWith('/esg/receipt')) this.#receipt(payload as EsgReceipt)
    else if (topic.endsWith('/ledger/verified')) this.#chain(payload as Verification)
  }

  #kpi(topic: string, kpi: KpiRecord): void {
    const time = kpi.view === 'window' ? clock(kpi.timeRange.end) : '        '
    if (kpi.value !== null) this.#once(`topic ${topic}`, `${time} KPI        ${topic} = ${kg(kpi.value)} ${kpi.unit}`)
    const { assessment } = kpi
    if (!assessment || kpi.value === null || assessment.state === this.#assessment) return
    if (this.#assessment === 'learning' || (this.#assessment === '' && assessment.state === 'normal')) {
      this.#say(
        `${time} learned    ${kpi.materialDefinitionId ?? kpi.scope.line}: usual ${kg(assessment.expected)} ${kpi.unit}`,
      )
    }
    this.#assessment = assessment.state
  }

  #alarm(alarm: AlarmRecord): void {
    const [first] = alarm.causes
    const time = clock(alarm.timeRange.end ?? alarm.detectedAt)
    const figures = `${kg(alarm.value)} kg per unit, usual ${kg(alarm.expected)}`
    const excess = `${kg(alarm.avoidableKgCO2e)} kg could have been avoided`
    const words = alarm.state === 'cleared' ? excess : (first?.cause ?? 'no cause found')
    const line = `${time} ${`alarm ${alarm.state}`.padEnd(10)} ${figures}: ${words}`
    if (!this.#once(`${alarm.alarmId} ${alarm.state}`, line) || alarm.state !== 'raised') return
    for (const evidence of first?.evidence ?? []) this.#say(`                      ${evidence}`)
  }

  #receipt({ file, records, format }: EsgReceipt): void {
    this.#once(`${file} ${records}`, `         record     ${records} ${format} written to ${file}`)
  }

  #chain({ ok, facts, head, firstBroken }: Verification): void {
    const verdict = ok ? `verified, ${facts} facts, head ${head.slice(0, 12)}` : `BROKEN at row ${firstBroken}`
    this.#say(`         chain      ${verdict}`)
  }

  /** Says a line the first time only; true where it did. */
  #once(key: string, line: string): boolean {
    if (this.#told.has(key)) return false
    this.#told.add(key)
    this.#say(line)
    return true
  }
}
