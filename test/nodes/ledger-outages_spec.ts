import assert from 'node:assert/strict'
import { closeSync, copyFileSync, mkdtempSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import helper from 'node-red-node-test-helper'
import carbonLedger from '../../nodes/carbon-ledger/carbon-ledger.ts'
import carbonMeter from '../../nodes/carbon-meter/carbon-meter.ts'
import carbonPlant from '../../nodes/carbon-plant/carbon-plant.ts'
import { Disk, lock, unlock } from './fixtures/disk.ts'
import { flow, ledger, minute, oven } from './fixtures/meter-bench.ts'

helper.init(createRequire(import.meta.url).resolve('node-red'))

const BEFORE = 400
const DURING = 40

interface Outage {
  what: string
  /** Its own disk; by default the folder lies on the system's. */
  disk?: boolean
  /** False where this machine cannot do it. */
  begin(path: string, disk?: Disk): boolean | void
  end(path: string, disk?: Disk): void
  says: RegExp
}

/** Overwrites the middle third of a file, as a dying disk does. */
function damage(path: string): void {
  const { size } = statSync(path)
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(Math.floor(size / 3), 'x'), 0, Math.floor(size / 3), Math.floor(size / 3))
  closeSync(file)
}
const emptyLog = (path: string): void => {
  const db = new DatabaseSync(path)
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
}

let holder: DatabaseSync | undefined
const outages: Outage[] = [
  {
    what: 'a full disk',
    disk: true,
    begin: (_, disk) => disk!.fill(),
    end: (_, disk) => disk!.free(),
    says: /database or disk is full|disk I\/O error/,
  },
  {
    what: 'a file that became read-only',
    begin: (path) => lock(path, `${path}-wal`),
    end: (path) => unlock(path, `${path}-wal`),
    says: /readonly|disk I\/O error/,
  },
  {
    what: 'a locked file',
    begin: (path) => {
      holder = new DatabaseSync(path)
      holder.exec('BEGIN IMMEDIATE')
    },
    end: () => {
      holder!.exec('COMMIT')
      holder!.close()
    },
    says: /database is locked/,
  },
  {
    what: 'a file damaged in the middle, until its copy is put back',
    begin: (path) => {
      emptyLog(path)
      copyFileSync(path, `${path}.copy`)
      damage(path)
    },
    end: (path) => renameSync(`${path}.copy`, path),
    says: /malformed|not a database/,
  },
  {
    what: 'a file that is deleted while it is open',
    begin: (path) => rmSync(path),
    end: () => undefined,
    says: /the file was deleted while it was open; all that was in it was written to its place again/,
  },
  {
    what: 'a file that is deleted with all that lies beside it',
    begin: (path) => ['', '-wal', '-shm'].forEach((end) => rmSync(path + end)),
    end: () => undefined,
    says: /the file was deleted while it was open/,
  },
]

describe('an outage of the ledger, seen from the flow', () => {
  let folder: string
  let disk: Disk | undefined
  before(() => helper.startServer())
  after(() => helper.stopServer())
  afterEach(async () => {
    await helper.unload()
    if (disk) disk.unmount()
    else rmSync(folder, { recursive: true })
    disk = undefined
  })

  for (const { what, disk: needsDisk, begin, end, says } of outages) {
    it(`by ${what}: red, told to Catch once, nothing acknowledged, nothing lost, no restart`, async function () {
      disk = needsDisk ? Disk.mount() : undefined
      folder = disk?.folder ?? mkdtempSync(join(tmpdir(), 'outage-'))
      if (needsDisk && !disk) return this.skip()
      const path = join(folder, 'meter.sqlite')
      const seen = await line(folder)
      for (let n = 0; n < BEFORE; n++) seen.send(n)
      await seen.until(() => seen.done === BEFORE)

      if (begin(path, disk) === false) return this.skip()
      for (let n = 0; n < DURING; n++) seen.send(BEFORE + n)
      await seen.until(() => seen.caught.length > 0)
      assert.match(seen.caught[0]!, says)
      assert.equal(seen.fills[0], 'red')
      assert.equal(seen.done, BEFORE, 'nothing is acknowledged')

      end(path, disk)
      await seen.until(() => seen.done === BEFORE + DURING)
      assert.deepEqual([seen.caught.length, seen.fills], [1, ['red', 'green']])
      const ends = new Set([...ledger().facts({})].map((f) => f.to))
      for (let n = 0; n < BEFORE + DURING; n++) assert.ok(ends.has(minute(n)), `reading ${n}`)
      assert.equal(ledger().verify().ok, true)
    }).timeout(30_000)
  }

  it('by a file that is deleted while nothing is written is noticed, too', async () => {
    folder = mkdtempSync(join(tmpdir(), 'outage-'))
    const seen = await line(folder)
    seen.send(0)
    await seen.until(() => seen.done === 1)
    rmSync(join(folder, 'meter.sqlite'))
    await seen.until(() => seen.fills.at(-1) === 'green')
    assert.equal(ledger().verify().facts, 1)
  })

  it('by a disk that is read-only at the start ends when it can be written', async function () {
    disk = Disk.mount()
    folder = disk?.folder ?? mkdtempSync(join(tmpdir(), 'outage-'))
    if (!disk?.setReadOnly(true)) return this.skip()
    const seen = await line(folder)
    seen.send(0)
    await seen.until(() => seen.caught.length > 0)
    assert.match(seen.caught[0]!, /unable to open|readonly|read-only/)
    disk.setReadOnly(false)
    await seen.until(() => seen.done === 1)
    assert.equal(ledger().verify().facts, 1)
  })
})

interface Seen {
  send(n: number): void
  until(isSo: () => boolean): Promise<void>
  done: number
  caught: string[]
  fills: string[]
}

/** A meter with its ledger in a folder, and what a flow sees of both. */
async function line(folder: string): Promise<Seen> {
  helper.settings({ userDir: folder })
  const catching = { id: 'faults', type: 'catch', z: 'f1', x: 0, y: 0, wires: [['heard']] }
  await helper.load(
    [carbonPlant, carbonLedger, carbonMeter],
    [...flow().filter((n) => n['id'] !== 'e1'), catching, { id: 'heard', type: 'helper', z: 'f1' }],
  )
  const seen: Seen = {
    send: (n) => helper.getNode('m1').receive(oven(1000 + n, minute(n))),
    until: async (isSo) => {
      while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10))
    },
    ...{ done: 0, caught: [], fills: [] },
  }
  helper.getNode('o3').on('input', () => void seen.done++)
  helper.getNode('heard').on('input', (m: { error: { message: string } }) => void seen.caught.push(m.error.message))
  helper
    .getNode('l1')
    .on('call:status', (call: { args: [{ fill: string }] }) => void seen.fills.push(call.args[0].fill))
  return seen
}
