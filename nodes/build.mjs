// Builds dist/: tsc for the runtime, esbuild as glue for the editor scripts, and the files that belong beside them.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { buildSync } from 'esbuild'

const root = new URL('..', import.meta.url).pathname
const { 'node-red': registered } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

rmSync(`${root}dist`, { recursive: true, force: true })
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', root], { stdio: 'inherit' })

// Editors complete a plant model by its schema.
const { plantSchema } = await import(`${root}dist/core/plant/plant.js`)
writeFileSync(`${root}dist/plant-model.schema.json`, `${JSON.stringify(plantSchema(), null, 2)}\n`)

for (const node of Object.keys(registered.nodes)) {
  const from = `${root}nodes/${node}/`
  const to = `${root}dist/${node}/`
  const script = buildSync({
    entryPoints: [`${from}${node}.editor.ts`],
    bundle: true,
    format: 'iife',
    charset: 'utf8',
    write: false,
  })
  const dialog = readFileSync(`${from}${node}.html`, 'utf8')
  writeFileSync(
    `${to}${node}.html`,
    `<script type="text/javascript">\n${script.outputFiles[0].text}</script>\n${dialog}`,
  )
  for (const language of readdirSync(`${from}locales`)) {
    mkdirSync(`${to}locales/${language}`, { recursive: true })
    cpSync(`${from}locales/${language}/${node}.json`, `${to}locales/${language}/${node}.json`)
    const help = readFileSync(`${from}locales/${language}/${node}.md`, 'utf8')
    writeFileSync(
      `${to}locales/${language}/${node}.html`,
      `<script type="text/markdown" data-help-name="${node}">\n${help}</script>\n`,
    )
  }
  if (existsSync(`${root}icons/${node}.svg`))
    cpSync(`${root}icons/${node}.svg`, `${to}icons/${node}.svg`, { recursive: true })
}
