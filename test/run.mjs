// Runs every spec with mocha and ends with one plain line of counts.
import Mocha from 'mocha'
import { globSync } from 'node:fs'

const patterns = process.argv.slice(2)
const files = globSync(patterns.length > 0 ? patterns : 'test/{core,nodes,flows}/**/*_spec.ts').sort()
const mocha = new Mocha({ timeout: 20_000, reporter: 'spec' })
files.forEach((file) => mocha.addFile(file))
await mocha.loadFilesAsync()

const runner = mocha.run((failures) => {
  const { passes, pending } = runner.stats
  console.log(`${passes} passed, ${failures} failed, ${pending} skipped`)
  process.exit(failures > 0 || passes === 0 ? 1 : 0)
})
