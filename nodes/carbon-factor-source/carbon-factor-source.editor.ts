import type { EditorRED } from 'node-red'
import { readRows, type RefusedRow } from '../core/factor/factor-row.ts'
import type { FactorBoundary } from '../core/records.ts'

declare const RED: EditorRED

interface SourceProperties {
  name: string
  provider: string
  zone: string
  carrier: string
  boundary: string
  table: string
  baseUrl: string
  pollMinutes: string
  timeoutSeconds: string
}
interface SourceCredentials {
  token: string
}

const word = (key: string, words?: Record<string, string | number>): string =>
  RED._(`@mes-carbon/node-red/carbon-factor-source:carbon-factor-source.${key}`, words ?? {})

type TableTerms = Pick<SourceProperties, 'zone' | 'carrier' | 'boundary'>

interface Verdict {
  rows: number
  /** What is wrong with the rows that are none, and what may be wrong with the others. */
  faults: string[]
  doubts: string[]
}

/** The same check as at deploy. */
function readTable(text: string, { zone, carrier, boundary }: TableTerms): Verdict {
  try {
    const { rows, refused, doubted } = readRows(JSON.parse(text), {
      carrier: carrier || 'electricity',
      zone: zone || 'plant',
      boundary: (boundary || 'direct') as FactorBoundary,
      provider: 'table',
      retrievedAt: 0,
    })
    const named = ({ index, reason }: RefusedRow): string => `[${index}] ${reason}`
    return { rows: rows.length, faults: refused.map(named), doubts: doubted.map(named) }
  } catch (error) {
    return { rows: 0, faults: [(error as Error).message], doubts: [] }
  }
}

function checkTable(source: SourceProperties, text: string): true | string {
  if (source.provider !== 'table') return true
  const { faults } = readTable(text, source)
  return faults.length === 0 || faults.slice(0, 5).join('\n')
}

const isAddress = (v: string | undefined): boolean => !v || /^https?:\/\/./.test(v)

function showVerdict(): void {
  const value = (key: string): string => String($(`#node-config-input-${key}`).val())
  const terms = { zone: value('zone'), carrier: value('carrier'), boundary: value('boundary') }
  const { rows, faults, doubts } = readTable(value('table'), terms)
  const told = [...faults, ...doubts]
  const verdict = $('#carbon-factor-source-verdict')
  verdict.text(told.length > 0 ? told.slice(0, 5).join('\n') : word('verdict', { rows }))
  verdict.toggleClass('carbon-factor-source-faulty', faults.length > 0)
}

/** Only what the chosen kind of source uses is shown. */
function showFields(): void {
  const provider = String($('#node-config-input-provider').val())
  $('.carbon-factor-source-table').toggle(provider === 'table')
  $('.carbon-factor-source-boundary').toggle(provider === 'table' || provider === 'message')
  $('.carbon-factor-source-live').toggle(provider !== 'table' && provider !== 'message')
}

RED.nodes.registerType<SourceProperties, SourceCredentials, SourceProperties>('carbon-factor-source', {
  category: 'config',
  // The editor counts no users in a list, and would offer the source for removal as unused.
  // @ts-expect-error the published types do not know this property
  hasUsers: false,
  defaults: {
    name: { value: '' },
    provider: { value: 'table', required: true },
    zone: { value: '' },
    carrier: { value: 'electricity' },
    boundary: { value: 'direct', required: true },
    // Two parameters, or the editor takes a reason for a yes; the published types know only true and false.
    table: {
      value: '[]',
      validate: function (v: string | undefined, _opt?: unknown) {
        return checkTable(this as unknown as SourceProperties, v ?? '') as boolean
      },
    },
    baseUrl: {
      value: '',
      validate: (v: string | undefined, _opt?: unknown) => (isAddress(v) || word('error.baseUrl')) as boolean,
    },
    pollMinutes: {
      value: '15',
      validate: (v: string | undefined, _opt?: unknown) => (!v || Number(v) >= 1 || word('error.poll')) as boolean,
    },
    timeoutSeconds: {
      value: '10',
      validate: (v: string | undefined, _opt?: unknown) => (!v || Number(v) >= 1 || word('error.timeout')) as boolean,
    },
  },
  credentials: { token: { type: 'password' } },
  label: function () {
    return this.name || `${this.provider} ${this.zone}`.trim()
  },
  oneditprepare: function () {
    $('#node-config-input-provider').on('change', showFields)
    $('#node-config-input-table, #node-config-input-boundary').on('input change', showVerdict)
    showFields()
    showVerdict()
  },
})
