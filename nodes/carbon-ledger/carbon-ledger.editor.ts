import type { EditorRED } from 'node-red'

declare const RED: EditorRED

interface LedgerProperties {
  name: string
  store: string
  path: string
  closeAfterDays: string
  keepDays: string
}

const word = (key: string, words: Record<string, string | number> = {}): string =>
  RED._(`@mes-carbon/node-red/carbon-ledger:carbon-ledger.${key}`, words)

const climbs = (path: string): boolean => path.split(/[\\/]/).includes('..')

/** The runtime has the last word: only it knows the user directory. */
function checkPath(path = '', store = 'sqlite'): true | string {
  if (store === 'memory') return true
  return climbs(path) ? word('error.climbs') : true
}

/** Empty means never; a flow written by hand may leave it out. */
const checkDays = (field: string, least: number) => (days: string | undefined, _opt?: unknown) =>
  (days === undefined ||
    days === '' ||
    Number(days) >= least ||
    word('error.days', { field: word(`label.${field}`), least })) as boolean

RED.nodes.registerType<LedgerProperties>('carbon-ledger', {
  category: 'config',
  defaults: {
    name: { value: '' },
    store: { value: 'sqlite', required: true },
    path: {
      value: 'carbon-ledger.sqlite',
      // Two parameters, or the editor takes a reason for a yes; the published types know only true and false.
      validate: function (v: string, _opt?: unknown) {
        return checkPath(v, (this as unknown as LedgerProperties).store) as boolean
      },
    },
    closeAfterDays: { value: '', validate: checkDays('closeAfterDays', 1) },
    keepDays: { value: '', validate: checkDays('keepDays', 31) },
  },
  label: function () {
    return this.name || (this.store === 'memory' ? 'ledger in memory' : this.path || 'ledger')
  },
  oneditprepare: function () {
    const show = (): void =>
      void $('#carbon-ledger-file, #carbon-ledger-keep').toggle($('#node-config-input-store').val() !== 'memory')
    $('#node-config-input-store').on('change', show)
    show()
  },
})
