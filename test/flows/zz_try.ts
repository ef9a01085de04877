import helper from 'node-red-node-test-helper'
import { deployExample, readExample } from './example.ts'
const name = process.argv[2]!
const wait = Number(process.argv[3] ?? 300)
await helper.startServer()
const ex = await deployExample(name)
for (const n of readExample(name))
  if (n.type === 'inject') {
    const before = new Map(
      readExample(name)
        .filter((d) => d.type === 'debug')
        .map((d) => [d.name!, ex.heard(d.name!).length]),
    )
    console.log('>>', n.name)
    ex.press(n.name!)
    await new Promise((r) => setTimeout(r, wait))
    for (const [d, k] of before)
      for (const p of ex.heard(d).slice(k)) console.log('   ', d, JSON.stringify(p).slice(0, 900))
  }
console.log('faults', ex.faults)
await helper.unload()
await helper.stopServer()
process.exit(0)
